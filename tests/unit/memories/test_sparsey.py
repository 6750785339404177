import numpy as np
import pytest

from neuro.errors import CheckError, ValidationError
from neuro.memories.sparsey import SparseyMemory, SparseyParameters

FEATURES, ACTIVE = 144, 20


def drawn(count, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([rng.choice(FEATURES, ACTIVE, replace=False) for _ in range(count)])


def replaced(patterns, count, seed=0):
    """Replace the first features of each pattern by others."""
    rng = np.random.default_rng(seed)
    changed = patterns.copy()
    for row, pattern in zip(changed, patterns, strict=True):
        others = np.setdiff1d(np.arange(FEATURES), pattern)
        row[:count] = rng.choice(others, count, replace=False)
    return changed


def mean_overlaps(stored, changes, runs=6):
    """Overlap of drawn codes with the stored ones, and of hard recall, by replaced features."""
    found = np.zeros(len(changes))
    recalled = 0.0
    for run in range(runs):
        patterns = drawn(stored, run)
        memory = SparseyMemory(seed=run)
        memory.store(patterns)
        for k, count in enumerate(changes):
            codes = memory.choose(replaced(patterns, count, run))
            found[k] += (codes == memory.codes).mean() / runs
        recalled += (memory.recall(patterns).answers == memory.codes).mean() / runs
    return found, recalled


# Specs, associative_models section 1. One run has 5 to 30 codes of 24 modules.
@pytest.mark.parametrize(
    ("stored", "wanted", "self_recall"),
    [
        (5, [0.984, 0.945, 0.765, 0.351, 0.065], 1.0),
        (10, [0.972, 0.913, 0.717, 0.361, 0.075], 1.0),
        (20, [0.915, 0.806, 0.613, 0.401, 0.194], 1.0),
        (30, [0.818, 0.704, 0.572, 0.480, 0.393], 0.983),
    ],
)
def test_codes_overlap_as_their_inputs_do(stored, wanted, self_recall):
    found, recalled = mean_overlaps(stored, (0, 4, 8, 12, 20))
    assert np.all(np.diff(found) < 0)
    assert found == pytest.approx(wanted, abs=0.07)
    assert recalled == pytest.approx(self_recall, abs=0.01)


def test_a_code_links_active_features_with_one_unit_of_each_module():
    memory = SparseyMemory(SparseyParameters(features=10, active=2, modules=3, module_size=4))
    memory.store([[1, 7]])
    assert np.flatnonzero(memory.weights.any(axis=1)).tolist() == [1, 7]
    assert memory.weights.sum() == 2 * 3
    assert memory.density() == 6 / 120


def test_parameters_are_refused_together():
    with pytest.raises(CheckError, match="2 problems"):
        SparseyParameters(features=10, active=11, floor=1.0)


def test_a_feature_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError, match="no unit 144"):
        SparseyMemory().store([[144]])
