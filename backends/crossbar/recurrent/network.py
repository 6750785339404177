"""A whole recurrent network on crossbars: LSTM and readout, with its account."""

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.costs import CostReport, layer_costs
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.recurrent.dense import CrossbarDense
from neuro.backends.crossbar.recurrent.lstm import CrossbarLSTM, State
from neuro.backends.crossbar.recurrent.settings import Settings
from neuro.backends.crossbar.recurrent.weights import NetworkWeights

FloatArray = NDArray[np.float64]


class CrossbarNetwork:
    """An LSTM layer and its readout on two arrays.

    Parameters
    ----------
    weights : NetworkWeights
    hardware : Hardware
    settings : Settings, optional
    seed : int, default 0
        Root of all randomness.
    """

    def __init__(
        self,
        weights: NetworkWeights,
        hardware: Hardware,
        settings: Settings | None = None,
        *,
        seed: int = 0,
    ) -> None:
        settings = settings or Settings()
        self.hardware = hardware
        self.lstm = CrossbarLSTM(weights.lstm, hardware, settings, seed=seed)
        self.readout = CrossbarDense(weights.readout, hardware, settings, seed=seed)
        self._inferences = 0

    def scores(self, inputs: FloatArray) -> FloatArray:
        """Return the readout after the last step, shape (batch, outputs).

        Parameters
        ----------
        inputs : array, shape (batch, steps, features)
            In [-1, 1].
        """
        outputs, _ = self.lstm(inputs)
        self._inferences += len(inputs)
        return self.readout(outputs[:, -1])

    def sequence(self, inputs: FloatArray, state: State | None = None) -> tuple[FloatArray, State]:
        """Return the readout after each step, shape (batch, steps, outputs), and the state."""
        outputs, state = self.lstm(inputs, state)
        flat = self.readout(outputs.reshape(-1, outputs.shape[2]))
        self._inferences += len(inputs)
        return flat.reshape(*outputs.shape[:2], -1), state

    def report(self) -> CostReport:
        """Return what everything so far costs."""
        layers = tuple(
            layer_costs(part.counts(), self.hardware) for part in (self.lstm, self.readout)
        )
        return CostReport(hardware=self.hardware, layers=layers, inferences=self._inferences)
