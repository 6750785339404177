"""The node equations as they stand, by sparse LU: the reference that the fast solvers are held to.

Written from the equations in `network`, sharing nothing with the other solvers but their types.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse.linalg import splu

from .network import (
    FloatArray,
    OperatingPoint,
    Wires,
    checked_conductance,
    checked_voltage,
)


def sparse_operating_point(
    conductance: ArrayLike, voltage: ArrayLike, wires: Wires
) -> OperatingPoint:
    """Solve all node voltages of an array of linear cells by sparse LU.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells, uS.
    voltage : array, shape (..., rows)
        Row voltages, mV.
    wires : Wires

    Returns
    -------
    OperatingPoint
        Its residual is that of the node equations, relative to the currents of the sources.

    Raises
    ------
    ValidationError
        If a conductance or a voltage is not allowed.
    """
    cells = checked_conductance(conductance)
    rows, columns = cells.shape
    sources = checked_voltage(voltage, rows)
    matrix = node_matrix(cells, wires)
    injected = np.zeros((2, rows, columns, sources[..., 0].size))
    injected[0, :, 0] = sources.reshape(-1, rows).T / (wires.row + wires.driver)
    right = injected.reshape(matrix.shape[0], -1)
    nodes = splu(matrix).solve(right)
    scale = float(np.linalg.norm(right))
    residual = float(np.linalg.norm(matrix @ nodes - right)) / scale if scale else 0.0
    fields = np.moveaxis(nodes.reshape(2, rows, columns, -1), -1, 1)
    word, bit = fields.reshape(2, *sources.shape[:-1], rows, columns)
    return OperatingPoint(
        voltage=sources,
        word=word,
        bit=bit,
        current=cells * (word - bit),
        residual=residual,
    )


def node_matrix(conductance: FloatArray, wires: Wires) -> sparse.csc_array:
    """Conductance matrix of all nodes, word lines first, each field row by row.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells, uS.
    wires : Wires

    Returns
    -------
    sparse array, shape (2 * rows * columns, 2 * rows * columns)
        uS.
    """
    rows, columns = conductance.shape
    words = sparse.kron(sparse.eye_array(rows), _line(columns, wires.row, wires.driver))
    ground_first = _line(rows, wires.column, wires.sense)[::-1, ::-1]
    bits = sparse.kron(ground_first, sparse.eye_array(columns))
    cells = sparse.diags_array(conductance.ravel())
    return sparse.csc_array(sparse.block_array([[words + cells, -cells], [-cells, bits + cells]]))


def _line(count: int, segment: float, end: float) -> sparse.csr_array:
    """Conductances of one line whose first node leads to a fixed voltage, the last to nothing."""
    diagonal = np.full(count, 2 / segment)
    diagonal[-1] = 1 / segment
    diagonal[0] += 1 / (segment + end) - 1 / segment
    beside = np.full(count - 1, -1 / segment)
    return sparse.csr_array(sparse.diags_array([beside, diagonal, beside], offsets=[-1, 0, 1]))
