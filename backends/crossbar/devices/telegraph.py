r"""Random telegraph noise of two levels, with the exact transition probability over any time.

In equilibrium the upper level has probability :math:`p = \tau_1 / (\tau_0 + \tau_1)`; after a time
t the memory of the present level has decayed by :math:`\exp(-t (1/\tau_0 + 1/\tau_1))`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.devices.interface import FloatArray, Telegraph, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelTelegraph(Telegraph):
    """Two levels.

    Parameters
    ----------
    amplitude : float
        Distance of the levels over the conductance.
    lower_time, upper_time : float, ms
        Mean time in the lower and in the upper level.
    """

    amplitude: float = quantity("")
    lower_time: float = quantity("ms")
    upper_time: float = quantity("ms")

    @property
    def occupation(self) -> float:
        """Probability of the upper level in equilibrium."""
        return self.upper_time / (self.lower_time + self.upper_time)

    def start(self, uniform: FloatArray) -> NDArray[np.bool_]:
        """Return which devices are in the upper level, in equilibrium."""
        return np.asarray(uniform < self.occupation)

    def after(
        self, upper: NDArray[np.bool_], uniform: FloatArray, time: float
    ) -> NDArray[np.bool_]:
        """Return which devices are in the upper level `time` ms later."""
        kept = np.exp(-time * (1 / self.lower_time + 1 / self.upper_time))
        return np.asarray(uniform < self.occupation + (upper - self.occupation) * kept)

    def factor(self, upper: NDArray[np.bool_]) -> FloatArray:
        """Return what the conductances are multiplied with."""
        factor: FloatArray = 1.0 + self.amplitude * (upper.astype(np.float64) - self.occupation)
        return factor
