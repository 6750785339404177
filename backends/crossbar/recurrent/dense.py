"""A linear layer on an array, with a uniform converter for each column."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.converters import UniformConverter
from neuro.backends.crossbar.costs import LayerCounts
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.recurrent.driven import DrivenArray, pulses_of
from neuro.backends.crossbar.recurrent.settings import Settings

FloatArray = NDArray[np.float64]


class CrossbarDense:
    """A linear layer with a bias row.

    Parameters
    ----------
    weights : array, shape (inputs + 1, outputs)
        The last row is the bias.
    hardware : Hardware
        Its `adc_bits` are those of the outputs.
    settings : Settings
        Its `input_bits`, `noise` and `array` count.
    seed : int, default 0
    name : str, default "readout"
        In the account.
    """

    def __init__(
        self,
        weights: FloatArray,
        hardware: Hardware,
        settings: Settings,
        *,
        seed: int = 0,
        name: str = "readout",
    ) -> None:
        self.settings = settings
        self._array = DrivenArray(
            weights,
            hardware,
            settings.array,
            input_bits=settings.input_bits,
            name=name,
            seed=seed,
        )
        largest = float(np.abs(weights).sum(axis=0).max()) or 1.0
        self._converter = UniformConverter(
            bits=hardware.adc_bits, low=-largest, high=largest, scheme="signed"
        )

    def __call__(self, inputs: FloatArray) -> FloatArray:
        """Return the converted sums, shape (batch, outputs), for inputs in [-1, 1]."""
        ones = np.ones((inputs.shape[0], 1))
        coded = pulses_of(np.concatenate([inputs, ones], axis=1), self.settings.input_bits)
        sums = self._array.read(coded, noise=self.settings.noise)
        return np.asarray(self._converter.convert(sums))

    def counts(self) -> LayerCounts:
        """Return what was done so far."""
        done = self._array.counts()
        converted = 2**self._converter.bits
        return replace(
            done,
            steps=done.reads,
            conversions=done.reads * done.columns,
            conversion_cycles=converted,
            bits=self._converter.bits,
            cycles=done.reads * (2.0**self.settings.input_bits + converted),
        )
