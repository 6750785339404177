"""After the devices have changed: the same readout, and what brings it back.

Source: specs, resistive_lsm section 6.4. Every method sees the aged chip through training samples
alone; the test samples are asked once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.experiments.lsm.data import TaskData
from neuro.resistive import Change
from neuro.tasks.readouts import FloatArray, LinearReadout, equalised, fit_readout, refitted
from neuro.tasks.reservoir import Reservoir

COPIES = 8
"""Simulated fates of the chip that a robust readout is trained on, beside the chip as it is."""

COPY_PENALTY = 100.0
"""Of squared weights, for each copy. In cross-validation on training digits, authors' topology, 30
to 100 are best, 300 and 1000 lose one and three points."""

LABELLED = 5
"""Labelled samples of each class for a refit."""

CHANGE_PENALTY = 1000.0
"""Of squared changes of the weights in a refit; cross-validated with the copies."""

FATE, COPY = 1, 100
"""Roots of the change that happens, and of the first one that is simulated."""

UNTOUCHED, LABEL_FREE = "readout untouched", "label-free mean and deviation"
REFIT = f"label-free, then {LABELLED} labelled of each class"
ROBUST = f"trained on {COPIES} simulated fates, label-free"
ROBUST_REFIT = f"trained on {COPIES} simulated fates, label-free, {LABELLED} labelled"

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """Accuracy after a change of the devices.

    Parameters
    ----------
    relaxation : float
        Relative deviation of each device.
    accuracies : mapping of str to tuple of float, percent
        By method, of each reservoir.
    """

    relaxation: float
    accuracies: Mapping[str, tuple[float, ...]]

    def means(self) -> dict[str, tuple[float, float]]:
        """Return mean and standard deviation over reservoirs by method, percent."""
        return {
            name: (float(np.mean(values)), float(np.std(values, ddof=1)) if values[1:] else 0.0)
            for name, values in self.accuracies.items()
        }

    def as_dict(self) -> dict[str, object]:
        """Return plain values for a file."""
        methods = {
            name: {"accuracy": mean, "accuracy_sd": sd, "accuracies": list(self.accuracies[name])}
            for name, (mean, sd) in self.means().items()
        }
        return {"relaxation": self.relaxation, "methods": methods}


def joined_aged(relaxation: float, found: list[dict[str, float]]) -> Aged | None:
    """Put the accuracies of several reservoirs together; none for none."""
    if not found:
        return None
    return Aged(
        relaxation=relaxation,
        accuracies={name: tuple(one[name] for one in found) for name in found[0]},
    )


def recoveries(
    model: Reservoir,
    features: FloatArray,
    data: TaskData,
    relaxation: float,
    progress: Progress | None = None,
) -> dict[str, float]:
    """Age a fitted reservoir and return its accuracy, percent, by method.

    Parameters
    ----------
    model : Reservoir
        Fitted.
    features : array, shape (training samples, features)
        What its readout was trained on.
    data : TaskData
        The task.
    relaxation : float
        Relative deviation of each device's change.
    progress : callable, optional
        Called with the fraction done.
    """
    change = Change(relaxation=relaxation)
    train, test = data.train, data.test
    parts = COPIES + 2

    def seen(fate: int, frames: NDArray[np.bool_], part: int) -> FloatArray:
        told = progress and (lambda share: progress((part + share) / parts))
        other = model.aged(change, seed=fate)
        return other.features(other.count(frames, progress=told))

    aged, asked = seen(FATE, train.frames, 0), seen(FATE, test.frames, 1)
    copies = [seen(COPY + k, train.frames, 2 + k) for k in range(COPIES)]
    few = np.concatenate(
        [np.flatnonzero(train.labels == c)[:LABELLED] for c in np.unique(train.labels)]
    )
    label_free = equalised(model.trained(), aged)
    robust = equalised(robust_readout([features, *copies], train.labels), aged)

    def refit(readout: LinearReadout) -> LinearReadout:
        return refitted(readout, aged[few], train.labels[few], penalty=CHANGE_PENALTY)

    readouts = {
        UNTOUCHED: model.trained(),
        LABEL_FREE: label_free,
        REFIT: refit(label_free),
        ROBUST: robust,
        ROBUST_REFIT: refit(robust),
    }
    return {
        name: 100.0 * float((readout.predict(asked) == test.labels).mean())
        for name, readout in readouts.items()
    }


def robust_readout(copies: list[FloatArray], labels: NDArray[np.int64]) -> LinearReadout:
    """Train one readout on several fates of a chip, each on its own scale, as equalising gives.

    Parameters
    ----------
    copies : list of array, shape (samples, features)
        What the readout sees of the same samples on each fate.
    labels : array of int, shape (samples,)
        Classes of the samples.
    """
    scaled = []
    for counts in copies:
        spread = counts.std(axis=0)
        scaled.append((counts - counts.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
    penalty = COPY_PENALTY * len(copies)
    return fit_readout(np.vstack(scaled), np.tile(labels, len(copies)), penalty=penalty)
