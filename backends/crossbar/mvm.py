r"""Reads with noise, exactly and without drawing a number for every device.

Read noise is independent in every device and every read, so a column sum is exactly normal:

.. math:: y = u G + \sqrt{u^2 S} \circ \xi, \quad S_{ij} = \sigma_{ij}^2, \quad
          \xi \sim \mathcal{N}(0, 1)

with one number for each output. Columns are independent given the inputs. For spikes the products
are sums over the active rows. Specs, crossbar_nladc section 3.5, equation (3).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)


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
    noise: NDArray[Real] = rng.standard_normal(product.shape, dtype=inputs.dtype.type)
    spread = np.square(inputs) @ variance
    np.sqrt(spread, out=spread)
    noise *= spread
    product += noise
    return product


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
