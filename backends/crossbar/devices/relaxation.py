r"""Relaxation of filamentary memory: the distribution shifts and widens with the logarithm of time.

.. math:: G(t) = G + m \ln t + \xi (s \ln t + s_0), \quad t \text{ in seconds}

Fit for CMO/HfOx devices in the IBM Analog Hardware Acceleration Kit (Falcone et al.); it is stated
for times from one second on, and before that nothing changes.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.interface import Drift, FloatArray, quantity

SECOND = 1e3
"""In ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation(Drift):
    """Shift and spread, the same for every target.

    Parameters
    ----------
    shift : float, uS
        Mean change when time grows e-fold.
    spread : float, uS
        Standard deviation after one second.
    spread_slope : float, uS
        Its change when time grows e-fold.
    """

    shift: float = quantity("uS")
    spread: float = quantity("uS")
    spread_slope: float = quantity("uS")

    def aged(
        self, programmed: FloatArray, target: FloatArray, normal: FloatArray, time: float
    ) -> FloatArray:
        """Return conductances `time` ms after programming, not negative."""
        if time < SECOND:
            return programmed.copy()
        passed = float(np.log(time / SECOND))
        moved = self.shift * passed + normal * (self.spread_slope * passed + self.spread)
        return np.maximum(0.0, programmed + moved)
