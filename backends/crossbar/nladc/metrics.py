r"""How good a converter is: INL, DNL, missing codes, squared and absolute error, effective bits.

.. math:: \mathrm{INL}_k = (f(T_k^{actual}) - f(T_k)) / \mathrm{LSB}, \quad
          \mathrm{ENOB} = \log_2((y_{hi} - y_{lo}) / \sqrt{12\,\mathrm{MSE}})

Specs, crossbar_nladc section 2.10; all work on many converters at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.nladc.functions import FloatArray
from neuro.backends.crossbar.nladc.levels import Levels
from neuro.errors import ValidationError

MISSING = -1 + 1e-9
"""A code whose DNL is not above this never comes out."""

INPUT_POINTS = 1 << 16
"""Points that stand for a uniform distribution; the error of the mean is of second order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """A distribution of converter inputs, as points with weights.

    Parameters
    ----------
    x : array, shape (points,)
        Ascending.
    weights : array, shape (points,)
        Probability of each point; they add up to 1.
    """

    x: FloatArray
    weights: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Errors:
    """Mean conversion errors over inputs, one for each converter.

    Parameters
    ----------
    mse, mae : array, shape (...,)
        Mean squared and mean absolute deviation from the exact function.
    enob : array, shape (...,)
        Effective number of bits of `mse`.
    """

    mse: FloatArray
    mae: FloatArray
    enob: FloatArray


def uniform_inputs(low: float, high: float, points: int = INPUT_POINTS) -> Inputs:
    """Return inputs that are equally likely between two bounds."""
    edges = np.linspace(low, high, points + 1)
    return Inputs(x=(edges[1:] + edges[:-1]) / 2, weights=np.full(points, 1 / points))


def sampled_inputs(samples: FloatArray) -> Inputs:
    """Return inputs as they were observed; any shape.

    Raises
    ------
    ValidationError
        If there are none or one is not finite.
    """
    x = np.sort(np.asarray(samples, dtype=np.float64), axis=None)
    if x.size == 0 or not np.isfinite(x).all():
        raise ValidationError("input samples", f"{x.size} values", limit="Finite, at least one")
    return Inputs(x=x, weights=np.full(x.size, 1 / x.size))


def inl(levels: Levels, thresholds: FloatArray) -> FloatArray:
    """Return the integral nonlinearity in output LSB, shape (..., steps)."""
    value = levels.function.value
    return (value(thresholds) - value(levels.thresholds)) / levels.lsb


def inl_x(levels: Levels, thresholds: FloatArray) -> FloatArray:
    """Return the deviation of thresholds in their mean distance, shape (..., steps)."""
    return (thresholds - levels.thresholds) / levels.lsb_x


def dnl(levels: Levels, thresholds: FloatArray) -> FloatArray:
    """Return the differential nonlinearity in output LSB, shape (..., steps - 1).

    Between two steps in different directions, where the output turns, it is the change of its
    extreme, counted as if the output rose.
    """
    return np.diff(inl(levels, thresholds), axis=-1) * levels.directions[:-1]


def missing_codes(levels: Levels, thresholds: FloatArray) -> NDArray[np.int64]:
    """Count the codes between two thresholds that never come out, shape (...,)."""
    turns = np.diff(levels.directions) != 0
    closed = np.diff(thresholds, axis=-1) <= 0
    lost = np.where(turns, closed, dnl(levels, thresholds) <= MISSING)
    return np.asarray(lost.sum(axis=-1))


def rms(values: FloatArray) -> FloatArray:
    """Return root mean squares over the last axis."""
    root: FloatArray = np.sqrt(np.mean(values**2, axis=-1))
    return root


def conversion_errors(levels: Levels, thresholds: FloatArray, inputs: Inputs) -> Errors:
    """Average the deviation from the exact function.

    Parameters
    ----------
    levels : Levels
        Outputs.
    thresholds : array, shape (..., steps)
        Actual ones, ascending.
    inputs : Inputs
        Where to average.
    """
    exact = levels.function.value(inputs.x)
    # Between two thresholds the output is constant, so sums over points that are tabulated once
    # for each output serve every converter.
    places = np.searchsorted(inputs.x, thresholds)
    first, last = np.zeros_like(places[..., :1]), np.full_like(places[..., :1], inputs.x.size)
    edges = np.concatenate([first, places, last], axis=-1)
    mse, mae = np.zeros(edges.shape[:-1]), np.zeros(edges.shape[:-1])
    for step, output in enumerate(levels.outputs):
        begin, end = edges[..., step], edges[..., step + 1]
        deviation = np.abs(exact - output)
        mae += _between(inputs.weights * deviation, begin, end)
        mse += _between(inputs.weights * deviation**2, begin, end)
    return Errors(mse=mse, mae=mae, enob=effective_bits(levels, mse))


def effective_bits(levels: Levels, mse: FloatArray) -> FloatArray:
    """Return the bits of an ideal linear converter with the same mean squared error."""
    low, high = levels.function.y_range
    bits: FloatArray = np.log2((high - low) / np.sqrt(12 * mse))
    return bits


def predicted_inl(levels: Levels, deviation: FloatArray) -> float:
    r"""Return the mean absolute INL, in LSB, of normal threshold errors.

    .. math:: \sqrt{2/\pi}\,\mathrm{mean}_k [f'(T_k) \sigma(T_k)] / \mathrm{LSB}

    Parameters
    ----------
    levels : Levels
        Function and thresholds.
    deviation : array, shape (steps,)
        Standard deviations of the thresholds, in x.

    References
    ----------
    .. [1] Specs, crossbar_nladc section 2.7, equation (2).
    """
    slopes = np.abs(levels.function.slope(levels.thresholds))
    return float(np.sqrt(2 / np.pi) * np.mean(slopes * deviation) / levels.lsb)


def _between(values: FloatArray, begin: NDArray[np.intp], end: NDArray[np.intp]) -> FloatArray:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    between: FloatArray = sums[end] - sums[begin]
    return between
