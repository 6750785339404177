r"""Energies of single operations from the bottom up, in fJ.

.. math:: E_{array} = \sum_{ij} V^2 G_{ij} n_i T, \quad E_{driver} = C_{row} V_{drv}^2, \quad
          E_{write} = N V_w^2 G T_w

mV^2 uS ms and mV^2 nF are fJ, so there is no factor. Specs, crossbar_nladc section 4.1.
"""

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.wires import Wires, linear_operating_point

FloatArray = NDArray[np.float64]

DB_PER_BIT, DB_OF_SINE = 6.02, 1.76
"""Signal to quantisation noise of a sine wave, SNDR = 6.02 ENOB + 1.76 dB."""

FJ_PER_J = 1e15


def array_energy(conductance: FloatArray, cycles: FloatArray, v_read: float, clock: float) -> float:
    """Return what the devices of an array without wires dissipate, fJ.

    Parameters
    ----------
    conductance : array, shape (rows, columns), uS
    cycles : array, shape (rows,)
        Clock cycles for which each row is driven, over all reads.
    v_read : float, mV
    clock : float, ms
    """
    return float(v_read**2 * clock * (np.abs(cycles) @ conductance).sum())


def row_energies(
    conductance: FloatArray, v_read: float, clock: float, wires: Wires | None = None
) -> FloatArray:
    """Return the energy of driving one row alone for one clock cycle, shape (rows,), fJ.

    A spike on a row costs this. With wires it is what the driver delivers, dissipated in cells and
    wires.

    Parameters
    ----------
    conductance : array, shape (rows, columns), uS
    v_read : float, mV
    clock : float, ms
    wires : Wires, optional
        Default none.
    """
    if wires is None:
        return np.asarray(v_read**2 * clock * conductance.sum(axis=1))
    voltages = v_read * np.eye(conductance.shape[0])
    return np.asarray(clock * linear_operating_point(conductance, voltages, wires).source_power)


def driver_energy(columns: int, cell_capacitance: float, voltage: float) -> float:
    """Return the energy of one pulse on a row, which charges its capacitance once, fJ.

    Parameters
    ----------
    columns : int
        Cells on the row.
    cell_capacitance : float, nF
        That each of them adds.
    voltage : float, mV
        Swing of the driver.
    """
    return columns * cell_capacitance * voltage**2


def write_energy(pulses: float, v_write: float, conductance: float, pulse: float) -> float:
    """Return the energy of write pulses on devices of some mean conductance, fJ.

    Parameters
    ----------
    pulses : float
        How many.
    v_write : float, mV
    conductance : float, uS
    pulse : float, ms
        Length of one.
    """
    return pulses * v_write**2 * conductance * pulse


def walden_energy(step: float, bits: float) -> float:
    """Return the energy of one conversion of a conventional converter, fJ.

    Parameters
    ----------
    step : float, fJ
        Walden's figure of merit.
    bits : float
        Effective number of bits.

    Examples
    --------
    >>> walden_energy(10.0, 5)
    320.0
    """
    return float(step * 2.0**bits)


def schreier_energy(merit: float, bits: float) -> float:
    """Return the energy of one conversion of a converter that thermal noise limits, fJ.

    Parameters
    ----------
    merit : float, dB
        Schreier's figure of merit.
    bits : float
        Effective number of bits.
    """
    ratio = DB_PER_BIT * bits + DB_OF_SINE - merit
    return float(FJ_PER_J / 2 * 10.0 ** (ratio / 10))
