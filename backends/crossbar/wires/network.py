r"""The resistor network of a crossbar: what every solver of this package takes and gives.

Word-line nodes :math:`w_{ij}` are driven from the left (j = 0), bit-line nodes :math:`b_{ij}` end
in ground at the bottom (i = m - 1), every segment has a resistance and the other ends are open:

.. math::
    (w_{i,j-1} - w_{ij})/r_w + (w_{i,j+1} - w_{ij})/r_w - I_{ij} &= 0, \quad w_{i,-1} = V_i \\
    (b_{i-1,j} - b_{ij})/r_b + (b_{i+1,j} - b_{ij})/r_b + I_{ij} &= 0, \quad b_{m,j} = 0

with no term beyond an open end and :math:`I_{ij} = g_{ij} (w_{ij} - b_{ij})` for linear cells.
Given the cell currents, Kirchhoff's laws on the wires are two cumulative sums, so what remains to
be solved is the cells' law alone: ``u = V - R(I)``, u = w - b, with R the sum of both lines.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.errors import ValidationError, raise_all
from neuro.units import format_value

FloatArray = NDArray[np.float64]

OHM = 1e-6
"""One ohm in Mohm, the coherent unit of resistance (1/uS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """Resistances of the lines of an array, Mohm (``1 * OHM`` is one ohm).

    Parameters
    ----------
    row, column : float, Mohm
        One segment of a word line and of a bit line, that is, by cell. Positive: without wire
        resistance there is nothing to solve.
    driver, sense : float, Mohm, default 0
        What comes on top in the first segment of a word line (the driver's output) and in the last
        one of a bit line (the input of the sense amplifier).

    Raises
    ------
    ValidationError
        If a segment is not positive, an end negative, or anything not finite.
    """

    row: float
    column: float
    driver: float = 0.0
    sense: float = 0.0

    def __post_init__(self) -> None:
        """Check the four numbers."""
        issues = [
            ValidationError(
                f"wires.{item.name}",
                f"{format_value(value / OHM, 'ohm')}",
                value=value,
                limit="A segment has a positive and finite resistance"
                if item.name in ("row", "column")
                else "The resistance of an end is finite and not negative",
                hint="Leave the wires out for ideal ones" if value == 0 else None,
            )
            for item in fields(self)
            if not _is_allowed(value := getattr(self, item.name), item.name)
        ]
        raise_all("wires", issues)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OperatingPoint:
    """Voltages and currents of an array for one or several vectors of row voltages.

    Parameters
    ----------
    voltage : array, shape (..., rows)
        Row voltages, mV, at the ideal source behind the driver.
    word, bit : array, shape (..., rows, columns)
        Voltages of the nodes, mV.
    current : array, shape (..., rows, columns)
        Currents of the cells, nA, for which Kirchhoff's laws hold on the wires.
    residual : float
        Largest deviation of a vector's currents from the law of the cells: the norm of the
        difference over the norm of the currents.
    """

    voltage: FloatArray
    word: FloatArray
    bit: FloatArray
    current: FloatArray
    residual: float

    @property
    def cell_voltage(self) -> FloatArray:
        """Voltages across the cells, mV, shape (..., rows, columns)."""
        return self.word - self.bit

    @property
    def column_current(self) -> FloatArray:
        """Currents out of the bit lines, nA, shape (..., columns)."""
        return np.asarray(self.current.sum(axis=-2))

    @property
    def source_power(self) -> FloatArray:
        """What the sources deliver, pW, shape (...)."""
        return np.asarray(np.einsum("...i,...ij->...", self.voltage, self.current))

    @property
    def cell_power(self) -> FloatArray:
        """What the cells dissipate, pW, shape (...)."""
        return np.asarray(np.einsum("...ij,...ij->...", self.cell_voltage, self.current))

    def wire_power(self, wires: Wires) -> FloatArray:
        """Return what the segments of both lines dissipate by Ohm's law, pW, shape (...).

        Parameters
        ----------
        wires : Wires
            The resistances with which the point was computed.
        """
        along_row = _suffix_sums(self.current, axis=-1)
        along_column = self.current.cumsum(axis=-2)
        return np.asarray(
            wires.row * (along_row**2).sum((-2, -1))
            + wires.driver * (along_row[..., 0] ** 2).sum(-1)
            + wires.column * (along_column**2).sum((-2, -1))
            + wires.sense * (along_column[..., -1, :] ** 2).sum(-1)
        )


def checked_conductance(conductance: ArrayLike) -> FloatArray:
    """Return conductances as an array of float64, if they can be those of an array.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        uS, finite, not negative.

    Raises
    ------
    ValidationError
        If the shape is another or a value is not allowed; the first one is named.
    """
    values = np.asarray(conductance, dtype=np.float64)
    where = "array.conductance"
    if values.ndim != len(("rows", "columns")) or 0 in values.shape:
        raise ValidationError(
            where,
            f"has shape {values.shape}",
            value=values.shape,
            limit="The shape is (rows, columns), both at least 1",
        )
    _refuse(
        where,
        values,
        np.isfinite(values) & (values >= 0),
        unit="uS",
        limit="Conductances are finite and not negative",
        hint="Map a signed weight to a differential pair",
    )
    return values


def checked_voltage(voltage: ArrayLike, rows: int) -> FloatArray:
    """Return row voltages as an array of float64, if they fit the array.

    Parameters
    ----------
    voltage : array, shape (..., rows)
        mV, finite.
    rows : int
        Of the array.

    Raises
    ------
    ValidationError
        If the last axis is not one of rows, or a value is not finite.
    """
    values = np.asarray(voltage, dtype=np.float64)
    where = "array.voltage"
    if values.ndim == 0 or values.shape[-1] != rows:
        raise ValidationError(
            where,
            f"has shape {values.shape}",
            value=values.shape,
            limit=f"The last axis is that of the {rows} rows",
        )
    _refuse(where, values, np.isfinite(values), unit="mV", limit="Voltages are finite")
    return values


def word_voltage(voltage: FloatArray, current: FloatArray, wires: Wires) -> FloatArray:
    """Voltages of the word lines when the cells draw given currents.

    Parameters
    ----------
    voltage : array, shape (..., rows)
        Row voltages, mV.
    current : array, shape (..., rows, columns)
        Cell currents, nA.
    wires : Wires

    Returns
    -------
    array, shape (..., rows, columns)
        mV.
    """
    segment = _suffix_sums(current, axis=-1)
    drop = wires.row * segment.cumsum(axis=-1)
    if wires.driver:
        drop += wires.driver * segment[..., :1]
    return np.asarray(voltage[..., None] - drop)


def bit_voltage(current: FloatArray, wires: Wires) -> FloatArray:
    """Voltages of the bit lines when the cells feed given currents into them.

    Parameters
    ----------
    current : array, shape (..., rows, columns)
        Cell currents, nA.
    wires : Wires

    Returns
    -------
    array, shape (..., rows, columns)
        mV.
    """
    segment = current.cumsum(axis=-2)
    rise = wires.column * _suffix_sums(segment, axis=-2)
    if wires.sense:
        rise += wires.sense * segment[..., -1:, :]
    return rise


def cell_voltages(voltage: FloatArray, current: FloatArray, wires: Wires) -> FloatArray:
    """Voltages across the cells when they draw given currents: ``V - R(I)``.

    Parameters
    ----------
    voltage : array, shape (..., rows)
        Row voltages, mV.
    current : array, shape (..., rows, columns)
        Cell currents, nA.
    wires : Wires

    Returns
    -------
    array, shape (..., rows, columns)
        mV.
    """
    return word_voltage(voltage, current, wires) - bit_voltage(current, wires)


def _suffix_sums(values: FloatArray, axis: int) -> FloatArray:
    return np.flip(np.flip(values, axis).cumsum(axis), axis)


def _is_allowed(value: float, name: str) -> bool:
    return bool(np.isfinite(value)) and (value > 0 or (value == 0 and name in ("driver", "sense")))


def _refuse(
    where: str,
    values: FloatArray,
    allowed: NDArray[np.bool_],
    *,
    unit: str,
    limit: str,
    hint: str | None = None,
) -> None:
    """Raise an error that names the first value that is not allowed, if there is one."""
    if allowed.all():
        return
    place = tuple(int(k) for k in np.argwhere(~allowed)[0])
    more = int((~allowed).sum()) - 1
    found = format_value(float(values[place]), unit)
    others = f", and {more} more like it" if more else ""
    raise ValidationError(
        where, f"{found} at index {place}{others}", value=values[place], limit=limit, hint=hint
    )
