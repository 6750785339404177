"""Output levels of a converter and the x at which it changes from one to the next.

Four schemes: cells of equal height with the level in the middle or at the floor, levels that
include both ends, and levels that the user gives. Specs, crossbar_nladc section 2.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.nladc.functions import FloatArray, Function
from neuro.errors import ValidationError, suggestion

Scheme = Literal["cell", "floor", "mid"]
SCHEMES: tuple[str, ...] = get_args(Scheme)

BITS_MIN, BITS_MAX = 2, 10
"""One bit has no step between two thresholds; beyond ten a column would need 1024 rows."""

THRESHOLDS_MIN = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """What a converter answers and where it changes its answer.

    Parameters
    ----------
    function : Function
        The function.
    scheme : str
        One of `SCHEMES`, or ``"levels"``.
    values : array, shape (codes,)
        Output of every code, ascending.
    lsb : float
        Output distance of two codes (their mean distance if they were given).
    thresholds : array, shape (steps,)
        Where the code changes, ascending in x.
    directions : array of int64, shape (steps,)
        1 where the counter counts up, -1 where it counts down.
    first_code : int
        The code below the first threshold.
    """

    function: Function
    scheme: str
    values: FloatArray
    lsb: float
    thresholds: FloatArray
    directions: NDArray[np.int64]
    first_code: int

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """Code after each number of steps, shape (steps + 1,)."""
        return self.first_code + np.concatenate([[0], np.cumsum(self.directions)])

    @cached_property
    def outputs(self) -> FloatArray:
        """Output after each number of steps, shape (steps + 1,)."""
        return self.values[self.codes]

    @cached_property
    def zero(self) -> int:
        """Index of the threshold closest to x = 0, at which the ramp is calibrated."""
        return int(np.argmin(np.abs(self.thresholds)))

    @cached_property
    def lsb_x(self) -> float:
        """Mean distance of two thresholds."""
        return float(self.thresholds[-1] - self.thresholds[0]) / (self.thresholds.size - 1)


def levels_of(function: Function, bits: int, scheme: str = "cell") -> Levels:
    """Return the levels of a function for a number of bits.

    ==========  ==================================  =================================
    scheme      level n of N                        threshold k
    ==========  ==================================  =================================
    ``cell``    lo + (n + 1/2) D, D = (hi - lo)/N   f^-1(lo + k D)
    ``floor``   lo + n D, same D                    f^-1(lo + k D)
    ``mid``     lo + n D, D = (hi - lo)/(N - 1)     f^-1(lo + (k - 1/2) D)
    ==========  ==================================  =================================

    Parameters
    ----------
    function : Function
        The function.
    bits : int
        From 2 to 10.
    scheme : {"cell", "floor", "mid"}
        Where the levels lie.

    Raises
    ------
    ValidationError
        If the bits or the scheme are out of range, or the function has no inverse.

    Examples
    --------
    >>> from neuro.backends.crossbar.nladc.functions import function_named
    >>> levels_of(function_named("sigmoid"), 2).thresholds.round(4)
    array([-1.0986,  0.    ,  1.0986])
    """
    if scheme not in SCHEMES:
        raise ValidationError(
            f"scheme {scheme!r}", "no such scheme", value=scheme, limit=suggestion(scheme, SCHEMES)
        )
    codes = 2 ** checked_bits(bits)
    low, high = function.y_range
    lsb = (high - low) / (codes - 1 if scheme == "mid" else codes)
    numbers = np.arange(codes)
    values = low + (numbers + (0.5 if scheme == "cell" else 0.0)) * lsb
    boundaries = low + (numbers[1:] - (0.5 if scheme == "mid" else 0.0)) * lsb
    return _levels(function, scheme, values, lsb, boundaries)


def given_levels(
    function: Function, values: Sequence[float], thresholds: Sequence[float] | None = None
) -> Levels:
    """Return levels that someone else chose, such as those of Lloyd and Max or of k-means.

    Parameters
    ----------
    function : Function
        The function.
    values : sequence of float
        Output of every code, ascending; at least three.
    thresholds : sequence of float, optional
        Where the code changes, in x, one fewer than codes; by default where the function passes
        the middle of two levels.

    Raises
    ------
    ValidationError
        If a list does not ascend, the lengths do not fit, or the function never gets there.
    """
    levels = _ascending(values, "levels", THRESHOLDS_MIN + 1)
    lsb = float(levels[-1] - levels[0]) / (levels.size - 1)
    if thresholds is None:
        boundaries = (levels[1:] + levels[:-1]) / 2
        low, high = function.y_range
        if boundaries[0] <= low or boundaries[-1] >= high:
            raise ValidationError(
                "levels",
                f"decisions from {boundaries[0]:g} to {boundaries[-1]:g}",
                limit=f"Inside {low:g} to {high:g}, the range of function {function.name!r}",
            )
        return _levels(function, "levels", levels, lsb, boundaries)
    places = _ascending(thresholds, "thresholds", THRESHOLDS_MIN)
    if places.size != levels.size - 1:
        raise ValidationError(
            "thresholds",
            f"{places.size} of them for {levels.size} levels",
            limit="One fewer than levels",
        )
    return Levels(
        function=function,
        scheme="levels",
        values=levels,
        lsb=lsb,
        thresholds=places,
        directions=np.ones(places.size, dtype=np.int64),
        first_code=0,
    )


def checked_bits(bits: int) -> int:
    """Return the number of bits, if it is one that can be built.

    Raises
    ------
    ValidationError
        If it is not a whole number from 2 to 10.
    """
    if not (isinstance(bits, int) and BITS_MIN <= bits <= BITS_MAX):
        raise ValidationError(
            "bits", f"{bits}", value=bits, limit=f"A whole number from {BITS_MIN} to {BITS_MAX}"
        )
    return bits


def _levels(
    function: Function, scheme: str, values: FloatArray, lsb: float, boundaries: FloatArray
) -> Levels:
    thresholds, directions = function.crossings(boundaries)
    if thresholds.size < THRESHOLDS_MIN:
        raise ValidationError(
            f"function {function.name!r}",
            f"passes {thresholds.size} decision values only",
            limit=f"At least {THRESHOLDS_MIN}",
            hint="Use more bits or a wider range",
        )
    # Just below the first threshold the function lies on one side of the value that it passes.
    passed = function.value(thresholds[:1])
    index = int(np.argmin(np.abs(boundaries - passed)))
    return Levels(
        function=function,
        scheme=scheme,
        values=values,
        lsb=lsb,
        thresholds=thresholds,
        directions=directions,
        first_code=index if directions[0] > 0 else index + 1,
    )


def _ascending(values: Sequence[float], name: str, least: int) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < least:
        raise ValidationError(name, f"{array.size} values", limit=f"A list of at least {least}")
    if not (np.isfinite(array).all() and (np.diff(array) > 0).all()):
        raise ValidationError(name, "do not ascend", limit="Finite numbers, each above the last")
    return array
