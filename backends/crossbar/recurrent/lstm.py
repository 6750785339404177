"""An LSTM layer on one array: weighted sums are analog, and converters are the gates.

Columns of the input, forget and output gates meet a sigmoid ramp, those of the candidate a tanh
ramp; the cell state is digital. Specs, crossbar_nladc section 5.1.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.costs import LayerCounts
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc import NLADC, nonlinear_adc
from neuro.backends.crossbar.nladc.ramp import SPECIAL_ROWS
from neuro.backends.crossbar.options import Options, with_effects
from neuro.backends.crossbar.recurrent.driven import DrivenArray, pulses_of
from neuro.backends.crossbar.recurrent.settings import Settings
from neuro.backends.crossbar.recurrent.weights import LSTMWeights
from neuro.errors import ValidationError
from neuro.seeds import stream

FloatArray = NDArray[np.float64]

CELL_MARGIN = 1.1
"""The longest pulse of a cell state lies so far above the last threshold that a ramp with errors
still gives the last code for it."""

SEEDS = 2**63


class State(NamedTuple):
    """What a layer remembers: outputs and cell states, each of shape (batch, hidden)."""

    h: FloatArray
    c: FloatArray


class CrossbarLSTM:
    """An LSTM layer.

    Parameters
    ----------
    weights : LSTMWeights
    hardware : Hardware
    settings : Settings, optional
    seed : int, default 0
        Root of all randomness.
    name : str, default "lstm"
        In the account.

    Raises
    ------
    ValidationError, CapacityError
        If the weights do not fit on the hardware.
    """

    def __init__(
        self,
        weights: LSTMWeights,
        hardware: Hardware,
        settings: Settings | None = None,
        *,
        seed: int = 0,
        name: str = "lstm",
    ) -> None:
        self.settings = settings or Settings()
        self.features, self.hidden = weights.features, weights.hidden
        self._bias = weights.rows_of_bias
        self._array = DrivenArray(
            weights.gates,
            hardware,
            self.settings.array,
            input_bits=self.settings.input_bits,
            name=name,
            seed=seed,
        )
        self._sigmoid = self._ramp("sigmoid", 3 * self.hidden, hardware, seed)
        self._tanh = self._ramp("tanh", self.hidden, hardware, seed)
        self._cell_longest = CELL_MARGIN * float(self._tanh.levels.thresholds[-1])
        self._steps = 0

    def start(self, batch: int) -> State:
        """Return the state before the first step."""
        zeros = np.zeros((batch, self.hidden))
        return State(zeros, zeros)

    def __call__(self, inputs: FloatArray, state: State | None = None) -> tuple[FloatArray, State]:
        """Work through sequences.

        Parameters
        ----------
        inputs : array, shape (batch, steps, features)
            In [-1, 1]; clipped.
        state : State, optional
            From which to go on.

        Returns
        -------
        outputs : array, shape (batch, steps, hidden)
        state : State
            After the last step.

        Raises
        ------
        ValidationError
            If the shape does not fit, or an input is not finite.
        """
        if inputs.ndim != 3 or inputs.shape[2] != self.features:  # noqa: PLR2004
            raise ValidationError(
                "inputs",
                f"shape {inputs.shape}",
                value=inputs.shape,
                limit=f"Shape (batch, steps, {self.features})",
            )
        batch, steps, _ = inputs.shape
        state = state or self.start(batch)
        coded = pulses_of(inputs, self.settings.input_bits)
        outputs = np.empty((batch, steps, self.hidden))
        for step in range(steps):
            state = self._step(coded[:, step], state)
            outputs[:, step] = state.h
        return outputs, state

    def counts(self) -> LayerCounts:
        """Return what was done so far."""
        settings, done = self.settings, self._array.counts()
        phases = 2 if settings.tanh_c == "nladc" else 1
        ramps = [self._sigmoid, self._tanh, *[self._tanh][: phases - 1]]
        converted = max(_conversion_cycles(ramp) for ramp in ramps)
        cycles = phases * (2**settings.input_bits + converted) + self.hidden / settings.lanes
        return replace(
            done,
            steps=self._steps,
            conversions=self._steps * 4 * self.hidden,
            cell_conversions=self._steps * self.hidden * (phases - 1),
            conversion_cycles=converted,
            bits=settings.bits,
            ramps=self._steps * len(ramps),
            ramp_energy=self._steps * sum(_ramp_energy(ramp) for ramp in ramps),
            elementwise=self._steps * self.hidden,
            cycles=self._steps * cycles,
        )

    def _step(self, inputs: FloatArray, state: State) -> State:
        """Advance by one step; inputs are coded."""
        settings = self.settings
        fed_back = pulses_of(state.h, settings.input_bits)
        driven = np.concatenate([inputs, fed_back, np.ones((len(inputs), self._bias))], axis=1)
        i, f, g, o = np.split(self._array.read(driven, noise=settings.noise), 4, axis=1)
        _, gates = self._sigmoid.convert(np.concatenate([i, f, o], axis=1), noise=settings.noise)
        _, candidate = self._tanh.convert(g, noise=settings.noise)
        i, f, o = np.split(gates, 3, axis=1)
        c = self._kept(f * state.c + i * candidate)
        self._steps += len(inputs)
        return State(o * self._tanh_of(c), c)

    def _kept(self, c: FloatArray) -> FloatArray:
        """Round cell states to the digital grid, and clip them."""
        step = self.settings.c_range / 2 ** (self.settings.c_bits - 1)
        largest = self.settings.c_range - step
        kept: FloatArray = np.clip(step * np.rint(c / step), -self.settings.c_range, largest)
        return kept

    def _tanh_of(self, c: FloatArray) -> FloatArray:
        settings = self.settings
        if settings.tanh_c == "exact":
            return np.tanh(c)
        if settings.tanh_c == "lut":
            levels = self._tanh.levels
            found: FloatArray = levels.outputs[np.searchsorted(levels.thresholds, c, side="right")]
            return found
        coded = self._cell_longest * pulses_of(c / self._cell_longest, settings.input_bits)
        return self._tanh.convert(coded, noise=settings.noise)[1]

    def _ramp(self, function: str, columns: int, hardware: Hardware, seed: int) -> NLADC:
        settings = self.settings
        own = stream(seed, "crossbar", self._array.name, "ramp", function).integers(SEEDS)
        return nonlinear_adc(
            function,
            replace(with_effects(hardware, _any_size(settings)), dac_bits=settings.input_bits),
            bits=settings.bits,
            scheme=settings.scheme,
            options=settings.ramp,
            columns=columns,
            seed=int(own),
        )


def _any_size(settings: Settings) -> Options:
    """Return the options of the array with a tile that fits any hardware: a ramp has no tile."""
    return replace(settings.array, tile_rows=1, tile_columns=2)


def _conversion_cycles(converter: NLADC) -> int:
    """Return the clock cycles of one conversion: one for each row of the ramp."""
    return converter.ramp.rows + SPECIAL_ROWS


def _ramp_energy(converter: NLADC) -> float:
    """Return the energy of the devices of one ramp, fJ."""
    held, hardware = converter.held, converter.hardware
    pulsed = float(held.ramp.sum() + (held.pulses * held.bias).sum())
    return hardware.v_read**2 * hardware.clock * pulsed
