"""Association across modalities: protocols A1 (seen classes), A2 (zero shot) and A3 (few shot).

A1 asks a gallery of test samples for the best match of a query. A2 leaves a pair of classes out of
the training and asks within that pair, for every pair: one pair alone says nothing. A3 gives a few
labelled samples of the classes left out. Source: specs, resistive_lsm section 3.3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from neuro.seeds import stream
from neuro.tasks.contrastive import ContrastiveOptions, Head, IntArray, train_heads
from neuro.tasks.readouts import FloatArray

SHOTS = (1, 5, 20)
INTERVAL = 95.0
RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Modality:
    """Counts and labels of one modality.

    Parameters
    ----------
    train, test : array, shape (samples, features)
        Counts.
    train_labels, test_labels : array, shape (samples,)
        Classes.
    """

    train: FloatArray
    train_labels: IntArray
    test: FloatArray
    test_labels: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Accuracies, percent, for one set of classes that the training did not see.

    Parameters
    ----------
    classes : tuple of int
        The classes left out.
    zero_shot : (float, float)
        First modality searches second, and the other way round.
    few_shot : tuple of float
        First searches second, for each of `SHOTS`.
    """

    classes: tuple[int, ...]
    zero_shot: tuple[float, float]
    few_shot: tuple[float, ...]


def seen_classes(
    first: Modality,
    second: Modality,
    classes: Sequence[int],
    options: ContrastiveOptions | None = None,
    *,
    seed: int = 0,
) -> tuple[float, float]:
    """Protocol A1: train on some classes and ask within their test samples.

    Parameters
    ----------
    first, second : Modality
        For instance audio and images.
    classes : sequence of int
        For training, queries and gallery.
    options : ContrastiveOptions, optional
        Of the heads.
    seed : int
        Root of the training.

    Returns
    -------
    (float, float)
        Accuracy in percent: first searches second, second searches first.
    """
    heads = train_heads(_training(first, classes), _training(second, classes), options, seed=seed)
    return _search(heads, first, second, classes)


def left_out(
    first: Modality,
    second: Modality,
    classes: Sequence[int],
    options: ContrastiveOptions | None = None,
    *,
    seed: int = 0,
) -> LeftOut:
    """Protocols A2 and A3: train on the other classes, then ask within those left out.

    Parameters
    ----------
    first, second : Modality
        For instance audio and images.
    classes : sequence of int
        Left out of the training.
    options : ContrastiveOptions, optional
        Of the heads.
    seed : int
        Root of the training and of the support samples.
    """
    others = sorted(set(np.unique(first.train_labels).tolist()) - set(classes))
    heads = train_heads(_training(first, others), _training(second, others), options, seed=seed)
    rng = stream(seed, "support", *classes)
    return LeftOut(
        classes=tuple(classes),
        zero_shot=_search(heads, first, second, classes),
        few_shot=tuple(_few_shot(heads, first, second, classes, k, rng) for k in SHOTS),
    )


def all_left_out(
    first: Modality,
    second: Modality,
    options: ContrastiveOptions | None = None,
    *,
    size: int = 2,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> list[LeftOut]:
    """Leave out every pair, or triple, of classes in turn.

    Parameters
    ----------
    first, second : Modality
        For instance audio and images.
    options : ContrastiveOptions, optional
        Of the heads.
    size : int
        Classes left out at once.
    seed : int
        Root of all trainings.
    progress : callable, optional
        Called with the fraction done.
    """
    sets = list(combinations(np.unique(first.train_labels).tolist(), size))
    found = []
    for number, classes in enumerate(sets):
        found.append(left_out(first, second, classes, options, seed=seed))
        if progress is not None:
            progress((number + 1) / len(sets))
    return found


def mean_interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float, float]:
    """Return the mean and a 95 % bootstrap interval of it.

    Parameters
    ----------
    values : sequence of float
        One for each pair and reservoir.
    seed : int
        Root of the resampling.

    Examples
    --------
    >>> mean_interval([50.0, 50.0])
    (50.0, 50.0, 50.0)
    """
    array = np.asarray(values, dtype=np.float64)
    draws = stream(seed, "interval").choice(array, (RESAMPLES, array.size)).mean(axis=1)
    low, high = np.percentile(draws, [50 - INTERVAL / 2, 50 + INTERVAL / 2])
    return float(array.mean()), float(low), float(high)


def _training(modality: Modality, classes: Sequence[int]) -> tuple[FloatArray, IntArray]:
    kept = np.isin(modality.train_labels, classes)
    return modality.train[kept], modality.train_labels[kept]


def _search(
    heads: tuple[Head, Head], first: Modality, second: Modality, classes: Sequence[int]
) -> tuple[float, float]:
    """Look each test sample up in the test samples of the other modality."""
    kept = [np.isin(item.test_labels, classes) for item in (first, second)]
    labels = [item.test_labels[k] for item, k in zip((first, second), kept, strict=True)]
    vectors = [
        head.embed(item.test[k]) for head, item, k in zip(heads, (first, second), kept, strict=True)
    ]
    alike = vectors[0] @ vectors[1].T
    there = labels[1][np.argmax(alike, axis=1)] == labels[0]
    back = labels[0][np.argmax(alike, axis=0)] == labels[1]
    return 100.0 * float(there.mean()), 100.0 * float(back.mean())


def _few_shot(
    heads: tuple[Head, Head],
    first: Modality,
    second: Modality,
    classes: Sequence[int],
    shots: int,
    rng: np.random.Generator,
) -> float:
    """Query to nearest prototype of its modality, then the best match of the other's prototype."""
    prototypes = []
    for head, item in zip(heads, (first, second), strict=True):
        means = []
        for label in classes:
            members = np.flatnonzero(item.train_labels == label)
            support = rng.choice(members, min(shots, members.size), replace=False)
            means.append(head.embed(item.train[support]).mean(axis=0))
        prototypes.append(np.array(means))
    queries, gallery = (np.isin(item.test_labels, classes) for item in (first, second))
    nearest = np.argmax(heads[0].embed(first.test[queries]) @ prototypes[0].T, axis=1)
    matches = np.argmax(heads[1].embed(second.test[gallery]) @ prototypes[1].T, axis=0)
    answers = second.test_labels[gallery][matches[nearest]]
    return 100.0 * float((answers == first.test_labels[queries]).mean())
