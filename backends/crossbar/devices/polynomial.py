r"""Normal programming error whose standard deviation is a polynomial of the target.

.. math:: G = \max(0, G_t + \sigma_p \xi), \quad \sigma_p = \max(0, \sum_q c_q (G_t / s)^q)

A constant error has one coefficient, a proportional one the coefficients 0 and c. Specs,
crossbar_nladc sections 3.3 and 3.4, where the published fits are.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.interface import (
    FloatArray,
    Programming,
    polynomial,
    quantity,
    series,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolynomialProgramming(Programming):
    """Error with a polynomial deviation.

    Parameters
    ----------
    error : tuple of float, uS
        Ascending powers.
    scale : float, uS
        What the target is divided by.
    """

    error: tuple[float, ...] = series("uS")
    scale: float = quantity("uS")

    def sigma(self, target: FloatArray) -> FloatArray:
        """Return the standard deviation at some targets, uS."""
        return np.maximum(0.0, polynomial(self.error, target / self.scale))

    def programmed(self, target: FloatArray, normal: FloatArray) -> FloatArray:
        """Return conductances, not negative, from targets and standard normal draws."""
        return np.maximum(0.0, target + self.sigma(target) * normal)
