r"""Retention from two published tables of deviations: the spread grows with the logarithm of time.

.. math:: G(t) = G + \xi \sqrt{\sigma(t)^2 - \sigma(t_1)^2}

where :math:`\sigma(t)` goes from the first table to the last one linearly in ln t, and stays there.
Added to the programming error, which is the first table, the deviation from the target has the
published size. Wan et al., Nature 608, 504 (2022), as fitted in the IBM Analog Hardware
Acceleration Kit.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Drift):
    """Deviation from the target at two times.

    Parameters
    ----------
    first_time, last_time : float, ms
        When the tables were measured.
    first, last : tuple of float, uS
        Polynomials of the target, ascending powers.
    scale : float, uS
        What the target is divided by.
    """

    first_time: float = quantity("ms")
    last_time: float = quantity("ms")
    first: tuple[float, ...] = series("uS")
    last: tuple[float, ...] = series("uS")
    scale: float = quantity("uS")

    def sigma(self, target: FloatArray, time: float) -> FloatArray:
        """Return the standard deviation of the whole error `time` ms after programming, uS."""
        first = np.maximum(0.0, polynomial(self.first, target / self.scale))
        last = np.maximum(0.0, polynomial(self.last, target / self.scale))
        span = np.log(self.last_time / self.first_time)
        passed = np.log(max(time, self.first_time) / self.first_time) / span
        sigma: FloatArray = first + min(float(passed), 1.0) * (last - first)
        return sigma

    def aged(
        self, programmed: FloatArray, target: FloatArray, normal: FloatArray, time: float
    ) -> FloatArray:
        """Return conductances `time` ms after programming, not negative."""
        begun, now = self.sigma(target, 0.0), self.sigma(target, time)
        grown = np.sqrt(np.maximum(0.0, now**2 - begun**2))
        aged: FloatArray = np.maximum(0.0, programmed + grown * normal)
        return aged
