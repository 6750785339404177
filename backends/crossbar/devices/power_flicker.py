r"""1/f noise of phase-change memory.

.. math:: \sigma = G Q \sqrt{\ln((t + t_r) / (2 t_r))}, \quad Q = \min(a / g^p, Q_{max})

with g = G_t / s. Nandakumar et al., ICECS 2019, doi:10.1109/ICECS46596.2019.8964852.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.flicker_growth import growth
from neuro.backends.crossbar.devices.interface import Flicker, FloatArray, quantity

SMALLEST = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFlicker(Flicker):
    """Amplitude that falls as a power of the target.

    Parameters
    ----------
    amplitude, exponent, cap : float
        a, p and the largest Q.
    scale : float, uS
        What the target is divided by.
    read_time : float, ms
        Length of a reading.
    """

    amplitude: float = quantity("")
    exponent: float = quantity("")
    cap: float = quantity("")
    scale: float = quantity("uS")
    read_time: float = quantity("ms")

    def sigma(self, conductance: FloatArray, target: FloatArray, time: float) -> FloatArray:
        """Return the standard deviation `time` ms after programming, uS."""
        g = np.maximum(target / self.scale, SMALLEST)
        quality = np.minimum(self.amplitude / g**self.exponent, self.cap)
        sigma: FloatArray = conductance * quality * growth(time, self.read_time)
        return sigma
