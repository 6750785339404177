import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.memories.key_value import KeyExpansion, KeyValueMemory, interference

SIZE = 128


def unit_rows(count, size, seed=1):
    rows = np.random.default_rng(seed).standard_normal((count, size))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def noise_to_signal(memory, keys, values):
    """Squared error of reads relative to the values, which have length 1."""
    errors = memory.recall(keys).vectors - values
    return float((errors**2).sum(axis=1).mean())


# Specs, associative_models section 3: (M - 1) / d for Hebb, measured for delta. Six draws here have
# a standard error of 4 %; the source does not state its own.
@pytest.mark.parametrize(
    ("pairs", "hebb", "delta"),
    [(16, 0.117, 0.062), (32, 0.242, 0.147), (64, 0.492, 0.293), (128, 0.992, 0.596)],
)
def test_interference_follows_the_law_of_each_rule(pairs, hebb, delta):
    for rule, wanted in (("hebb", hebb), ("delta", delta)):
        found = 0.0
        for run in range(6):
            keys, values = unit_rows(pairs, SIZE, run), unit_rows(pairs, SIZE, 50 + run)
            memory = KeyValueMemory(SIZE, SIZE, rule=rule)
            memory.store(keys, values)
            found += noise_to_signal(memory, keys, values) / 6
        assert found == pytest.approx(wanted, rel=0.12)
    assert interference(pairs, SIZE) == pytest.approx(hebb, abs=0.001)


def test_the_delta_rule_becomes_exact_below_the_key_size_and_not_above():
    for pairs, low, high in ((32, 0.0, 1e-20), (256, 0.5, 1.5)):
        keys, values = unit_rows(pairs, SIZE), unit_rows(pairs, SIZE, 2)
        memory = KeyValueMemory(SIZE, SIZE, rule="delta")
        memory.store(keys, values, passes=100)
        assert low <= noise_to_signal(memory, keys, values) <= high


def test_a_pair_is_overwritten_exactly_by_the_delta_rule():
    key, old, new = unit_rows(1, 16), unit_rows(1, 8, 2), unit_rows(1, 8, 3)
    memory = KeyValueMemory(16, 8, rule="delta")
    memory.store(key, old)
    memory.store(key, new)
    assert memory.recall(key).vectors == pytest.approx(new, abs=1e-12)


def correlated(items, size, shared, seed):
    """Keys that share a part of their variance."""
    rng = np.random.default_rng(seed)
    common, own = rng.standard_normal(size), rng.standard_normal((items, size))
    keys = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
    return keys / np.linalg.norm(keys, axis=1, keepdims=True)


# 60 items of 100 entries, cue noise 0.03, 2000 units, 40 winners; same source: 0.32 and 1.00.
def test_sparse_expansion_tells_correlated_keys_apart():
    keys = correlated(60, 100, 0.5, 4)
    cues = keys + 0.03 * np.random.default_rng(5).standard_normal(keys.shape)
    values = unit_rows(60, 200, 6)
    expansion = KeyExpansion(100, 2000, 40, seed=7)
    raw, expanded = KeyValueMemory(100, 200), KeyValueMemory(2000, 200)
    raw.store(keys, values)
    expanded.store(expansion.expand(keys), values)
    items = np.arange(60)
    with_raw = raw.recall(cues).exact(items).mean()
    with_expanded = expanded.recall(expansion.expand(cues)).exact(items).mean()
    assert with_expanded - with_raw >= 0.5
    assert with_expanded >= 0.95


def test_a_better_key_recovers_items_that_were_not_lost_but_drowned():
    keys, values = correlated(60, 100, 0.0, 4), unit_rows(60, 60, 6)
    memory = KeyValueMemory(100, 60)
    memory.store(keys, values)
    noisy = keys + 0.2 * np.random.default_rng(5).standard_normal(keys.shape)
    items = np.arange(60)
    assert not memory.recall(noisy).exact(items).all()
    assert memory.recall(keys).exact(items).all()


def test_pairs_that_do_not_match_are_refused():
    with pytest.raises(ValidationError, match="values: 1 for 2 keys"):
        KeyValueMemory(2, 2).store([[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]])


def test_an_empty_memory_says_so():
    with pytest.raises(ValidationError, match="memory: is empty"):
        KeyValueMemory(2, 2).recall([[1.0, 0.0]])
