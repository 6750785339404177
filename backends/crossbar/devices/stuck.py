"""Stuck devices: at the lowest or the highest conductance for good, whatever is written to them."""

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.devices.interface import FloatArray

FREE, OFF, ON = 0, 1, 2


def stuck_devices(uniform: FloatArray, off: float, on: float) -> NDArray[np.int8]:
    """Draw which devices are stuck.

    Parameters
    ----------
    uniform : array
        One number from [0, 1) for each device.
    off, on : float
        Probabilities of being stuck low and high.

    Returns
    -------
    array of int8
        `FREE`, `OFF` or `ON`.

    Examples
    --------
    >>> stuck_devices(np.array([0.05, 0.15, 0.9]), 0.1, 0.1).tolist()
    [1, 2, 0]
    """
    state = np.where(uniform < off, OFF, np.where(uniform < off + on, ON, FREE))
    return state.astype(np.int8)


def with_stuck(
    conductance: FloatArray, stuck: NDArray[np.int8], g_min: float, g_max: float
) -> FloatArray:
    """Return conductances with the stuck devices at the ends of the range, uS."""
    return np.where(stuck == OFF, g_min, np.where(stuck == ON, g_max, conductance))
