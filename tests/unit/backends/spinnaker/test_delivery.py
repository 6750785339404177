"""Rows, delays and saturation in small cases worked out by hand (spinnaker, sections 3.3 and 5)."""

import numpy as np
import pytest

from neuro.backends.spinnaker.delivery import add_saturating
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
)

SILENT = {"v_thresh": 1000.0, "tau_syn_E": 1.0}


def received(layout, spikes, ticks: int, **options) -> tuple[ReferenceEmulator, np.ndarray]:
    """Return the ticks at which neuron 0 receives anything."""
    emulator = ReferenceEmulator(layout, Options(**options))
    at, index = np.array(sorted(spikes)).T
    probe = TraceProbe(0, "i_excitatory", 1, np.array([0]))
    trace = emulator.advance(ticks, [(at, index)], [probe]).traces[0][1][:, 0]
    # With tau = dt an input fades to 0.37 in a tick: a rise is an arrival.
    return emulator, np.flatnonzero(np.diff(trace, prepend=0.0) > 0)


@pytest.mark.parametrize("delay", [1, 2, 3, 4, 8])
def test_static_delay_is_exact_also_where_it_fills_the_slots(
    one_target, laid_out, static, delay: int
) -> None:
    layout = laid_out(one_target(static(1.0, float(delay)), **SILENT))
    _, arrivals = received(layout, [(0, 0), (13, 0)], 40)
    assert arrivals.tolist() == [delay, 13 + delay]


