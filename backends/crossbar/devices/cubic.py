r"""Cubic conduction, :math:`I = G V + N_2 V^2 + N_3 V^3`.

:math:`N_2` and :math:`N_3` are polynomials of :math:`\log_{10}(G / 1 S)`, in A/V^2 and A/V^3, as
CrossSim fits them to Milo et al., IRPS 2021, doi:10.1109/IRPS46558.2021.9405119. Devices without
conductance carry no current.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuro.backends.crossbar.devices.interface import (
    Conduction,
    FloatArray,
    polynomial,
    quantity,
    series,
)

SIEMENS = 1e-6
"""1 uS."""
SQUARE_UNIT = 1e3
"""1 A/V^2 in nA/mV^2; 1 A/V^3 is 1 nA/mV^3."""
SMALLEST = 1e-3
"""uS; below it a device counts as open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CubicConduction(Conduction):
    """Third-order polynomial of the voltage.

    Parameters
    ----------
    square, cube : tuple of float
        Coefficients of N_2 in A/V^2 and of N_3 in A/V^3 by power of log10(G / 1 S), ascending.
    limit : float, mV
        Largest voltage of the fit.
    """

    symmetric: ClassVar[bool] = False

    square: tuple[float, ...] = series("")
    cube: tuple[float, ...] = series("")
    limit: float = quantity("mV")

    def current(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the current, nA."""
        square, cube = self._bends(conductance)
        current: FloatArray = voltage * (conductance + voltage * (square + voltage * cube))
        return current

    def differential(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the derivative of the current by the voltage, uS."""
        square, cube = self._bends(conductance)
        slope: FloatArray = conductance + voltage * (2 * square + 3 * voltage * cube)
        return slope

    def _bends(self, conductance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return N_2 in nA/mV^2 and N_3 in nA/mV^3."""
        decades = np.log10(np.maximum(conductance, SMALLEST) * SIEMENS)
        closed = conductance > SMALLEST
        square = SQUARE_UNIT * polynomial(self.square, decades)
        return closed * square, closed * polynomial(self.cube, decades)
