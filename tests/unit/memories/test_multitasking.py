import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.memories.multitasking import (
    MultitaskingMemory,
    hierarchical_overlaps,
    hierarchy_is_stable,
    overlaps,
)

UNITS = 3000


def diluted(count, dilution, seed=1):
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1, 1], (count, UNITS))
    return np.where(rng.random(signs.shape) < dilution, 0, signs)


def filled(patterns):
    """Each pattern in what the ones before it left blank."""
    state = np.zeros(patterns.shape[1], dtype=int)
    for pattern in patterns:
        state = np.where(state == 0, pattern, state)
    return state


# Specs, associative_models section 2: N=4000, 3 runs, +-0.015; here 3000 units, one run.
@pytest.mark.parametrize(
    ("count", "dilution", "wanted"),
    [
        (2, 0.3, [0.701, 0.203]),
        (3, 0.3, [0.695, 0.210, 0.065]),
        (3, 0.55, [0.449, 0.248, 0.139]),
    ],
)
def test_several_patterns_are_present_at_once(count, dilution, wanted):
    patterns = diluted(count, dilution)
    memory = MultitaskingMemory(UNITS)
    memory.store(patterns)
    found = overlaps(patterns, memory.recall(filled(patterns)[None]).answers)[0]
    assert found == pytest.approx(wanted, abs=0.03)  # two standard deviations of 3000 units
    assert found == pytest.approx(hierarchical_overlaps(dilution, count), abs=0.03)


def test_the_hierarchy_breaks_where_the_others_opposed_win():
    assert hierarchy_is_stable(0.55, 3)
    assert not hierarchy_is_stable(0.65, 3)
    found = np.zeros(3)
    for run in range(6):
        patterns = diluted(3, 0.65, run)
        memory = MultitaskingMemory(UNITS)
        memory.store(patterns)
        found += overlaps(patterns, memory.recall(filled(patterns)[None]).answers)[0] / 6
    # 0.350, 0.228 and 0.148 if it held; a run has a standard deviation of 0.015.
    assert found == pytest.approx([0.326, 0.248, 0.178], abs=0.015)


# From the sum of all patterns, mean overlap of the symmetric state; same source.
@pytest.mark.parametrize(("count", "dilution", "wanted"), [(5, 0.9, 0.083), (3, 0.8, 0.162)])
def test_strongly_diluted_patterns_are_equally_present(count, dilution, wanted):
    patterns = diluted(count, dilution)
    memory = MultitaskingMemory(UNITS)
    memory.store(patterns)
    state = np.sign(patterns.sum(axis=0))[None]
    found = overlaps(patterns, memory.recall(state).answers)[0]
    assert found.mean() == pytest.approx(wanted, abs=0.015)


def test_blank_entries_write_nothing():
    memory = MultitaskingMemory(4)
    memory.store([[1, -1, 0, 0]])
    assert np.count_nonzero(memory.weights) == 2
    assert memory.weights[0, 1] == -1


@pytest.mark.parametrize("taught", [True, False])
def test_patterns_are_learned_from_noisy_examples(taught):
    rng = np.random.default_rng(3)
    patterns = rng.choice([-1, 1], (4, 500))
    # Quality r = 0.6: an entry is right with probability 0.8.
    flips = np.where(rng.random((4, 60, 500)) < 0.8, 1, -1)
    memory = MultitaskingMemory(500)
    memory.store_examples(flips * patterns[:, None], taught=taught)
    answers = memory.recall(patterns).answers
    assert (answers * patterns).mean(axis=1).min() > 0.99


def test_examples_without_an_axis_of_examples_are_refused():
    with pytest.raises(ValidationError, match=r"examples: have shape \(2, 4\)"):
        MultitaskingMemory(4).store_examples([[1, 1, 0, 0], [0, 0, 1, 1]])
