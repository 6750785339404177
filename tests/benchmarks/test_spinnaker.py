"""The SpiNNaker benchmark checks what it times, and compares it with the published budget."""

import pytest

from benchmarks import spinnaker


# 200 MHz by 150, 31 and 132 cycles (specs, spinnaker section 8).
@pytest.mark.parametrize(
    ("kind", "millions"),
    [("neuron updates", 1.333), ("static events", 6.452), ("plastic updates", 1.515)],
)
def test_machine_rates_are_those_of_its_cycles(kind: str, millions: float) -> None:
    assert spinnaker.machine_rate(kind) == pytest.approx(millions, abs=5e-4)


def test_ca3_answers_are_checked_before_a_time_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < spinnaker.measure_ca3(1) < 10
    monkeypatch.setattr(spinnaker, "SPIKES", 1)
    with pytest.raises(RuntimeError, match="1828 spikes instead of 1"):
        spinnaker.measure_ca3(1)


def test_w1_has_the_spike_count_of_nest() -> None:
    pytest.importorskip("nest", reason="pip install nest-simulator")
    ours, theirs = spinnaker.measure_w1(1000)
    assert theirs is not None
    assert theirs.spikes > 1000
    assert ours.spikes == pytest.approx(theirs.spikes, rel=spinnaker.SAME_RATE)
