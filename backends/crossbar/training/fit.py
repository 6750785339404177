"""Training of a classifier of sequences by the output after the last step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.recurrent.weights import LSTMWeights, NetworkWeights
from neuro.backends.crossbar.training.forward import Parameters, noisy, outputs_of, scores_of
from neuro.backends.crossbar.training.settings import Hardening, Schedule
from neuro.backends.crossbar.training.start import require_torch
from neuro.seeds import stream

if TYPE_CHECKING:
    import torch

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Progress = Callable[[float], None]

SEEDS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """Sequences with their classes.

    Parameters
    ----------
    inputs : array, shape (examples, steps, features)
        In [-1, 1].
    labels : array of int64, shape (examples,)
    """

    inputs: FloatArray
    labels: IntArray


def train_classifier(
    weights: NetworkWeights,
    examples: Examples,
    schedule: Schedule,
    hardening: Hardening | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> NetworkWeights:
    """Train a network, from given weights on.

    Parameters
    ----------
    weights : NetworkWeights
        Where to start.
    examples : Examples
    schedule : Schedule
    hardening : Hardening, optional
        Hardware to train for; default none, in floating point.
    seed : int, default 0
        Of the order, the augmentation and the noise.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    UnavailableError
        If PyTorch is not installed.
    """
    require_torch()
    import torch

    rng = stream(seed, "crossbar", "training", "batches")
    count = len(examples.labels)
    batches = -(-count // schedule.batch)
    trainer = Trainer(weights, schedule, batches * schedule.epochs, seed)
    hidden = weights.lstm.hidden
    for _ in range(schedule.epochs):
        for chosen in _batches(count, schedule.batch, rng):
            inputs = torch.from_numpy(_augmented(examples.inputs[chosen], schedule, rng)).float()
            labels = torch.from_numpy(examples.labels[chosen])
            gates, readout = trainer.disturbed(hardening)
            zeros = torch.zeros(len(chosen), hidden)
            outputs, _ = outputs_of(inputs, gates, (zeros, zeros), hardening)
            scores = scores_of(outputs[:, -1], readout, hardening)
            trainer.step(torch.nn.functional.cross_entropy(scores, labels))
            if progress is not None:
                progress(trainer.done)
    return trainer.weights()


class Trainer:
    """Parameters, optimiser and noise of one round of training.

    Parameters
    ----------
    weights : NetworkWeights
        Where to start.
    schedule : Schedule
    steps : int
        How many there will be.
    seed : int
    """

    def __init__(self, weights: NetworkWeights, schedule: Schedule, steps: int, seed: int) -> None:
        import torch

        def leaf(array: FloatArray) -> Any:
            return torch.tensor(array, dtype=torch.float32, requires_grad=True)

        self.features = weights.lstm.features
        self.parameters = Parameters(
            gates=leaf(weights.lstm.gates),
            readout=leaf(weights.readout),
            embedding=None if weights.embedding is None else leaf(weights.embedding),
        )
        self._schedule, self._steps, self._taken = schedule, steps, 0
        self._optimiser = torch.optim.Adam(self.parameters.tensors(), lr=schedule.rate)
        self._cycle = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, max_lr=schedule.rate, total_steps=steps
        )
        self._rng = torch.Generator()
        self._rng.manual_seed(int(stream(seed, "crossbar", "training", "noise").integers(SEEDS)))

    @property
    def done(self) -> float:
        """Fraction of the steps that were taken."""
        return self._taken / self._steps

    @property
    def embedding(self) -> "torch.Tensor":
        """The embedding; only a network of symbols has one."""
        assert self.parameters.embedding is not None
        return self.parameters.embedding

    def disturbed(self, hardening: Hardening | None) -> "tuple[torch.Tensor, torch.Tensor]":
        """Return gates and readout with the noise of one batch."""
        largest = self._schedule.largest
        gates = noisy(self.parameters.gates, largest, hardening, self._rng)
        return gates, noisy(self.parameters.readout, largest, hardening, self._rng)

    def step(self, loss: "torch.Tensor") -> None:
        """Go down the gradient of a loss once, and clip what the devices could not hold."""
        import torch

        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters.tensors(), self._schedule.gradient)
        self._optimiser.step()
        self._cycle.step()
        self._taken += 1
        with torch.no_grad():
            for tensor in (self.parameters.gates, self.parameters.readout):
                tensor.clamp_(-self._schedule.largest, self._schedule.largest)
            if self.parameters.embedding is not None:
                self.parameters.embedding.clamp_(-1.0, 1.0)

    def weights(self) -> NetworkWeights:
        """Return what was learned."""

        def array(tensor: "torch.Tensor") -> FloatArray:
            return np.asarray(tensor.detach().numpy(), dtype=np.float64)

        embedding = self.parameters.embedding
        return NetworkWeights(
            lstm=LSTMWeights(gates=array(self.parameters.gates), features=self.features),
            readout=array(self.parameters.readout),
            embedding=None if embedding is None else array(embedding),
        )


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[IntArray]:
    order = rng.permutation(count)
    for first in range(0, count, size):
        yield order[first : first + size]


def _augmented(inputs: FloatArray, schedule: Schedule, rng: np.random.Generator) -> FloatArray:
    """Move examples in time, repeating their ends, and add noise; within [-1, 1]."""
    batch, steps, _ = inputs.shape
    moved = rng.integers(-schedule.shift, schedule.shift + 1, (batch, 1))
    at = np.clip(np.arange(steps) - moved, 0, steps - 1)
    found = inputs[np.arange(batch)[:, None], at]
    found = found + schedule.input_noise * rng.standard_normal(found.shape)
    clipped: FloatArray = np.clip(found, -1.0, 1.0)
    return clipped
