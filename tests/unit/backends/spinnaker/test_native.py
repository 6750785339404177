"""The compiled emulator: the published vectors on every instruction set, and what it promises."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from spinnaker_oracle.recipe import Cells, Recipe, Synapses
from spinnaker_oracle.vectors import NEURONS, TICKS, VECTORS, Vector, digest

from neuro import lower
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.ports import port_rows
from neuro.engine import TraceProbe
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    FixedFanIn,
    Network,
    PairList,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)

native = pytest.importorskip(
    "neuro.backends.spinnaker.native", reason="the compiled kernels were not built"
)

INSTRUCTION_SETS = native.instruction_sets()
CELLS = {"IF_curr_exp": CurrentExponentialLIF, "IF_cond_exp": ConductanceExponentialLIF}


def population(cells: Cells) -> Population:
    parameters = {name: np.array(values) for name, values in cells.parameters.items()}
    kind = CELLS[cells.cell]
    return Population(cells.name, cells.size, kind(**parameters, v_init=np.array(cells.v_init)))


def projection(synapses: Synapses) -> Projection:
    sources, targets, weights, delays = (
        np.array(column) for column in zip(*synapses.synapses, strict=True)
    )
    ends = PairList(sources=sources, targets=targets)
    if synapses.rule is None:
        synapse: Static | PairSTDP = Static(weight=weights, delay=delays)
    else:
        rule = synapses.rule
        synapse = PairSTDP(
            weight=weights,
            delay=delays,
            rule="additive",
            amplitude="absolute",
            a_plus=rule["A_plus"],
            a_minus=rule["A_minus"],
            tau_plus=rule["tau_plus"],
            tau_minus=rule["tau_minus"],
            w_min=rule["w_min"],
            w_max=rule["w_max"],
        )
    return Projection(
        synapses.source, synapses.target, ends, synapse, synapses.receptor, name=synapses.name
    )


def network(recipe: Recipe) -> Network:
    inputs = [
        SpikeArray(
            name=item.name,
            size=item.size,
            times=np.concatenate(item.ticks) * recipe.dt,
            indices=np.repeat(np.arange(item.size), [len(row) for row in item.ticks]),
        )
        for item in recipe.sources
    ]
    return Network(
        name=recipe.name,
        dt=recipe.dt,
        semantics="tick",
        populations=[population(item) for item in recipe.populations],
        inputs=inputs,
        projections=[projection(item) for item in recipe.projections],
    )


def layout_of(net: Network, **options) -> Layout:
    return lay_out(lower(net), Options(**options))


def emulator(net: Network, instruction_set: str | None = None, **options):
    chosen = Options(**options)
    return native.NativeEmulator(lay_out(lower(net), chosen), chosen, instruction_set)


def inputs_of(net: Network):
    return [(item.steps, item.indices) for item in lower(net).inputs]


@pytest.mark.parametrize("instruction_set", INSTRUCTION_SETS)
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector.recipe.name))
def test_published_vector_is_reproduced_to_the_bit(vector: Vector, instruction_set: str) -> None:
    net = network(vector.recipe)
    engine = emulator(net, instruction_set)
    variables = list(net.populations[0].cell.variables)[:2]
    neurons = np.arange(NEURONS)
    probes = [TraceProbe(0, variable, 1, neurons) for variable in variables]
    recording = engine.advance(TICKS, inputs_of(net), probes)
    raw = [digest((values * 32768).astype(np.int32)) for _, values in recording.traces]
    assert raw == [vector.v, vector.excitatory]
    spikes = list(zip(*(part.tolist() for part in recording.spikes[1]), strict=True))
    assert len(spikes) == vector.spikes
    assert tuple(spikes[:5]) == vector.first
    saturations = {"A": 0, "B": 124, "C": 0, "D": 0}  # specs, spinnaker section 11
    assert engine.tallies()["saturations"] == {"cells": saturations[vector.recipe.name]}


@pytest.mark.parametrize("instruction_set", INSTRUCTION_SETS)
def test_published_rows_are_learnt_to_the_bit(instruction_set: str) -> None:
    net = network(VECTORS[2].recipe)
    engine = emulator(net, instruction_set)
    engine.advance(TICKS, inputs_of(net))
    expected = [2516, 1475, 1517, 0, 2694, 1832, 2, 0, 2137, 1177, 131, 1367]
    learnt = engine.weights([item.name for item in net.projections].index("recurrent"))
    assert (learnt * 2**12).tolist() == expected  # the shift is 3, so a nA is 2^12
    state = engine.snapshot()
    assert state["rows1.pre_time"].tolist() == [183, 186, 193, 197]
    assert state["rows1.pre_trace"].tolist() == [2942, 2942, 3821, 3793]


def silent(size: int, delay: float, times: Sequence[float] = (5.0,)) -> Network:
    """Join one input to every neuron of a population that it cannot make fire."""
    every = PairList(sources=np.zeros(size, dtype=int), targets=np.arange(size))
    return Network(
        name="silent",
        dt=1.0,
        semantics="tick",
        populations=[Population("cells", size, CurrentExponentialLIF(tau_refrac=2.0))],
        inputs=[SpikeArray(name="in", size=1, times=times, indices=np.zeros(len(times), int))],
        projections=[Projection("in", "cells", every, Static(weight=0.1, delay=delay))],
    )


# 256 neurons on a core leave 32 slots; a delay extension serves up to nine times as many.
@pytest.mark.parametrize("delay", [1, 32, 33, 64, 100, 288])
def test_long_delay_is_exact(delay: int) -> None:
    net = silent(256, float(delay))
    probe = TraceProbe(0, "i_excitatory", 1, np.array([0, 255]))
    recording = emulator(net).advance(320, inputs_of(net), [probe])
    ticks, values = recording.traces[0]
    assert ticks[values[:, 0] > 0][0] == 5 + delay
    assert np.array_equal(values[:, 0], values[:, 1])


def test_delay_extension_splits_rows_without_losing_a_synapse() -> None:
    net = silent(256, 1.0)
    rng = np.random.default_rng(4)
    pairs = PairList(sources=np.zeros(600, int), targets=np.sort(rng.integers(0, 256, 600)))
    delays = rng.integers(1, 289, 600).astype(float)
    synapse = Static(weight=rng.uniform(0.1, 0.2, 600), delay=delays)
    net = Network(
        name="long",
        dt=1.0,
        semantics="tick",
        populations=net.populations,
        inputs=net.inputs,
        projections=[Projection("in", "cells", pairs, synapse)],
    )
    layout = layout_of(net)
    (item,) = layout.projections
    parts = port_rows(item, layout.populations[0], by_core=False)
    assert [part.stage for part in parts] == list(range(9))
    assert np.array_equal(np.sort(np.concatenate([part.positions for part in parts])), range(600))
    for part in parts:
        assert np.array_equal(part.delay_steps + 32 * part.stage, item.delay_steps[part.positions])
        assert np.all((part.delay_steps >= 1) & (part.delay_steps <= 32))


def firing(count: int) -> Network:
    """Join two neurons by a plastic synapse; only the target fires, in every third tick."""
    pair = PairList(sources=[0], targets=[0])
    rule = PairSTDP(
        weight=0.5, delay=1.0, rule="additive", amplitude="absolute", a_plus=0.01, a_minus=0.01,
        tau_plus=20.0, tau_minus=20.0, w_max=1.0,
    )  # fmt: skip
    cells = [Population(name, 1, CurrentExponentialLIF(tau_refrac=2.0)) for name in ("a", "b")]
    times = 3.0 * np.arange(count)
    drive = SpikeArray(name="in", size=1, times=times, indices=np.zeros(count, dtype=int))
    strong = Static(weight=500.0, delay=1.0)
    return Network(
        name="firing",
        dt=1.0,
        semantics="tick",
        populations=cells,
        inputs=[drive],
        projections=[
            Projection("in", "b", pair, strong),
            Projection("a", "b", pair, rule, "inhibitory"),
        ],
    )


@pytest.mark.parametrize(("limits", "lost"), [(True, 5), (False, 0)])
def test_post_history_keeps_fifteen_spikes_unless_limits_are_lifted(
    limits: bool, lost: int
) -> None:
    net = firing(20)
    engine = emulator(net, limits=limits)
    recording = engine.advance(60, inputs_of(net))
    assert recording.spikes[2][0].size == 20
    assert engine.tallies()["history_losses"] == {"a": 0, "b": lost}


def test_unlimited_history_survives_a_snapshot() -> None:
    net = firing(40)
    engine, copy = emulator(net, limits=False), emulator(net, limits=False)
    inputs = inputs_of(net)
    engine.advance(120, inputs)
    copy.restore(engine.snapshot())
    ours, theirs = engine.snapshot(), copy.snapshot()
    assert ours["population1.post_count"].tolist() == [40]
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("population0.v", None),
        ("population0.v", np.zeros(3, dtype=np.int32)),
        ("population1.post_count", np.array([16], dtype=np.int32)),
        ("population1.post_times", np.zeros(7, dtype=np.uint32)),
        ("source1.recent", np.array([1], dtype=np.uint32)),
        ("step", np.array([-1])),
    ],
)
def test_state_that_does_not_fit_is_refused(name: str, broken: np.ndarray | None) -> None:
    net = firing(5)
    engine = emulator(net)
    engine.advance(10, inputs_of(net))
    state = engine.snapshot()
    state["source1.recent_sizes"] = np.array([1 if name == "source1.recent" else 0])
    if broken is None:
        del state[name]
    else:
        state[name] = broken
    with pytest.raises(ValueError, match=name.partition(".")[2].partition("_")[0] or name):
        engine.restore(state)


def test_error_in_one_sample_of_a_lossy_batch_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*path: object) -> None:
        raise KeyboardInterrupt

    net = firing(5)
    engine = emulator(net, mode="lossy", drop_probability=0.5)
    monkeypatch.setattr(native, "stream", broken)
    with pytest.raises(KeyboardInterrupt):
        engine.batch(20, [inputs_of(net)] * 4, bins=1, threads=2)


def resident() -> int:
    """Return the memory of this process in bytes."""
    return 4096 * int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_static_synapse_takes_at_most_sixteen_bytes() -> None:
    size, fan_in = 4000, 500
    net = Network(
        name="large",
        dt=1.0,
        semantics="tick",
        populations=[Population("cells", size, CurrentExponentialLIF())],
        projections=[
            Projection(
                "cells",
                "cells",
                FixedFanIn(count=fan_in),
                Static(weight=Uniform(0.01, 0.1), delay=Uniform(1.0, 16.0)),
            )
        ],
    )
    layout = layout_of(net)
    (item,) = layout.projections
    arrays = (item.offsets, item.targets, item.weights, item.delay_steps)
    held = sum(array.nbytes for array in arrays)
    before = resident()
    engine = native.NativeEmulator(layout, Options())
    grown = resident() - before
    assert engine.step == 0
    assert (held + grown) / (size * fan_in) <= 16
