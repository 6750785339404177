r"""1/f noise of phase-change memory in two branches, as fitted for the HERMES chip.

.. math:: \sigma = G Q \sqrt{\ln((t + t_r) / (2 t_r))}

where Q is ``clip(slope ln g + offset, low, high)`` below a knee and a polynomial of g = G / s above
it. Le Gallo et al., Nat. Electron. 6, 680 (2023), doi:10.1038/s41928-023-01010-1.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.flicker_growth import growth
from neuro.backends.crossbar.devices.interface import (
    Flicker,
    FloatArray,
    polynomial,
    quantity,
    series,
)

SMALLEST = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchFlicker(Flicker):
    """Amplitude in two branches.

    Parameters
    ----------
    slope, offset, low, high, knee : float
        Below the knee.
    tail : tuple of float
        Polynomial above it.
    scale : float, uS
        What the target is divided by.
    read_time : float, ms
        Length of a reading.
    """

    slope: float = quantity("")
    offset: float = quantity("")
    low: float = quantity("")
    high: float = quantity("")
    knee: float = quantity("")
    tail: tuple[float, ...] = series("")
    scale: float = quantity("uS")
    read_time: float = quantity("ms")

    def sigma(self, conductance: FloatArray, target: FloatArray, time: float) -> FloatArray:
        """Return the standard deviation `time` ms after programming, uS."""
        g = np.maximum(target / self.scale, SMALLEST)
        below = np.clip(self.slope * np.log(g) + self.offset, self.low, self.high)
        quality = np.where(g < self.knee, below, polynomial(self.tail, g))
        sigma: FloatArray = conductance * quality * growth(time, self.read_time)
        return sigma
