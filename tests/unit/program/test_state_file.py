"""Saving, restoring, streaming and batches on the CPU backend, for every kind of kernel."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from neuro import load_result
from neuro.backend import Program
from neuro.engine import native_detail
from neuro.errors import ResultError, SemanticsWarning, ValidationError
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DiscreteLIF,
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

TARGETS = ["cpu_reference", *(["cpu", "cpu_float32"] if native_detail() else [])]
RULE: dict[str, Any] = {
    "weight": Uniform(0.0, 0.4),
    "amplitude": "relative",
    "a_plus": 0.1,
    "a_minus": 0.1,
    "w_max": 0.5,
}


def network(semantics: str = "exact", *, seed: int = 1) -> Network:
    """Every path of the engine in one network: direct, ring, sparse and dense plastic."""
    current = CurrentExponentialLIF(tau_m=10.0, tau_refrac=Uniform(0.5, 3.0), i_offset=0.9)
    conductance = ConductanceExponentialLIF(tau_m=10.0, tau_refrac=2.0)
    return Network(
        name="all",
        dt=0.5,
        seed=seed,
        semantics=semantics,
        populations=[
            Population("a", 20, current),
            Population("b", 15, conductance),
            Population("c", 10, DiscreteLIF(decay=0.9, threshold=3.0)),
            Population("d", 12, current),
        ],
        inputs=[
            Poisson(name="drive", size=20, rate=80.0),
            SpikeArray(name="extra", size=5, times=[3.0, 60.0], indices=[0, 4]),
        ],
        projections=[
            Projection("drive", "a", AllToAll(), Static(weight=0.3, delay=1.5)),
            Projection("extra", "a", AllToAll(), Static(weight=2.0, delay=3.0)),
            Projection("drive", "b", AllToAll(), Static(weight=0.01, delay=Uniform(0.5, 8.0))),
            Projection("a", "c", FixedProbability(probability=0.5), Static(weight=1.0), "input"),
            Projection("a", "d", AllToAll(), PairSTDP(rule="additive", **RULE)),
            Projection(
                "d",
                "d",
                FixedProbability(probability=0.5),
                PairSTDP(rule="multiplicative", delay=Uniform(0.5, 4.0), **RULE),
            ),
            Projection(
                "d",
                "d",
                AllToAll(skip_equal_index=True),
                PairSTDP(rule="additive", pairing="immediate", **RULE),
                name="immediate",
            ),
        ],
        probes=[
            *(Probe(population=name) for name in ("a", "b", "c", "d", "drive", "extra")),
            Probe(population="a", variable="v", interval=1.0),
            Probe(population="d", variable="i_excitatory", interval=2.5, indices=[0, 3]),
        ],
    )


def assert_same(first: Result, second: Result) -> None:
    """Bit for bit."""
    assert first.duration == second.duration
    assert first.counters == second.counters
    for name, trains in first.spikes.items():
        assert np.array_equal(trains.times, second.spikes[name].times)
        assert np.array_equal(trains.indices, second.spikes[name].indices)
    for name, variables in first.traces.items():
        for variable, trace in variables.items():
            assert np.array_equal(trace.times, second.traces[name][variable].times)
            assert np.array_equal(trace.values, second.traces[name][variable].values)
    for name, weights in first.weights.items():
        assert np.array_equal(weights.values, second.weights[name].values)


def program(target: str, semantics: str = "exact") -> Program:
    return compile_network(network(semantics), target=target)


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_the_network_exercises_every_population(target: str) -> None:
    whole = program(target)
    whole.run(150.0)
    assert all(
        count > 10 for name, count in whole.result().counters.spikes.items() if len(name) < 2
    )


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize("cut", [0.5, 41.5, 100.0])
def test_restored_run_is_bit_identical_to_an_uninterrupted_one(
    target: str, semantics: str, cut: float, tmp_path: Path
) -> None:
    whole, first, second = (program(target, semantics) for _ in range(3))
    added = {"extra": ([cut + 5.0, cut + 40.0], [1, 2])}
    whole.run(cut)
    whole.run(150.0 - cut, inputs=added)
    first.run(cut)
    first.save(tmp_path / "state.h5")
    second.restore(tmp_path / "state.h5")
    second.run(150.0 - cut, inputs=added)
    assert_same(second.result(), whole.result())


def test_saving_and_reading_weights_change_nothing(target: str, tmp_path: Path) -> None:
    whole, disturbed = program(target), program(target)
    whole.run(150.0)
    for _ in range(10):
        disturbed.run(15.0)
        disturbed.save(tmp_path / "state.h5")
        disturbed.result()
    assert_same(disturbed.result(), whole.result())


def test_added_inputs_are_saved(target: str, tmp_path: Path) -> None:
    whole, first, second = (program(target) for _ in range(3))
    for each in (whole, first):
        each.run(20.0, inputs={"extra": ([70.0], [3])})
    first.save(tmp_path / "state.h5")
    second.restore(tmp_path / "state.h5")
    for each in (whole, second):
        each.run(100.0)
    assert_same(second.result(), whole.result())


def test_reset_returns_to_the_very_beginning(target: str) -> None:
    whole, again = program(target), program(target)
    whole.run(60.0)
    again.run(33.0, inputs={"extra": ([10.0], [3])})
    again.reset()
    again.run(60.0)
    assert_same(again.result(), whole.result())


def test_state_of_another_network_or_target_is_refused(tmp_path: Path) -> None:
    first = program("cpu_reference")
    first.save(tmp_path / "state.h5")
    other = compile_network(network(seed=2), target="cpu_reference")
    with pytest.raises(ResultError, match="seed is 1"):
        other.restore(tmp_path / "state.h5")
    with pytest.warns(SemanticsWarning):
        ticking = compile_network(network(), target="cpu_reference", semantics="tick")
    with pytest.raises(ResultError, match="semantics is 'exact'"):
        ticking.restore(tmp_path / "state.h5")
    if native_detail():
        with pytest.raises(ResultError, match="engine is 'reference float64'"):
            program("cpu").restore(tmp_path / "state.h5")


def test_missing_or_foreign_state_is_refused(target: str, tmp_path: Path) -> None:
    (tmp_path / "text.h5").write_text("no")
    first = program(target)
    first.run(5.0)
    first.stream(5.0, tmp_path / "result.h5")
    for name, message in {
        "none.h5": "no such file",
        "text.h5": "cannot be read",
        "result.h5": "no state of a neuro program",
    }.items():
        with pytest.raises(ResultError, match=message):
            first.restore(tmp_path / name)


@pytest.mark.parametrize("damage", ["missing", "short", "out of range"])
def test_damaged_state_is_refused_and_the_program_starts_afresh(
    target: str, damage: str, tmp_path: Path
) -> None:
    first = program(target)
    first.run(50.0)
    first.save(tmp_path / "state.h5")
    with h5py.File(tmp_path / "state.h5", "r+") as file:
        group = file["engine"]
        name = max(
            (n for n in group if n.endswith("recent_sizes")), key=lambda n: group[n][()].sum()
        )
        values = group[name][()]
        del group[name]
        if damage != "missing":
            group[name] = values[:-1] if damage == "short" else values + 10_000
    if damage == "out of range" and target == "cpu_reference":
        return  # the reference slices lists, which cannot run over
    with pytest.raises(ResultError, match="damaged"):
        first.restore(tmp_path / "state.h5")
    fresh = program(target)
    for each in (first, fresh):
        each.run(50.0)
    assert_same(first.result(), fresh.result())


def test_streamed_file_holds_what_a_run_in_memory_gives(target: str, tmp_path: Path) -> None:
    whole, streamed = program(target), program(target)
    whole.run(150.0)
    streamed.run(40.0)
    streamed.stream(110.0, tmp_path / "long.h5")
    assert_same(load_result(tmp_path / "long.h5"), whole.result())
    assert streamed.result().counters == whole.result().counters


def test_failed_stream_leaves_no_file(tmp_path: Path) -> None:
    first = program("cpu_reference")
    with pytest.raises(ValidationError):
        first.stream(0.3, tmp_path / "long.h5")
    assert not list(tmp_path.iterdir())


def samples(count: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    return [
        {"extra": (np.sort(rng.uniform(1, 49, 30)).round(), rng.integers(0, 5, 30))}
        for _ in range(count)
    ]


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize("bins", [1, 4])
def test_batch_counts_what_single_runs_fire(target: str, semantics: str, bins: int) -> None:
    batched, single = program(target, semantics), program(target, semantics)
    answer = batched.run_batch(50.0, samples(3), bins=bins)
    for number, sample in enumerate(samples(3)):
        single.reset()
        single.run(50.0, inputs=sample)
        result = single.result()
        for name, counts in answer.counts.items():
            trains = result.spikes[name]
            # A step's spikes are labelled with its end under `exact`.
            step = trains.ticks(0.5) - (1 if semantics == "exact" else 0)
            expected = np.zeros(counts.shape[1:], dtype=int)
            np.add.at(expected, (step * bins // 100, trains.indices), 1)
            assert np.array_equal(counts[number], expected)
        for name, events in answer.synaptic_events.items():
            assert events[number] == result.counters.synaptic_events[name]


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_batch_does_not_depend_on_the_number_of_threads(target: str, threads: int) -> None:
    alone = program(target).run_batch(50.0, samples(7), threads=1)
    shared = program(target).run_batch(50.0, samples(7), threads=threads)
    for name, counts in alone.counts.items():
        assert np.array_equal(counts, shared.counts[name])


def test_batch_starts_from_the_present_state_and_leaves_it(target: str) -> None:
    batched, plain = program(target), program(target)
    for each in (batched, plain):
        each.run(30.0)
    later = [{"extra": ([31.0, 45.0], [0, 1])}, {}]
    counts = batched.run_batch(40.0, later).counts["a"]
    batched.run(40.0, inputs=later[0])
    plain.run(40.0, inputs=later[0])
    assert_same(batched.result(), plain.result())
    fired = plain.result().spikes["a"]
    inside = fired.indices[fired.times > 30.0]
    assert np.array_equal(counts[0, 0], np.bincount(inside, minlength=20))


@pytest.mark.parametrize("bins", [0, 101])
def test_impossible_number_of_bins_is_refused(bins: int) -> None:
    with pytest.raises(ValidationError, match="from 1 to the 100 steps"):
        program("cpu_reference").run_batch(50.0, samples(1), bins=bins)
