r"""Reads with noise, exactly and without drawing a number for every device.

Read noise is independent in every device and every read, so a column sum is exactly normal:

.. math:: y = u G + \sqrt{u^2 S} \circ \xi, \quad S_{ij} = \sigma_{ij}^2, \quad
          \xi \sim \mathcal{N}(0, 1)

with one number for each output. Columns are independent given the inputs. For spikes the products
are sums over the active rows. Specs, crossbar_nladc section 3.5, equation (3).
"""

import os
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from neuro.memories.draws import philox

Real = TypeVar("Real", np.float32, np.float64)

LANES = 8
"""Blocks of Philox that are drawn at once; each gives two radii and two angles."""

LEAST_FOR_A_THREAD = 20_000_000
"""Multiplications for which another thread is worth its start, some 0.2 ms of work."""

THREAD_LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Environment variables, those of NumPy's products."""


@dataclass(frozen=True, slots=True, eq=False)
class Devices:
    """Conductances and variances of devices, as dense reads need them.

    Parameters
    ----------
    conductance : array, shape (rows, columns), uS
    variance : array, shape (rows, columns), uS^2
        Of one read of each device.
    packed : tuple or None
        Both as the compiled product reads them; None where NumPy multiplies.
    """

    conductance: NDArray[Any]
    variance: NDArray[Any]
    packed: tuple[Any, Any] | None

    @classmethod
    def of(cls, conductance: NDArray[Real], variance: NDArray[Real]) -> "Devices":
        """Prepare for many reads of the same devices."""
        native = compiled_reads()
        single = conductance.dtype == variance.dtype == np.float32
        if native is None or not single or not native.can_multiply():
            return cls(conductance, variance, None)
        both = tuple(native.Packed(np.ascontiguousarray(each)) for each in (conductance, variance))
        return cls(conductance, variance, (both[0], both[1]))


def noisy_product(
    inputs: NDArray[Real], devices: Devices, rng: np.random.Generator
) -> NDArray[Real]:
    """Multiply, with the read noise of every device.

    Parameters
    ----------
    inputs : array, shape (batch, rows)
        Row by row, in any unit.
    devices : Devices
        Of the type of the inputs.
    rng : numpy.random.Generator
        Of the reads.

    Returns
    -------
    array, shape (batch, columns)
        Of the type of the inputs; the same numbers whatever the number of threads.
    """
    native = compiled_reads()
    if inputs.dtype == np.float32:
        key = int(rng.bit_generator.random_raw())
        if native is not None and devices.packed is not None:
            threads = useful_threads(inputs.shape[0] * devices.conductance.size)
            fast: NDArray[Real] = native.noisy_product(
                np.ascontiguousarray(inputs), *devices.packed, key, threads
            )
            return fast
    product: NDArray[Real] = inputs @ devices.conductance
    spread: NDArray[Real] = np.square(inputs) @ devices.variance
    if inputs.dtype == np.float32 and native is not None:
        native.add_noise(product, spread, key)
        return product
    np.sqrt(spread, out=spread)
    spread *= (
        single_normals(key, product.shape)
        if inputs.dtype == np.float32
        else rng.standard_normal(product.shape)
    )
    product += spread
    return product


@cache
def compiled_reads() -> ModuleType | None:
    """Return the module of compiled reads; None if it was not built."""
    try:
        from neuro.backends.crossbar import _native
    except ImportError:
        return None
    return _native


def useful_threads(multiplications: int) -> int:
    """Return how many threads a product is worth, at most those that are allowed."""
    return max(1, min(allowed_threads(), multiplications // LEAST_FOR_A_THREAD))


@cache
def allowed_threads() -> int:
    """Return the largest number of threads: what limits NumPy's products, or all cores."""
    for name in THREAD_LIMITS:
        asked = os.environ.get(name, "")
        if asked.isdecimal() and int(asked) > 0:
            return int(asked)
    return os.cpu_count() or 1


def single_normals(key: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    r"""Make standard normal numbers in single precision, by counter.

    .. math:: \sqrt{-2 \ln u} \cos 2 \pi v, \quad \sqrt{-2 \ln u} \sin 2 \pi v

    with u and v from words of Philox. Every row of the result has words of its own, so that rows
    can be made apart; the first half of a row has the cosines and the rest the
    sines. The compiled kernel does the same with its own logarithm and sine, which agree to a few
    millionths. The largest number is 6.7.

    Parameters
    ----------
    key : int
        Below 2**64.
    shape : tuple of int
        Rows and columns.

    Returns
    -------
    array, shape (rows, columns)

    References
    ----------
    .. [1] Box and Muller, Ann. Math. Statist. 29, 610 (1958), doi:10.1214/aoms/1177706645
    .. [2] Salmon et al., SC11 (2011), doi:10.1145/2063384.2063405

    Examples
    --------
    >>> bool(np.array_equal(single_normals(7, (3, 4))[:2], single_normals(7, (2, 4))))
    True
    """
    rows, columns = shape
    pairs = -(-columns // 2)
    blocks = -(-pairs // (2 * LANES)) * LANES
    none = np.zeros((), dtype=np.int64)
    counters = np.arange(blocks), np.arange(rows)[:, None], none, none
    words = philox(counters, key)
    radii, angles = (
        np.concatenate([words[..., first], words[..., first + 2]], axis=1)[:, :pairs]
        for first in (0, 1)
    )
    return np.concatenate(box_muller(radii, angles), axis=1)[:, :columns]


def box_muller(
    radii: NDArray[np.uint32], angles: NDArray[np.uint32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn random words into two independent normal numbers for each pair of them.

    Examples
    --------
    >>> words = np.array([2**31], dtype=np.uint32), np.array([0], dtype=np.uint32)
    >>> [round(float(each[0]), 4) for each in box_muller(*words)]
    [1.1774, 0.0]
    """
    radius = (radii >> 1).astype(np.float32)
    radius += np.float32(0.5)
    radius *= np.float32(2.0**-31)
    np.log(radius, out=radius)
    radius *= np.float32(-2.0)
    np.sqrt(radius, out=radius)
    angle = angles.astype(np.float32)
    angle *= np.float32(2.0**-31 * np.pi)
    return radius * np.cos(angle), radius * np.sin(angle)


def noisy_sum(
    conductance: NDArray[np.float64],
    variance: NDArray[np.float64] | None,
    rows: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Add the rows that have a spike, with the read noise of their devices.

    Parameters
    ----------
    conductance : array, shape (rows, columns), uS
    variance : array, shape (rows, columns), uS^2, or None for no noise
    rows : array of int
        Active rows, each at most once.
    rng : numpy.random.Generator
        Of the reads.

    Returns
    -------
    array, shape (columns,)
    """
    total: NDArray[np.float64] = conductance[rows].sum(axis=0)
    if variance is not None:
        total += np.sqrt(variance[rows].sum(axis=0)) * rng.standard_normal(total.shape)
    return total
