"""Where the data are, and how each task reads them: a folder the user names, or the small excerpt.

Archives: N-MNIST recordings, MNIST images, spoken digits as events, keywords as audio (layouts in
`neuro.io.events`). Nothing is downloaded.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ResultError, ValidationError
from neuro.experiments.lsm.archives import (
    camera_recordings,
    sample_arrays,
    spoken_recordings,
    with_images,
)
from neuro.experiments.lsm.settings import Preset
from neuro.io.cochlea import encode_audio, mu_law
from neuro.io.events import Recordings, read_arrays, read_recordings
from neuro.io.frames import Frames, camera_frames, chunked_frames, stretched_frames

VARIABLE = "NEURO_DATA"

Progress = Callable[[float], None]
Chosen = slice | NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Input spikes and labels.

    Parameters
    ----------
    frames : array of bool, shape (samples, steps, lines)
    labels : array of int, shape (samples,)
    speakers : array of str, shape (samples,), optional
        Who speaks, where the archive says so.
    """

    frames: Frames
    labels: NDArray[np.int64]
    speakers: NDArray[np.str_] | None = None

    def first(self, count: int | None) -> "Split":
        """Return at most `count` samples, evenly spaced, so that classes stay mixed."""
        if count is None or count >= len(self.labels):
            return self
        at = np.linspace(0, len(self.labels) - 1, count).astype(int)
        speakers = None if self.speakers is None else self.speakers[at]
        return Split(frames=self.frames[at], labels=self.labels[at], speakers=speakers)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskData:
    """One task.

    Parameters
    ----------
    name : str
        What it is, for people.
    train, test : Split
        Settings are chosen on the first one only.
    classes : tuple of str
        Names of the classes, by label.
    apart : bool, default False
        Whether each speaker of the test is asked by a readout trained on the other speakers.
    """

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]
    apart: bool = False

    def __post_init__(self) -> None:
        """Refuse labels without a name, and speakers apart where nobody is named."""
        for part, split in (("train", self.train), ("test", self.test)):
            highest = int(split.labels.max(initial=0))
            if highest >= len(self.classes):
                raise ResultError(
                    f"{self.name}, {part}",
                    f"label {highest}",
                    value=highest,
                    limit=f"From 0 to {len(self.classes) - 1}, one for each class",
                )
        if np.unique(self.train.labels).size < 2:  # noqa: PLR2004
            raise ResultError(
                f"{self.name}, train", "samples of one class", limit="At least two classes"
            )
        if self.apart and (self.train.speakers is None or self.test.speakers is None):
            raise ValidationError(
                "--speakers-apart", f"no speakers in {self.name}", limit="Only for spoken digits"
            )

    def folds(self) -> list[tuple[Chosen, Chosen]]:
        """Return what to train on and what to ask then: everything, or speaker by speaker."""
        heard, asked = self.train.speakers, self.test.speakers
        if not self.apart or heard is None or asked is None:
            return [(slice(None), slice(None))]
        return [(heard != name, asked == name) for name in np.unique(asked)]

    def limited(self, count: int | None) -> "TaskData":
        """Return the same task with at most `count` samples in each split."""
        return replace(self, train=self.train.first(count), test=self.test.first(count))


def data_folder(path: Path | None) -> Path:
    """Return the folder of the data: as named, or from the environment.

    Raises
    ------
    ValidationError
        If there is none.
    """
    named = str(path) if path is not None else os.environ.get(VARIABLE, "")
    if not named:
        raise ValidationError(
            "--data",
            "is missing",
            hint=f"Name the folder of the data with --data or {VARIABLE}, or use --sample",
        )
    if not Path(named).is_dir():
        raise ValidationError("--data", f"{named!r} is no folder", value=named)
    return Path(named)


