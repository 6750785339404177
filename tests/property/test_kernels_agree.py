"""The compiled kernels against the NumPy reference, on random networks of every kind."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuro import lower, simulate
from neuro.engine import TraceProbe, build, native_detail
from neuro.ir import (
    AllToAll,
    BinaryThresholdUnit,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    FixedProbability,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    Static,
    Uniform,
)
from neuro.passes import emitted
from neuro.results import Result

pytestmark = pytest.mark.skipif(native_detail() is None, reason="compiled kernels were not built")

SIZE = 24
LIF: dict[str, Any] = {
    "cm": 0.5,
    "tau_m": Uniform(8.0, 12.0),
    "v_rest": -60.0,
    "v_reset": -65.0,
    "v_thresh": -55.0,
}
CELLS = {
    "current": CurrentExponentialLIF(**{**LIF, "tau_m": 10.0, "tau_refrac": 1.3}, tau_syn_E=2.0),
    "current array": CurrentExponentialLIF(**LIF, tau_refrac=Uniform(0.0, 3.0), i_offset=0.1),
    "conductance": ConductanceExponentialLIF(**{**LIF, "tau_m": 9.0}, tau_refrac=0.0),
    "conductance array": ConductanceExponentialLIF(**LIF, tau_syn_I=4.0, tau_refrac=2.0),
    "delta": DeltaLIF(**{**LIF, "tau_m": 10.0}, tau_refrac=1.0),
    "delta array": DeltaLIF(**LIF, i_offset=Uniform(0.0, 0.2)),
    "discrete": DiscreteLIF(decay=0.9, threshold=2.0),
    "binary": BinaryThresholdUnit(threshold=2.5),
}
WEIGHTS = {"nA": (0.2, 0.8), "uS": (0.002, 0.03), "mV": (0.5, 3.0), "": (0.3, 1.0)}
VARIABLES = {kind: [*cell.variables] for kind, cell in CELLS.items()}


def network(
    kind: str, semantics: str, seed: int, plastic: str, delays: str, size: int = SIZE
) -> Network:
    """Make a recurrent network under Poisson drive that keeps firing."""
    cell = CELLS[kind]
    excitatory, *inhibitory = cell.receptors
    unit = cell.receptors[excitatory].unit
    low, high = WEIGHTS[unit]
    delay: Any = {"one": 1.0, "few": 1.0, "many": Uniform(0.5, 6.0)}[delays]
    projections = [
        Projection(
            "drive",
            "a",
            FixedProbability(probability=0.3),
            Static(weight=Uniform(2 * low, 2 * high), delay=0.5),
            excitatory,
        ),
        Projection(
            "a",
            "a",
            FixedProbability(probability=0.2),
            Static(weight=low, delay=2.0 if delays == "few" else delay),
            excitatory,
        ),
    ]
    if inhibitory:
        synapse = Static(weight=high, delay=delay)
        projections.append(
            Projection("a", "a", AllToAll(skip_equal_index=True), synapse, *inhibitory, name="inh")
        )
    if plastic:
        rule = PairSTDP(
            weight=Uniform(low, high),
            delay=delay,
            rule=plastic,
            amplitude="relative",
            a_plus=0.1,
            a_minus=0.12,
            tau_plus=10.0,
            tau_minus=15.0,
            w_max=high,
        )
        projections += [
            Projection(
                "a", "a", FixedProbability(probability=0.4), rule, excitatory, name="plastic"
            ),
            Projection("drive", "a", AllToAll(), rule, excitatory, name="from-drive"),
        ]
    return Network(
        name="random",
        dt=0.5,
        semantics=semantics,
        seed=seed,
        populations=[Population("a", size, cell)],
        inputs=[Poisson(name="drive", size=10, rate=120.0)],
        projections=projections,
        probes=[
            Probe(population="a"),
            Probe(population="drive"),
            *(Probe(population="a", variable=name, interval=1.0) for name in VARIABLES[kind]),
        ],
    )


def assert_rounded_alike(fast: np.ndarray, slow: np.ndarray) -> None:
    # Deferred additions round differently; what cancels leaves the rounding of the largest weight.
    np.testing.assert_allclose(fast, slow, rtol=1e-12, atol=1e-13 * np.abs(slow).max())


def both(net: Network, duration: float = 150.0) -> tuple[Result, Result]:
    return simulate(net, duration), simulate(net, duration, target="cpu_reference")


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize("kind", CELLS)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32),
    plastic=st.sampled_from(["", "additive", "multiplicative"]),
    delays=st.sampled_from(["one", "few", "many"]),
)
def test_compiled_kernels_do_what_the_reference_does(
    kind: str, semantics: str, seed: int, plastic: str, delays: str
) -> None:
    fast, slow = both(network(kind, semantics, seed, plastic, delays))
    assert slow.counters.spikes["a"] > 0
    assert fast.counters == slow.counters
    for name, trains in slow.spikes.items():
        assert np.array_equal(fast.spikes[name].times, trains.times)
        assert np.array_equal(fast.spikes[name].indices, trains.indices)
    for name, trace in slow.traces.get("a", {}).items():
        assert np.array_equal(fast.traces["a"][name].times, trace.times)
        np.testing.assert_allclose(fast.traces["a"][name].values, trace.values, rtol=0, atol=1e-10)
    for name, weights in slow.weights.items():
        assert_rounded_alike(fast.weights[name].values, weights.values)


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize("kind", ["current", "current array", "delta", "discrete", "binary"])
def test_ring_buffer_path_gives_the_same_bits_as_the_reference(kind: str, semantics: str) -> None:
    fast, slow = both(network(kind, semantics, seed=5, plastic="", delays="many"))
    for name, trace in slow.traces.get("a", {}).items():
        assert np.array_equal(fast.traces["a"][name].values, trace.values)
    assert fast.counters == slow.counters


@pytest.mark.parametrize("kind", ["current", "conductance array", "delta", "discrete"])
def test_single_precision_stays_close_to_double(kind: str) -> None:
    # Rounding moves single spikes; the activity stays the same within its own fluctuation.
    net = network(kind, "exact", seed=1, plastic="additive", delays="few")
    double, single = simulate(net, 300.0), simulate(net, 300.0, target="cpu_float32")
    count = double.counters.spikes["a"]
    assert abs(single.counters.spikes["a"] - count) < 4 * np.sqrt(count)
    assert any("float32" in str(note.stored) for note in single.provenance.notes)


@pytest.mark.parametrize(("threads", "tile_bytes"), [(1, 2000), (2, 2000), (2, None), (3, None)])
@pytest.mark.parametrize("delays", ["one", "few", "many"])
@pytest.mark.parametrize("kind", CELLS)
def test_number_of_threads_and_tiles_does_not_change_a_bit(
    kind: str, delays: str, threads: int, tile_bytes: int | None
) -> None:
    from neuro.engine.native import NativeEngine

    net = network(kind, "exact", seed=9, plastic="", delays=delays, size=300)
    plan = lower(net)
    built = build(plan)
    probes = [TraceProbe(0, name, 7, np.arange(0, 300, 11)) for name in VARIABLES[kind]]
    recordings = []
    for shared in ({"threads": 1}, {"threads": threads, "tile_bytes": tile_bytes}):
        engine = NativeEngine(built, "float64", **shared)
        parts = []
        for first, last in ((-1, 60), (60, 200)):
            fed = [emitted(plan, item, first, last) for item in plan.inputs]
            parts.append(engine.advance(last - max(first, 0), fed, probes))
        recordings.append(parts)
    for alone, split in zip(*recordings, strict=True):
        assert alone.synaptic_events == split.synaptic_events
        assert alone.spike_counts == split.spike_counts
        for (steps, indices), (other_steps, other_indices) in zip(
            alone.spikes, split.spikes, strict=True
        ):
            assert np.array_equal(steps, other_steps)
            assert np.array_equal(indices, other_indices)
        for (_, values), (_, other_values) in zip(alone.traces, split.traces, strict=True):
            assert np.array_equal(values, other_values)


@pytest.mark.parametrize(("a_plus", "a_minus", "bound"), [(0.4, 0.1, 1.0), (0.1, 0.4, 0.1)])
@pytest.mark.parametrize("pairing", ["dendritic", "immediate"])
@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_dense_plastic_rows_do_what_the_reference_does(
    semantics: str, pairing: str, a_plus: float, a_minus: float, bound: float
) -> None:
    rule = PairSTDP(
        weight=Uniform(0.1, 1.0),
        rule="additive",
        amplitude="absolute",
        pairing=pairing,
        a_plus=a_plus,
        a_minus=a_minus,
        tau_plus=5.0,
        tau_minus=8.0,
        w_min=0.1,
        w_max=1.0,
    )
    net = Network(
        name="dense",
        dt=1.0,
        semantics=semantics,
        populations=[Population("a", 30, CELLS["delta array"])],
        inputs=[Poisson(name="drive", size=30, rate=60.0)],
        projections=[
            Projection("drive", "a", AllToAll(), Static(weight=Uniform(0.2, 1.0))),
            Projection("a", "a", AllToAll(skip_equal_index=True), rule),
            Projection("drive", "a", AllToAll(), rule, name="from-drive"),
        ],
        probes=[Probe(population="a")],
    )
    fast, slow = both(net, 400.0)
    assert slow.counters.spikes["a"] > 300
    assert fast.counters == slow.counters
    assert np.array_equal(fast.spikes["a"].times, slow.spikes["a"].times)
    for name, weights in slow.weights.items():
        assert_rounded_alike(fast.weights[name].values, weights.values)
    # A bound is reached, so that the deferred clip is seen.
    assert any(np.any(weights.values == bound) for weights in slow.weights.values())
