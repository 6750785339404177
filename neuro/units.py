"""Units at the door: quantities become plain floats in one coherent system.

Inside neuro: ms, mV, nA, uS, nF, pW, fJ, so that nF mV/ms = nA, uS mV = nA, nA mV = pW and
pW ms = fJ and no kernel needs a factor (architecture, section 3). A resistance is in Mohm, the
inverse of uS. Rates are in Hz, temperatures in K, areas in um^2.
"""

import re
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import UnitError, ValidationError

DIMENSIONLESS = ""
SHOWN_CHARACTERS = 60
GRID_TOLERANCE = 1e-9
"""Relative deviation from a multiple of the time step that counts as rounding of the decimals."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One physical dimension.

    Parameters
    ----------
    name : str
        What it is called in messages.
    unit, si_unit : str
        The coherent unit, and that of SI.
    per_si : float
        How many coherent units one SI unit has.
    exponents : tuple of int
        Powers of metre, kilogram, second, ampere and kelvin.
    """

    name: str
    unit: str
    si_unit: str
    per_si: float
    exponents: tuple[int, int, int, int, int]


DIMENSIONS: Mapping[str, Dimension] = {
    dimension.unit: dimension
    for dimension in (
        Dimension("a time", "ms", "s", 1e3, (0, 0, 1, 0, 0)),
        Dimension("a voltage", "mV", "V", 1e3, (2, 1, -3, -1, 0)),
        Dimension("a current", "nA", "A", 1e9, (0, 0, 0, 1, 0)),
        Dimension("a conductance", "uS", "S", 1e6, (-2, -1, 3, 2, 0)),
        Dimension("a capacitance", "nF", "F", 1e9, (-2, -1, 4, 2, 0)),
        Dimension("a power", "pW", "W", 1e12, (2, 1, -3, 0, 0)),
        Dimension("an energy", "fJ", "J", 1e15, (2, 1, -2, 0, 0)),
        Dimension("a rate", "Hz", "Hz", 1.0, (0, 0, -1, 0, 0)),
        Dimension("a resistance", "Mohm", "ohm", 1e-6, (2, 1, -3, -2, 0)),
        Dimension("a temperature", "K", "K", 1.0, (0, 0, 0, 0, 1)),
        Dimension("an area", "um^2", "m**2", 1e12, (2, 0, 0, 0, 0)),
        Dimension("a pure number", DIMENSIONLESS, "dimensionless", 1.0, (0, 0, 0, 0, 0)),
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
    bare = bare or unit == DIMENSIONLESS
    if isinstance(value, str):
        return _from_string(value, dimension, where, bare=bare)
    if isinstance(value, list | tuple) and not all(_is_plain(member) for member in value):
        members = [to_coherent(member, unit, where, bare=bare) for member in value]
        return _number(members, dimension, where)
    foreign = _from_quantity(value, dimension, where)
    if foreign is not None:
        return foreign
    if not bare:
        raise _wrong_unit(value, dimension, where)
    return _number(value, dimension, where)


def whole_steps(time: object, dt: float, where: str) -> int:
    """Return how many time steps a time has.

    Parameters
    ----------
    time : float in ms, str or quantity
        The time.
    dt : float, ms
        The step.
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
    milliseconds = to_coherent(time, "ms", where)
    if not isinstance(milliseconds, float):
        raise ValidationError(where, "must be one time", value=time)
    steps = milliseconds / dt
    if np.isfinite(steps) and steps >= 0:
        nearest = round(steps)
        if abs(steps - nearest) <= GRID_TOLERANCE * max(nearest, 1):
            return nearest
    raise ValidationError(
        where,
        format_value(milliseconds, "ms"),
        value=milliseconds,
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
        # In decimals, so that "100 pF" is the double closest to 0.1 nF.
        quantity = _pint_registry().Quantity(Decimal(match[1]), symbol)
        return float(quantity.m_as(dimension.unit))
    except Exception as error:
        raise _wrong_unit(text, dimension, where) from error


def _is_plain(member: object) -> bool:
    return isinstance(member, int | float | np.number | np.ndarray) and type(member).__module__ in (
        "builtins",
        "numpy",
    )


def _from_quantity(value: Any, dimension: Dimension, where: str) -> Any:
    """Convert a quantity object of another package; None if the value is not one."""
    try:
        if hasattr(value, "m_as"):  # pint
            return _as_float(value.m_as(dimension.unit))
        if hasattr(value, "rescale"):  # quantities, and with it Neo
            return _from_si(value.rescale(dimension.si_unit).magnitude, dimension)
    except Exception as error:
        raise _wrong_unit(value, dimension, where) from error
    brian2_units = sys.modules.get("brian2.units.fundamentalunits")
    if brian2_units is not None and isinstance(value, brian2_units.Quantity):
        exponents = tuple(value.dim._dims[:5])
        if exponents != dimension.exponents or any(value.dim._dims[5:]):
            raise _wrong_unit(value, dimension, where)
        return _from_si(np.asarray(value), dimension)
    return None


def _from_si(value: Any, dimension: Dimension) -> Any:
    # Times a whole number: dividing by the inexact 1e-3 would spoil round values.
    return _as_float(np.asarray(value, dtype=np.float64) * dimension.per_si)


def _number(value: object, dimension: Dimension, where: str) -> Any:
    cause: ValueError | None = None
    try:
        array = np.asarray(value)
        if array.dtype.kind in "iuf":
            return _as_float(array)
    except ValueError as error:
        cause = error
    raise ValidationError(
        where,
        f"expected {dimension.name}, got {_shown(value)}",
        value=value,
        hint="Give lists of one length" if cause else "Give a number",
    ) from cause


def _as_float(value: Any) -> float | NDArray[np.float64]:
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


def _wrong_unit(value: object, dimension: Dimension, where: str) -> UnitError:
    example = f"20 {dimension.unit}".rstrip()
    return UnitError(
        where,
        f"expected {dimension.name}, got {_shown(value)}",
        value=value,
        hint=f"Write it like {example!r}",
    )


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return repr(textwrap.shorten(text, SHOWN_CHARACTERS, placeholder=" ..."))


@cache
def _pint_registry() -> Any:
    import pint

    return pint.UnitRegistry(non_int_type=Decimal)
