r"""Noise channel: how unreliable release and interference become insertions and erasures.

A unit gets :math:`S = b\,\mathrm{Bin}(K, p_r) + \mathrm{Bin}(Q, r p_r)` and quantises it to one
bit at a threshold; both rates are exact by convolution (specs, noisy_hebbian section 2).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm

from neuro.errors import NeuroError, ValidationError, raise_all


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRates:
    """A binary asymmetric channel.

    Parameters
    ----------
    erase : float
        Probability that a driven unit is silent.
    insert : float
        Probability that a unit is driven although it should not be.
    """

    erase: float
    insert: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SynapticChannel:
    """Unreliable synapses and interference, quantised to one bit.

    The defaults reproduce the rates of 0.20 and 0.05 of the re-implementation.

    Parameters
    ----------
    contacts : int
        K, afferent contacts of a unit from its own source.
    release : float
        p_r, probability that a contact transmits a spike.
    afferents : int
        Q, afferents from outside the network.
    activity : float
        r, probability that an outside afferent is active in a step.
    threshold : int
        Smallest count that drives the unit.

    Raises
    ------
    ValidationError, CheckError
        If a probability is outside [0, 1] or a count negative.

    Examples
    --------
    >>> rates = SynapticChannel().rates()
    >>> round(rates.erase, 4), round(rates.insert, 4)
    (0.1907, 0.0517)
    """

    contacts: int = 15
    release: float = 0.3
    afferents: int = 200
    activity: float = 1 / 30
    threshold: int = 5

    def __post_init__(self) -> None:
        """Refuse what is no probability or no count."""
        wrong: list[NeuroError] = [
            ValidationError(f"channel.{name}", f"{value:g}", value=value, limit="From 0 to 1")
            for name, value in (("release", self.release), ("activity", self.activity))
            if not 0 <= value <= 1
        ]
        counts = (("contacts", 1), ("afferents", 0), ("threshold", 1))
        wrong += [
            ValidationError(
                f"channel.{name}", f"{value}", value=value, limit=f"A whole number from {least} on"
            )
            for name, least in counts
            if (value := getattr(self, name)) != int(value) or value < least
        ]
        raise_all("channel", wrong)

    @property
    def interference(self) -> float:
        """Mean count of interference, lambda = Q r p_r."""
        return self.afferents * self.activity * self.release

    def rates(self) -> ChannelRates:
        """Return both rates, by convolving the two binomials."""
        outside = binom.pmf(np.arange(self.afferents + 1), self.afferents, self._outside)
        own = binom.pmf(np.arange(self.contacts + 1), self.contacts, self.release)
        both = np.convolve(own, outside)
        return ChannelRates(
            erase=float(both[: self.threshold].sum()),
            insert=float(outside[self.threshold :].sum()),
        )

    @property
    def _outside(self) -> float:
        return self.activity * self.release


def gaussian_rates(channel: SynapticChannel) -> ChannelRates:
    """Estimate the rates with normal distributions; off by up to 0.015.

    With continuity correction.
    """
    own, outside = channel.contacts * channel.release, channel.interference
    spread = outside * (1 - channel.activity * channel.release)
    edge = channel.threshold - 0.5
    both = own * (1 - channel.release) + spread
    return ChannelRates(
        erase=_below(edge - own - outside, both), insert=1 - _below(edge - outside, spread)
    )


def _below(distance: float, variance: float) -> float:
    """Return the probability that a normal deviate is below a distance from its mean."""
    if variance == 0:
        return float(distance > 0)
    return float(norm.cdf(distance / math.sqrt(variance)))


def analog_rates(
    channel: SynapticChannel, *, weight: float, mean: float, deviation: float, threshold: float
) -> ChannelRates:
    """Return the rates with Gaussian interference in place of the outside afferents.

    Parameters
    ----------
    channel : SynapticChannel
        Its contacts and release count.
    weight : float
        w of one contact, in the unit of the threshold.
    mean, deviation : float
        Of the interference, in that unit; the deviation is above 0.
    threshold : float
        Drive at which the unit quantises to 1.

    Raises
    ------
    ValidationError
        If the deviation is not above 0.
    """
    if not deviation > 0:
        raise ValidationError("deviation", f"{deviation:g}", value=deviation, limit="Above 0")
    own = channel.contacts * weight * channel.release
    spread = own * weight * (1 - channel.release) + deviation**2
    return ChannelRates(
        erase=float(norm.cdf((threshold - own - mean) / math.sqrt(spread))),
        insert=float(norm.sf((threshold - mean) / deviation)),
    )
