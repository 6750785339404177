from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from neuro.ir import Network, Poisson, SpikeArray
from neuro.passes import discretise, emitted, expand
from neuro.plan import Plan


def plan_of(source: Any, *, dt: float = 0.1, semantics: str = "exact", seed: int = 5) -> Plan:
    network = Network(name="net", populations=[], inputs=[source], dt=dt, seed=seed)
    return discretise(expand(network, semantics))


def spikes_of(plan: Plan, first: int, last: int) -> tuple[list[int], list[int]]:
    steps, indices = emitted(plan, plan.inputs[0], first, last)
    return steps.tolist(), indices.tolist()


def poisson(**changes: Any) -> Poisson:
    return Poisson(**{"name": "noise", "size": 100, "rate": "50 Hz", **changes})


# --- listed spikes -------------------------------------------------------------------------------


def test_listed_spikes_of_a_range_include_its_start_and_not_its_end() -> None:
    source = SpikeArray(name="in", size=3, times=[1.0, 2.0, 3.0], indices=[0, 1, 2])
    plan = plan_of(source, dt=1.0, semantics="tick")
    assert spikes_of(plan, 1, 3) == ([1, 2], [0, 1])


def test_listed_spike_at_time_zero_is_emitted_before_the_first_step_under_exact() -> None:
    plan = plan_of(SpikeArray(name="in", size=1, times=[0.0], indices=[0]))
    assert spikes_of(plan, -1, 1) == ([-1], [0])
    assert spikes_of(plan, 0, 10) == ([], [])


def test_listed_spike_at_time_zero_is_emitted_in_tick_zero_under_tick() -> None:
    plan = plan_of(SpikeArray(name="in", size=1, times=[0.0], indices=[0]), semantics="tick")
    assert spikes_of(plan, 0, 1) == ([0], [0])


def test_listed_spikes_that_meet_in_a_step_are_sorted_by_source() -> None:
    source = SpikeArray(name="in", size=9, times=[0.06, 0.14], indices=[7, 5])
    assert spikes_of(plan_of(source), 0, 2) == ([0, 0], [5, 7])


def test_spike_listed_twice_is_emitted_twice() -> None:
    source = SpikeArray(name="in", size=1, times=[1.0, 1.0], indices=[0, 0])
    assert spikes_of(plan_of(source), 0, 20) == ([9, 9], [0, 0])


# --- Poisson sources -----------------------------------------------------------------------------


def test_poisson_count_is_that_of_the_rate() -> None:
    # 100 sources at 50 Hz for 4 s: 20000 spikes, standard deviation sqrt(20000).
    steps, _ = spikes_of(plan_of(poisson()), 0, 40_000)
    assert len(steps) == pytest.approx(20_000, abs=4 * np.sqrt(20_000))


def test_each_source_has_its_own_rate() -> None:
    plan = plan_of(poisson(size=3, rate=[0.0, 100.0, 400.0]))
    counts = np.bincount(spikes_of(plan, 0, 100_000)[1], minlength=3)
    expected = np.array([0.0, 1000.0, 4000.0])
    assert np.all(np.abs(counts - expected) <= 4 * np.sqrt(expected))


def test_counts_of_disjoint_windows_have_the_variance_of_their_mean() -> None:
    steps, _ = spikes_of(plan_of(poisson()), 0, 100_000)
    counts = np.bincount(np.array(steps) // 100, minlength=1000)
    # The Fano factor of n Poisson counts has a standard error of sqrt(2 / n).
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=4 * np.sqrt(2 / 1000))


def test_intervals_are_exponential() -> None:
    steps, _ = spikes_of(plan_of(poisson(size=1, rate="100 Hz"), dt=0.001), 0, 50_000_000)
    intervals = np.diff(steps) * 0.001
    count = intervals.size
    assert intervals.mean() == pytest.approx(10.0, rel=4 / np.sqrt(count))
    share = np.mean(intervals > 10.0)
    assert share == pytest.approx(np.exp(-1), abs=4 * np.sqrt(0.25 / count))


def test_poisson_spikes_fall_between_start_and_stop() -> None:
    steps, _ = spikes_of(plan_of(poisson(rate="1 kHz", start="5 ms", stop="9 ms")), 0, 1000)
    assert (min(steps), max(steps)) == (50, 89)


def test_poisson_spikes_start_at_step_zero() -> None:
    steps, _ = spikes_of(plan_of(poisson(rate="10 kHz")), -1, 5)
    assert set(steps) == {0, 1, 2, 3, 4}


def test_poisson_spikes_are_sorted_by_step_then_source() -> None:
    steps, indices = spikes_of(plan_of(poisson(rate="1 kHz")), 0, 500)
    assert list(zip(steps, indices, strict=True)) == sorted(zip(steps, indices, strict=True))


def test_poisson_spikes_do_not_depend_on_the_cut() -> None:
    # Cuts within blocks of one second, at their edge and across several.
    plan = plan_of(poisson(size=5))
    edges = [0, 1, 9_999, 10_000, 10_001, 35_000, 40_000]
    parts = [spikes_of(plan, *edge) for edge in pairwise(edges)]
    whole = spikes_of(plan, 0, 40_000)
    assert [step for steps, _ in parts for step in steps] == whole[0]
    assert [index for _, indices in parts for index in indices] == whole[1]


def test_poisson_spikes_do_not_depend_on_the_time_step() -> None:
    # The step of a spike is floor(t / dt) of one continuous time t.
    fine = spikes_of(plan_of(poisson(size=1), dt=0.25), 0, 8000)[0]
    coarse = spikes_of(plan_of(poisson(size=1), dt=1.0), 0, 2000)[0]
    assert [step // 4 for step in fine] == coarse


def test_poisson_spikes_do_not_depend_on_the_semantics() -> None:
    exact = spikes_of(plan_of(poisson()), 0, 1000)
    assert spikes_of(plan_of(poisson(), semantics="tick"), 0, 1000) == exact


def test_poisson_spikes_depend_on_seed_and_name() -> None:
    first = spikes_of(plan_of(poisson()), 0, 1000)
    assert spikes_of(plan_of(poisson(), seed=6), 0, 1000) != first
    assert spikes_of(plan_of(poisson(name="other")), 0, 1000) != first


def test_blocks_are_drawn_independently() -> None:
    plan = plan_of(poisson())
    early, late = (spikes_of(plan, start, start + 10_000) for start in (0, 10_000))
    assert [step + 10_000 for step in early[0]] != late[0]


def test_sources_of_rate_zero_are_silent() -> None:
    assert spikes_of(plan_of(poisson(rate=0.0)), 0, 10_000) == ([], [])


def test_empty_range_has_no_spikes() -> None:
    plan = plan_of(poisson())
    assert spikes_of(plan, 0, 0) == ([], [])
    assert spikes_of(replace(plan, passes=()), -1, 0) == ([], [])
