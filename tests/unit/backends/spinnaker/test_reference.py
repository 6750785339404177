"""What every engine promises, of the reference emulator."""

import numpy as np
import pytest

from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.engine import TraceProbe
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    Population,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)


@pytest.fixture
def busy(laid_out, plastic):
    """Two populations with plastic, static and very long links, driven by noise."""
    cell = CurrentExponentialLIF(tau_refrac=2.0, v_init=Uniform(-65.0, -51.0))
    network = Network(
        name="busy",
        dt=1.0,
        semantics="tick",
        seed=3,
        populations=[Population("a", 6, cell), Population("b", 200, cell)],
        inputs=[SpikeArray(name="in", size=20)],
        projections=[
            Projection("in", "a", AllToAll(), Static(weight=1.0, delay=Uniform(1.0, 7.0))),
            Projection("a", "b", AllToAll(), plastic(weight=1.0, delay=Uniform(1.0, 70.0))),
            Projection("b", "a", AllToAll(), Static(weight=0.05), "inhibitory"),
        ],
    )
    return laid_out(network)


@pytest.fixture
def noise():
    rng = np.random.default_rng(5)
    ticks = np.sort(rng.integers(0, 120, 900))
    return ticks, rng.integers(0, 20, 900)


PROBES = [TraceProbe(0, "v", 3, np.array([4, 1])), TraceProbe(1, "i_excitatory", 1, np.array([7]))]


def between(noise, first: int, last: int):
    ticks, indices = noise
    inside = (ticks >= first) & (ticks < last)
    return [(ticks[inside], indices[inside])]


def test_busy_network_is_busy(busy, noise) -> None:
    emulator = ReferenceEmulator(busy)
    recording = emulator.advance(120, between(noise, 0, 120))
    assert recording.spike_counts[1] > 30 and recording.spike_counts[2] > 100
    assert recording.plastic_updates == [0, recording.synaptic_events[1], 0]
    assert np.ptp(emulator.weights(1)) > 0.1
    assert busy.projections[1].stages == 2


@pytest.mark.parametrize("limits", [True, False])
def test_run_cut_in_pieces_and_restored_is_the_same_to_the_bit(busy, noise, limits: bool) -> None:
    options = Options(limits=limits)
    whole, first, second = (ReferenceEmulator(busy, options) for _ in range(3))
    expected = whole.advance(120, between(noise, 0, 120), PROBES)
    parts = [first.advance(50, between(noise, 0, 50), PROBES)]
    second.restore(first.snapshot())
    parts.append(second.advance(70, between(noise, 50, 120), PROBES))
    for number in range(3):
        ticks = np.concatenate([part.spikes[number][0] for part in parts])
        assert ticks.tolist() == expected.spikes[number][0].tolist()
    for number in range(2):
        values = np.concatenate([part.traces[number][1] for part in parts])
        assert values.tolist() == expected.traces[number][1].tolist()
    ends = whole.snapshot(), second.snapshot()
    assert all(np.array_equal(ends[0][name], ends[1][name]) for name in ends[0])
    assert second.tallies() == whole.tallies() and second.step == 120


def test_reset_returns_to_time_zero(busy, noise) -> None:
    emulator = ReferenceEmulator(busy)
    first = emulator.advance(60, between(noise, 0, 60))
    emulator.reset()
    assert emulator.step == 0 and sum(emulator.tallies()["packets"].values()) == 0
    assert emulator.advance(60, between(noise, 0, 60)).spike_counts == first.spike_counts


def test_batch_counts_what_runs_would_record_and_leaves_the_state(busy, noise) -> None:
    emulator = ReferenceEmulator(busy)
    emulator.advance(40, between(noise, 0, 40))
    before = emulator.snapshot()
    samples = [between(noise, 40, 100), between(noise, 70, 100)]
    counts, events, updates = emulator.batch(60, samples, bins=3, threads=2)
    after = emulator.snapshot()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    for number, sample in enumerate(samples):
        alone = ReferenceEmulator(busy)
        alone.restore(before)
        recording = alone.advance(60, sample)
        ticks, neurons = recording.spikes[1]
        expected = np.zeros((3, 6), dtype=int)
        np.add.at(expected, ((ticks - 40) // 20, neurons), 1)
        assert counts[0][number].tolist() == expected.tolist()
        assert [part[number] for part in events] == recording.synaptic_events
        assert [part[number] for part in updates] == recording.plastic_updates


def test_damaged_snapshot_is_refused(busy) -> None:
    emulator = ReferenceEmulator(busy)
    good = emulator.snapshot()
    with pytest.raises(KeyError):
        emulator.restore({name: good[name] for name in good if name != "population0.v"})
    with pytest.raises(ValueError, match=r"array population0\.v has another shape"):
        emulator.restore({**good, "population0.v": good["population0.v"][:1]})
    with pytest.raises(ValueError, match=r"population1\.history\.count is out of range"):
        emulator.restore({**good, "population1.history.count": np.full(200, 99)})


# Section 2: exc input of a spike with delay 1 is first seen in V two ticks later.
def test_spike_moves_the_membrane_two_ticks_later(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(1.0), v_rest=-65.0))
    probes = [TraceProbe(0, name, 1, np.array([0])) for name in ("v", "i_excitatory")]
    spike = (np.array([3]), np.array([0]))
    (_, v), (_, current) = ReferenceEmulator(layout).advance(8, [spike], probes).traces
    assert np.flatnonzero(current[:, 0] > 0)[0] == 4
    assert np.flatnonzero(v[:, 0] > -65.0)[0] == 5
    # tau_syn 4: 4 (1 - exp(-1/4)) = 0.8848 of the weight acts in the tick of arrival.
    assert current[4, 0] == pytest.approx(0.8848, abs=1e-4)


def test_refractory_ticks_are_rounded_up(one_target, laid_out, static) -> None:
    # Fires whenever it is free: every 1 + ceil(2.3) ticks.
    layout = laid_out(one_target(static(0.0), i_offset=500.0, tau_refrac=2.3))
    spikes = ReferenceEmulator(layout).advance(20, [(np.zeros(0, int), np.zeros(0, int))]).spikes
    assert np.diff(spikes[1][0]).tolist() == [4] * 4
