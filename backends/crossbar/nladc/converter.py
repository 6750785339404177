"""The nonlinear converter: one programmed ramp column and the comparators that share it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc import metrics
from neuro.backends.crossbar.nladc.convert import (
    IntArray,
    RampSource,
    Reading,
    comparator_noise,
    ramp_values,
    read,
    steps_at_once,
    steps_by_cycle,
)
from neuro.backends.crossbar.nladc.functions import FloatArray, Function, function_named
from neuro.backends.crossbar.nladc.levels import Levels, levels_of
from neuro.backends.crossbar.nladc.options import Options
from neuro.backends.crossbar.nladc.program import streams
from neuro.backends.crossbar.nladc.ramp import Conductances, Ramp
from neuro.backends.crossbar.nladc.study import (
    Study,
    programmed_columns,
    ramp_for,
    scales_of,
    study,
)
from neuro.errors import ValidationError
from neuro.seeds import stream

Mode = Literal["fast", "cycle"]

COMPARISONS = 1 << 22
"""Most comparisons that are held in memory at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NLADC:
    """A converter that applies a function.

    Parameters
    ----------
    ramp : Ramp
        What was to be programmed.
    hardware : Hardware
        Devices and comparators.
    options : Options
        How it was programmed.
    held : Conductances
        What the devices hold.
    offsets : array, shape (columns,)
        Offsets of the comparators, in x.
    seed : int
        Root of its randomness.
    reads : numpy.random.Generator
        Stream of the noise of conversions; each conversion takes from it.
    """

    ramp: Ramp
    hardware: Hardware
    options: Options
    held: Conductances
    offsets: FloatArray
    seed: int
    reads: np.random.Generator = field(repr=False)

    @property
    def levels(self) -> Levels:
        """Outputs and the thresholds that were asked for."""
        return self.ramp.levels

    @property
    def thresholds(self) -> FloatArray:
        """What the comparators compare with when nothing is noisy, in x, shape (steps,)."""
        return self.ramp.thresholds(self.held)

    def convert(
        self,
        x: FloatArray,
        *,
        mode: Mode = "fast",
        noise: bool = True,
        v_ratio: float = 1.0,
        ramp_source: RampSource = "memristive",
    ) -> tuple[IntArray, FloatArray]:
        """Convert column values.

        Parameters
        ----------
        x : array, shape (..., columns), or any shape if there is one column
            Column values. The columns of one conversion share a ramp.
        mode : {"fast", "cycle"}
            All at once, or cycle by cycle; the codes are the same.
        noise : bool, default True
            Whether reads and comparators are noisy.
        v_ratio : float, default 1
            Read voltage over the nominal one.
        ramp_source : {"memristive", "fixed"}
            Whether the ramp follows the read voltage.

        Returns
        -------
        codes : array of int64, shape of `x`
            Output of the counters.
        values : array, shape of `x`
            The function value that each stands for.

        Raises
        ------
        ValidationError
            If `x` has another number of columns or is not finite, or the ratio is not positive.
        """
        values = self._columns(x)
        if not v_ratio > 0:
            raise ValidationError("v_ratio", f"{v_ratio:g}", value=v_ratio, limit="Positive")
        count = steps_by_cycle if mode == "cycle" else steps_at_once
        # With noise each conversion has a ramp of its own: a block of them at a time.
        block = max(1, COMPARISONS // (self.ramp.rows * values.shape[1])) if noise else None
        parts = [values] if block is None else np.split(values, range(block, len(values), block))
        readings = (self._reading(part, noise, v_ratio, ramp_source) for part in parts)
        steps = np.concatenate([count(self.ramp, reading) for reading in readings])
        steps = steps.reshape(np.shape(x))
        return self.levels.codes[steps], self.levels.outputs[steps]

    def _reading(
        self, values: FloatArray, noise: bool, v_ratio: float, source: RampSource
    ) -> Reading:
        """Read the ramp and the comparators once for each conversion, noisily or not."""
        held, disturbance = self.held, np.broadcast_to(self.offsets, values.shape)
        if noise:
            shape = values.shape[:1]
            ramp = np.broadcast_to(held.ramp, (*shape, held.ramp.size))
            bias = np.broadcast_to(held.bias, (*shape, held.bias.size))
            held = read(self.hardware, Conductances(ramp, bias, held.pulses), self.reads)
            deviation = comparator_noise(self.ramp, self.hardware, *scales_of(self.hardware))
            disturbance = disturbance + deviation * self.reads.standard_normal(values.shape)
        return Reading(increments=held, values=ramp_values(values, disturbance, v_ratio, source))

    def waveform(self) -> tuple[FloatArray, FloatArray]:
        """Return the ramp over time without noise: times in ms and values in x."""
        values = self.ramp.waveform(self.held)
        return np.arange(values.size, dtype=np.float64) * self.hardware.clock, values

    def aged(self, time: float) -> "NLADC":
        """Return the converter `time` ms after programming, by the drift of its devices."""
        rng = stream(self.seed, "nladc", "drift")
        aged = [
            self.hardware.drift.aged(held, target, rng.standard_normal(held.shape), time)
            for held, target in (
                (self.held.ramp, self.ramp.targets),
                (self.held.bias, self.ramp.bias_targets),
            )
        ]
        return NLADC(
            ramp=self.ramp,
            hardware=self.hardware,
            options=self.options,
            held=Conductances(aged[0], aged[1], self.held.pulses),
            offsets=self.offsets,
            seed=self.seed,
            reads=self.reads,
        )

    def study(self, draws: int, progress: Callable[[float], None] | None = None) -> Study:
        """Program many such columns; see `neuro.backends.crossbar.nladc.study`."""
        return study(
            self.ramp,
            self.hardware,
            self.options,
            draws=draws,
            seed=self.seed,
            progress=progress,
        )

    def report(self, inputs: metrics.Inputs | None = None) -> dict[str, Any]:
        """Return the figures of this one column, without noise and offsets; INL and DNL in LSB."""
        levels, thresholds = self.levels, self.thresholds
        inl, dnl = metrics.inl(levels, thresholds), metrics.dnl(levels, thresholds)
        averaged = inputs or metrics.uniform_inputs(*levels.function.inputs)
        errors = metrics.conversion_errors(levels, thresholds, averaged)
        scales = scales_of(self.hardware)
        return {
            "mean_abs_inl": float(np.abs(inl).mean()),
            "max_abs_inl": float(np.abs(inl).max()),
            "rms_inl": float(metrics.rms(inl)),
            "mean_abs_dnl": float(np.abs(dnl).mean()),
            "max_abs_dnl": float(np.abs(dnl).max()),
            "missing_codes": int(metrics.missing_codes(levels, thresholds)),
            "mse": float(errors.mse),
            "mae": float(errors.mae),
            "enob": float(errors.enob),
            "rows": self.ramp.rows,
            "devices": self.ramp.devices,
            "beta": self.ramp.feedback_ratio(*scales),
            "ramp_conductances_uS": self.held.ramp.tolist(),
            "bias_conductances_uS": self.held.bias.tolist(),
            "bias_pulses": self.held.pulses.tolist(),
        }

    def _columns(self, x: FloatArray) -> FloatArray:
        array = np.asarray(x, dtype=np.float64)
        columns = self.offsets.size
        if columns > 1 and (array.ndim == 0 or array.shape[-1] != columns):
            raise ValidationError(
                "column values",
                f"shape {array.shape}",
                value=array.shape,
                limit=f"The last axis has {columns} columns",
            )
        if not np.isfinite(array).all():
            raise ValidationError("column values", "not all are finite", limit="Finite numbers")
        return array.reshape(-1, columns)


def nonlinear_adc(
    function: str | Function | Levels,
    hardware: Hardware,
    *,
    bits: int = 5,
    scheme: str = "cell",
    options: Options | None = None,
    columns: int = 1,
    seed: int = 0,
) -> NLADC:
    """Program a converter.

    Parameters
    ----------
    function : str, Function or Levels
        A built-in function by name, another one, or levels that were chosen otherwise.
    hardware : Hardware
        Devices and comparators.
    bits : int, default 5
        Resolution; 2 to 10.
    scheme : {"cell", "floor", "mid"}
        Where the levels lie.
    options : Options, optional
        How it is programmed.
    columns : int, default 1
        Comparators that share the ramp.
    seed : int, default 0
        Root of all randomness.

    Raises
    ------
    ValidationError, CapacityError
        If the converter cannot be built.

    Examples
    --------
    >>> from neuro.backends.crossbar.hardware import hardware_from
    >>> from neuro.hardware_configs import load_target
    >>> ideal = nonlinear_adc("sigmoid", hardware_from(load_target("crossbar_ideal")))
    >>> codes, values = ideal.convert(np.array([-1.0, 0.1]), noise=False)
    >>> codes, values
    (array([ 8, 16]), array([0.265625, 0.515625]))
    """
    if isinstance(function, str):
        function = function_named(function)
    if isinstance(function, Function):
        function = levels_of(function, bits, scheme)
    chosen = options or Options()
    ramp = ramp_for(function, hardware, chosen)
    random = streams(seed, "column")
    column = programmed_columns(ramp, hardware, chosen, draws=1, random=random)
    offsets = stream(seed, "nladc", "offsets").standard_normal(columns)
    return NLADC(
        ramp=ramp,
        hardware=hardware,
        options=chosen,
        held=Conductances(*(part[0] for part in column.conductances)),
        offsets=hardware.comparator_offset * offsets,
        seed=seed,
        reads=stream(seed, "nladc", "reads"),
    )
