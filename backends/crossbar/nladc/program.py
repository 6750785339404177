"""Programming a ramp column: write errors, stuck devices, spare rows, folding errors forward.

All draws of a Monte-Carlo study at once; every effect has a random stream of its own.
Specs, crossbar_nladc sections 2.6, 2.8, 2.9.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc.functions import FloatArray
from neuro.backends.crossbar.nladc.ramp import Conductances, Ramp
from neuro.seeds import stream

BoolArray = NDArray[np.bool_]


class Streams(NamedTuple):
    """Random streams of one study, one for each effect."""

    write: np.random.Generator
    bias: np.random.Generator
    verify: np.random.Generator
    faults: np.random.Generator
    bias_faults: np.random.Generator
    trim: np.random.Generator


def streams(seed: int, *path: str | int) -> Streams:
    """Return the streams that belong to a seed and a place."""
    return Streams(*(stream(seed, "nladc", *path, name) for name in Streams._fields))


class Faults(NamedTuple):
    """Which devices are stuck, and where.

    Parameters
    ----------
    stuck : array of bool, shape (draws, devices)
        Whether a device holds what it holds for good.
    held : array, shape (draws, devices), uS
        What it holds then.
    """

    stuck: BoolArray
    held: FloatArray

    def applied(self, conductances: FloatArray) -> FloatArray:
        """Return conductances with the stuck ones in place, shape (draws, devices)."""
        return np.where(self.stuck, self.held, conductances)


class Column(NamedTuple):
    """A programmed column before it is trimmed.

    Parameters
    ----------
    conductances : Conductances
        What the devices hold; leading axis draws.
    bias_stuck : array of bool, shape (draws, bias rows)
        Which bias devices cannot be changed.
    """

    conductances: Conductances
    bias_stuck: BoolArray


def draw_faults(hardware: Hardware, shape: tuple[int, int], rng: np.random.Generator) -> Faults:
    """Draw which of (draws, devices) are stuck, at the smallest or at the largest conductance."""
    dice = rng.random(shape)
    off = dice < hardware.stuck_off
    on = ~off & (dice < hardware.stuck_off + hardware.stuck_on)
    return Faults(off | on, np.where(on, hardware.g_max, hardware.g_min))


def repaired(faults: Faults, rows: int) -> Faults:
    """Skip stuck rows and use spare ones instead, as far as there are any that work.

    Parameters
    ----------
    faults : Faults
        Of the rows of the ramp, then of the spare ones.
    rows : int
        How many belong to the ramp.

    Returns
    -------
    Faults
        Of the rows that are used.
    """
    spares = (~faults.stuck[:, rows:]).sum(axis=1, keepdims=True)
    stuck = faults.stuck[:, :rows]
    return Faults(stuck & (np.cumsum(stuck, axis=1) > spares), faults.held[:, :rows])


def program(
    ramp: Ramp,
    hardware: Hardware,
    *,
    draws: int,
    random: Streams,
    spare_rows: int = 0,
    verify_noise: float | None = None,
    faults: Faults | None = None,
) -> Column:
    """Program a column many times.

    Parameters
    ----------
    ramp : Ramp
        What to program.
    hardware : Hardware
        How well that works.
    draws : int
        Number of columns.
    random : Streams
        Streams of this study.
    spare_rows : int, default 0
        Rows that replace stuck ones.
    verify_noise : float, uS, optional
        If given, the error that has accumulated since the calibrated threshold, read with this
        standard deviation at each device, is folded into the next target.
    faults : Faults, optional
        Of the rows of the ramp; drawn by default.
    """
    bias_shape = draws, ramp.bias_targets.size
    bias_faults = draw_faults(hardware, bias_shape, random.bias_faults)
    if faults is None:
        found = draw_faults(hardware, (draws, ramp.rows + spare_rows), random.faults)
        faults = repaired(found, ramp.rows)
    if verify_noise is None:
        held = faults.applied(_written(hardware, ramp.targets, (draws, ramp.rows), random.write))
    else:
        held = _diffused(ramp, hardware, faults, verify_noise, random)
    bias = bias_faults.applied(_written(hardware, ramp.bias_targets, bias_shape, random.bias))
    pulses = np.full(bias_shape, ramp.bias_pulses)
    return Column(Conductances(held, bias, pulses), bias_faults.stuck)


def _written(
    hardware: Hardware, targets: FloatArray, shape: tuple[int, ...], rng: np.random.Generator
) -> FloatArray:
    return hardware.programming.programmed(
        np.broadcast_to(targets, shape), rng.standard_normal(shape)
    )


def _diffused(
    ramp: Ramp, hardware: Hardware, faults: Faults, verify_noise: float, random: Streams
) -> FloatArray:
    """Program outwards from the calibrated threshold; each target makes up for what was missed."""
    draws = faults.stuck.shape[0]
    held = np.empty((draws, ramp.rows))
    centre = ramp.before_zero
    for order in (range(centre, ramp.rows), range(centre - 1, -1, -1)):
        missed = np.zeros(draws)
        for row in order:
            targets = np.clip(ramp.targets[row] - missed, ramp.g_min, ramp.g_max)
            answer = _written(hardware, targets, (draws,), random.write)
            held[:, row] = np.where(faults.stuck[:, row], faults.held[:, row], answer)
            seen = held[:, row] + verify_noise * random.verify.standard_normal(draws)
            missed += seen - ramp.targets[row]
    return held
