"""Calibration: the bias devices are trimmed until the ramp passes where it should.

Write errors add up along the ramp and those of the bias move it as a whole. After a trim at the
zero crossing the error is a random walk that starts there. Specs, crossbar_nladc section 2.7.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc.functions import FloatArray
from neuro.backends.crossbar.nladc.program import BoolArray, Column
from neuro.backends.crossbar.nladc.ramp import Conductances, Ramp


class Calibrated(NamedTuple):
    """A trimmed column.

    Parameters
    ----------
    conductances : Conductances
        What the devices hold; leading axis draws.
    iterations : array of int64, shape (draws,)
        How often a bias device was programmed again.
    """

    conductances: Conductances
    iterations: NDArray[np.int64]


class _Trim(NamedTuple):
    """Draws that can be trimmed, the bias device of each, and what it is to hold."""

    draws: NDArray[np.int64]
    device: NDArray[np.int64]
    pulses: NDArray[np.int64]
    target: FloatArray


def calibrate(
    ramp: Ramp,
    column: Column,
    hardware: Hardware,
    *,
    method: str,
    tolerance: float,
    iterations: int,
    rng: np.random.Generator,
) -> Calibrated:
    """Trim the bias devices of many columns.

    In each iteration one device that is not stuck is programmed again, with a fresh write error,
    to hold what is missing; it gets a further pulse where one does not suffice.

    Parameters
    ----------
    ramp : Ramp
        What was to be programmed.
    column : Column
        What was.
    hardware : Hardware
        How well programming works.
    method : {"none", "zero", "lsq"}
        Whether nothing, the threshold closest to zero, or the mean of all thresholds is brought
        to its place.
    tolerance : float
        Deviation that is accepted, in mean distances of two thresholds.
    iterations : int
        Most attempts; the best one is kept.
    rng : numpy.random.Generator
        Write errors of the trimmed devices.
    """
    held = column.conductances
    used = np.zeros(held.bias.shape[0], dtype=np.int64)
    if method == "none":
        return Calibrated(held, used)
    bias, pulses = held.bias.copy(), held.pulses.copy()
    best = Conductances(held.ramp, bias.copy(), pulses.copy())
    least = np.abs(_deviation(ramp, best, method))
    accepted = tolerance * ramp.levels.lsb_x
    for _ in range(iterations):
        (open_draws,) = np.nonzero(least > accepted)
        now = Conductances(held.ramp[open_draws], bias[open_draws], pulses[open_draws])
        missing = -ramp.polarity * _deviation(ramp, now, method) / ramp.gain
        trim = _trim(ramp, now, column.bias_stuck[open_draws], missing)
        if trim.draws.size == 0:
            break
        active = open_draws[trim.draws]
        noise = rng.standard_normal(active.size)
        bias[active, trim.device] = hardware.programming.programmed(trim.target, noise)
        pulses[active, trim.device] = trim.pulses
        used[active] += 1
        after = Conductances(held.ramp[active], bias[active], pulses[active])
        deviation = np.abs(_deviation(ramp, after, method))
        better = deviation < least[active]
        least[active[better]] = deviation[better]
        best.bias[active[better]] = bias[active[better]]
        best.pulses[active[better]] = pulses[active[better]]
    return Calibrated(best, used)


def _deviation(ramp: Ramp, conductances: Conductances, method: str) -> FloatArray:
    """Return how far the ramp is above its place, in x, shape (draws,)."""
    errors = ramp.waveform(conductances)[:, ramp.compared] - ramp.levels.thresholds
    middle = errors.mean(axis=1) if method == "lsq" else errors[:, ramp.levels.zero]
    return np.asarray(middle)


def _trim(ramp: Ramp, now: Conductances, stuck: BoolArray, missing: FloatArray) -> _Trim:
    """Choose a device for each draw: the fewest pulses, then the one closest to mid-range.

    Parameters
    ----------
    missing : array, shape (draws,), uS
        By how much pulses times conductances of the bias are to change.
    """
    wanted = now.pulses * now.bias + missing[:, None]
    pulses = np.maximum(1, np.ceil(wanted / ramp.g_max)).astype(np.int64)
    target = np.clip(wanted / pulses, ramp.g_min, ramp.g_max)
    # A device that cannot give so little goes to its lower end; the next iteration takes another.
    short = np.maximum(0.0, ramp.g_min - wanted)
    off_centre = np.abs(target / ramp.g_max - 0.5)
    spent = (short > 0) & (now.bias <= ramp.g_min) & (now.pulses == 1)
    cost = np.where(stuck | spent, np.inf, short + pulses + off_centre)
    device = np.argmin(cost, axis=1)
    (draws,) = np.nonzero(np.isfinite(cost.min(axis=1)))
    chosen = draws, device[draws]
    return _Trim(draws, device[draws], pulses[chosen], target[chosen])
