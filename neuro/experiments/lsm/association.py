"""Association of spoken digits with pictures of digits: protocols A1, A2, A3 for each reservoir.

The linear baseline is the same training on counts of the input, without a reservoir.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuro.energy import EnergyReport
from neuro.experiments.lsm.classification import Run
from neuro.experiments.lsm.data import TaskData
from neuro.experiments.lsm.settings import Preset
from neuro.io.frames import binned_counts
from neuro.tasks.association import (
    SHOTS,
    LeftOut,
    Modality,
    all_left_out,
    mean_interval,
    seen_classes,
)
from neuro.tasks.contrastive import ContrastiveOptions
from neuro.tasks.reservoir_cost import (
    EncoderSize,
    inference_energy,
    training_ratio_full,
    training_ratio_published,
)

SEEN = tuple(range(1, 8))
UNSEEN = (8, 9)
"""The authors' split."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssociationOutcome:
    """What came out; accuracies in percent, audio searches image first, then the other way round.

    Parameters
    ----------
    all_classes, seen : tuple of (float, float)
        A1 over all ten digits and over 1 to 7, for each reservoir.
    baseline : (float, float)
        A1 over all ten digits on counts of the input.
    left_out : tuple of LeftOut
        A2 and A3: every pair of digits, for each reservoir.
    training_ratios : mapping of str to float
        Cost of training a recurrent network end to end, relative to the heads alone.
    energy : EnergyReport
        Of one pair.
    """

    all_classes: tuple[tuple[float, float], ...]
    seen: tuple[tuple[float, float], ...]
    baseline: tuple[float, float]
    left_out: tuple[LeftOut, ...]
    training_ratios: dict[str, float]
    energy: EnergyReport

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        there = [item[0] for item in self.all_classes]
        document: dict[str, Any] = {
            "task": "association",
            "accuracy": float(np.mean(there)),
            "accuracy_sd": float(np.std(there, ddof=1)) if len(there) > 1 else 0.0,
            "accuracies": there,
            "baseline": self.baseline[0],
            "A1": {
                "all": [list(item) for item in self.all_classes],
                "seen": [list(item) for item in self.seen],
                "baseline": list(self.baseline),
            },
            "training_ratios": self.training_ratios,
            "energy": self.energy.as_dict(),
        }
        if self.left_out:
            document |= {"A2": self.zero_shot(), "A3": self.few_shot()}
        return document

    def zero_shot(self) -> dict[str, Any]:
        """Return A2 over all pairs with an interval of the mean, beside the authors' one pair."""
        values = [item.zero_shot[0] for item in self.left_out]
        mean, low, high = mean_interval(values)
        authors = [item.zero_shot[0] for item in self.left_out if item.classes == UNSEEN]
        return {
            "chance": 50.0,
            "mean": mean,
            "sd": float(np.std(values)),
            "interval": [low, high],
            "range": [min(values), max(values)],
            "pair_8_9": authors,
            "above_chance": low > 50.0,  # noqa: PLR2004
        }

    def few_shot(self) -> dict[str, float]:
        """Return A3, the mean over pairs and reservoirs, by number of support samples."""
        return {
            str(shots): float(np.mean([item.few_shot[k] for item in self.left_out]))
            for k, shots in enumerate(SHOTS)
        }


def run_association(
    tasks: tuple[TaskData, TaskData],
    settings: tuple[Preset, Preset],
    run: Run,
    *,
    options: ContrastiveOptions | None = None,
    pairs: bool = True,
    progress: Progress | None = None,
) -> AssociationOutcome:
    """Run the protocols.

    Parameters
    ----------
    tasks : (TaskData, TaskData)
        Spoken digits and camera digits.
    settings : (Preset, Preset)
        Their reservoirs.
    run : Run
        How many, and on what.
    options : ContrastiveOptions, optional
        Of the heads.
    pairs : bool, default True
        Whether A2 and A3 are run: 45 trainings for each reservoir.
    progress : callable, optional
        Called with the fraction done.
    """
    every = tuple(range(10))
    whole, seen, rest = [], [], []
    spikes: list[float] = []
    for number in range(run.reservoirs):
        both = [
            _modality(task, one, run, number) for task, one in zip(tasks, settings, strict=True)
        ]
        audio, image = (modality for modality, _ in both)
        spikes = [count for _, count in both]
        whole.append(seen_classes(audio, image, every, options, seed=number))
        seen.append(seen_classes(audio, image, SEEN, options, seed=number))

        def report(share: float, number: int = number) -> None:
            if progress is not None:
                progress((number + share) / run.reservoirs)

        if pairs:
            rest += all_left_out(audio, image, options, seed=number, progress=report)
        report(1.0)
    encoders = [
        EncoderSize(
            steps=task.test.frames.shape[1],
            lines=task.test.frames.shape[2],
            neurons=one.parameters.neurons,
            input_spikes=float(task.test.frames.sum(axis=(1, 2)).mean()),
            spikes=count,
        )
        for task, one, count in zip(tasks, settings, spikes, strict=True)
    ]
    outputs = (options or ContrastiveOptions()).dimensions
    raw = [_raw(task, one) for task, one in zip(tasks, settings, strict=True)]
    return AssociationOutcome(
        all_classes=tuple(whole),
        seen=tuple(seen),
        baseline=seen_classes(raw[0], raw[1], every, options),
        left_out=tuple(rest),
        training_ratios={
            "published rule": training_ratio_published(encoders, outputs),
            "full rule, 100 epochs": training_ratio_full(encoders, outputs, 100),
        },
        energy=inference_energy(encoders, outputs),
    )


def _modality(task: TaskData, settings: Preset, run: Run, number: int) -> tuple[Modality, float]:
    """Run one reservoir; return what the heads see, and the mean number of spikes in a test."""
    model = run.estimator(settings, number).place(task.train.frames.shape[2])
    test = model.count(task.test.frames)
    modality = Modality(
        train=model.transform(task.train.frames),
        train_labels=task.train.labels,
        test=model.features(test),
        test_labels=task.test.labels,
    )
    return modality, float(test.sum(axis=(1, 2)).mean())


def _raw(task: TaskData, settings: Preset) -> Modality:
    train, test = (binned_counts(split.frames, settings.bins) for split in (task.train, task.test))
    return Modality(
        train=np.sqrt(train) if settings.root else train,
        train_labels=task.train.labels,
        test=np.sqrt(test) if settings.root else test,
        test_labels=task.test.labels,
    )
