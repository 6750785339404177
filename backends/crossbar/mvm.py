r"""Reads with noise, exactly and without drawing a number for every device.

Read noise is independent in every device and every read, so a column sum is exactly normal:

.. math:: y = u G + \sqrt{u^2 S} \circ \xi, \quad S_{ij} = \sigma_{ij}^2, \quad
          \xi \sim \mathcal{N}(0, 1)

with one number for each output. Columns are independent given the inputs. For spikes the products
are sums over the active rows. Specs, crossbar_nladc section 3.5, equation (3).
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)
AddNoise = Callable[[NDArray[Any], NDArray[Any], NDArray[np.uint32]], None]


def noisy_product(
    inputs: NDArray[Real],
    conductance: NDArray[Real],
    variance: NDArray[Real],
    rng: np.random.Generator,
) -> NDArray[Real]:
    """Multiply, with the read noise of every device.

    Parameters
    ----------
    inputs : array, shape (batch, rows)
        Row by row, in any unit.
    conductance : array, shape (rows, columns), uS
    variance : array, shape (rows, columns), uS^2
        Of one read of each device.
    rng : numpy.random.Generator
        Of the reads.

    Returns
    -------
    array, shape (batch, columns)
        Of the type of the inputs.
    """
    product = inputs @ conductance
    spread = np.square(inputs) @ variance
    if product.dtype != np.float32:
        np.sqrt(spread, out=spread)
        spread *= rng.standard_normal(product.shape)
        product += spread
        return product
    words = _words(product.size, rng)
    compiled = compiled_noise()
    if compiled is not None and product.size % 2 == 0:
        compiled(product, spread, words)
        return product
    np.sqrt(spread, out=spread)
    spread *= single_normals(words)[: product.size].reshape(product.shape)
    product += spread
    return product


@cache
def compiled_noise() -> AddNoise | None:
    """Return the compiled kernel that adds noise in place; None if it was not built."""
    try:
        from neuro.backends.crossbar import _native
    except ImportError:
        return None
    return _native.add_noise


def single_normals(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    r"""Make standard normal numbers in single precision, twice as fast as NumPy's generator does.

    .. math:: \sqrt{-2 \ln u} \cos 2 \pi v, \quad \sqrt{-2 \ln u} \sin 2 \pi v

    with whole arrays of u and v, so that every step is a vector operation. The compiled kernel does
    the same with its own logarithm and sine, which agree to a few millionths. The largest number
    is 6.7.

    Parameters
    ----------
    words : array, shape (2 n,)
        Random bits: those of u, then those of v.

    Returns
    -------
    array, shape (2 n,)
        All with the cosine, then all with the sine.

    References
    ----------
    .. [1] Box and Muller, Ann. Math. Statist. 29, 610 (1958), doi:10.1214/aoms/1177706645

    Examples
    --------
    >>> [round(float(x), 4) for x in single_normals(np.array([2**31, 0], dtype=np.uint32))]
    [1.1774, 0.0]
    """
    half = words.size // 2
    radius = (words[:half] >> 1).astype(np.float32)
    radius += np.float32(0.5)
    radius *= np.float32(2.0**-31)
    np.log(radius, out=radius)
    radius *= np.float32(-2.0)
    np.sqrt(radius, out=radius)
    angle = words[half:].astype(np.float32)
    angle *= np.float32(2.0**-31 * np.pi)
    drawn = np.empty((2, half), dtype=np.float32)
    np.cos(angle, out=drawn[0])
    np.sin(angle, out=drawn[1])
    drawn *= radius
    return drawn.reshape(-1)


def _words(count: int, rng: np.random.Generator) -> NDArray[np.uint32]:
    """Draw random words, `count` of them or one more."""
    # A PCG64 generator has 64 new bits in each draw; both halves of them are used.
    bits: NDArray[np.uint64] = rng.bit_generator.random_raw((count + 1) // 2)
    return bits.view(np.uint32)


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
