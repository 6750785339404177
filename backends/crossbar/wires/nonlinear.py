r"""Arrays whose cells bend: Newton's method, each step one run of conjugate gradients.

The wires' equations stay linear, so the state is what the wires deliver to each cell, y; the cell
voltage ``u = V - R(y)`` follows from Kirchhoff's laws, and Newton drives :math:`I(u) - y` to zero.
For cells whose current rises with the voltage this is the gradient of a convex energy, which the
step length minimises along Newton's direction, so that any start converges.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neuro.backends.crossbar.devices import Conduction
from neuro.errors import SimulationError, UnsupportedError
from neuro.units import format_value

from .network import (
    FloatArray,
    OperatingPoint,
    Wires,
    cell_voltages,
    checked_conductance,
    checked_voltage,
)
from .pcg import (
    ROUNDING,
    TOLERANCE,
    Correction,
    UniformArray,
    batches,
    correct,
    gathered,
    norms,
    not_converged,
    products,
    ratios,
    short_circuit_currents,
    uniform_array,
    uniform_currents,
)

MOST_STEPS = 200
"""Of Newton; a few are usual, and about V / V_0 where cells bend within a fraction of V."""

MOST_HALVINGS = 60

LARGEST_SHARE = 0.1
"""Residual of a linear solve relative to Newton's own, far from the solution."""

OVERSHOOT = 0.5
"""The energy may rise again at the end of a step at this share of the rate at which it fell."""


def operating_point(
    conductance: ArrayLike,
    voltage: ArrayLike,
    wires: Wires,
    conduction: Conduction,
    *,
    tolerance: float = TOLERANCE,
) -> OperatingPoint:
    """Voltages and currents of an array of non-linear cells, for some vectors of row voltages.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells at low field, uS.
    voltage : array, shape (..., rows)
        Row voltages, mV.
    wires : Wires
    conduction : Conduction
        Current of a cell by voltage.
    tolerance : float, default 1e-10
        Residual of the cell currents, relative to the currents.

    Returns
    -------
    OperatingPoint

    Raises
    ------
    ValidationError
        If a conductance or a voltage is not allowed.
    UnsupportedError
        If the current of a cell falls with the voltage where the array works.
    SimulationError
        If the residual stays above the tolerance.

    Examples
    --------
    >>> wires = Wires(row=1e-6, column=1e-6)
    >>> from neuro.backends.crossbar.devices import SinhConduction
    >>> bent = SinhConduction(voltage=250.0)
    >>> point = operating_point(np.array([[100.0]]), np.array([200.0]), wires, bent)
    >>> float(np.round(point.column_current[0], 3))
    22196.713
    """
    cells = checked_conductance(conductance)
    sources = checked_voltage(voltage, cells.shape[0])
    array = uniform_array(cells.shape[0], cells.shape[1], wires)
    vectors = sources.reshape(-1, cells.shape[0])
    parts = [
        _Newton(array, cells, part, wires, conduction).solve(tolerance)
        for part in batches(vectors, cells.size)
    ]
    return gathered(sources, parts, wires)


@dataclass(frozen=True, slots=True)
class _Newton:
    """One batch of vectors, voltage of shape (vectors, rows)."""

    array: UniformArray
    cells: FloatArray
    source: FloatArray
    wires: Wires
    law: Conduction

    def solve(self, tolerance: float) -> tuple[FloatArray, float]:
        """Return cell currents, shape (vectors, rows, columns), nA, and the largest residual."""
        delivered = self._start()
        for _ in range(MOST_STEPS):
            voltage = cell_voltages(self.source, delivered, self.wires)
            with np.errstate(over="ignore", invalid="ignore"):
                missing = delivered - self.law.current(self.cells, voltage)
                slope = self.law.differential(self.cells, voltage)
            size, scale = norms(missing), norms(delivered)
            aim = tolerance * scale + self._rounding(slope)
            if np.all(size <= aim):
                self._require_rising(slope, voltage)
                return delivered, float(np.max(ratios(size, scale), initial=0.0))
            share = np.minimum(LARGEST_SHARE, ratios(size, scale))
            step = correct(
                self.array, np.maximum(slope, 0), missing, np.maximum(share * size, 0.3 * aim)
            )
            slack = aim * norms(step.voltage)  # a residual of that size shows no direction
            limit = OVERSHOOT * products(missing, step.voltage) + slack
            length = self._length(delivered, voltage, step, limit)
            delivered = delivered - length[:, None, None] * step.current
        raise not_converged(float(np.max(ratios(size, scale))), tolerance, MOST_STEPS)

    def _start(self) -> FloatArray:
        """Go from shorted cells, where no law is steep, to linear ones as far as it leads down."""
        shorted = short_circuit_currents(self.array, self.source)
        linear = uniform_currents(self.array, self.source, self.cells)
        along = cell_voltages(self.source, linear, self.wires)
        step = Correction(along, shorted - linear, 0)
        limit = OVERSHOOT * products(shorted, along)
        length = self._length(shorted, np.zeros_like(along), step, limit)[:, None, None]
        return np.where(length == 1, linear, shorted - length * step.current)

    def _length(
        self,
        delivered: FloatArray,
        voltage: FloatArray,
        step: Correction,
        limit: FloatArray,
    ) -> FloatArray:
        """Halve the step of a vector until the energy rises slowly enough at its end."""
        length = np.ones(len(voltage))
        for _ in range(MOST_HALVINGS):
            part = length[:, None, None]
            with np.errstate(over="ignore", invalid="ignore"):
                drawn = self.law.current(self.cells, voltage + part * step.voltage)
                rise = products(drawn - (delivered - part * step.current), step.voltage)
            good = rise <= limit  # False too where the current has overflowed
            if good.all():
                return length
            length = np.where(good, length, length / 2)
        raise SimulationError(
            "array.wires",
            f"the current of a cell is not finite near {format_value(_largest(voltage), 'mV')}",
            value=_largest(voltage),
            hint="Lower the row voltages, or choose a conduction law that is finite there",
        )

    def _rounding(self, slope: FloatArray) -> FloatArray:
        return np.asarray(ROUNDING * norms(slope) * np.abs(self.source).max(axis=-1))

    def _require_rising(self, slope: FloatArray, voltage: FloatArray) -> None:
        if (slope >= 0).all():
            return
        vector, row, column = (int(k) for k in np.argwhere(slope < 0)[0])
        place = float(voltage[vector, row, column])
        raise UnsupportedError(
            f"array.cell at row {row}, column {column}",
            f"its current falls with the voltage at {format_value(place, 'mV')}",
            value=place,
            limit="Cells whose current rises have one operating point, others may have several",
            hint="Lower the row voltages, or choose another conduction law",
        )


def _largest(voltage: FloatArray) -> float:
    return float(np.abs(voltage).max())
