"""Units at the door: quantities become plain floats in one coherent system.

Inside neuro: ms, mV, nA, uS, nF, pW, fJ, so that nF mV/ms = nA, uS mV = nA, nA mV = pW and
pW ms = fJ and no kernel needs a factor (architecture, section 3). Rates are in Hz.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import UnitError, ValidationError

DIMENSIONLESS = ""
GRID_TOLERANCE = 1e-9
"""Relative deviation from a multiple of the time step that counts as rounding of the decimals."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One physical dimension: what it is called, its coherent unit and that unit in SI.

    `exponents` are those of metre, kilogram, second and ampere.
    """

    name: str
    unit: str
    si: float
    exponents: tuple[int, int, int, int]


DIMENSIONS: Mapping[str, Dimension] = {
    dimension.unit: dimension
    for dimension in (
        Dimension("a time", "ms", 1e-3, (0, 0, 1, 0)),
        Dimension("a voltage", "mV", 1e-3, (2, 1, -3, -1)),
        Dimension("a current", "nA", 1e-9, (0, 0, 0, 1)),
        Dimension("a conductance", "uS", 1e-6, (-2, -1, 3, 2)),
        Dimension("a capacitance", "nF", 1e-9, (-2, -1, 4, 2)),
        Dimension("a power", "pW", 1e-12, (2, 1, -3, 0)),
        Dimension("an energy", "fJ", 1e-15, (2, 1, -2, 0)),
        Dimension("a rate", "Hz", 1.0, (0, 0, -1, 0)),
        Dimension("a pure number", DIMENSIONLESS, 1.0, (0, 0, 0, 0)),
    )
}

_NUMBER_AND_UNIT = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)\s*(.*?)\s*")


def to_coherent(value: object, unit: str, where: str, *, bare: bool = True) -> Any:
    """Turn a number, a string or a quantity into a float or float array in coherent units.

    Parameters
    ----------
    value : number, array, str such as ``"20 ms"``, or a quantity of pint, quantities or Brian2
        What the user gave.
    unit : str
        Coherent unit of the answer, a key of `DIMENSIONS`.
    where : str
        What the value belongs to, for the error.
    bare : bool, default True
        Whether a plain number is accepted as being in `unit`; files and commands refuse it.

    Returns
    -------
    float or array of float64
        The value in `unit`.

    Raises
    ------
    UnitError
        If the dimension is wrong or missing.
    ValidationError
        If the value is not a number at all.

    Examples
    --------
    >>> to_coherent("0.02 s", "ms", "tau_m")
    20.0
    """
    dimension = DIMENSIONS[unit]
    if isinstance(value, str):
        return _from_string(value, dimension, where, bare=bare or unit == DIMENSIONLESS)
    foreign = _from_quantity(value, dimension, where)
    if foreign is not None:
        return foreign
    if not bare and unit != DIMENSIONLESS:
        raise _wrong_unit(value, dimension, where)
    return _number(value, dimension, where)


def whole_steps(time: float, dt: float, where: str) -> int:
    """Return how many time steps a time has.

    Parameters
    ----------
    time, dt : float, ms
        The time, and the step.
    where : str
        What the time belongs to, for the error.

    Raises
    ------
    ValidationError
        If it is negative, not finite or, beyond rounding of its decimals, no multiple of `dt`.

    Examples
    --------
    >>> whole_steps(0.3, 0.1, "duration")
    3
    """
    steps = time / dt
    if np.isfinite(steps) and steps >= 0:
        nearest = round(steps)
        if abs(steps - nearest) <= GRID_TOLERANCE * max(nearest, 1):
            return nearest
    raise ValidationError(
        where,
        format_value(time, "ms"),
        value=time,
        limit=f"A multiple of the time step, {format_value(dt, 'ms')}, not negative",
    )


def format_value(value: float, unit: str) -> str:
    """Write a value with its unit.

    Examples
    --------
    >>> format_value(20.0, "ms")
    '20 ms'
    """
    return f"{value:.6g} {unit}".rstrip()


def _from_string(text: str, dimension: Dimension, where: str, *, bare: bool) -> float:
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None:
        raise _wrong_unit(text, dimension, where)
    number, symbol = float(match[1]), match[2]
    if symbol in (dimension.unit, "") and (symbol != "" or bare):
        return number
    if symbol == "":
        raise _wrong_unit(text, dimension, where)
    try:
        # Dividing by the coherent unit's SI value last keeps "20 ms" style round numbers exact.
        return float(_pint_registry().Quantity(number, symbol).m_as(dimension.unit))
    except Exception as error:
        raise _wrong_unit(text, dimension, where) from error


def _from_quantity(value: Any, dimension: Dimension, where: str) -> Any:
    """Convert a quantity object of another package; None if the value is not one."""
    try:
        if hasattr(value, "m_as"):  # pint
            return _as_float(value.m_as(dimension.unit))
        if hasattr(value, "rescale"):  # quantities, and with it Neo
            return _as_float(value.rescale(dimension.unit or "dimensionless").magnitude)
    except Exception as error:
        raise _wrong_unit(value, dimension, where) from error
    brian2_units = sys.modules.get("brian2.units.fundamentalunits")
    if brian2_units is not None and isinstance(value, brian2_units.Quantity):
        exponents = tuple(value.dim._dims[:4])
        if exponents != dimension.exponents or any(value.dim._dims[4:]):
            raise _wrong_unit(value, dimension, where)
        return _as_float(np.asarray(value, dtype=np.float64) / dimension.si)
    return None


def _number(value: object, dimension: Dimension, where: str) -> Any:
    if isinstance(value, bool) or value is None:
        raise ValidationError(
            where, f"expected {dimension.name}, got {value!r}", value=value, hint="Give a number."
        )
    try:
        return _as_float(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ValidationError(
            where, f"expected {dimension.name}, got {value!r}", value=value, hint="Give a number."
        ) from error


def _as_float(value: Any) -> float | NDArray[np.float64]:
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


def _wrong_unit(value: object, dimension: Dimension, where: str) -> UnitError:
    example = f"20 {dimension.unit}".rstrip()
    return UnitError(
        where,
        f"expected {dimension.name}, got {str(value)!r}",
        value=value,
        hint=f"Write it like {example!r}",
    )


@cache
def _pint_registry() -> Any:
    import pint

    return pint.UnitRegistry()
