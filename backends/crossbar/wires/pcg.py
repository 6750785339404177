r"""One vector of row voltages at a time: conjugate gradients with the uniform array in front.

With the lines' Kirchhoff sums in R (see `network`), cell voltages obey
:math:`(R^{-1} + g) u = R^{-1} V`. The same array with uniform conductance
:math:`\bar g` is diagonal in the product of the two lines' eigenbases,

.. math:: \lambda_k = \frac{2}{r} \left( 1 - \cos \frac{(2k+1) \pi}{2n+1} \right), \quad
          q_{jk} \propto \sin \frac{(2k+1)(j+1) \pi}{2n+1},

so it preconditions with four small matrix products. As :math:`R^{-1} + g` differs from it only by
:math:`g - \bar g` on the diagonal, the operator itself costs no product at all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh_tridiagonal

from neuro.errors import SimulationError

from .network import (
    FloatArray,
    OperatingPoint,
    Wires,
    bit_voltage,
    cell_voltages,
    checked_conductance,
    checked_voltage,
    word_voltage,
)

TOLERANCE = 1e-10
"""Residual of the cell currents relative to the currents."""

MOST_ITERATIONS = 1000
"""Of conjugate gradients; linear cells need less than fifty, very steep ones some hundreds."""

MOST_CORRECTIONS = 20
"""Times that conjugate gradients start anew from the residual; the second time is rare."""

ROUNDING = 16 * np.finfo(np.float64).eps
"""Residuals below this share of what the full voltage would drive through a cell are noise."""

LARGEST_BATCH = 2**18
"""Cell voltages that are solved for at once."""


@dataclass(frozen=True, slots=True)
class Modes:
    """Eigenvectors of one line, in columns, and the resistance of each, Mohm."""

    vectors: FloatArray
    resistance: FloatArray


@dataclass(frozen=True, slots=True)
class UniformArray:
    """What the wires alone decide: the eigenbasis of both lines.

    Parameters
    ----------
    word, bit : array, shapes (columns, columns) and (rows, rows)
        Eigenvectors of a word line and of a bit line, in columns.
    resistance : array, shape (rows, columns)
        Resistance of both lines in series for each pair of modes, Mohm.
    """

    word: FloatArray
    bit: FloatArray
    resistance: FloatArray

    def transform(self, cells: FloatArray) -> FloatArray:
        """Take a field over cells, shape (..., rows, columns), to the modes."""
        return np.asarray(self.bit.T @ (cells @ self.word))

    def restore(self, modes: FloatArray) -> FloatArray:
        """Take a field over modes back to the cells."""
        return np.asarray(self.bit @ (modes @ self.word.T))


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of the cell voltages, mV, and of the currents that the wires deliver then, nA."""

    voltage: FloatArray
    current: FloatArray
    iterations: int


def linear_operating_point(
    conductance: ArrayLike,
    voltage: ArrayLike,
    wires: Wires,
    *,
    tolerance: float = TOLERANCE,
) -> OperatingPoint:
    """Voltages and currents of an array of linear cells, for some vectors of row voltages.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells, uS.
    voltage : array, shape (..., rows)
        Row voltages, mV.
    wires : Wires
    tolerance : float, default 1e-10
        Residual of the cell currents, relative to the currents.

    Returns
    -------
    OperatingPoint

    Raises
    ------
    ValidationError
        If a conductance or a voltage is not allowed.
    SimulationError
        If the residual stays above the tolerance.

    Notes
    -----
    For column currents alone of more than a few vectors `effective_conductance` is faster.
    """
    cells = checked_conductance(conductance)
    sources = checked_voltage(voltage, cells.shape[0])
    array = uniform_array(cells.shape[0], cells.shape[1], wires)
    vectors = sources.reshape(-1, cells.shape[0])
    parts = [
        _solve_linear(array, cells, part, wires, tolerance) for part in batches(vectors, cells.size)
    ]
    return gathered(sources, parts, wires)


def uniform_array(rows: int, columns: int, wires: Wires) -> UniformArray:
    """Return the eigenbasis of the lines of an array."""
    word = line_modes(columns, wires.row, wires.driver)
    bit = line_modes(rows, wires.column, wires.sense)
    # The first node of a line is the one at its fixed end: for a bit line that is the last row.
    return UniformArray(
        word.vectors,
        np.ascontiguousarray(bit.vectors[::-1]),
        bit.resistance[:, None] + word.resistance,
    )


def line_modes(count: int, segment: float, end: float = 0.0) -> Modes:
    """Eigenvectors and resistances of a line that has a fixed voltage before its first node.

    Parameters
    ----------
    count : int
        Nodes.
    segment, end : float, Mohm
        Resistance of a segment, and what comes on top in the first.

    Returns
    -------
    Modes
        Vectors of shape (count, count), orthonormal columns; the resistance is the inverse of the
        eigenvalue.
    """
    if end:
        diagonal = np.full(count, 2.0)
        diagonal[-1] = 1.0
        diagonal[0] += segment / (segment + end) - 1
        values, vectors = eigh_tridiagonal(diagonal, np.full(count - 1, -1.0))
        return Modes(vectors, segment / values)
    odd = 2 * np.arange(count) + 1
    period = 4 * count + 2
    # Reduced as integers, so that the largest arguments are as exact as the smallest.
    phase = np.outer(np.arange(1, count + 1), odd) % period
    vectors = np.sin(2 * np.pi / period * phase) * (2 / np.sqrt(2 * count + 1))
    values = 4 * np.sin(np.pi / period * odd) ** 2
    return Modes(vectors, segment / values)


