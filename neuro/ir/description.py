"""What all parts of a network share: parameters with a unit and bounds, equality by content.

A parameter is a scalar, an array or a named distribution. `parameter` states its unit and limits
once, in the dataclass field; units are converted when the part is made, limits are checked when
the network is.
"""

from collections.abc import Callable, Iterator
from dataclasses import Field, field, fields
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.ir.distributions import Distribution
from neuro.units import format_value, to_coherent

WEIGHT = "weight"
"""Stands for the unit of a weight, which only the target's receptor knows."""


def parameter(
    unit: str,
    default: Any = ...,
    *,
    above: float | None = None,
    at_least: float | None = None,
    optional: bool = False,
) -> Any:
    """Declare a dataclass field as a physical parameter.

    Parameters
    ----------
    unit : str
        Coherent unit, or `WEIGHT`.
    default : optional
        Default in that unit.
    above, at_least : float, optional
        Exclusive and inclusive lower limit.
    optional : bool
        Whether None is allowed.
    """
    metadata = {"unit": unit, "above": above, "at_least": at_least, "optional": optional}
    if default is ...:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


class Description:
    """Base of the parts of a network: units at the door, equality and hash by content."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Convert every parameter to a float, a read-only array or a distribution."""
        errors: list[NeuroError] = []
        for item in parameter_fields(self):
            if item.metadata["unit"] == WEIGHT:
                continue
            where = f"{type(self).__name__}.{item.name}"
            try:
                convert(self, item, item.metadata["unit"], where)
            except NeuroError as error:
                errors.append(error)
        raise_all(type(self).__name__, errors)

    def __eq__(self, other: object) -> bool:
        """Compare type and content, arrays included."""
        from neuro.ir.digest import to_json

        return type(self) is type(other) and to_json(self) == to_json(other)

    def __hash__(self) -> int:
        """Hash the content."""
        from neuro.ir.digest import digest

        return hash(digest(self))


def parameter_fields(part: Any) -> Iterator[Field[Any]]:
    """Yield the fields of a part that were declared with `parameter`."""
    return (item for item in fields(part) if "unit" in item.metadata)


def convert(part: Any, item: Field[Any], unit: str, where: str) -> None:
    """Replace one parameter of a part by its value in coherent units.

    Raises
    ------
    UnitError, ValidationError
        If the value has another dimension or is not a number.
    """
    value = getattr(part, item.name)
    if value is None and item.metadata["optional"]:
        return
    if isinstance(value, Distribution):
        value = value.in_unit(unit, where)
    else:
        value = freeze(to_coherent(value, unit, where))
    object.__setattr__(part, item.name, value)


def freeze(value: Any) -> Any:
    """Return a scalar unchanged and an array as a read-only copy."""
    if not isinstance(value, np.ndarray):
        return value
    copy = np.array(value)
    copy.setflags(write=False)
    return copy


def parameter_issues(
    part: Any,
    where: str,
    weight_unit: Callable[[str], str] = str,
    broken: tuple[str, ...] = (),
) -> list[NeuroError]:
    """List the parameters of a part that are not finite or beyond their limits.

    Parameters
    ----------
    part : Description
        Whose parameters are checked.
    where : str
        The part, for messages.
    weight_unit : callable
        From the name of a weight to its unit.
    broken : tuple of str
        Names of parameters that could not be converted; they are left out.
    """
    found: list[NeuroError] = []
    for item in parameter_fields(part):
        value, place = getattr(part, item.name), f"{where}.{item.name}"
        if value is None or item.name in broken:
            continue
        weight = item.metadata["unit"] == WEIGHT
        unit = weight_unit(item.name) if weight else item.metadata["unit"]
        impossible = value.issues(place) if isinstance(value, Distribution) else []
        found += impossible or _bound_issues(value, item, unit, place)
    return found


def _bound_issues(value: Any, item: Field[Any], unit: str, where: str) -> list[NeuroError]:
    """List whether a value is not finite or below the lower limit of its field."""
    low, high = extremes(value)
    if np.size(value) == 0:
        return []
    if not isinstance(value, Distribution) and not (np.isfinite(low) and np.isfinite(high)):
        return [
            ValidationError(
                where, shown(value, unit), value=value, hint="Every value must be a finite number"
            )
        ]
    above, at_least = item.metadata["above"], item.metadata["at_least"]
    if above is not None and not low > above:
        limit = f"Must be above {format_value(above, unit)}"
    elif at_least is not None and not low >= at_least:
        limit = f"Must be at least {format_value(at_least, unit)}"
    else:
        return []
    hint = None
    if isinstance(value, Distribution):
        hint = "Give the distribution a lower bound inside that range, for instance with low="
    return [ValidationError(where, shown(value, unit), value=value, limit=limit, hint=hint)]


def extremes(value: Any) -> tuple[float, float]:
    """Return the smallest and the largest value of a scalar, array or sound distribution."""
    if isinstance(value, Distribution):
        return (0.0, 0.0) if value.issues("") else value.bounds()
    array = np.asarray(value, dtype=np.float64)
    if array.size == 0:
        return 0.0, 0.0
    return float(array.min()), float(array.max())


def shown(value: Any, unit: str) -> str:
    """Describe a value for a message: a scalar itself, an array by shape and range."""
    if isinstance(value, np.ndarray):
        bad = int(np.size(value) - np.isfinite(value).sum())
        low, high = extremes(value[np.isfinite(value)] if bad else value)
        note = f" and {bad} not finite" if bad else ""
        return f"array of shape {value.shape} from {low:.6g} to {high:.6g} {unit}".rstrip() + note
    if isinstance(value, Distribution):
        return f"{value} {unit}".rstrip()
    return format_value(value, unit)
