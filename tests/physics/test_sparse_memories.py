"""Simulated sparse memories against the closed forms of specs, noisy_hebbian sections 7 and 8."""

import numpy as np
import pytest

from neuro.analysis import willshaw
from neuro.analysis.willshaw import Cue, Load
from neuro.memories import ERASED, CliqueMemory, Topology, WillshawMemory

SEED = 3


def sparse_patterns(units, ones, count):
    rng = np.random.default_rng(SEED)
    drawn = np.sort(rng.integers(0, units, (count, ones)), axis=1)
    while (twice := (np.diff(drawn, axis=1) == 0).any(axis=1)).any():
        drawn[twice] = np.sort(rng.integers(0, units, (int(twice.sum()), ones)), axis=1)
    return rng.permuted(drawn, axis=1)


def willshaw_of(units, ones, count):
    memory = WillshawMemory(units)
    patterns = sparse_patterns(units, ones, count)
    memory.store(patterns)
    return memory, patterns


# WS-1: 1 - (1 - k(k-1)/(N(N-1)))^M, section 7.
@pytest.mark.parametrize(
    ("units", "ones", "count", "density"),
    [(1024, 10, 2000, 0.1579), (2048, 11, 10000, 0.2308), (4096, 12, 30000, 0.2103)],
)
def test_willshaw_density_of_three_sizes(units, ones, count, density):
    memory, _ = willshaw_of(units, ones, count)
    assert memory.density() == pytest.approx(density, abs=0.002)


# WS-2: rows of the table with 50 wrong units and more; its memory pairs patterns with others.
P01 = [(1024, 10, 3000, 5, 0), (2048, 11, 10000, 6, 0), (2048, 11, 5000, 9, 4)]


@pytest.mark.parametrize(("units", "ones", "count", "known", "wrong"), P01[:2])
def test_error_of_patterns_with_themselves_is_that_of_a_simulated_memory(
    units, ones, count, known, wrong
):
    memory, patterns = willshaw_of(units, ones, count)
    found, queries = 0, 2000
    for pattern in patterns[:queries]:
        drive = memory.links.rows(pattern[:known]).sum(axis=0)
        drive[pattern] = 0
        found += int((drive >= known).sum())
    load = Load(units=units, ones=ones, patterns=count)
    cue = Cue(hits=known, inserted=wrong, release=1, threshold=known)
    expected = willshaw.false_positive(load, cue, auto=True) * queries * (units - ones)
    assert 0.8 <= found / expected <= 1.25


@pytest.mark.parametrize(("units", "ones", "count", "known", "wrong"), P01)
def test_usage_corrected_error_is_that_of_a_simulated_memory(units, ones, count, known, wrong):
    patterns = sparse_patterns(units, 2 * ones, count)
    keys, values = patterns[:, :ones], sparse_patterns(units, ones, count)[::-1]
    links = np.zeros((units, units), dtype=bool)
    for key, value in zip(keys, values, strict=True):
        links[np.ix_(key, value)] = True
    found, queries = 0, 2000
    for pattern, value in zip(patterns[:queries], values, strict=False):
        cue = np.concatenate([pattern[:known], pattern[ones : ones + wrong]])
        drive = links[cue].sum(axis=0)
        drive[value] = 0
        found += int((drive >= known).sum())
    load = Load(units=units, ones=ones, patterns=count)
    cue = Cue(hits=known, inserted=wrong, release=1, threshold=known)
    expected = willshaw.false_positive(load, cue) * queries * (units - ones)
    assert expected >= 50
    assert 0.8 <= found / expected <= 1.25


# GB-2: usage-corrected errors of one round, section 8; 4000 cues have a deviation of 0.008.
@pytest.mark.parametrize(
    ("size", "count", "error"),
    [
        (256, 5000, 0.038),
        (256, 8000, 0.188),
        (256, 10000, 0.371),
        (256, 12000, 0.588),
        (128, 2000, 0.113),
    ],
)
def test_one_round_from_half_of_a_message(size, count, error):
    messages = np.random.default_rng(SEED).integers(0, size, (count, 8))
    memory = CliqueMemory(Topology(n_clusters=8, cluster_size=size))
    memory.store(messages)
    cues = messages[:4000].copy()
    cues[:, 4:] = ERASED
    recall = memory.recall(cues, "sum_of_sum", iterations=1)
    assert 1 - recall.exact(messages[:4000]).mean() == pytest.approx(error, abs=0.024)
