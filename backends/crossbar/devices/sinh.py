r"""Hyperbolic conduction, :math:`I = G V_0 \sinh(V / V_0)`; specs, crossbar_nladc section 3.3."""

from dataclasses import dataclass

import numpy as np

from neuro.backends.crossbar.devices.interface import Conduction, FloatArray, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SinhConduction(Conduction):
    """Current that grows faster than the voltage.

    Parameters
    ----------
    voltage : float, mV
        V_0, where the deviation from Ohm's law becomes large.
    """

    voltage: float = quantity("mV")

    def current(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the current, nA."""
        current: FloatArray = conductance * (self.voltage * np.sinh(voltage / self.voltage))
        return current

    def differential(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the derivative of the current by the voltage, uS."""
        slope: FloatArray = conductance * np.cosh(voltage / self.voltage)
        return slope
