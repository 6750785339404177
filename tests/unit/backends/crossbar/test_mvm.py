"""Normal numbers of reads in single precision: NumPy and the compiled kernel."""

import numpy as np
import pytest
from scipy import stats

from neuro.backends.crossbar import mvm

COUNT = 400_000


def words(count: int, seed: int = 3):
    return np.random.default_rng(seed).integers(2**32, size=count, dtype=np.uint32)


# 0.0021 is the 95 % limit of Kolmogorov and Smirnov for 4e5 draws.
def test_single_normals_are_normal_and_independent() -> None:
    drawn = mvm.single_normals(words(COUNT))
    assert stats.kstest(drawn.astype(np.float64), "norm").statistic < 0.0022
    half = COUNT // 2
    assert abs(np.corrcoef(drawn[:half], drawn[half:])[0, 1]) < 3 / np.sqrt(half)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 3 / np.sqrt(COUNT)


def test_extreme_words_give_finite_numbers() -> None:
    ends = np.array([0, 2**32 - 1, 0, 2**32 - 1], dtype=np.uint32)
    drawn = mvm.single_normals(ends)
    assert np.all(np.isfinite(drawn))
    # The smallest u is 2^-32: sqrt(64 ln 2).
    assert drawn[0] == pytest.approx(np.sqrt(64 * np.log(2)), rel=1e-6)


def test_compiled_kernel_makes_the_same_numbers() -> None:
    native = pytest.importorskip(
        "neuro.backends.crossbar._native", reason="the compiled kernels were not built"
    )
    bits = words(COUNT)
    bits[:2], bits[-2:] = (0, 2**32 - 1), (0, 2**32 - 1)
    variance = np.random.default_rng(4).uniform(0, 9, COUNT).astype(np.float32)
    sums = np.full(COUNT, 2.0, dtype=np.float32)
    native.add_noise(sums, variance, bits)
    expected = 2.0 + np.sqrt(variance) * mvm.single_normals(bits)
    assert np.max(np.abs(sums - expected)) < 1e-5


def test_compiled_kernel_refuses_arrays_that_do_not_fit() -> None:
    native = pytest.importorskip(
        "neuro.backends.crossbar._native", reason="the compiled kernels were not built"
    )
    even, odd = np.zeros(4, dtype=np.float32), np.zeros(3, dtype=np.float32)
    with pytest.raises(ValueError, match="one even size"):
        native.add_noise(odd, odd, words(3))
    with pytest.raises(ValueError, match="one even size"):
        native.add_noise(even, odd, words(4))
    with pytest.raises(TypeError):
        native.add_noise(even.astype(np.float64), even, words(4))


# An odd number of outputs leaves one number of a pair unused.
@pytest.mark.parametrize("columns", [1, 2, 5])
@pytest.mark.parametrize("compiled", [True, False])
def test_single_precision_reads_have_their_deviation(monkeypatch, columns, compiled) -> None:
    if not compiled:
        monkeypatch.setattr(mvm, "compiled_noise", lambda: None)
    rng = np.random.default_rng(6)
    conductance = rng.uniform(1, 9, (4, columns)).astype(np.float32)
    inputs = np.broadcast_to(rng.uniform(-1, 1, 4).astype(np.float32), (30_001, 4))
    sample = mvm.noisy_product(inputs, conductance, conductance, rng)
    assert sample.dtype == np.float32
    sigma = np.sqrt(np.square(inputs[0]) @ conductance)
    # Three standard errors of a mean, and of a deviation.
    assert np.all(np.abs(sample.mean(axis=0) - inputs[0] @ conductance) < 3 * sigma / 173)
    assert np.all(np.abs(sample.std(axis=0) / sigma - 1) < 3 / 245)
