"""Equation (3): reads with noise of every device, against drawing every device.

Specs, crossbar_nladc section 8, test 8: 2e4 draws, three standard errors of the sample moments.
"""

import numpy as np
import pytest

from neuro.backends.crossbar.mvm import Devices, noisy_product, noisy_sum

DRAWS = 20_000
ROWS, COLUMNS = 24, 5


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(5)
    conductance = rng.uniform(0, 150, (ROWS, COLUMNS))
    variance = (0.01 * conductance + rng.uniform(0, 1, (ROWS, COLUMNS))) ** 2
    inputs = rng.uniform(-1, 1, ROWS)
    return inputs, conductance, variance


def brute_force(inputs, conductance, variance, seed: int):
    """Draw every device in every read; shape (draws, columns)."""
    rng = np.random.default_rng(seed)
    return np.array(
        [
            inputs @ (conductance + np.sqrt(variance) * rng.standard_normal(conductance.shape))
            for _ in range(DRAWS)
        ]
    )


def moments_agree(sample, mean, variance) -> None:
    """Hold mean, variance and covariance of columns to three standard errors."""
    sigma = np.sqrt(variance)
    assert np.all(np.abs(sample.mean(axis=0) - mean) < 3 * sigma / np.sqrt(DRAWS))
    assert np.all(np.abs(sample.var(axis=0) / variance - 1) < 3 * np.sqrt(2 / DRAWS))
    correlation = np.corrcoef(sample.T) - np.eye(sample.shape[1])
    assert np.all(np.abs(correlation) < 3 / np.sqrt(DRAWS))


# The expected moments are those of the sum of independent devices; both ways of drawing have them.
@pytest.mark.parametrize("kind", ["equation", "devices"])
def test_dense_reads_have_the_moments_of_independent_devices(case, kind: str) -> None:
    inputs, conductance, variance = case
    if kind == "devices":
        sample = brute_force(inputs, conductance, variance, seed=1)
    else:
        batch = np.broadcast_to(inputs, (DRAWS, ROWS))
        sample = noisy_product(batch, Devices.of(conductance, variance), np.random.default_rng(2))
    moments_agree(sample, inputs @ conductance, inputs**2 @ variance)


def test_spike_reads_have_the_moments_of_the_active_rows(case) -> None:
    _, conductance, variance = case
    rows, rng = np.array([1, 4, 5, 20]), np.random.default_rng(3)
    sample = np.array([noisy_sum(conductance, variance, rows, rng) for _ in range(DRAWS)])
    moments_agree(sample, conductance[rows].sum(axis=0), variance[rows].sum(axis=0))


def test_reads_of_one_vector_are_independent_of_those_of_the_next(case) -> None:
    inputs, conductance, variance = case
    batch = np.broadcast_to(inputs, (DRAWS, ROWS))
    sample = noisy_product(batch, Devices.of(conductance, variance), np.random.default_rng(4))
    for column in sample.T:
        assert abs(np.corrcoef(column[:-1], column[1:])[0, 1]) < 3 / np.sqrt(DRAWS)


def test_single_precision_stays_single(case) -> None:
    inputs, conductance, variance = (array.astype(np.float32) for array in case)
    found = noisy_product(inputs[None], Devices.of(conductance, variance), np.random.default_rng(5))
    assert found.dtype == np.float32


def test_reads_without_noise_are_exact(case) -> None:
    inputs, conductance, _ = case
    quiet = Devices.of(conductance, np.zeros_like(conductance))
    found = noisy_product(inputs[None], quiet, np.random.default_rng(6))
    assert np.array_equal(found[0], (inputs[None] @ conductance)[0])
