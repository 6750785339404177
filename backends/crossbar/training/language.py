"""Training of a language model of characters: the next character after each one."""

from typing import TYPE_CHECKING

import numpy as np

from neuro.backends.crossbar.recurrent.weights import NetworkWeights
from neuro.backends.crossbar.training.fit import IntArray, Progress, Trainer
from neuro.backends.crossbar.training.forward import outputs_of, scores_of
from neuro.backends.crossbar.training.settings import Hardening, Schedule
from neuro.backends.crossbar.training.start import require_torch
from neuro.errors import ValidationError

if TYPE_CHECKING:
    import torch


def train_language(
    weights: NetworkWeights,
    text: IntArray,
    schedule: Schedule,
    hardening: Hardening | None = None,
    *,
    window: int = 48,
    seed: int = 0,
    progress: Progress | None = None,
) -> NetworkWeights:
    """Train on a text by truncated back-propagation through time.

    The text is cut into `schedule.batch` parts that are read side by side; states go on from one
    window to the next, gradients do not.

    Parameters
    ----------
    weights : NetworkWeights
        Where to start; with an embedding.
    text : array of int64, shape (characters,)
        Symbols.
    schedule : Schedule
    hardening : Hardening, optional
        Hardware to train for; default none.
    window : int, default 48
        Characters through which gradients go.
    seed : int, default 0
        Of the noise.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ValidationError
        If there is no embedding, or the text is too short.
    UnavailableError
        If PyTorch is not installed.
    """
    if weights.embedding is None:
        raise ValidationError("weights", "have no embedding", hint="Start with some symbols")
    length = (len(text) - 1) // schedule.batch
    windows = length // window
    if windows < 1:
        raise ValidationError(
            "text",
            f"{len(text)} characters",
            value=len(text),
            limit=f"At least {schedule.batch * window + 1} for {schedule.batch} parts",
        )
    require_torch()
    import torch

    parts = _parts(text, schedule.batch, length)
    trainer = Trainer(weights, schedule, windows * schedule.epochs, seed)
    for _ in range(schedule.epochs):
        zeros = torch.zeros(schedule.batch, weights.lstm.hidden)
        state = zeros, zeros
        for number in range(windows):
            first = number * window
            read, asked = (part[:, first : first + window] for part in parts)
            state = _learn(trainer, read, asked, state, hardening)
            if progress is not None:
                progress(trainer.done)
    return trainer.weights()


def _learn(
    trainer: Trainer,
    read: "torch.Tensor",
    asked: "torch.Tensor",
    state: "tuple[torch.Tensor, torch.Tensor]",
    hardening: Hardening | None,
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Learn one window; return the state after it, without gradients."""
    import torch

    gates, readout = trainer.disturbed(hardening)
    inputs = torch.nn.functional.embedding(read, trainer.embedding)
    outputs, (h, c) = outputs_of(inputs, gates, state, hardening)
    scores = scores_of(outputs, readout, hardening)
    trainer.step(torch.nn.functional.cross_entropy(scores.flatten(0, 1), asked.flatten()))
    return h.detach(), c.detach()


def _parts(text: IntArray, batch: int, length: int) -> "tuple[torch.Tensor, torch.Tensor]":
    """Return what is read and what comes next, each of shape (batch, length)."""
    import torch

    used = batch * length
    read = np.ascontiguousarray(text[:used].reshape(batch, length))
    asked = np.ascontiguousarray(text[1 : used + 1].reshape(batch, length))
    return torch.from_numpy(read), torch.from_numpy(asked)
