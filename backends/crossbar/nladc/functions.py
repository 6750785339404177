"""Functions that a ramp can apply: value, inverse, and the range on which they are converted.

The twelve built-in ones and tables of the user. Where no closed inverse exists (GELU, Swish,
tables) every crossing of an output value is found by bisection. Specs, crossbar_nladc section 2.3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from neuro.errors import ValidationError, suggestion

FloatArray = NDArray[np.float64]
Range = tuple[float, float]

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
"""G. Klambauer et al., Self-normalizing neural networks, NIPS 2017."""

GRID_POINTS = 4097
"""Points between which a function is taken to cross a value at most once."""

BISECTIONS = 60
"""Halvings of a grid cell; more than the digits of a double."""

SLOPE_STEP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One activation function.

    Parameters
    ----------
    name : str
        Its name.
    value : callable
        The function, from an array of x to an array of the same shape.
    x_range : (float, float)
        Where the ramp may run; beyond it the converter saturates. Infinite where the output range
        limits the ramp.
    y_range : (float, float)
        Lowest and highest output.
    inputs : (float, float)
        Range of x over which conversion errors are averaged unless something else is asked for.
    inverse : callable, optional
        Its inverse, if it rises and has a closed one.
    knots : tuple of float
        Points at which a function of several pieces is joined.
    """

    name: str
    value: Callable[[FloatArray], FloatArray]
    x_range: Range
    y_range: Range
    inputs: Range
    inverse: Callable[[FloatArray], FloatArray] | None = None
    knots: tuple[float, ...] = ()

    def slope(self, x: FloatArray) -> FloatArray:
        """Return the derivative at `x` (central difference), same shape."""
        high, low = self.value(x + SLOPE_STEP), self.value(x - SLOPE_STEP)
        return (high - low) / (2 * SLOPE_STEP)

    def within(self, low: float, high: float) -> "Function":
        """Return the same function converted between two values of x only.

        Raises
        ------
        ValidationError
            If the bounds are not ascending and finite, or the function is constant between them.
        """
        where = f"function {self.name!r}"
        if not (isfinite(low) and isfinite(high) and low < high):
            raise ValidationError(
                where, f"range from {low:g} to {high:g}", limit="Two finite bounds, ascending"
            )
        values = self.value(self._grid((low, high)))
        bounds = float(values.min()), float(values.max())
        if bounds[0] == bounds[1]:
            raise ValidationError(
                where,
                f"has no inverse on its range: it is {bounds[0]:g} from {low:g} to {high:g}",
                limit="It must change on the range",
                hint="Choose a range on which it rises or falls",
            )
        return replace(self, x_range=(low, high), y_range=bounds, inputs=(low, high))

    def crossings(self, boundaries: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
        """Return where the function passes some output values, from left to right.

        Parameters
        ----------
        boundaries : array, shape (boundaries,)
            Output values, ascending.

        Returns
        -------
        thresholds : array, shape (crossings,)
            Values of x, ascending.
        directions : array of int64, shape (crossings,)
            1 where the function rises through the value, -1 where it falls.

        Raises
        ------
        ValidationError
            If the function stays on one of the values for a stretch.
        """
        if self.inverse is not None:
            return self.inverse(boundaries), np.ones(boundaries.size, dtype=np.int64)
        grid = self._grid(self.x_range)
        above = self._above(grid, boundaries)
        rows, cells = np.nonzero(above[:, 1:] != above[:, :-1])
        directions = np.where(above[rows, cells + 1], 1, -1)
        left, right = grid[cells], grid[cells + 1]
        for _ in range(BISECTIONS):
            middle = (left + right) / 2
            rises = (self.value(middle) >= boundaries[rows]) == (directions > 0)
            left, right = np.where(rises, left, middle), np.where(rises, middle, right)
        order = np.argsort(right, kind="stable")
        return right[order], directions[order].astype(np.int64)

    def _above(self, grid: FloatArray, boundaries: FloatArray) -> NDArray[np.bool_]:
        values = self.value(grid)
        touches = values == boundaries[:, None]
        flat = touches[:, 1:] & touches[:, :-1]
        if flat.any():
            row, cell = np.argwhere(flat)[0]
            raise ValidationError(
                f"function {self.name!r}",
                f"has no inverse on its range: it stays at {boundaries[row]:g} "
                f"from {grid[cell]:g} to {grid[cell + 1]:g}",
                limit="It must rise or fall through every decision value",
                hint="Change the range, the number of bits or the scheme",
            )
        return np.asarray(values >= boundaries[:, None])

    def _grid(self, bounds: Range) -> FloatArray:
        inside = [knot for knot in self.knots if bounds[0] < knot < bounds[1]]
        return np.union1d(np.linspace(*bounds, GRID_POINTS), inside)


def function_named(name: str) -> Function:
    """Return a built-in function.

    Raises
    ------
    ValidationError
        If there is none of that name.

    Examples
    --------
    >>> float(function_named("sigmoid").value(np.array(0.0)))
    0.5
    """
    if name not in FUNCTIONS:
        raise ValidationError(
            f"function {name!r}", "no such function", value=name, limit=suggestion(name, FUNCTIONS)
        )
    return FUNCTIONS[name]


def tabulated(x: Sequence[float], y: Sequence[float], *, name: str = "table") -> Function:
    """Make a function from points, joined by straight lines and constant beyond them.

    Parameters
    ----------
    x, y : sequence of float
        Points; `x` ascending.
    name : str, default "table"
        What to call it.

    Raises
    ------
    ValidationError
        If there are fewer than two points, one is not finite, `x` does not ascend, or all `y` are
        equal.

    Examples
    --------
    >>> tabulated([0.0, 1.0, 2.0], [0.0, 1.0, 4.0]).value(np.array([1.5]))
    array([2.5])
    """
    points = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    where = f"function {name!r}"
    if points[0].ndim != 1 or points[0].shape != points[1].shape or points[0].size < 2:  # noqa: PLR2004
        raise ValidationError(
            where,
            f"{points[0].size} values of x and {points[1].size} of y",
            limit="Two lists of one length, at least two points",
        )
    if not (np.isfinite(points[0]).all() and np.isfinite(points[1]).all()):
        raise ValidationError(where, "a point is not finite", limit="Finite numbers")
    if not (np.diff(points[0]) > 0).all():
        raise ValidationError(where, "x does not ascend", hint="Sort the points, drop doubles")
    low, high = float(points[0][0]), float(points[0][-1])
    whole = Function(
        name=name,
        value=lambda values: np.interp(values, *points),
        x_range=(low, high),
        y_range=(-inf, inf),
        inputs=(low, high),
        knots=tuple(points[0].tolist()),
    )
    return whole.within(low, high)


def _elu(x: FloatArray) -> FloatArray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0.0)))


