from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    FixedProbability,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.results import Result
from neuro.run import compile_network

STEPS = 400
CUTS = st.lists(st.integers(0, STEPS), max_size=6).map(lambda cuts: [0, *sorted(cuts), STEPS])


def network(semantics: str) -> Network:
    learn = PairSTDP(
        weight=Uniform("0.5 nA", "1 nA"),
        delay=Uniform("0.2 ms", "3 ms"),
        rule="multiplicative",
        amplitude="relative",
        a_plus=0.05,
        a_minus=0.03,
        w_max="2 nA",
    )
    cell = CurrentExponentialLIF(cm="0.2 nF", tau_m="10 ms")
    return Network(
        name="cut",
        populations=[Population("a", 5, cell), Population("b", 4, cell)],
        inputs=[Poisson(name="noise", size=6, rate="400 Hz"), SpikeArray(name="in", size=2)],
        projections=[
            Projection("noise", "a", AllToAll(), Static(weight="0.3 nA", delay="0.3 ms")),
            Projection("in", "b", AllToAll(), Static(weight="2 nA", delay="0.1 ms")),
            Projection("a", "b", FixedProbability(probability=0.7), learn),
            Projection("b", "a", AllToAll(), Static(weight="0.2 nA"), "inhibitory"),
        ],
        probes=[
            *(Probe(population=name) for name in ("noise", "in", "a", "b")),
            Probe(population="b", variable="v", interval="0.7 ms"),
        ],
        semantics=semantics,  # type: ignore[arg-type]
        seed=5,
    )


def bits(result: Result) -> dict[str, Any]:
    trace = result.traces["b"]["v"]
    spikes = {name: (item.times, item.indices) for name, item in result.spikes.items()}
    return {
        "counters": result.counters,
        "trace": (trace.times.tobytes(), trace.values.tobytes()),
        "weights": result.weights["a->b"].values.tobytes(),
        **{name: (times.tobytes(), ids.tobytes()) for name, (times, ids) in spikes.items()},
    }


def run(semantics: str, cuts: list[int], listed: list[tuple[int, int]]) -> Result:
    """Run from cut to cut; give each listed spike to the piece that it falls into."""
    with compile_network(network(semantics)) as program:
        for first, last in pairwise(cuts):
            due = [(step * 0.1, source) for step, source in listed if first < step <= last]
            times, sources = [time for time, _ in due], [source for _, source in due]
            program.run((last - first) * 0.1, inputs={"in": (times, sources)})
        return program.result()


LISTED = st.lists(st.tuples(st.integers(1, STEPS - 1), st.integers(0, 1)), max_size=8)


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@settings(max_examples=15)
@given(cuts=CUTS)
def test_cutting_a_run_changes_no_bit(semantics: str, cuts: list[int]) -> None:
    whole = run(semantics, [0, STEPS], [])
    assert bits(run(semantics, cuts, [])) == bits(whole)
    assert whole.spikes["b"].times.size > 0
    assert np.ptp(whole.weights["a->b"].values) > 0


@settings(max_examples=15)
@given(cuts=CUTS, listed=LISTED)
def test_spikes_may_be_given_just_before_they_are_due(
    cuts: list[int], listed: list[tuple[int, int]]
) -> None:
    assert bits(run("exact", cuts, listed)) == bits(run("exact", [0, STEPS], listed))
