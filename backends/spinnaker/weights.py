"""Weights as a core keeps them: 16-bit numbers on one grid for each target population and receptor.

The host guesses from the incoming projections how much can arrive in one step and chooses the left
shift S of a ring-buffer entry so that this fits; the grid is then 2^(S - 15) nA (specs, spinnaker
section 3.2). Two details differ from that section, as the tool's own code shows: a declared rate of
a Poisson source is never read, and delays count as spread out only if they are inside one
projection.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import CONDUCTANCE_BITS
from neuro.backends.spinnaker.layout import WeightArray
from neuro.plan import FloatArray, PlannedProjection

EXPECTED_RATE = 30.0
"""Hz of every source, the tool's default `spikes_per_second`."""

SIGMA = 5.0
"""The tool's default `ring_buffer_sigma`."""

_SUMMATION_SIGMAS = 3.0
"""How far the tool sums a Poisson distribution."""

_LARGEST_EXPONENT = 701.0
"""Beyond this the tool leaves out the variance of the weights."""

WEIGHT_BITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightStatistics:
    """What the host knows of one projection when it chooses the shift.

    Parameters
    ----------
    fan_in : int
        Largest number of synapses onto one target neuron.
    mean, variance, largest : float
        Of the weights, nA or uS; a plastic projection counts as if all had reached the maximum.
    delay_variance : float
        Of the delays, ms^2.
    """

    fan_in: int
    mean: float
    variance: float
    largest: float
    delay_variance: float


@dataclass(slots=True)
class _Moments:
    """Mean and variance of items that come in groups."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, mean: float, variance: float, count: int) -> None:
        total = self.count + count
        between = (mean - self.mean) ** 2 * self.count * count / total
        self.squares += variance * (count - 1.0) + between
        self.mean = (self.count * self.mean + count * mean) / total
        self.count = total

    @property
    def variance(self) -> float:
        return self.squares / (self.count - 1.0) if self.count > 1 else 0.0


def statistics(projection: PlannedProjection, dt: float) -> WeightStatistics | None:
    """Return what the host knows of a projection; None if it has no synapses."""
    if not projection.targets.size:
        return None
    magnitudes = np.abs(np.asarray(projection.weights, dtype=np.float64))
    mean, variance = float(np.mean(magnitudes)), float(np.var(magnitudes))
    largest = float(np.max(magnitudes))
    if projection.plasticity is not None:
        largest = max(largest, projection.plasticity.w_max)
        mean, variance = largest, 0.0
    return WeightStatistics(
        fan_in=int(np.bincount(projection.targets).max()),
        mean=mean,
        variance=variance,
        largest=largest,
        delay_variance=float(np.var(np.asarray(projection.delay_steps) * dt)),
    )


def expected_bound(
    incoming: Iterable[WeightStatistics], dt: float, *, conductance: bool = False
) -> float:
    """Return how much the host expects to arrive at a receptor in one step.

    Parameters
    ----------
    incoming : iterable of WeightStatistics
        The projections onto the receptor.
    dt : float, ms
        Time step.
    conductance : bool
        Whether the cell is conductance-based: weights are then scaled by 2^10, but the worst case
        is not, which is a defect of the tool.

    Returns
    -------
    float
        In nA, or in uS / 2^10.
    """
    scale = float(1 << CONDUCTANCE_BITS) if conductance else 1.0
    weights, delays = _Moments(), _Moments()
    worst, largest = 0.0, 0.0
    for item in incoming:
        weights.add(item.mean * scale, item.variance * scale**2, item.fan_in)
        delays.add(0.0, item.delay_variance, item.fan_in)
        worst += max(1.0, EXPECTED_RATE * dt / 1000.0) * (item.largest * item.fan_in)
        largest = max(largest, item.largest * scale)
    if delays.variance == 0.0:
        return max(worst, largest)
    arrivals = weights.count * EXPECTED_RATE * dt / 1000.0
    return max(min(_poisson_bound(weights, arrivals), worst), largest)


def shift(bound: float) -> int:
    """Return the left shift of a ring-buffer entry that can hold this much.

    Examples
    --------
    >>> [shift(bound) for bound in (0.0, 0.5, 1.0, 3.0, 4.0, 1000.0)]
    [0, 0, 1, 2, 3, 10]
    """
    if bound <= 0.0:
        return 0
    power = int(np.ceil(max(0.0, np.log2(bound))))
    return power + 1 if 2.0**power <= bound else power


def weight_scale(shift_bits: int, *, conductance: bool = False) -> float:
    """Return the stored number that stands for a weight of 1 nA or 1 uS.

    Examples
    --------
    >>> weight_scale(2), weight_scale(7, conductance=True)
    (8192.0, 262144.0)
    """
    extra = CONDUCTANCE_BITS if conductance else 0
    return 2.0 ** (WEIGHT_BITS - shift_bits + extra)


def stored_weights(weights: float | FloatArray, scale: float) -> WeightArray:
    """Return weights as stored: to the nearest, ties to even, low 16 bits, without a sign.

    Parameters
    ----------
    weights : float or array, shape (synapses,)
        In the receptor's unit.
    scale : float
        See `weight_scale`.

    Returns
    -------
    array of uint16, shape (synapses,) or (1,)

    Examples
    --------
    >>> stored_weights(3.0, 8192.0).tolist()
    [24576]
    """
    magnitudes = np.rint(np.abs(np.atleast_1d(np.asarray(weights, dtype=np.float64))) * scale)
    return (magnitudes.astype(np.int64) & 0xFFFF).astype(np.uint16)


def _poisson_bound(weights: _Moments, arrivals: float) -> float:
    """Return mean plus some standard deviations of what arrives in a step."""
    spread = arrivals * weights.mean**2 + _weight_variance(weights.variance, arrivals)
    return arrivals * weights.mean + SIGMA * float(np.sqrt(spread))


def _weight_variance(variance: float, arrivals: float) -> float:
    r"""Return what differences between weights add, summed over the number k of arrivals.

    .. math:: \sigma^2 \sum_{k=1}^{K} k\, P(k) = \sigma^2 \lambda \sum_{k=0}^{K-1} P(k)

    with P the Poisson distribution of mean lambda and K three standard deviations above it, in the
    closed form of the tool with its special cases.
    """
    from scipy.special import gammaincc, gammaln

    if variance <= 0.0:
        return 0.0
    last = round(float(arrivals + _SUMMATION_SIGMAS * np.sqrt(arrivals)))
    exponent = float(np.log(arrivals) * last - gammaln(1 + last))
    if not -_LARGEST_EXPONENT < exponent < _LARGEST_EXPONENT or exponent == 0.0:
        return 0.0
    summed = np.exp(arrivals) * gammaincc(1 + last, arrivals) - np.exp(exponent)
    logarithm = -arrivals + np.log(arrivals) + np.log(variance) + np.log(summed)
    return float(np.exp(logarithm))