def _elu_inverse(y: FloatArray) -> FloatArray:
    return np.where(y > 0, y, np.log1p(np.minimum(y, 0.0)))


def _selu(x: FloatArray) -> FloatArray:
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0.0)))


def _selu_inverse(y: FloatArray) -> FloatArray:
    scaled = y / SELU_SCALE
    return np.where(scaled > 0, scaled, np.log1p(np.minimum(scaled, 0.0) / SELU_ALPHA))


def _function(
    name: str,
    value: Callable[[FloatArray], FloatArray],
    inverse: Callable[[FloatArray], FloatArray] | None,
    x_range: Range,
) -> Function:
    """Make a function whose output range follows from a range of x."""
    unlimited = Function(
        name=name,
        value=value,
        inverse=inverse,
        x_range=x_range,
        y_range=(-inf, inf),
        inputs=x_range,
    )
    return unlimited.within(*x_range)


def _saturating(
    name: str,
    value: Callable[[FloatArray], FloatArray],
    inverse: Callable[[FloatArray], FloatArray],
    y_range: Range,
) -> Function:
    """Make a function that approaches its output range at infinity; errors are taken on +-6."""
    return Function(
        name=name,
        value=value,
        inverse=inverse,
        x_range=(-inf, inf),
        y_range=y_range,
        inputs=(-6.0, 6.0),
    )


# ReLU is clipped at 1 and exp ends at 0, as after the subtraction of the maximum in a softmax;
# hard-sigmoid has the slope 1/6 of the mobile networks (A. Howard et al., ICCV 2019).
FUNCTIONS: Mapping[str, Function] = {
    function.name: function
    for function in (
        _saturating("sigmoid", expit, lambda y: np.log(y / (1 - y)), (0.0, 1.0)),
        _saturating("tanh", np.tanh, np.arctanh, (-1.0, 1.0)),
        _function(
            "softsign", lambda x: x / (1 + np.abs(x)), lambda y: y / (1 - np.abs(y)), (-7.0, 7.0)
        ),
        _function(
            "softplus",
            lambda x: np.logaddexp(x, 0.0),
            lambda y: y + np.log(-np.expm1(-y)),
            (-4.0, 4.0),
        ),
        _function("elu", _elu, _elu_inverse, (-4.0, 4.0)),
        _function("selu", _selu, _selu_inverse, (-4.0, 4.0)),
        _function("relu_clip", lambda x: np.clip(x, 0.0, 1.0), lambda y: y, (-1.0, 1.0)),
        _function(
            "hard_sigmoid",
            lambda x: np.clip(x / 6 + 0.5, 0.0, 1.0),
            lambda y: 6 * (y - 0.5),
            (-3.0, 3.0),
        ),
        _function("linear", lambda x: np.asarray(x, dtype=np.float64), lambda y: y, (-1.0, 1.0)),
        _function("exp", np.exp, np.log, (-4.0, 0.0)),
        _function("gelu", lambda x: x * ndtr(x), None, (-4.0, 4.0)),
        _function("swish", lambda x: x * expit(x), None, (-4.0, 4.0)),
    )
}