def load_task(
    task: str, settings: Preset, folder: Path, *, progress: Progress | None = None
) -> TaskData:
    """Read and encode one classification task.

    Parameters
    ----------
    task : {"nmnist", "digits", "keywords"}
        Which.
    settings : Preset
        How it is encoded.
    folder : Path
        Holds the folders of the archives.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ResultError
        If a file is missing or damaged.
    """
    loaders: dict[str, Callable[..., TaskData]] = {
        "nmnist": _nmnist,
        "digits": _digits,
        "keywords": _keywords,
    }
    if task not in loaders:
        raise ValidationError("task", repr(task), value=task, limit=f"One of {', '.join(loaders)}")
    return loaders[task](settings, folder, progress)


def load_sample(settings: Preset) -> TaskData:
    """Return the excerpt of spoken digits of one speaker that is shipped, with its licence."""
    with as_file(files("neuro.experiments.lsm").joinpath("sample.npz")) as path:
        recordings = read_recordings(path)
        tests = int(read_arrays(path)["tests"])
    count = len(recordings)
    return TaskData(
        name="spoken digits, excerpt of one speaker",
        train=_audio(recordings.take(range(count - tests)), settings),
        test=_audio(recordings.take(range(count - tests, count)), settings),
        classes=tuple(map(str, range(10))),
    )


def _nmnist(settings: Preset, folder: Path, progress: Progress | None) -> TaskData:
    train, test = (
        camera_recordings(folder / "nmnist" / f"nmnist_{split}.npz") for split in ("train", "test")
    )
    if settings.converted:
        train = with_images(train, folder / "mnist5k" / "mnist5k_train.npz", progress)

    def frames(recordings: Recordings) -> Split:
        return Split(
            frames=camera_frames(
                recordings,
                steps=settings.steps,
                step_us=300_000 // settings.steps,
                crop=settings.crop,
                polarities=settings.polarities,
                upright=settings.upright,
            ),
            labels=recordings.labels,
        )

    return TaskData(
        name="N-MNIST subset, event camera",
        train=frames(train),
        test=frames(test),
        classes=tuple(map(str, range(10))),
    )


def _digits(settings: Preset, folder: Path, progress: Progress | None) -> TaskData:
    where = folder / "spoken_digits"
    train, test = (
        _spoken(where / f"spoken_digits_{split}_events.npz", settings)
        for split in ("train", "test")
    )
    if progress is not None:
        progress(1.0)
    return TaskData(
        name="spoken digits", train=train, test=test, classes=tuple(map(str, range(10)))
    )


def _keywords(settings: Preset, folder: Path, progress: Progress | None) -> TaskData:
    paths = [folder / "speech_commands10" / f"sc10_{split}.npz" for split in ("train", "test")]
    archives = [sample_arrays(path, "audio_mulaw", 2) for path in paths]
    words = archives[0].get("words")
    if words is None or words.ndim != 1:
        raise ResultError(f"event file {str(paths[0])!r}", "no list of words", limit="words")
    total = sum(len(arrays["label"]) for arrays in archives)
    done = 0
    splits = []
    for path, arrays in zip(paths, archives, strict=True):
        share, before = len(arrays["label"]) / total, done / total

        def report(fraction: float, share: float = share, before: float = before) -> None:
            if progress is not None:
                progress(before + share * fraction)

        waves = list(mu_law(arrays["audio_mulaw"]))
        try:
            recordings = encode_audio(waves, arrays["label"].astype(np.int64), progress=report)
        except NeuroError as error:
            raise ResultError(f"event file {str(path)!r}", str(error).rstrip(".")) from error
        splits.append(_audio(recordings, settings))
        done += len(arrays["label"])
    return TaskData(
        name="keywords, unseen speakers",
        train=splits[0],
        test=splits[1],
        classes=tuple(map(str, words)),
    )


def _spoken(path: Path, settings: Preset) -> Split:
    recordings, speakers = spoken_recordings(path)
    return replace(_audio(recordings, settings), speakers=speakers)


def _audio(recordings: Recordings, settings: Preset) -> Split:
    cut = stretched_frames if settings.encoding == "stretched" else chunked_frames
    return Split(frames=cut(recordings, steps=settings.steps), labels=recordings.labels)
