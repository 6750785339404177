r"""Drift of phase-change memory: a power law of time with an exponent of each device.

.. math:: G(t) = G(t_0) ((t + t_0) / t_0)^{-\nu}, \quad \nu = |\mu_\nu + \sigma_\nu \xi|

with t counted from programming. Mean and spread of the exponent depend on g = G_t / s: below a knee
``clip(slope ln g + offset, low, high)``, above it a polynomial of g. Nandakumar et al., ICECS 2019,
doi:10.1109/ICECS46596.2019.8964852; Le Gallo et al., Nat. Electron. 6 (2023) for the knee.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.interface import (
    Drift,
    FloatArray,
    polynomial,
    quantity,
    series,
)

SMALLEST = 1e-7
"""Relative conductance below which its logarithm counts as that of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDrift(Drift):
    """Power law of time.

    Parameters
    ----------
    start : float, ms
        Time of the first reading after programming.
    scale : float, uS
        What the target is divided by.
    mean_slope, mean_offset, mean_low, mean_high, mean_knee : float
        Mean exponent below the knee.
    mean_tail : tuple of float
        Polynomial above it; empty if there is no knee.
    spread_slope, spread_offset, spread_low, spread_high, spread_knee, spread_tail
        The same for the standard deviation of the exponent.
    """

    start: float = quantity("ms")
    scale: float = quantity("uS")
    mean_slope: float = quantity("")
    mean_offset: float = quantity("")
    mean_low: float = quantity("")
    mean_high: float = quantity("")
    mean_knee: float = quantity("")
    mean_tail: tuple[float, ...] = series("")
    spread_slope: float = quantity("")
    spread_offset: float = quantity("")
    spread_low: float = quantity("")
    spread_high: float = quantity("")
    spread_knee: float = quantity("")
    spread_tail: tuple[float, ...] = series("")

    def mean(self, target: FloatArray) -> FloatArray:
        """Return the mean exponent at some targets."""
        line = (self.mean_slope, self.mean_offset, self.mean_low, self.mean_high)
        return _branches(target / self.scale, line, self.mean_knee, self.mean_tail)

    def spread(self, target: FloatArray) -> FloatArray:
        """Return the standard deviation of the exponent at some targets."""
        line = (self.spread_slope, self.spread_offset, self.spread_low, self.spread_high)
        return _branches(target / self.scale, line, self.spread_knee, self.spread_tail)

    def aged(
        self, programmed: FloatArray, target: FloatArray, normal: FloatArray, time: float
    ) -> FloatArray:
        """Return conductances `time` ms after programming."""
        exponent = np.abs(self.mean(target) + self.spread(target) * normal)
        drifted: FloatArray = programmed * ((time + self.start) / self.start) ** -exponent
        return drifted


def _branches(
    g: FloatArray,
    line: tuple[float, float, float, float],
    knee: float,
    tail: tuple[float, ...],
) -> FloatArray:
    """Evaluate a clipped logarithm below a knee and a polynomial above it."""
    slope, offset, low, high = line
    below: FloatArray = np.clip(slope * np.log(np.maximum(g, SMALLEST)) + offset, low, high)
    return np.where(g < knee, below, polynomial(tail, g)) if tail else below