def open_circuit(array: UniformArray, voltage: FloatArray) -> FloatArray:
    """Cell voltages without any current, over the modes, mV, shape (vectors, rows, columns).

    `voltage` are the row voltages, mV, shape (vectors, rows).
    """
    return np.asarray((voltage @ array.bit)[..., None] * array.word.sum(axis=0))


def uniform_currents(
    array: UniformArray, voltage: FloatArray, conductance: FloatArray
) -> FloatArray:
    """Cell currents of the array with uniform conductance, from which iterations start.

    Parameters
    ----------
    array : UniformArray
    voltage : array, shape (vectors, rows)
        Row voltages, mV.
    conductance : array
        Of the cells, uS; its mean is used.

    Returns
    -------
    array, shape (vectors, rows, columns)
        nA.
    """
    mean = conductance.mean()
    return array.restore(open_circuit(array, voltage) * (mean / (1 + mean * array.resistance)))


def short_circuit_currents(array: UniformArray, voltage: FloatArray) -> FloatArray:
    """Cell currents when every cell is a short, nA, shape (vectors, rows, columns).

    `voltage` are the row voltages, mV, shape (vectors, rows).
    """
    return array.restore(open_circuit(array, voltage) / array.resistance)


def correct(
    array: UniformArray, slope: FloatArray, residual: FloatArray, target: FloatArray
) -> Correction:
    r"""Solve :math:`(R^{-1} + g) x = f` by conjugate gradients.

    Parameters
    ----------
    array : UniformArray
    slope : array, shape (rows, columns) or (vectors, rows, columns)
        Differential conductances, uS, not negative.
    residual : array, shape (vectors, rows, columns)
        Right side, nA.
    target : array, shape (vectors,)
        Norm of the residual at which to stop, nA.

    Returns
    -------
    Correction
        ``x`` and ``R^-1 x``.
    """
    mean = slope.mean(axis=(-2, -1), keepdims=True)
    excess = slope - mean
    kernel = array.resistance / (1 + mean * array.resistance)
    rest = residual.copy()
    voltage, current = np.zeros_like(rest), np.zeros_like(rest)
    search, searched = np.zeros_like(rest), np.zeros_like(rest)
    before = np.zeros(len(rest))
    iterations = 0
    while iterations < MOST_ITERATIONS and np.any(norms(rest) > target):
        iterations += 1
        solved = array.restore(array.transform(rest) * kernel)
        now = products(rest, solved)
        ahead = _ratio(now, before)
        before = now
        search = solved + ahead * search
        searched = rest + ahead * searched  # the uniform array's operator on `search`
        image = searched + excess * search
        length = _ratio(now, products(search, image))
        voltage += length * search
        current += length * searched
        rest -= length * image
    return Correction(voltage, current - mean * voltage, iterations)


def norms(field: FloatArray) -> FloatArray:
    """Return the norm of each vector's field, shape (vectors,)."""
    return np.sqrt(products(field, field))


def products(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the inner product of each vector's fields, shape (vectors,)."""
    return np.asarray(np.einsum("kij,kij->k", first, second))


def ratios(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return the quotients, 0 where the denominator is not positive."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def batches(vectors: FloatArray, cells: int) -> list[FloatArray]:
    """Split vectors of row voltages, so that memory stays small."""
    size = max(1, LARGEST_BATCH // cells)
    return [vectors[k : k + size] for k in range(0, max(len(vectors), 1), size)]


def gathered(
    sources: FloatArray, parts: list[tuple[FloatArray, float]], wires: Wires
) -> OperatingPoint:
    """Put the cell currents of batches and their residuals together."""
    current = np.concatenate([current for current, _ in parts])
    current = current.reshape(*sources.shape, current.shape[-1])
    return OperatingPoint(
        voltage=sources,
        word=word_voltage(sources, current, wires),
        bit=bit_voltage(current, wires),
        current=current,
        residual=max(residual for _, residual in parts),
    )


def not_converged(residual: float, tolerance: float, steps: int) -> SimulationError:
    """Return the error for currents that do not settle."""
    return SimulationError(
        "array.wires",
        f"the cell currents still miss their law by {residual:.3g} after {steps} steps",
        value=residual,
        limit=f"The tolerance is {tolerance:.3g}",
        hint="Raise the tolerance, or check the wires' resistance and the conductances for a unit "
        "that is wrong by orders of magnitude",
    )


def _solve_linear(
    array: UniformArray,
    cells: FloatArray,
    voltage: FloatArray,
    wires: Wires,
    tolerance: float,
) -> tuple[FloatArray, float]:
    current = uniform_currents(array, voltage, cells)
    # What the residual's evaluation rounds to where nearly all voltage falls on the wires.
    floor = ROUNDING * np.linalg.norm(cells) * np.abs(voltage).max(axis=-1)
    for _ in range(MOST_CORRECTIONS):
        missing = current - cells * cell_voltages(voltage, current, wires)
        size, scale = norms(missing), norms(current)
        if np.all(size <= tolerance * scale + floor):
            return current, float(np.max(ratios(size, scale), initial=0.0))
        current -= correct(array, cells, missing, 0.3 * tolerance * scale + 0.3 * floor).current
    raise not_converged(float(np.max(ratios(size, scale))), tolerance, MOST_CORRECTIONS)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return the quotients for fields of shape (vectors, rows, columns); 0 for a vector done."""
    return ratios(above, below)[:, None, None]