@pytest.mark.parametrize("delay", [32, 33, 64, 65, 100, 288])
def test_delay_extension_keeps_the_whole_delay(one_target, laid_out, static, delay: int) -> None:
    layout = laid_out(one_target(static(1.0, float(delay)), size=256, **SILENT))
    emulator, arrivals = received(layout, [(3, 0), (5, 0)], 300)
    assert arrivals.tolist() == [3 + delay, 5 + delay]
    # Each of both spikes is one packet, and one more for every stage.
    assert emulator.tallies()["packets"]["in"] == 2 * (1 + (delay - 1) // 32)


@pytest.mark.parametrize(("delay", "delivered"), [(1, True), (2, False), (3, True), (4, False)])
def test_plastic_delay_that_fills_the_slots_delivers_nothing(
    one_target, laid_out, plastic, delay: int, delivered: bool
) -> None:
    layout = laid_out(one_target(plastic(delay=float(delay)), **SILENT))
    emulator, arrivals = received(layout, [(2, 0), (9, 0)], 20)
    assert arrivals.tolist() == ([2 + delay, 9 + delay] if delivered else [])
    assert emulator.tallies()["skipped_synapses"] == {"p0": 0 if delivered else 2}


def test_plastic_delay_without_limits_is_delivered(one_target, laid_out, plastic) -> None:
    layout = laid_out(one_target(plastic(delay=4.0), **SILENT), limits=False)
    _, arrivals = received(layout, [(2, 0)], 20, limits=False)
    assert arrivals.tolist() == [6]


def test_saturation_stops_at_65535_and_counts_every_addition_beyond() -> None:
    ring = np.zeros((2, 2), dtype=np.int64)
    slots, targets = np.array([1, 1, 0, 1, 1]), np.array([0, 0, 1, 0, 0])
    # Of entry (1, 0): 65000, 65535, then 66135, then 65535 + 0 which fits.
    count = add_saturating(ring, slots, targets, np.array([65000, 535, 7, 600, 0]))
    assert count == 1
    assert ring.tolist() == [[0, 7], [65535, 0]]


def test_several_spikes_in_one_tick_are_several_inputs_and_one_packet(
    one_target, laid_out, static
) -> None:
    layout = laid_out(one_target(static(1.0), **SILENT))
    emulator = ReferenceEmulator(layout)
    three = (np.array([4, 4, 4]), np.array([0, 0, 0]))
    recording = emulator.advance(8, [three], [TraceProbe(0, "i_excitatory", 1, np.array([0]))])
    once = ReferenceEmulator(layout).advance(
        8, [(np.array([4]), np.array([0]))], [TraceProbe(0, "i_excitatory", 1, np.array([0]))]
    )
    assert recording.traces[0][1][5, 0] == pytest.approx(3 * once.traces[0][1][5, 0], abs=1e-4)
    assert recording.synaptic_events == [3]
    assert emulator.tallies()["packets"] == {"in": 1, "a": 0}


def test_weight_moves_as_the_rule_says_by_hand(laid_out, plastic) -> None:
    # A pre spike at 2, one post spike at 5, the next pre spike at 10; delay 1, tau 20, S = 3.
    rule = plastic(weight=1.0, a_plus=0.5, a_minus=0.25)
    emulator = _paired(laid_out, rule, pre=[2, 10], post=[4])
    trace = 1676 << 4  # floor(2048 exp(-4 / 20)), from 11 to 15 fraction bits
    # Post at 5 reaches the synapse at 6, 4 after the pre spike: +0.5 * 1676 / 2048, then the
    # pre spike at 10 comes 4 after it: -0.25 * 1676 / 2048; both floored to 2^-15, then to 2^-12.
    raised = 32768 + (16384 * trace >> 15)
    lowered = raised - (8192 * trace >> 15)
    assert emulator.weights(1).tolist() == [(lowered >> 3) / 4096]


def test_weight_is_stale_until_the_next_pre_spike(laid_out, plastic) -> None:
    emulator = _paired(laid_out, plastic(weight=1.0), pre=[2], post=[4])
    assert emulator.weights(1).tolist() == [1.0]


@pytest.mark.parametrize(("a_plus", "bound"), [(5.0, 2.0), (0.0, 0.0)])
def test_weight_is_clipped_at_its_bounds(laid_out, plastic, a_plus: float, bound: float) -> None:
    rule = plastic(weight=1.0, a_plus=a_plus, a_minus=0.0 if a_plus else 5.0)
    assert _paired(laid_out, rule, pre=[2, 10], post=[4]).weights(1).tolist() == [bound]


def test_multiplicative_steps_shrink_with_the_room_that_is_left(laid_out, plastic) -> None:
    rule = plastic(weight=1.0, rule="multiplicative", amplitude="relative", a_plus=0.5, a_minus=0.0)
    # W = 1 + mulk(mulk(2 - 1, 0.5), 1676 << 4), floored to the stored grid.
    raised = 32768 + (16384 * (1676 << 4) >> 15)
    assert _paired(laid_out, rule, pre=[2, 10], post=[4]).weights(1).tolist() == [
        (raised >> 3) / 4096
    ]


def _paired(laid_out, rule, *, pre: list[int], post: list[int]) -> ReferenceEmulator:
    """Drive one neuron to fire once, one tick after `post`, with a plastic input."""
    # 2 nA move the membrane by 2 * 0.63 * 20 * (1 - exp(-1 / 20)) = 1.2 mV, 1 nA by 0.6 mV.
    cell = CurrentExponentialLIF(tau_refrac=20.0, tau_syn_E=1.0, v_thresh=-64.0)
    network = Network(
        name="pair",
        dt=1.0,
        semantics="tick",
        populations=[Population("a", 1, cell)],
        inputs=[SpikeArray(name="force", size=1), SpikeArray(name="pre", size=1)],
        projections=[
            Projection("force", "a", AllToAll(), Static(weight=2.0), name="drive"),
            Projection("pre", "a", AllToAll(), rule, name="learn"),
        ],
    )
    emulator = ReferenceEmulator(laid_out(network))
    inputs = [(np.array(ticks), np.zeros(len(ticks), dtype=np.int64)) for ticks in (post, pre)]
    recording = emulator.advance(12, inputs)
    assert recording.spikes[2][0].tolist() == [tick + 1 for tick in post]
    return emulator
