"""Conduction and wires: what a read at a voltage sees of a device.

Conductances of the devices are those at small voltages. The periphery takes out the mean deviation
at the read voltage by a fixed gain; what is left is the part that depends on the state.
"""

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.devices import LinearConduction
from neuro.backends.crossbar.devices.thermal import wire_factor
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.wires import Wires, effective_conductance

FloatArray = NDArray[np.float64]

CALIBRATION_POINTS = 101
"""Conductances over the range that the gain is the mean of."""


def chord_conductance(
    conductance: FloatArray, hardware: Hardware, temperature: float, *, polarity: int = 1
) -> FloatArray:
    """Return current over voltage of a read pulse, as seen through the wires, uS.

    Parameters
    ----------
    conductance : array, shape (rows, columns), uS
    hardware : Hardware
    temperature : float, K
        Of the wires.
    polarity : {1, -1}
        Sign of the read pulse.
    """
    if not isinstance(hardware.iv, LinearConduction):
        voltage = polarity * hardware.v_read
        conductance = hardware.iv.current(conductance, np.asarray(voltage)) / voltage
    return through_wires(conductance, hardware, temperature)


def through_wires(conductance: FloatArray, hardware: Hardware, temperature: float) -> FloatArray:
    """Return the map from row voltages to column currents, shape (rows, columns), uS."""
    if not hardware.wire_row or not conductance.size:
        return conductance
    factor = wire_factor(hardware.wire_temperature, temperature, hardware.temperature)
    wires = Wires(
        row=factor * hardware.wire_row,
        column=factor * hardware.wire_column,
        driver=hardware.driver_resistance,
        sense=hardware.sense_resistance,
    )
    return effective_conductance(conductance, wires)


def voltage_currents(
    conductance: FloatArray, vectors: FloatArray, hardware: Hardware, temperature: float
) -> FloatArray:
    """Return column currents over the read voltage for inputs that are heights of pulses, uS.

    Parameters
    ----------
    conductance : array, shape (rows, columns), uS
    vectors : array, shape (batch, rows)
        Fractions of the read voltage.
    hardware : Hardware
    temperature : float, K
        Of the wires.

    Returns
    -------
    array, shape (batch, columns)
    """
    if isinstance(hardware.iv, LinearConduction):
        return vectors @ through_wires(conductance, hardware, temperature)
    currents = np.empty((vectors.shape[0], conductance.shape[1]))
    for number, vector in enumerate(vectors):
        voltage = hardware.v_read * vector[:, None]
        current = hardware.iv.current(conductance, voltage)
        chord = np.divide(current, voltage, where=voltage != 0, out=conductance.copy())
        currents[number] = vector @ through_wires(chord, hardware, temperature)
    return currents


def gain(hardware: Hardware) -> float:
    """Return by how much the periphery divides currents: the mean over the range of devices."""
    if isinstance(hardware.iv, LinearConduction):
        return 1.0
    grid = np.linspace(hardware.g_min, hardware.g_max, CALIBRATION_POINTS)[1:]
    ratio = hardware.iv.current(grid, np.asarray(hardware.v_read)) / (grid * hardware.v_read)
    return float(ratio.mean())
