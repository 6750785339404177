"""Monte-Carlo studies: many columns programmed, one imperfection after the other switched on.

Vectorised over draws; the draws come in blocks with streams of their own, so that the first ones
do not depend on how many follow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc import metrics
from neuro.backends.crossbar.nladc.calibrate import Calibrated, calibrate
from neuro.backends.crossbar.nladc.convert import comparator_noise, read
from neuro.backends.crossbar.nladc.functions import FloatArray
from neuro.backends.crossbar.nladc.levels import Levels
from neuro.backends.crossbar.nladc.options import Options
from neuro.backends.crossbar.nladc.program import Faults, Streams, program, streams
from neuro.backends.crossbar.nladc.ramp import Conductances, Ramp, design_ramp
from neuro.errors import ValidationError
from neuro.seeds import stream

BLOCK = 500
"""Columns that are programmed at once."""

HEADROOM = 2.0
"""With error feedback, targets stay below the largest conductance by so many standard deviations
of the write error: a device at its limit could not make up for steps that came out too small."""

HEADROOM_MOST = 0.5
"""Share of the largest conductance that this takes at most."""


class Scales(NamedTuple):
    """What one microsiemens and one pulse stand for.

    Parameters
    ----------
    weight : float, 1/uS
        Weight of one microsiemens.
    input : float
        Input of one pulse.
    """

    weight: float
    input: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Mean and standard deviation of one number over draws."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rung:
    """Converters with some of the imperfections.

    Parameters
    ----------
    name : str
        Which ones.
    thresholds : array, shape (draws, steps)
        What the converters compare with, in x.
    figures : mapping of str to Figure
        ``mean_abs_inl``, ``max_abs_inl``, ``rms_inl``, ``mean_abs_dnl``, ``max_abs_dnl`` in output
        LSB; ``missing_codes``; ``mse`` and ``mae``, in output units (squared); ``enob``, of the
        mean ``mse``.
    """

    name: str
    thresholds: FloatArray
    figures: dict[str, Figure]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: means, their deviations over draws, and how many draws."""
        return {
            **{name: figure.mean for name, figure in self.figures.items()},
            "deviation": {name: figure.deviation for name, figure in self.figures.items()},
            "draws": self.thresholds.shape[0],
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """All rungs of one converter.

    Parameters
    ----------
    ramp : Ramp
        What was programmed.
    ideal, programmed, faulty, operated : Rung
        Without errors; with write errors; with stuck devices too; with read noise and with offset
        and noise of the comparators too.
    example : Conductances
        What the first column of `faulty` holds.
    trims : float
        Mean number of times that a bias device was programmed again.
    predicted : float, LSB
        Mean absolute INL of `programmed` if write errors added up from the zero crossing.
    """

    ramp: Ramp
    ideal: Rung
    programmed: Rung
    faulty: Rung
    operated: Rung
    example: Conductances
    trims: float
    predicted: float

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """From no error to all."""
        return self.ideal, self.programmed, self.faulty, self.operated


def ramp_for(levels: Levels, hardware: Hardware, options: Options) -> Ramp:
    """Design the ramp of a converter on some hardware.

    Raises
    ------
    ValidationError, CapacityError
        If it cannot be built.
    """
    headroom = 0.0
    if options.error_feedback:
        sigma = float(hardware.programming_sigma(np.array([hardware.g_max]))[0])
        headroom = min(HEADROOM * sigma, HEADROOM_MOST * hardware.g_range)
    return design_ramp(
        levels,
        g_max=hardware.g_max,
        g_min=hardware.g_min,
        headroom=headroom,
        row_budget=options.row_budget,
        bias_rows=options.bias_rows,
    )


def scales_of(hardware: Hardware) -> Scales:
    """Return what weights up to 1 over the conductance range and inputs up to 1 stand for."""
    return Scales(weight=1 / hardware.g_range, input=1 / (2**hardware.dac_bits - 1))


def programmed_columns(
    ramp: Ramp,
    hardware: Hardware,
    options: Options,
    *,
    draws: int,
    random: Streams,
    faults: Faults | None = None,
) -> Calibrated:
    """Program and calibrate columns; of several copies the best one of each draw is kept.

    Parameters
    ----------
    ramp : Ramp
        What to program.
    hardware : Hardware
        How well that works.
    options : Options
        How it is done.
    draws : int
        Number of columns.
    random : Streams
        Streams of this study.
    faults : Faults, optional
        Of the rows, shape (draws * copies, rows); drawn by default.
    """
    column = program(
        ramp,
        hardware,
        draws=draws * options.copies,
        random=random,
        spare_rows=options.spare_rows,
        verify_noise=options.verify_noise if options.error_feedback else None,
        faults=faults,
    )
    trimmed = calibrate(
        ramp,
        column,
        hardware,
        method=options.calibration,
        tolerance=options.tolerance,
        iterations=options.iterations,
        rng=random.trim,
    )
    errors = np.abs(metrics.inl(ramp.levels, ramp.thresholds(trimmed.conductances))).mean(axis=1)
    best = np.argmin(errors.reshape(draws, options.copies), axis=1)
    rows = np.arange(draws) * options.copies + best
    kept = Conductances(*(part[rows] for part in trimmed.conductances))
    return Calibrated(kept, trimmed.iterations[rows])


def study(
    ramp: Ramp,
    hardware: Hardware,
    options: Options,
    *,
    draws: int,
    seed: int,
    inputs: metrics.Inputs | None = None,
    progress: Callable[[float], None] | None = None,
) -> Study:
    """Program a column many times and measure what comes out.

    Parameters
    ----------
    ramp : Ramp
        What to program; `ramp_for` designs it.
    hardware : Hardware
        How well programming and reading work.
    options : Options
        How the column is programmed.
    draws : int
        Number of columns, at least two.
    seed : int
        Root of all randomness.
    inputs : Inputs, optional
        Over which conversion errors are averaged; default uniform over the function's `inputs`.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ValidationError
        If there are fewer than two draws.
    """
    if draws < 2:  # noqa: PLR2004
        raise ValidationError("draws", f"{draws}", value=draws, limit="At least two")
    levels = ramp.levels
    averaged = inputs or metrics.uniform_inputs(*levels.function.inputs)
    sound = replace(hardware, stuck_off=0.0, stuck_on=0.0)
    thresholds: dict[str, list[FloatArray]] = {"programmed": [], "faulty": [], "operated": []}
    trims: list[NDArray[np.int64]] = []
    example = ramp.ideal()
    for block, start in enumerate(range(0, draws, BLOCK)):
        count = min(BLOCK, draws - start)
        clean, faulty = (
            programmed_columns(
                ramp, device, options, draws=count, random=streams(seed, "block", block)
            )
            for device in (sound, hardware)
        )
        if start == 0:
            example = Conductances(*(part[0] for part in faulty.conductances))
        trims.append(clean.iterations)
        thresholds["programmed"].append(ramp.thresholds(clean.conductances))
        thresholds["faulty"].append(ramp.thresholds(faulty.conductances))
        rng = stream(seed, "nladc", "block", block, "reads")
        thresholds["operated"].append(_operated(ramp, hardware, faulty.conductances, rng))
        if progress is not None:
            progress((start + count) / draws)
    rungs = {
        name: _rung(name, levels, np.concatenate(parts), averaged)
        for name, parts in thresholds.items()
    }
    return Study(
        ramp=ramp,
        ideal=_rung("ideal", levels, ramp.thresholds(ramp.ideal())[None], averaged),
        **rungs,
        example=example,
        trims=float(np.concatenate(trims).mean()),
        predicted=predicted_inl(ramp, hardware),
    )


def predicted_inl(ramp: Ramp, hardware: Hardware) -> float:
    """Return the mean absolute INL, LSB, if write errors add up outwards from the zero crossing."""
    variance = hardware.programming_sigma(ramp.targets) ** 2
    reached = np.concatenate([[0.0], np.cumsum(variance)])[ramp.compared]
    deviation = ramp.gain * np.sqrt(np.abs(reached - reached[ramp.levels.zero]))
    return metrics.predicted_inl(ramp.levels, deviation)


def read_jitter(ramp: Ramp, hardware: Hardware) -> float:
    """Return the rms jitter of a threshold by read noise, LSB, mean over thresholds.

    It is that of the ramp devices, from the start of the ramp on.
    """
    variance = hardware.read_noise.sigma(ramp.targets) ** 2
    reached = np.concatenate([[0.0], np.cumsum(variance)])[ramp.compared]
    slopes = np.abs(ramp.levels.function.slope(ramp.levels.thresholds))
    return float(np.mean(slopes * ramp.gain * np.sqrt(reached)) / ramp.levels.lsb)


def _operated(
    ramp: Ramp, hardware: Hardware, held: Conductances, rng: np.random.Generator
) -> FloatArray:
    """Return the thresholds of one conversion of each column."""
    thresholds = ramp.thresholds(read(hardware, held, rng))
    deviation = np.hypot(
        hardware.comparator_offset, comparator_noise(ramp, hardware, *scales_of(hardware))
    )
    return np.asarray(thresholds + deviation * rng.standard_normal((thresholds.shape[0], 1)))


def _rung(name: str, levels: Levels, thresholds: FloatArray, inputs: metrics.Inputs) -> Rung:
    inl = np.abs(metrics.inl(levels, thresholds))
    dnl = np.abs(metrics.dnl(levels, thresholds))
    errors = metrics.conversion_errors(levels, thresholds, inputs)
    values = {
        "mean_abs_inl": inl.mean(axis=1),
        "max_abs_inl": inl.max(axis=1),
        "rms_inl": metrics.rms(inl),
        "mean_abs_dnl": dnl.mean(axis=1),
        "max_abs_dnl": dnl.max(axis=1),
        "missing_codes": metrics.missing_codes(levels, thresholds),
        "mse": errors.mse,
        "mae": errors.mae,
        "enob": errors.enob,
    }
    figures = {
        key: Figure(mean=float(value.mean()), deviation=float(value.std()))
        for key, value in values.items()
    }
    # That of the mean error, so that both figures say the same.
    bits = float(metrics.effective_bits(levels, errors.mse.mean()))
    figures["enob"] = replace(figures["enob"], mean=bits)
    return Rung(name=name, thresholds=thresholds, figures=figures)
