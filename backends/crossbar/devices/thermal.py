r"""Temperature: thermal noise, and how conductances and wires change with it.

.. math:: i_n^2 = 4 k T G \Delta f, \quad \Delta f = 1 / (2 T_{int}), \quad
          G(T) = G(T_0) \exp(-(E_a / k)(1/T - 1/T_0)), \quad \rho = \rho_0 (1 + \alpha (T - T_0))

Specs, crossbar_nladc section 3.3.
"""

import numpy as np

from neuro.backends.crossbar.devices.interface import FloatArray

BOLTZMANN = 1.380649e-8
"""fJ/K (exact in SI: 1.380649e-23 J/K)."""


def thermal_sigma(
    conductance: FloatArray, temperature: float, time: float, voltage: float
) -> FloatArray:
    """Return thermal noise as a standard deviation of the conductance of one read, uS.

    Parameters
    ----------
    conductance : array, uS
    temperature : float, K
    time : float, ms
        Integration time of the read.
    voltage : float, mV
        Read voltage.
    """
    # fJ/ms = pW = nA mV; times uS = nA/mV that is nA^2.
    current = np.sqrt(4 * BOLTZMANN * temperature * conductance / (2 * time))
    sigma: FloatArray = current / voltage
    return sigma


def arrhenius(energy: float, temperature: float, reference: float) -> float:
    """Return the factor of all conductances.

    Parameters
    ----------
    energy : float, fJ
        Activation energy.
    temperature, reference : float, K
        Where the array is, and where its conductances are stated.
    """
    return float(np.exp(-energy / BOLTZMANN * (1 / temperature - 1 / reference)))


def wire_factor(coefficient: float, temperature: float, reference: float) -> float:
    """Return the factor of all wire resistances; `coefficient` in 1/K."""
    return 1 + coefficient * (temperature - reference)
