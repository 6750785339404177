r"""Log-normal programming error with the target as its mean, for high-resistance states.

.. math:: G = G_t \exp(\sigma \xi - \sigma^2 / 2)
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.interface import FloatArray, Programming, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class LognormalProgramming(Programming):
    """Error proportional to the target, skewed to high conductances.

    Parameters
    ----------
    spread : float
        Standard deviation of the logarithm.
    """

    spread: float = quantity("")

    def sigma(self, target: FloatArray) -> FloatArray:
        """Return the standard deviation at some targets, uS."""
        return target * float(np.sqrt(np.expm1(self.spread**2)))

    def programmed(self, target: FloatArray, normal: FloatArray) -> FloatArray:
        """Return conductances from targets and standard normal draws."""
        scaled: FloatArray = target * np.exp(self.spread * normal - 0.5 * self.spread**2)
        return scaled
