r"""A cheap estimate of what wires take away, for loops that cannot afford a solve each time.

To first order in the wires' resistance the cells draw what they would draw from ideal lines,

.. math:: G^{(1)}_{ij} = g_{ij} \, (1 - (R g)_{ij}),

where R adds the drops that unit row voltages cause along both lines: two cumulative sums, O(m n).
How far this is off is bounded without a solve: the error e of the cell voltages obeys
``(1 + R g) e = rho`` with a known residual rho, and the norm with weights g gives
:math:`|\Delta I_j| \le \sqrt{\sum_i g_{ij}} \, \|\rho\|_g`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .network import FloatArray, Wires, cell_voltages, checked_conductance, checked_voltage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate:
    """Column currents to first order in the wires' resistance.

    Parameters
    ----------
    current : array, shape (..., columns)
        nA.
    error : array, shape (..., columns)
        Bound of the deviation from the exact currents, nA.
    """

    current: FloatArray
    error: FloatArray


def first_order_conductance(conductance: ArrayLike, wires: Wires) -> FloatArray:
    """Conductance from each source to each bit line, to first order in the wires' resistance.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells, uS.
    wires : Wires

    Returns
    -------
    array, shape (rows, columns)
        uS. Negative where a line drops more than it carries: the estimate is of no use there.

    Raises
    ------
    ValidationError
        If a conductance is negative or not finite.

    Examples
    --------
    One cell of 100 uS behind two segments of 1 ohm: 99.98 uS, where 99.98000 is exact to 4e-6.

    >>> first_order_conductance(np.array([[100.0]]), Wires(row=1e-6, column=1e-6))
    array([[99.98]])
    """
    cells = checked_conductance(conductance)
    ground = np.zeros(cells.shape[0])
    return np.asarray(cells * (1 + cell_voltages(ground, cells, wires)))


def first_order(conductance: ArrayLike, voltage: ArrayLike, wires: Wires) -> Estimate:
    """Column currents to first order in the wires' resistance, and how wrong they can be.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells, uS.
    voltage : array, shape (..., rows)
        Row voltages, mV.
    wires : Wires

    Returns
    -------
    Estimate

    Raises
    ------
    ValidationError
        If a conductance or a voltage is not allowed.
    """
    cells = checked_conductance(conductance)
    sources = checked_voltage(voltage, cells.shape[0])
    ideal = cells * sources[..., None]
    estimate = cell_voltages(sources, ideal, wires)
    missing = cell_voltages(sources, cells * estimate, wires) - estimate
    size = np.sqrt(np.einsum("ij,...ij->...", cells, missing**2))
    return Estimate(
        current=np.einsum("ij,...ij->...j", cells, estimate),
        error=size[..., None] * np.sqrt(cells.sum(axis=0)),
    )
