"""Reads in single precision: NumPy and the compiled kernels."""

import numpy as np
import pytest
from scipy import stats

from neuro.backends.crossbar import mvm
from neuro.backends.crossbar.mvm import Devices, noisy_product, single_normals

ROWS, COLUMNS = 1000, 400

native = mvm.compiled_reads()
compiled = pytest.mark.skipif(native is None, reason="the compiled kernels were not built")
multiplied = pytest.mark.skipif(
    native is None or not native.can_multiply(), reason="products are left to the BLAS here"
)


def case(batch: int, rows: int, columns: int, seed: int = 6):
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1, 1, (batch, rows)).astype(np.float32)
    conductance = rng.uniform(-9, 9, (rows, columns)).astype(np.float32)
    return inputs, conductance, np.square(conductance)


# 0.0021 is the 95 % limit of Kolmogorov and Smirnov for 4e5 draws.
def test_single_normals_are_normal_and_independent() -> None:
    drawn = single_normals(3, (ROWS, COLUMNS))
    assert stats.kstest(drawn.ravel().astype(np.float64), "norm").statistic < 0.0022
    half = COLUMNS // 2
    pairs = drawn[:, :half].ravel(), drawn[:, half:].ravel()
    assert abs(np.corrcoef(*pairs)[0, 1]) < 3 / np.sqrt(ROWS * half)
    assert abs(np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]) < 3 / np.sqrt(drawn.size)


def test_other_keys_give_other_numbers() -> None:
    first, second = single_normals(3, (500, 400)), single_normals(2**40 + 3, (500, 400))
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 3 / np.sqrt(first.size)


def test_extreme_words_give_finite_numbers() -> None:
    ends = np.array([0, 2**32 - 1, 0, 2**32 - 1], dtype=np.uint32)
    cosines, sines = mvm.box_muller(ends, ends[::-1])
    assert np.all(np.isfinite(cosines)) and np.all(np.isfinite(sines))
    # The smallest u is 2^-32: sqrt(64 ln 2).
    assert cosines[0] == pytest.approx(np.sqrt(64 * np.log(2)), rel=1e-6)


# Rows shorter than a group of blocks, odd ones, and one with a group and a part.
@compiled
@pytest.mark.parametrize("columns", [1, 2, 5, 32, 400, 513])
def test_compiled_noise_makes_the_same_numbers(columns: int) -> None:
    variance = np.random.default_rng(4).uniform(0, 9, (50, columns)).astype(np.float32)
    sums = np.full(variance.shape, 2.0, dtype=np.float32)
    native.add_noise(sums, variance, 2**63 + 12345)
    expected = 2.0 + np.sqrt(variance) * single_normals(2**63 + 12345, variance.shape)
    assert np.max(np.abs(sums - expected)) < 1e-5


@compiled
def test_compiled_noise_refuses_arrays_that_do_not_fit() -> None:
    one, other = np.zeros((2, 4), dtype=np.float32), np.zeros((4, 2), dtype=np.float32)
    with pytest.raises(ValueError, match="one shape"):
        native.add_noise(one, other, 1)
    with pytest.raises(ValueError, match="two dimensions"):
        native.add_noise(one[0], one[0], 1)
    with pytest.raises(TypeError):
        native.add_noise(one.astype(np.float64), one, 1)


# One vector, parts of six rows and of sixteen columns, and more rows than one pass holds.
@multiplied
@pytest.mark.parametrize("shape", [(1, 3, 1), (5, 7, 16), (13, 64, 33), (100, 1100, 50)])
def test_compiled_product_is_that_of_numpy(monkeypatch, shape) -> None:
    inputs, conductance, variance = case(*shape)
    fast = noisy_product(inputs, Devices.of(conductance, variance), np.random.default_rng(1))
    monkeypatch.setattr(mvm, "compiled_reads", lambda: None)
    slow = noisy_product(inputs, Devices.of(conductance, variance), np.random.default_rng(1))
    # Rounding of sums of that many numbers, and 1e-5 of the normal numbers.
    scale = np.sqrt(np.square(inputs, dtype=np.float64) @ variance)
    assert np.max(np.abs(fast - slow) / scale) < 3e-5


@multiplied
def test_threads_do_not_change_a_bit(monkeypatch) -> None:
    inputs, conductance, variance = case(101, 70, 40)
    devices = Devices.of(conductance, variance)
    found = []
    for threads in (1, 2, 3, 64):
        monkeypatch.setattr(mvm, "useful_threads", lambda work, threads=threads: threads)
        found.append(noisy_product(inputs, devices, np.random.default_rng(1)))
    assert all(np.array_equal(found[0], other) for other in found[1:])


@multiplied
def test_compiled_product_refuses_matrices_that_do_not_fit() -> None:
    inputs, conductance, _ = case(4, 6, 3)
    packed, other = native.Packed(conductance), native.Packed(conductance[:, :2].copy())
    with pytest.raises(ValueError, match="fit together"):
        native.noisy_product(inputs[:, :5].copy(), packed, packed, 1, 1)
    with pytest.raises(ValueError, match="fit together"):
        native.noisy_product(inputs, packed, other, 1, 1)


def test_threads_follow_the_limit_of_numpy(monkeypatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    mvm.allowed_threads.cache_clear()
    # 2e7 multiplications for each.
    assert [mvm.useful_threads(work) for work in (10, 45_000_000, 10**9)] == [1, 2, 3]
    mvm.allowed_threads.cache_clear()


# An odd number of outputs leaves one number of a pair unused.
@pytest.mark.parametrize("columns", [1, 2, 5])
@pytest.mark.parametrize("how", ["numpy", "noise", "product"])
def test_single_precision_reads_have_their_deviation(monkeypatch, columns, how) -> None:
    if how == "numpy":
        monkeypatch.setattr(mvm, "compiled_reads", lambda: None)
    rng = np.random.default_rng(6)
    conductance = rng.uniform(1, 9, (4, columns)).astype(np.float32)
    inputs = np.broadcast_to(rng.uniform(-1, 1, 4).astype(np.float32), (30_001, 4))
    devices = Devices.of(conductance, conductance)
    if how == "noise":
        devices = Devices(conductance, conductance, None)
    sample = noisy_product(inputs, devices, rng)
    assert sample.dtype == np.float32
    sigma = np.sqrt(np.square(inputs[0]) @ conductance)
    # Three standard errors of a mean, and of a deviation.
    assert np.all(np.abs(sample.mean(axis=0) - inputs[0] @ conductance) < 3 * sigma / 173)
    assert np.all(np.abs(sample.std(axis=0) / sigma - 1) < 3 / 245)
