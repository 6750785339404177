"""Conversion of column values to codes: cycle by cycle as the circuit works, or all at once.

Both give the same codes for every input. Specs, crossbar_nladc sections 2.2, 2.5 and 2.6.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc.functions import FloatArray
from neuro.backends.crossbar.nladc.levels import Levels
from neuro.backends.crossbar.nladc.ramp import Conductances, Ramp

IntArray = NDArray[np.int64]
RampSource = Literal["memristive", "fixed"]

BOLTZMANN = 1.380649e-8
"""fJ/K; fJ/nF is mV squared."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What converts one batch: a ramp for each conversion, and what is added to the column values.

    Parameters
    ----------
    increments : Conductances
        As they are read, leading axis conversions, or none if there is no read noise.
    values : array, shape (conversions, columns)
        Column values in ramp units, less offset and noise of the comparators.
    """

    increments: Conductances
    values: FloatArray


def read(hardware: Hardware, held: Conductances, rng: np.random.Generator) -> Conductances:
    """Return conductances as one conversion sees them: with fresh read noise, same shapes."""

    def noisy(conductances: FloatArray) -> FloatArray:
        noise = rng.standard_normal(conductances.shape)
        return conductances + hardware.read_noise.sigma(conductances) * noise

    return Conductances(noisy(held.ramp), noisy(held.bias), held.pulses)


def comparator_noise(
    ramp: Ramp, hardware: Hardware, weight_scale: float, input_scale: float
) -> float:
    """Return the standard deviation of the noise of one conversion, in x.

    That of the comparator, and kT/C of both capacitors.

    Parameters
    ----------
    ramp : Ramp
        Its gain says how much x is one millivolt.
    hardware : Hardware
        Capacitance of the ramp integrator, read voltage, clock and temperature.
    weight_scale : float, 1/uS
        Weight of one microsiemens.
    input_scale : float
        Input of one pulse.
    """
    thermal = BOLTZMANN * hardware.temperature / hardware.ramp_capacitance
    thermal *= 1 + 1 / ramp.feedback_ratio(weight_scale, input_scale)
    millivolt = ramp.gain * hardware.ramp_capacitance / (hardware.v_read * hardware.clock)
    return float(np.hypot(hardware.comparator_noise, np.sqrt(thermal) * millivolt))


def steps_by_cycle(ramp: Ramp, reading: Reading) -> IntArray:
    """Count steps as the circuit does, shape (conversions, columns).

    The bias pulses come first, then one ramp device a cycle; a column counts until its comparator
    flips, and keeps its count then.
    """
    held, values = reading.increments, reading.values
    level = (held.pulses * held.bias).sum(axis=-1, keepdims=True)
    level = ramp.gain * (ramp.polarity * level)
    counts = np.zeros(values.shape, dtype=np.int64)
    counting = np.ones(values.shape, dtype=np.bool_)
    completed = set(ramp.ends.tolist())
    for device in range(-1, ramp.rows):
        if device >= 0:
            level = level + ramp.gain * held.ramp[..., device : device + 1]
        if device == -1 or device in completed:
            counting &= level <= values
            counts += counting
    return counts


def steps_at_once(ramp: Ramp, reading: Reading) -> IntArray:
    """Count the thresholds that the values reach, shape (conversions, columns)."""
    thresholds = ramp.thresholds(reading.increments)
    if thresholds.ndim == 1:
        return np.searchsorted(thresholds, reading.values, side="right").astype(np.int64)
    reached = thresholds[:, None, :] <= reading.values[:, :, None]
    return np.asarray(reached.sum(axis=-1))


def ideal_codes(levels: Levels, x: FloatArray) -> IntArray:
    """Return the codes of a converter without errors, in closed form; same shape as `x`.

    Not for levels that the user gave. Beyond the ends of the ramp the code is the last one there.
    """
    function = levels.function
    inside = np.clip(x, *function.x_range)
    low = function.y_range[0] - (levels.lsb / 2 if levels.scheme == "mid" else 0.0)
    codes = np.floor((function.value(inside) - low) / levels.lsb)
    return np.clip(codes, 0, levels.values.size - 1).astype(np.int64)


def ramp_values(
    x: FloatArray, disturbance: FloatArray, v_ratio: float, source: RampSource
) -> FloatArray:
    """Return column values in units of the nominal ramp, less what disturbs the comparators.

    Parameters
    ----------
    x : array
        Column values at the nominal read voltage.
    disturbance : array
        Offset and noise of the comparators, in x at the nominal read voltage.
    v_ratio : float
        Read voltage over the nominal one.
    source : {"memristive", "fixed"}
        A memristive ramp scales with the read voltage as the columns do; a fixed one stays.
    """
    if source == "memristive":
        return x - disturbance / v_ratio
    return x * v_ratio - disturbance
