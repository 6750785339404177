"""Spoken words on a crossbar: accuracy over bits and write errors, with its cost.

An LSTM of 32 units hears 49 frames of 40 bands and answers after the last one. Specs,
crossbar_nladc section 6.1; the gates have a bias row, so the array is 73 x 128.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.recurrent import CrossbarNetwork, NetworkWeights, exact_scores
from neuro.backends.crossbar.training import (
    Examples,
    Hardening,
    Schedule,
    require_torch,
    start_weights,
    train_classifier,
)
from neuro.experiments.recurrent.conditions import (
    Condition,
    Measured,
    Outcome,
    Sweep,
    Training,
    input_bits,
)
from neuro.experiments.recurrent.features import BANDS
from neuro.experiments.recurrent.recordings import Words
from neuro.experiments.recurrent.steps import Progress, Steps, one_thread
from neuro.experiments.recurrent.stored import fingerprint, trained

TRAINING_SHARE, AWARE_SHARE, ARRAY_SHARE = 1.0, 4.0, 0.5
"""Rough durations of an epoch in floating point, an epoch for the hardware, and an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordProtocol:
    """How networks are trained and measured.

    Parameters
    ----------
    hidden : int, default 32
        Units.
    epochs, aware_epochs : int
        In floating point, and for the hardware afterwards.
    batch : int
    rate : float
        Highest learning rate; a quarter of it for the hardware.
    largest : float
        Size to which weights are clipped.
    weight_noise : float
        In training for the hardware, over `largest`.
    input_noise : float
    shift : int
        Most frames by which examples are moved.
    arrays : int
        That are programmed for each point with write errors.
    """

    hidden: int = 32
    epochs: int = 24
    aware_epochs: int = 12
    batch: int = 64
    rate: float = 8e-3
    largest: float = 1.0
    weight_noise: float = 0.03
    input_noise: float = 0.05
    shift: int = 4
    arrays: int = 10

    def schedule(self, training: Training) -> Schedule:
        """Return the schedule of one round."""
        aware = training == "aware"
        return Schedule(
            epochs=self.aware_epochs if aware else self.epochs,
            batch=self.batch,
            rate=self.rate / 4 if aware else self.rate,
            largest=self.largest,
            input_noise=self.input_noise,
            shift=self.shift,
        )


WORD_SWEEP = Sweep(bits=(3, 4, 5, 8), sigmas=(0.0, 2.67, 5.0, 10.0), everything=True)
"""The table of the specs, and the hardware with all its imperfections."""

QUICK = WordProtocol(epochs=6, aware_epochs=3, batch=4, arrays=3)
"""For 300 examples, in a minute: small batches, so that there are more steps. Too few to learn to
remember: silence goes before the words."""


def run_words(
    words: Words,
    hardware: Hardware,
    *,
    protocol: WordProtocol | None = None,
    sweep: Sweep = WORD_SWEEP,
    seed: int = 0,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Train, put on arrays and measure.

    Parameters
    ----------
    words : Words
        Data.
    hardware : Hardware
    protocol : WordProtocol, optional
    sweep : Sweep
        Conditions to measure.
    seed : int, default 0
    folder : Path, optional
        Where trained networks are kept.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    UnavailableError
        If PyTorch is not installed.
    """
    require_torch()
    chosen = protocol or WordProtocol()
    conditions = sweep.conditions()
    steps = Steps(_whole(chosen, len(sweep.bits), conditions), progress)
    networks = _networks(words, chosen, sweep.bits, seed, folder, steps)
    points = tuple(
        _measured(
            networks[condition.bits if condition.training == "aware" else 0],
            words,
            condition,
            hardware,
            1 if condition.exact else chosen.arrays,
            seed,
            steps.job(ARRAY_SHARE * (1 if condition.exact else chosen.arrays)),
        )
        for condition in conditions
    )
    return Outcome(
        name=f"words: {words.name}",
        quantity="accuracy",
        exact=_accuracy(exact_scores(networks[0], words.test_inputs), words),
        target=hardware.name,
        facts={
            **asdict(chosen),
            "train": len(words.train_labels),
            "test": len(words.test_labels),
            "classes": words.classes,
            "silence": words.silence,
            "seed": seed,
        },
        points=points,
    )


def _networks(
    words: Words,
    protocol: WordProtocol,
    bits: Sequence[int],
    seed: int,
    folder: Path | None,
    steps: Steps,
) -> dict[int, NetworkWeights]:
    """Return the network of floating point, by 0, and those for each resolution."""
    examples = Examples(inputs=words.train_inputs, labels=words.train_labels)
    training = replace(protocol, arrays=0), words.classes, seed
    name = f"{words.name}_{fingerprint(training, words.train_inputs, words.train_labels)}"

    def fit(start: NetworkWeights, training: Training, resolution: int) -> NetworkWeights:
        hardening = None
        share = TRAINING_SHARE * protocol.epochs
        if training == "aware":
            share = AWARE_SHARE * protocol.aware_epochs
            hardening = Hardening(
                bits=resolution,
                input_bits=input_bits(resolution),
                weight_noise=protocol.weight_noise,
            )
        job = steps.job(share)
        with one_thread():
            return train_classifier(
                start, examples, protocol.schedule(training), hardening, seed=seed, progress=job
            )

    start = start_weights(BANDS, protocol.hidden, words.classes, seed=seed)
    found = {0: trained(folder, f"{name}_float", lambda: fit(start, "float", 0))}
    for resolution in bits:
        found[resolution] = trained(
            folder,
            f"{name}_{resolution}_bits",
            lambda resolution=resolution: fit(found[0], "aware", resolution),  # type: ignore[misc]
        )
    return found


def _measured(
    weights: NetworkWeights,
    words: Words,
    condition: Condition,
    hardware: Hardware,
    arrays: int,
    seed: int,
    progress: Progress,
) -> Measured:
    values = []
    for number in range(arrays):
        network = CrossbarNetwork(
            weights, condition.hardware(hardware), condition.settings(), seed=seed + number
        )
        values.append(_accuracy(network.scores(words.test_inputs), words))
        if number == 0:
            costs = network.report()
        progress((number + 1) / arrays)
    return Measured(condition=condition, values=tuple(values), costs=costs)


def _accuracy(scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]], words: Words) -> float:
    return float(np.mean(scores.argmax(axis=1) == words.test_labels))


def _whole(protocol: WordProtocol, networks: int, conditions: Sequence[Condition]) -> float:
    arrays = sum(1 if item.exact else protocol.arrays for item in conditions)
    aware = AWARE_SHARE * protocol.aware_epochs * networks
    return TRAINING_SHARE * protocol.epochs + aware + ARRAY_SHARE * arrays
