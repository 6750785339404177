r"""1/f noise of CMO/HfOx memory.

.. math:: \sigma = K \log_{10}(G / 1 \mu S) \sqrt{\ln((t + t_r) / (2 t_r))}

Fit in the IBM Analog Hardware Acceleration Kit (Lombardo et al., DRC 2024); below 1 uS there is
none.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.flicker_growth import growth
from neuro.backends.crossbar.devices.interface import Flicker, FloatArray, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class LogarithmFlicker(Flicker):
    """Amplitude that grows with the logarithm of the conductance.

    Parameters
    ----------
    amplitude : float, uS
        K.
    read_time : float, ms
        Length of a reading.
    """

    amplitude: float = quantity("uS")
    read_time: float = quantity("ms")

    def sigma(self, conductance: FloatArray, target: FloatArray, time: float) -> FloatArray:
        """Return the standard deviation `time` ms after programming, uS."""
        decades = np.log10(np.maximum(conductance, 1.0))
        sigma: FloatArray = self.amplitude * decades * growth(time, self.read_time)
        return sigma
