"""The compiled emulator against the NumPy reference, bit for bit, on random layouts."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neuro import lower
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.engine import Engine, TraceProbe
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    PairList,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
    Static,
)

native = pytest.importorskip(
    "neuro.backends.spinnaker.native", reason="the compiled kernels were not built"
)

TICKS = 80
INPUTS = 9
CELLS = {"current": CurrentExponentialLIF, "conductance": ConductanceExponentialLIF}
STRENGTH = {"current": 3.0, "conductance": 0.08}
"""Weights, nA or uS, of which a few at once make a neuron fire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One random network.

    Parameters
    ----------
    sizes : tuple of int
        Neurons of each population; more than 64 leave so few delay slots, with `per_core` 256,
        that the longest delays need a delay extension.
    per_core : int
        Neurons of a core at most.
    longest : int
        Longest delay, steps.
    gain : float
        Factor of all weights; a large one saturates ring buffers.
    repeats : int
        How often at most an input spikes in one tick.
    """

    seed: int
    cell: str
    sizes: tuple[int, ...]
    uniform: bool
    longest: int
    rule: str
    gain: float
    repeats: int
    dt: float
    per_core: int
    lossy: bool

    def options(self, *, limits: bool = True) -> Options:
        mode, chance = ("lossy", 0.1) if self.lossy else ("ideal", 0.0)
        return Options(
            mode=mode, drop_probability=chance, neurons_per_core=self.per_core, limits=limits
        )


CASES = st.builds(
    Case,
    seed=st.integers(0, 2**32),
    cell=st.sampled_from(list(CELLS)),
    sizes=st.sampled_from([(1,), (8,), (13,), (33, 5), (140,), (70, 70)]),
    uniform=st.booleans(),
    longest=st.sampled_from([1, 2, 4, 7, 70]),
    rule=st.sampled_from(["", "additive", "multiplicative"]),
    gain=st.sampled_from([0.3, 1.0, 4.0]),
    repeats=st.sampled_from([1, 3]),
    dt=st.sampled_from([1.0, 0.5]),
    per_core=st.sampled_from([64, 256]),
    lossy=st.booleans(),
)
STAGES = Case(
    seed=5, cell="current", sizes=(140,), uniform=True, longest=70, rule="additive", gain=1.0,
    repeats=3, dt=1.0, per_core=256, lossy=False,
)  # fmt: skip
"""Delays beyond the 32 slots of a full core, served by two stages of a delay extension."""


def population(case: Case, name: str, size: int, rng: np.random.Generator) -> Population:
    def value(low: float, high: float) -> Any:
        return rng.uniform(low, high) if case.uniform else rng.uniform(low, high, size)

    parameters = {
        "cm": value(0.2, 1.5),
        "tau_m": value(5.0, 30.0),
        "tau_refrac": value(0.0, 4.0),
        "tau_syn_E": value(1.0, 10.0),
        "tau_syn_I": value(1.0, 10.0),
        "v_rest": value(-70.0, -60.0),
        "v_reset": value(-75.0, -60.0),
        "v_thresh": value(-58.0, -45.0),
        "v_init": value(-75.0, -40.0),
        "i_offset": value(0.0, 0.5),
    }
    return Population(name, size, CELLS[case.cell](**parameters))


def projection(
    case: Case, ends: tuple[str, str], sizes: tuple[int, int], plastic: bool, rng: Any
) -> Projection:
    count = int(rng.integers(1, 1 + min(300, 4 * sizes[0] * sizes[1])))
    pairs = PairList(
        sources=rng.integers(0, sizes[0], count), targets=rng.integers(0, sizes[1], count)
    )
    strength = case.gain * STRENGTH[case.cell]
    delays = rng.integers(1, case.longest + 1, count) * case.dt
    one = bool(rng.integers(2))
    synapse: dict[str, Any] = {
        "weight": strength / 2 if one else rng.uniform(0, strength, count),
        "delay": float(delays[0]) if one else delays,
    }
    receptor = "excitatory" if plastic or rng.integers(3) else "inhibitory"
    name = f"{ends[0]}-{ends[1]}-{plastic}-{receptor}"
    if not plastic:
        return Projection(*ends, pairs, Static(**synapse), receptor, name=name)
    # One rule for all plastic projections onto a population, as on the machine.
    fixed = np.random.default_rng(case.seed + 1)
    additive = case.rule == "additive"
    step = strength if additive else 1.0
    rule = PairSTDP(
        **synapse,
        rule=case.rule,
        amplitude="absolute" if additive else "relative",
        a_plus=step * fixed.uniform(0.0, 0.3),
        a_minus=step * fixed.uniform(0.0, 0.3),
        tau_plus=fixed.uniform(2.0, 20.0),
        tau_minus=fixed.uniform(2.0, 20.0),
        w_min=0.0,
        w_max=strength,
    )
    return Projection(*ends, pairs, rule, receptor, name=name)


def network(case: Case) -> Network:
    """Make populations that drive themselves and one another, under irregular input."""
    rng = np.random.default_rng(case.seed)
    cells = [population(case, f"p{number}", size, rng) for number, size in enumerate(case.sizes)]
    counts = np.where(rng.random((TICKS, INPUTS)) < 0.1, rng.integers(1, case.repeats + 1), 0)
    ticks, indices = np.nonzero(counts)
    spikes = counts[ticks, indices]
    drive = SpikeArray(
        name="in",
        size=INPUTS,
        times=np.repeat(ticks, spikes) * case.dt,
        indices=np.repeat(indices, spikes),
    )
    sizes = {"in": INPUTS, **{item.name: item.size for item in cells}}
    ways = [
        (source, cell.name, plastic)
        for source in sizes
        for cell in cells
        for plastic in ((False, True) if case.rule else (False,))
    ]
    return Network(
        name="random",
        dt=case.dt,
        semantics="tick",
        seed=case.seed,
        populations=cells,
        inputs=[drive],
        projections=[
            projection(case, (source, target), (sizes[source], sizes[target]), plastic, rng)
            for source, target, plastic in ways
        ],
    )


def probes_of(layout: Layout) -> list[TraceProbe]:
    return [
        TraceProbe(number, variable, interval, np.arange(item.size))
        for number, item in enumerate(layout.populations)
        for variable, interval in zip(native.VARIABLES[item.cell], (1, 1, 2), strict=True)
    ]


def inputs_of(layout: Layout) -> list[Any]:
    return [(item.steps, item.indices) for item in layout.plan.inputs]


def assert_same_recording(fast: Any, slow: Any) -> None:
    assert fast.synaptic_events == slow.synaptic_events
    assert fast.plastic_updates == slow.plastic_updates
    assert fast.spike_counts == slow.spike_counts
    for ours, theirs in zip(fast.spikes + fast.traces, slow.spikes + slow.traces, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


def assert_same_memory(fast: Engine, slow: Engine, layout: Layout, *, by_core: bool) -> None:
    """Compare weights, traces, histories, what is under way, and all counts."""
    assert fast.tallies() == slow.tallies()
    ours, theirs = fast.snapshot(), slow.snapshot()
    for number, item in enumerate(layout.populations):
        name = f"population{number}"
        for variable, key in (("v", "v"), ("refractory", "refractory")):
            np.testing.assert_array_equal(ours[f"{name}.{key}"], theirs[f"{name}.{variable}"])
        received = np.stack([ours[f"{name}.input0"], ours[f"{name}.input1"]])
        np.testing.assert_array_equal(received, theirs[f"{name}.received"])
        rings = ours[f"{name}.rings"].reshape(item.slots, 2, item.size).swapaxes(0, 1)
        np.testing.assert_array_equal(rings, theirs[f"{name}.ring"])
        if f"{name}.post_count" in ours:
            assert_same_history(ours, theirs, name)
    slices = {item.name: len(item.slices) if by_core else 1 for item in layout.populations}
    group = 0
    for number, laid in enumerate(layout.projections):
        groups = slices[laid.target] * (laid.stages + 1)
        if laid.plasticity is not None:
            np.testing.assert_array_equal(fast.weights(number), slow.weights(number))
            for part in ("pre_time", "pre_trace"):
                rows = [ours[f"rows{group + k}.{part}"] for k in range(groups)]
                expected = theirs[f"projection{number}.{part}"].reshape(groups, -1)
                np.testing.assert_array_equal(np.stack(rows), expected)
        group += groups


def assert_same_history(ours: dict[str, Any], theirs: dict[str, Any], name: str) -> None:
    counts = ours[f"{name}.post_count"]
    np.testing.assert_array_equal(counts, theirs[f"{name}.history.count"])
    for part in ("times", "traces"):
        kept = ours[f"{name}.post_{part}"].reshape(counts.size, -1)
        wanted = theirs[f"{name}.history.{part}"]
        for count, row, expected in zip(counts, kept, wanted, strict=True):
            np.testing.assert_array_equal(row[:count], expected[:count])


@pytest.mark.parametrize("instruction_set", native.instruction_sets())
@settings(max_examples=20, deadline=None, derandomize=True)
@given(case=CASES, cut=st.integers(0, TICKS), limits=st.booleans())
@example(case=STAGES, cut=40, limits=True)
@example(case=replace(STAGES, rule="multiplicative", lossy=True, per_core=130), cut=9, limits=True)
def test_compiled_emulator_has_the_bits_of_the_reference(
    instruction_set: str, case: Case, cut: int, limits: bool
) -> None:
    options = case.options(limits=limits)
    layout = lay_out(lower(network(case)), options)
    inputs, probes = inputs_of(layout), probes_of(layout)
    fast = native.NativeEmulator(layout, options, instruction_set)
    slow = ReferenceEmulator(layout, options)
    for ticks in (cut, TICKS - cut):
        assert_same_recording(
            fast.advance(ticks, inputs, probes), slow.advance(ticks, inputs, probes)
        )
        assert_same_memory(fast, slow, layout, by_core=case.lossy)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(case=CASES, cut=st.integers(0, TICKS))
@example(case=STAGES, cut=40)
def test_compiled_emulator_continues_from_a_snapshot_bit_for_bit(case: Case, cut: int) -> None:
    options = case.options()
    layout = lay_out(lower(network(case)), options)
    inputs, probes = inputs_of(layout), probes_of(layout)
    whole, part, other = (native.NativeEmulator(layout, options) for _ in range(3))
    whole.advance(cut, inputs)
    part.advance(cut, inputs)
    state = part.snapshot()
    expected = whole.advance(TICKS - cut, inputs, probes)
    other.advance(TICKS // 2, inputs)
    other.restore(state)
    assert_same_recording(other.advance(TICKS - cut, inputs, probes), expected)
    assert other.tallies() == whole.tallies()
    ours, theirs = other.snapshot(), whole.snapshot()
    assert ours.keys() == theirs.keys()
    for name, values in theirs.items():
        np.testing.assert_array_equal(ours[name], values, err_msg=name)
    other.reset()
    again = native.NativeEmulator(layout, options).snapshot()
    for name, values in other.snapshot().items():
        np.testing.assert_array_equal(values, again[name], err_msg=name)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(case=CASES, cut=st.integers(0, TICKS // 2))
@example(case=STAGES, cut=40)
def test_batches_do_what_the_reference_does_on_any_number_of_threads(case: Case, cut: int) -> None:
    options = case.options()
    layout = lay_out(lower(network(case)), options)
    inputs = inputs_of(layout)
    samples = [inputs, [(inputs[0][0][:0], inputs[0][1][:0])], inputs]
    fast, slow = native.NativeEmulator(layout, options), ReferenceEmulator(layout, options)
    for engine in (fast, slow):
        engine.advance(cut, inputs)
    before = fast.snapshot()
    wanted = slow.batch(TICKS - cut, samples, bins=3, threads=1)
    for threads in (1, 3):
        found = fast.batch(TICKS - cut, samples, bins=3, threads=threads)
        for ours, theirs in zip(found, wanted, strict=True):
            for mine, his in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(mine, his)
    for name, values in fast.snapshot().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
