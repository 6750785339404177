"""A language model of characters on a crossbar: bits per character over bits and write errors.

Embedding of 32, LSTM of 96 units with a bias row (array 129 x 384), readout of one score a symbol.
Specs, crossbar_nladc section 6.2.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.recurrent import CrossbarNetwork, NetworkWeights, exact_lstm
from neuro.backends.crossbar.training import (
    Hardening,
    Schedule,
    require_torch,
    start_weights,
    train_language,
)
from neuro.experiments.recurrent.conditions import (
    Condition,
    Measured,
    Outcome,
    Sweep,
    input_bits,
)
from neuro.experiments.recurrent.corpus import Corpus
from neuro.experiments.recurrent.steps import Progress, Steps, one_thread
from neuro.experiments.recurrent.stored import fingerprint, trained

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CHARACTER_SWEEP = Sweep(bits=(3, 4, 5, 8), sigmas=(0.0, 2.67))
"""The table of the specs."""

TRAINING_SHARE, ARRAY_SHARE = 10.0, 1.0
"""Rough durations of an epoch and of an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterProtocol:
    """How networks are trained and measured.

    Parameters
    ----------
    features, hidden : int
        Of the embedding, and units.
    epochs, aware_epochs : int
        In floating point, and for the hardware afterwards.
    batch : int
        Parts of the text that are read side by side.
    rate, aware_rate : float
        Highest learning rates.
    largest : float
        Size to which weights are clipped.
    weight_noise : float
        In training for the hardware, over `largest`.
    streams : int
        Parts of the test text that are read side by side.
    arrays : int
        That are programmed for each point with write errors.
    """

    features: int = 32
    hidden: int = 96
    epochs: int = 2
    aware_epochs: int = 1
    batch: int = 16
    rate: float = 8e-3
    aware_rate: float = 1e-3
    largest: float = 1.0
    weight_noise: float = 0.025
    streams: int = 32
    arrays: int = 3


def run_characters(
    corpus: Corpus,
    hardware: Hardware,
    *,
    protocol: CharacterProtocol | None = None,
    sweep: Sweep = CHARACTER_SWEEP,
    seed: int = 0,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Train, put on arrays and measure; see `run_words` for the parameters.

    Raises
    ------
    UnavailableError
        If PyTorch is not installed.
    """
    require_torch()
    chosen = protocol or CharacterProtocol()
    conditions = sweep.conditions()
    arrays = [1 if condition.exact else chosen.arrays for condition in conditions]
    epochs = chosen.epochs + chosen.aware_epochs * len(sweep.bits)
    steps = Steps(TRAINING_SHARE * epochs + ARRAY_SHARE * sum(arrays), progress)
    networks = _networks(corpus, chosen, sweep.bits, seed, folder, steps)
    points = []
    for condition, count in zip(conditions, arrays, strict=True):
        weights = networks[condition.bits if condition.training == "aware" else 0]
        job = steps.job(ARRAY_SHARE * count)
        points.append(
            _measured(weights, corpus.test, condition, hardware, chosen, range(seed, seed + count))
        )
        job(1.0)
    return Outcome(
        name=f"characters: {corpus.name}",
        quantity="bits per character",
        exact=_exact(networks[0], corpus.test, chosen.streams),
        target=hardware.name,
        facts={
            **asdict(chosen),
            "train": len(corpus.train),
            "test": len(corpus.test),
            "symbols": len(corpus.symbols) + 1,
            "seed": seed,
        },
        points=tuple(points),
    )


def _networks(
    corpus: Corpus,
    protocol: CharacterProtocol,
    bits: Sequence[int],
    seed: int,
    folder: Path | None,
    steps: Steps,
) -> dict[int, NetworkWeights]:
    """Return the network of floating point, by 0, and those for each resolution."""
    symbols = len(corpus.symbols) + 1
    training = replace(protocol, arrays=0, streams=0), corpus.symbols, seed
    name = f"characters_{fingerprint(training, corpus.train)}"

    def fit(start: NetworkWeights, schedule: Schedule, resolution: int) -> NetworkWeights:
        hardening = None
        if resolution:
            hardening = Hardening(
                bits=resolution,
                input_bits=input_bits(resolution),
                weight_noise=protocol.weight_noise,
            )
        job = steps.job(TRAINING_SHARE * schedule.epochs)
        with one_thread():
            return train_language(start, corpus.train, schedule, hardening, seed=seed, progress=job)

    def schedule(epochs: int, rate: float) -> Schedule:
        return Schedule(epochs=epochs, batch=protocol.batch, rate=rate, largest=protocol.largest)

    start = start_weights(protocol.features, protocol.hidden, symbols, symbols=symbols, seed=seed)
    first = schedule(protocol.epochs, protocol.rate)
    second = schedule(protocol.aware_epochs, protocol.aware_rate)
    found = {0: trained(folder, f"{name}_float", lambda: fit(start, first, 0))}
    for resolution in bits:
        found[resolution] = trained(
            folder,
            f"{name}_{resolution}_bits",
            lambda resolution=resolution: fit(found[0], second, resolution),  # type: ignore[misc]
        )
    return found


def _measured(
    weights: NetworkWeights,
    text: IntArray,
    condition: Condition,
    hardware: Hardware,
    protocol: CharacterProtocol,
    seeds: Sequence[int],
) -> Measured:
    values, reports = [], []
    inputs, asked = _streams(weights, text, protocol.streams)
    for seed in seeds:
        network = CrossbarNetwork(
            weights, condition.hardware(hardware), condition.settings(), seed=seed
        )
        scores, _ = network.sequence(inputs)
        values.append(bits_per_character(scores, asked))
        reports.append(network.report())
    return Measured(condition=condition, values=tuple(values), costs=reports[0])


def bits_per_character(scores: FloatArray, asked: IntArray) -> float:
    """Return the mean information of the characters that came, in bits.

    Parameters
    ----------
    scores : array, shape (..., symbols)
        Logarithms of probabilities, up to a constant.
    asked : array of int64, shape (...)
        What came.

    Examples
    --------
    >>> bits_per_character(np.zeros((3, 4)), np.array([0, 1, 3]))
    2.0
    """
    right = np.take_along_axis(scores, asked[..., None], axis=-1)[..., 0]
    return float(np.mean(logsumexp(scores, axis=-1) - right) / np.log(2.0))


def _exact(weights: NetworkWeights, text: IntArray, streams: int) -> float:
    inputs, asked = _streams(weights, text, streams)
    scores = exact_lstm(weights.lstm, inputs) @ weights.readout[:-1] + weights.readout[-1]
    return bits_per_character(scores, asked)


def _streams(weights: NetworkWeights, text: IntArray, streams: int) -> tuple[FloatArray, IntArray]:
    """Return embedded characters and those that follow, in parts side by side."""
    assert weights.embedding is not None
    length = (len(text) - 1) // streams
    read = text[: streams * length].reshape(streams, length)
    asked = text[1 : streams * length + 1].reshape(streams, length)
    return weights.embedding[read], asked
