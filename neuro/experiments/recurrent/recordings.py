"""Recordings of spoken words from the archives that hold them.

``digits``: Free Spoken Digit Dataset (CC BY-SA 4.0), ``spoken_digits_{train,test}_audio.npz``;
``keywords``: ten words of Speech Commands (P. Warden, arXiv 1804.03209, CC BY 4.0),
``sc10_{train,test}.npz``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ResultError, ValidationError, suggestion
from neuro.experiments.recurrent.features import RATE, FloatArray, Silence, log_mel, scaling_of

IntArray = NDArray[np.int64]
Arrays = Mapping[str, NDArray[Any]]

MU = 255.0
"""Of the companding law of the keywords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where a data set is and how it is read.

    Parameters
    ----------
    folder : str
        Name of its folder.
    train, test : str
        Names of its files.
    read : callable
        From the arrays of a file to a list of recordings.
    licence : str
    """

    folder: str
    train: str
    test: str
    read: Callable[[Arrays], list[NDArray[Any]]]
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """Features of spoken words.

    Parameters
    ----------
    name : str
        Of the data set.
    silence : {"after", "before"}
        Where recordings were filled up.
    classes : int
    train_inputs, test_inputs : array, shape (examples, FRAMES, BANDS)
        In [-1, 1]; scaled by the training data alone.
    train_labels, test_labels : array of int64, shape (examples,)
    """

    name: str
    silence: Silence
    classes: int
    train_inputs: FloatArray
    train_labels: IntArray
    test_inputs: FloatArray
    test_labels: IntArray


def load_words(
    path: Path,
    name: str = "digits",
    *,
    most: int | None = None,
    silence: Silence = "after",
    seed: int = 0,
) -> Words:
    """Read recordings and turn them into features.

    Parameters
    ----------
    path : Path
        Folder of the data set, or the folder that this is in.
    name : {"digits", "keywords"}
    most : int, optional
        Training examples to use, chosen at random; default all.
    silence : {"after", "before"}
        Where recordings are filled up to one second.
    seed : int, default 0
        Of the choice of examples.

    Raises
    ------
    ValidationError
        If there is no such data set, or it is not there.
    ResultError
        If a file cannot be read.
    """
    if name not in ARCHIVES:
        limit = suggestion(name, ARCHIVES)
        raise ValidationError(f"data set {name!r}", "no such data set", value=name, limit=limit)
    archive = ARCHIVES[name]
    folder = _folder(path, archive)
    train, labels = _file(folder / archive.train, archive, silence)
    test, asked = _file(folder / archive.test, archive, silence)
    if most is not None and most < len(labels):
        chosen = np.sort(np.random.default_rng(seed).permutation(len(labels))[:most])
        train, labels = train[chosen], labels[chosen]
    scale = scaling_of(train)
    return Words(
        name=name,
        silence=silence,
        classes=int(max(labels.max(), asked.max())) + 1,
        train_inputs=scale(train),
        train_labels=labels,
        test_inputs=scale(test),
        test_labels=asked,
    )


def _folder(path: Path, archive: Archive) -> Path:
    for folder in (path, path / archive.folder):
        if (folder / archive.train).is_file() and (folder / archive.test).is_file():
            return folder
    raise ValidationError(
        "--data",
        f"{str(path)!r} has no {archive.train} and {archive.test}",
        value=str(path),
        limit=f"The folder {archive.folder!r} of the data set, or the one above it",
    )


def _file(path: Path, archive: Archive, silence: Silence) -> tuple[FloatArray, IntArray]:
    """Return spectra, shape (examples, FRAMES, BANDS), and labels."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        recordings = archive.read(arrays)
        labels = arrays["label"].astype(np.int64)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ResultError(f"recordings {str(path)!r}", f"cannot be read ({error})") from error
    return np.stack([log_mel(item, silence=silence) for item in recordings]), labels


def _digits(arrays: Arrays) -> list[NDArray[Any]]:
    if int(arrays["sample_rate"]) != RATE:
        raise ValueError(f"sample rate {int(arrays['sample_rate'])} Hz, not {RATE} Hz")
    return np.split(arrays["audio"], arrays["offset"][1:-1])


def _keywords(arrays: Arrays) -> list[NDArray[Any]]:
    companded = arrays["audio_mulaw"] / (MU / 2) - 1.0
    sizes = ((1.0 + MU) ** np.abs(companded) - 1.0) / MU
    return list(np.sign(companded) * sizes)


ARCHIVES: Mapping[str, Archive] = {
    "digits": Archive(
        folder="spoken_digits",
        train="spoken_digits_train_audio.npz",
        test="spoken_digits_test_audio.npz",
        read=_digits,
        licence="CC BY-SA 4.0",
    ),
    "keywords": Archive(
        folder="speech_commands10",
        train="sc10_train.npz",
        test="sc10_test.npz",
        read=_keywords,
        licence="CC BY 4.0",
    ),
}
