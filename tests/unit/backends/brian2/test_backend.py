"""Brian2 against the engine: two independent integrations of the same equations."""

import importlib.util

import numpy as np
import pytest
from small_networks import CURRENT, small

from neuro import lower, simulate
from neuro.backends.brian2.backend import Brian2
from neuro.backends.brian2.options import target_options
from neuro.errors import CheckError, UnavailableError, UnsupportedError
from neuro.hardware_configs import load_target
from neuro.ir import BinaryThresholdUnit, ConductanceExponentialLIF, DeltaLIF, DiscreteLIF
from neuro.registry import load_backend
from neuro.run import check, compile_network, energy

# Brian2 2.9 calls old names of pyparsing.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

DELTA = DeltaLIF(cm=0.5, tau_m=10.0, v_rest=-60.0, v_reset=-65.0, v_thresh=-55.0, tau_refrac=1.0)
DURATION = 60.0


def assert_same(one, other, tolerance=1e-9):
    assert one.counters.spikes["a"] > 10
    assert one.counters == other.counters
    for name, trains in one.spikes.items():
        assert np.array_equal(trains.times, other.spikes[name].times)
        assert np.array_equal(trains.indices, other.spikes[name].indices)
    for name, trace in one.traces.get("a", {}).items():
        assert np.array_equal(trace.times, other.traces["a"][name].times)
        np.testing.assert_allclose(
            trace.values, other.traces["a"][name].values, rtol=0, atol=tolerance
        )
    for name, weights in one.weights.items():
        np.testing.assert_allclose(weights.values, other.weights[name].values, atol=1e-12)


@pytest.mark.parametrize(
    "cell", [CURRENT, DELTA, DiscreteLIF(threshold=2.0), BinaryThresholdUnit(threshold=2.5)]
)
def test_brian2_gives_the_spikes_of_the_cpu(cell):
    network = small(cell)
    assert_same(simulate(network, DURATION), simulate(network, DURATION, backend="brian2"))


@pytest.mark.parametrize(
    ("rule", "pairing"),
    [("additive", "dendritic"), ("multiplicative", "dendritic"), ("additive", "immediate")],
)
def test_brian2_learns_the_weights_of_the_cpu(rule, pairing):
    network = small(DELTA, plastic=rule, pairing=pairing)
    ours = simulate(network, DURATION)
    assert np.ptp(ours.weights["learns"].values) > 0
    assert_same(ours, simulate(network, DURATION, backend="brian2"))


def test_conductances_agree_within_the_error_of_the_integrator():
    # Runge-Kutta of fourth order: conductances of 0.1 uS shorten tau to 3 ms, which gives errors of
    # 15 mV (dt/tau)^5 / 120 = 5e-9 mV a step, over 600 steps.
    cell = ConductanceExponentialLIF(cm=0.5, tau_m=10.0, v_thresh=-58.0, tau_refrac=2.0)
    network = small(cell, dt=0.1)
    theirs = simulate(network, DURATION, backend="brian2")
    assert_same(simulate(network, DURATION), theirs, 5e-6)
    assert any("Runge-Kutta" in str(note.stored) for note in theirs.provenance.notes)


def test_runs_continue_and_reset_returns_to_time_zero():
    network = small(plastic="additive")
    whole = simulate(network, DURATION)
    with compile_network(network, backend="brian2") as program:
        program.run(20.0)
        program.result()
        program.run(DURATION - 20.0)
        assert_same(whole, program.result())
        program.reset()
        program.run(DURATION)
        assert_same(whole, program.result())


def test_batch_counts_what_single_runs_count():
    network = small(DELTA)
    samples = [{}, {"array": ([3.0, 4.0], [0, 1])}]
    with compile_network(network) as ours, compile_network(network, backend="brian2") as theirs:
        one = ours.run_batch(20.0, samples, bins=4)
        other = theirs.run_batch(20.0, samples, bins=4)
    assert np.array_equal(one.counts["a"], other.counts["a"])
    for name, counts in one.synaptic_events.items():
        assert np.array_equal(counts, other.synaptic_events[name])


def test_equal_time_constants_are_moved_apart_with_a_note():
    cell = type(CURRENT)(
        cm=0.5, tau_m=5.0, tau_syn_E=5.0, tau_syn_I=3.0, v_thresh=-60.0, tau_refrac=2.0
    )
    network = small(cell)
    theirs = simulate(network, DURATION, backend="brian2")
    assert_same(simulate(network, DURATION), theirs, 1e-3)
    (note,) = [note for note in theirs.provenance.notes if "tau_syn_E" in note.where]
    assert note.relative_error == pytest.approx(1e-6, rel=1e-6)


@pytest.mark.slow
def test_compiled_program_gives_the_spikes_of_the_cpu():
    network = small(DELTA, plastic="additive")
    target = load_target("brian2_standalone")
    with compile_network(network, backend="brian2", target=target) as program:
        program.run(DURATION)
        assert_same(simulate(network, DURATION), program.result())
        with pytest.raises(UnsupportedError, match="cannot be continued"):
            program.run(DURATION)


def test_source_that_fires_twice_cannot_drive_learning():
    from dataclasses import replace

    network = small(DELTA, plastic="additive")
    *others, learns = network.projections
    onto = replace(learns, source="drive", name="from-drive")
    network = replace(network, projections=[*others, learns, onto])
    with pytest.raises(UnsupportedError, match="fires twice in a step"):
        simulate(network, DURATION, backend="brian2")


def test_tick_is_refused_and_found_by_the_check():
    network = small(semantics="tick")
    with pytest.raises(UnsupportedError) as caught:
        simulate(network, 1.0, backend="brian2")
    assert caught.value.value == "tick"
    assert check(network, target="brian2").fails()
    assert not check(small(), target="brian2").findings


def test_state_and_energy_are_refused(tmp_path):
    with compile_network(small(), backend="brian2") as program:
        with pytest.raises(UnsupportedError, match="cannot be saved"):
            program.save(tmp_path / "state.h5")
        with pytest.raises(UnsupportedError, match="no energy model"):
            energy(program.result(), target="brian2")
    assert Brian2().rungs(lower(small()), load_target("brian2")) == ()


def test_every_wrong_option_is_named():
    from dataclasses import replace

    target = replace(load_target("brian2"), options={"mode": "fast", "speed": 3})
    with pytest.raises(CheckError) as caught:
        target_options(target)
    assert [issue.where for issue in caught.value.issues] == [
        "target 'brian2'.options.mode",
        "target 'brian2'.options.speed",
    ]


def test_missing_package_is_one_line_with_the_command(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "neuro.backends.brian2.backend.find_spec",
        lambda name: None if name == "brian2" else found(name),
    )
    with pytest.raises(UnavailableError) as caught:
        load_backend("brian2")
    assert str(caught.value) == (
        "backend 'brian2': needs Brian2. "
        'Install it with: pip install "neuro-spiking-memory[brian2]".'
    )
