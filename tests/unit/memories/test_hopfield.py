import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.memories.hopfield import HopfieldMemory


def drawn(count, units, seed=1):
    return np.random.default_rng(seed).choice([-1, 1], (count, units))


def final_overlap(units, load):
    patterns = drawn(round(load * units), units)
    memory = HopfieldMemory(units)
    memory.store(patterns)
    return float((memory.recall(patterns).answers * patterns).mean())


# Specs, noisy_hebbian section 9 and HF-2.
def test_hopfield_keeps_patterns_below_the_critical_load():
    assert final_overlap(1000, 0.10) >= 0.99
    assert final_overlap(1000, 0.05) == pytest.approx(1.0, abs=5e-4)


def test_hopfield_loses_patterns_above_the_critical_load():
    assert final_overlap(1000, 0.20) <= 0.45


# One-step bit error Q(1/sqrt(load)) of the specs: 7.8e-4 at 0.10, 1.27e-2 at 0.20, from 3e5 bits.
@pytest.mark.parametrize(
    ("load", "error", "tolerance"), [(0.10, 7.8e-4, 4e-4), (0.2, 1.27e-2, 2e-3)]
)
def test_hopfield_one_step_error_is_gaussian(load, error, tolerance):
    patterns = drawn(round(load * 1000), 1000, seed=2)
    memory = HopfieldMemory(1000)
    memory.store(patterns)
    answers = memory.recall(patterns, iterations=1).answers
    assert (answers != patterns).mean() == pytest.approx(error, abs=tolerance)


def test_hopfield_fills_half_a_cue_and_counts_its_spikes():
    patterns = drawn(5, 200)
    memory = HopfieldMemory(200)
    memory.store(patterns)
    cues = patterns.copy()
    cues[:, 100:] = 0
    recalled = memory.recall(cues)
    assert recalled.exact(patterns).all()
    # 100 known units in the first round, all 200 in the second, which finds nothing to change.
    assert recalled.iterations.tolist() == [2] * 5
    assert recalled.spikes.tolist() == [300] * 5


def test_hopfield_refuses_other_values():
    with pytest.raises(ValidationError, match=r"patterns\[0, 1\]: 2 is no value of a unit"):
        HopfieldMemory(2).store([[1, 2]])
