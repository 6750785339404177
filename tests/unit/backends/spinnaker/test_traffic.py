"""Cores under load and losses of packets, against counts worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.engine import TraceProbe
from neuro.hardware_configs import load_target

MACHINE = hardware(load_target("spinnaker_spin5"))
SILENT = {"v_thresh": 1000.0, "tau_syn_E": 1.0}


def volley(ticks, sources: int):
    """Let every source fire in each of some ticks."""
    return np.repeat(ticks, sources), np.tile(np.arange(sources), len(ticks))


def loaded(layout, **machine) -> ReferenceEmulator:
    return ReferenceEmulator(layout, Options(mode="loaded"), replace(MACHINE, **machine))


def current(recording) -> np.ndarray:
    return recording.traces[0][1][:, 0]


PROBE = [TraceProbe(0, "i_excitatory", 1, np.array([0]))]


def test_idle_core_works_for_its_tick_and_its_neurons(one_target, laid_out, static) -> None:
    emulator = loaded(laid_out(one_target(static(1.0), size=300, **SILENT)))
    emulator.advance(10, [volley([], 1)])
    # Two cores, of 256 and 44 neurons (section 8: 1170 cycles a tick, 150 a neuron).
    assert emulator.tallies()["core_cycles"] == {"a": 10 * (2 * 1170 + 300 * 150)}
    assert emulator.tallies()["overruns"] == {"a": 0}


def test_unloaded_core_does_what_the_ideal_one_does(one_target, laid_out, static, plastic) -> None:
    layout = laid_out(one_target(static(0.3, 2.0), plastic(delay=3.0), size=5, sources=9))
    spikes = volley([0, 2, 3, 7, 15], 9)
    ideal = ReferenceEmulator(layout)
    busy = loaded(layout)
    first, second = (engine.advance(40, [spikes], PROBE) for engine in (ideal, busy))
    assert current(first).tolist() == current(second).tolist()
    assert ideal.weights(1).tolist() == busy.weights(1).tolist()
    assert first.synaptic_events == second.synaptic_events
    # Every packet fetches a static row of 5 and a plastic one of 5; each of 9 rows works once
    # through the post spikes that reach it, 3 ticks late, by the last pre spike.
    posts = np.count_nonzero(second.spikes[1][0] + 3 <= 15)
    rows = 45 * (960 + 5 * 31 + 1430 + 5 * 132) + 9 * posts * 75
    assert posts > 0
    assert busy.tallies()["core_cycles"] == {"a": 40 * (1170 + 5 * 150) + rows}


def test_packets_beyond_the_budget_are_handled_in_the_next_tick_for_the_same_slot(
    one_target, laid_out, static
) -> None:
    # A tick leaves 200000 - 1170 - 150 = 198680 cycles, for 201 rows of 960 + 31.
    layout = laid_out(one_target(static(0.5, 3.0), sources=240, **SILENT))
    emulator = loaded(layout)
    recording = emulator.advance(10, [volley([2], 240)], PROBE)
    ideal = ReferenceEmulator(layout).advance(10, [volley([2], 240)], PROBE)
    assert emulator.tallies()["late_packets"] == {"a": 240 - 201}
    assert emulator.tallies()["overruns"] == {"a": 1}
    assert emulator.tallies()["skipped_synapses"] == {"p0": 0}
    assert current(recording).tolist() == current(ideal).tolist()


def test_late_packet_skips_synapses_whose_slot_has_passed(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(0.5, 1.0), sources=240, **SILENT))
    emulator = loaded(layout)
    recording = emulator.advance(10, [volley([2], 240)], PROBE)
    ideal = ReferenceEmulator(layout).advance(10, [volley([2], 240)], PROBE)
    assert emulator.tallies()["skipped_synapses"] == {"p0": 39}
    assert current(recording)[3] == pytest.approx(current(ideal)[3] * 201 / 240, rel=1e-3)


def test_full_queue_loses_packets(one_target, laid_out, static) -> None:
    emulator = loaded(
        laid_out(one_target(static(0.1, 3.0), sources=240, **SILENT)), packet_queue=100
    )
    recording = emulator.advance(10, [volley([2], 240)])
    assert emulator.tallies()["dropped_packets"] == {"a": 140}
    assert recording.synaptic_events == [100]


def test_slower_machine_has_more_time_for_a_tick(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(0.1, 3.0), sources=240, **SILENT))
    slow = ReferenceEmulator(layout, Options(mode="loaded", time_scale_factor=2), MACHINE)
    slow.advance(10, [volley([2], 240)])
    assert slow.tallies()["overruns"] == {"a": 0}


def test_loaded_run_continues_from_a_snapshot_with_packets_waiting(
    one_target, laid_out, static
) -> None:
    layout = laid_out(one_target(static(0.5, 3.0), sources=240, **SILENT))
    whole, before, after = loaded(layout), loaded(layout), loaded(layout)
    expected = whole.advance(10, [volley([2], 240)], PROBE)
    before.advance(3, [volley([2], 240)])
    after.restore(before.snapshot())
    rest = after.advance(7, [volley([], 240)], PROBE)
    assert current(rest).tolist() == current(expected)[3:].tolist()
    assert after.tallies() == whole.tallies()


def test_lossy_network_loses_its_share_and_repeats_it(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(0.1), sources=200))
    options = Options(mode="lossy", drop_probability=0.25)
    spikes = volley(list(range(50)), 200)
    first, second = ReferenceEmulator(layout, options), ReferenceEmulator(layout, options)
    events = first.advance(50, [spikes]).synaptic_events[0]
    lost = first.tallies()["dropped_packets"]["a"]
    assert events + lost == 10_000
    # Binomial: 2500 with a standard deviation of 43.
    assert abs(lost - 2500) < 5 * 43
    cut = [second.advance(25, [spikes]).synaptic_events[0] for _ in range(2)]
    assert sum(cut) == events


def test_lossless_network_is_the_ideal_one(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(0.5), size=300, sources=3))
    spikes = volley([1, 4], 3)
    lossy = ReferenceEmulator(layout, Options(mode="lossy")).advance(20, [spikes], PROBE)
    assert (
        current(lossy).tolist()
        == current(ReferenceEmulator(layout).advance(20, [spikes], PROBE)).tolist()
    )


# Measured on the shipped binary: 4 slots, a packet sent at tick 5 that arrives at tick 10.
@pytest.mark.parametrize(("delay", "arrival"), [(4.0, 13), (3.0, None), (1.0, None)])
def test_very_late_packet_reaches_only_static_synapses_that_fill_the_slots(
    one_target, laid_out, static, delay: float, arrival: int | None
) -> None:
    layout = laid_out(one_target(static(0.5, delay), static(0.0, 4.0), **SILENT))
    emulator = loaded(layout)
    emulator.advance(10, [volley([], 1)])
    emulator.restore({**emulator.snapshot(), "queue0": np.array([[0, 0, 0, 1, 5]])})
    recording = emulator.advance(10, [volley([], 1)], PROBE)
    arrivals = 10 + np.flatnonzero(np.diff(current(recording), prepend=0.0) > 0)
    assert arrivals.tolist() == ([] if arrival is None else [arrival])
    assert emulator.tallies()["late_packets"] == {"a": 1}
