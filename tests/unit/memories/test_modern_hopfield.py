import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.memories.modern_hopfield import ModernHopfieldMemory
from neuro.memories.outlier_efficient_hopfield import OutlierEfficientHopfieldMemory

BOTH = [ModernHopfieldMemory, OutlierEfficientHopfieldMemory]


def on_sphere(count, size, seed=1):
    rows = np.random.default_rng(seed).standard_normal((count, size))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("kind", BOTH)
def test_an_update_never_raises_the_energy(kind):
    rng = np.random.default_rng(2)
    for beta in (0.5, 4.0, 30.0):
        memory = kind(8, beta=beta)
        memory.store(rng.standard_normal((12, 8)))
        states = rng.standard_normal((500, 8)) * 2
        after = memory.recall(states).vectors
        assert (memory.energy(after) - memory.energy(states)).max() <= 1e-12


# Eight memories, all scores -20: total weights 1 and 8 exp(-20) = 1.6e-8 (specs, section 7).
def test_only_the_tonic_unit_answers_when_nothing_matches():
    weights = {}
    for kind in BOTH:
        memory = kind(1, beta=20.0)
        memory.store(np.ones((8, 1)))
        weights[kind] = memory.attention([[-1.0]]).sum()
    assert weights[ModernHopfieldMemory] == pytest.approx(1.0)
    assert weights[OutlierEfficientHopfieldMemory] == pytest.approx(8 * np.exp(-20.0), rel=1e-6)


# d=64, M=1000, noise of length 0.4; same source: 0.824/0.091/0.000 at beta 5, 10, 20.
def test_the_tonic_unit_changes_no_answer_to_what_matches():
    stored = on_sphere(1000, 64)
    noise = 0.4 * on_sphere(1000, 64, 3)
    errors = []
    for beta in (5.0, 10.0, 20.0):
        answers = []
        for kind in BOTH:
            memory = kind(64, beta=beta)
            memory.store(stored)
            vectors = memory.recall(stored + noise).vectors
            answers.append(np.linalg.norm(vectors - stored, axis=1))
            assert memory.attention(stored + noise).sum(axis=1).min() >= 0.999 - (beta < 10)
        assert answers[0] == pytest.approx(answers[1], abs=0.02)
        errors.append(float(np.mean(answers[0])))
    assert errors[0] > errors[1] > errors[2]


# Half of the entries known, beta 30, 3 updates; same source.
@pytest.mark.parametrize(
    ("size", "items", "wanted"),
    [(16, 100, 0.80), (16, 1000, 0.49), (32, 100, 1.00), (32, 1000, 0.95), (48, 1000, 1.00)],
)
def test_half_a_cue_is_completed_as_measured(size, items, wanted):
    stored = on_sphere(items, size)
    memory = ModernHopfieldMemory(size, beta=30.0)
    memory.store(stored)
    cues = stored[:300].copy()
    cues[:, size // 2 :] = 0
    recalled = memory.recall(cues, iterations=3)
    right = recalled.exact(np.arange(len(cues))).mean()
    assert right == pytest.approx(wanted, abs=0.08)


def test_bipolar_patterns_far_beyond_the_classic_capacity():
    rng = np.random.default_rng(4)
    stored = rng.choice([-1.0, 1.0], (1000, 64))
    memory = ModernHopfieldMemory(64, beta=0.5)
    memory.store(stored)
    flips = np.ones((300, 64))
    for row in flips:
        row[rng.choice(64, 16, replace=False)] = -1
    answers = np.sign(memory.recall(flips * stored[:300], iterations=3).vectors)
    exact = (answers == stored[:300]).all(axis=1).mean()
    assert exact == pytest.approx(0.98, abs=0.03)


def test_beta_has_to_be_positive():
    with pytest.raises(ValidationError, match="beta: 0"):
        ModernHopfieldMemory(4, beta=0.0)
