import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.memories.amari import AmariMemory
from neuro.memories.willshaw import WillshawMemory

UNITS, ONES, KNOWN = 2048, 11, 6


def drawn(count, units=UNITS, ones=ONES, seed=1):
    rng = np.random.default_rng(seed)
    picked = rng.integers(0, units, (count * 2, ones))
    ordered = np.sort(picked, axis=1)
    distinct = picked[(np.diff(ordered, axis=1) > 0).all(axis=1)]
    return distinct[:count]


def half_erased(patterns):
    cues = patterns.copy()
    cues[:, KNOWN:] = -1
    return cues


# 1 - (1 - k(k-1)/(N(N-1)))^M: specs, noisy_hebbian section 7, measured 0.0822, 0.1577, 0.2270.
@pytest.mark.parametrize(("patterns", "density"), [(1000, 0.0823), (2000, 0.1579), (3000, 0.2272)])
def test_willshaw_density_is_that_of_the_formula(patterns, density):
    memory = WillshawMemory(1024)
    memory.store(drawn(patterns, 1024, 10))
    assert memory.density() == pytest.approx(density, abs=0.002)


# Specs, noisy_hebbian section 9: 1000 queries each; 0.03 is three standard deviations at 0.937.
@pytest.mark.parametrize(
    ("patterns", "willshaw", "amari"), [(3000, 1.000, 0.959), (5000, 0.989, 0.666)]
)
def test_clipping_beats_counting_with_half_of_the_cue_missing(patterns, willshaw, amari):
    stored = drawn(patterns)
    asked = stored[:500]
    for memory, wanted, tolerance in (
        (WillshawMemory(UNITS), willshaw, 0.015),
        (AmariMemory(UNITS), amari, 0.06),
    ):
        memory.store(stored)
        right = memory.recall(half_erased(asked)).exact(asked).mean()
        assert right == pytest.approx(wanted, abs=tolerance)


def test_kernels_of_willshaw_links_are_equal():
    stored = drawn(300, 128, 5)
    fastest, reference = WillshawMemory(128), WillshawMemory(128, kernels="reference")
    for memory in (fastest, reference):
        memory.store(stored)
    assert np.array_equal(fastest.links.words, reference.links.words)


def test_amari_counts_pairs_and_no_unit_with_itself():
    memory = AmariMemory(6)
    memory.store([[0, 1, 2], [1, 2, 5]])
    assert memory.weights[1, 2] == memory.weights[2, 1] == 2
    assert memory.weights[0, 1] == 1
    assert not memory.weights.diagonal().any()


def test_equal_sums_at_the_edge_make_an_answer_ambiguous():
    memory = AmariMemory(6)
    memory.store([[0, 1], [0, 2]])
    recalled = memory.recall([[0, -1]])
    assert recalled.ambiguous.all()
    assert recalled.spikes.tolist() == [3]


@pytest.mark.parametrize("kind", [WillshawMemory, AmariMemory])
def test_a_unit_listed_twice_is_refused_and_nothing_stored(kind):
    memory = kind(16)
    with pytest.raises(ValidationError, match=r"patterns\[1\]: unit 4 is listed twice"):
        memory.store([[1, 2, 3], [4, 5, 4]])
    assert memory.density() == 0
