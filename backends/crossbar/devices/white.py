"""White read noise: proportional to the conductance, or the same for all; specs, section 3.3."""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.interface import FloatArray, ReadNoise, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalReadNoise(ReadNoise):
    """Noise proportional to the conductance.

    Parameters
    ----------
    ratio : float
        Standard deviation of one read over the conductance.
    """

    ratio: float = quantity("")

    def sigma(self, conductance: FloatArray) -> FloatArray:
        """Return the standard deviation of one read, uS."""
        return self.ratio * conductance


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantReadNoise(ReadNoise):
    """Noise of one size.

    Parameters
    ----------
    deviation : float, uS
        Standard deviation of one read.
    """

    deviation: float = quantity("uS")

    def sigma(self, conductance: FloatArray) -> FloatArray:
        """Return the standard deviation of one read, uS."""
        return np.full_like(conductance, self.deviation)
