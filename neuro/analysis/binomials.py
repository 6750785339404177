"""Binomial distributions, cut where nothing is left, and averages over how often a unit was used.

A unit that was used often has more links than the mean: error probabilities must be averaged over
its use, or they come out up to six times too small (specs, noisy_hebbian section 7).
"""

from collections.abc import Callable
from math import isqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

FloatArray = NDArray[np.float64]

DEVIATIONS = 12
"""Standard deviations around the mean that are summed over: the rest is below 1e-30."""


def used(patterns: int, share: float) -> tuple[FloatArray, FloatArray]:
    """Return how often a unit may have been used, and the probability of each.

    Parameters
    ----------
    patterns : int
        M.
    share : float
        Probability that one pattern uses the unit.
    """
    mean = patterns * share
    reach = DEVIATIONS * (isqrt(int(mean)) + 2)
    times = np.arange(max(0, int(mean) - reach), min(patterns, int(mean) + reach) + 1)
    return times.astype(np.float64), np.asarray(binom.pmf(times, patterns, share))


def averaged(
    patterns: int, share: float, partner: float, conditional: Callable[[FloatArray], FloatArray]
) -> float:
    """Average a probability over the use of a unit.

    Parameters
    ----------
    patterns : int
    share : float
        Probability that a pattern uses the unit.
    partner : float
        Probability that a pattern that uses it links it with one given other unit.
    conditional : callable
        From the probabilities of a link, one for each use, to those to average.
    """
    times, weights = used(patterns, share)
    return float(weights @ conditional(-np.expm1(times * np.log1p(-partner))))


def at_least(count: int, probability: FloatArray | float, threshold: int) -> FloatArray:
    """Return the probability of at least `threshold` successes out of `count`."""
    return np.asarray(binom.sf(threshold - 1, count, probability))


def any_of(probability: float, times: float) -> float:
    """Return the probability that an event happens at least once."""
    if probability >= 1:
        return 1.0 if times > 0 else 0.0
    return float(-np.expm1(times * np.log1p(-probability)))
