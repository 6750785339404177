"""Archives of the data with their checks: recordings of one sensor, and one row for each sample.

What is wrong in a file is one error with its name, before anything is computed.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ResultError
from neuro.io.events import CAMERA, CHANNELS, Recordings, joined, read_arrays, read_recordings
from neuro.io.saccade import Saccades, saccade_events

AS_RECORDED = Saccades(threshold=0.25)
"""Gives 4080 events an image; the 650 training recordings have 4140, and 0.2 would give 5405."""

Arrays = dict[str, NDArray[Any]]


def camera_recordings(path: Path) -> Recordings:
    """Read an archive of the event camera.

    Raises
    ------
    ResultError
        If it is damaged or of another sensor.
    """
    return _of_sensor(path, CAMERA, "event camera")


def spoken_recordings(path: Path) -> tuple[Recordings, NDArray[np.str_] | None]:
    """Read an archive of spoken digits, and who speaks, if it says so.

    Raises
    ------
    ResultError
        If it is damaged or of another sensor.
    """
    recordings = _of_sensor(path, CHANNELS, "cochlea")
    speakers = read_arrays(path).get("speaker")
    if speakers is not None and speakers.shape != recordings.labels.shape:
        raise ResultError(
            _where(path),
            f"{speakers.size} speakers for {len(recordings)} recordings",
            limit="One for each recording",
        )
    return recordings, speakers


def sample_arrays(path: Path, rows: str, axes: int) -> Arrays:
    """Read an archive with one row of bytes and one label for each sample.

    Parameters
    ----------
    path : Path
        An ``.npz`` file.
    rows : str
        Array of the samples, of type uint8.
    axes : int
        Of that array.

    Raises
    ------
    ResultError
        If an array is missing, or shapes or types are others.
    """
    where = _where(path)
    arrays = read_arrays(path)
    if not {rows, "label"} <= arrays.keys():
        raise ResultError(
            where, f"holds {', '.join(sorted(arrays)) or 'nothing'}", limit=f"{rows} and label"
        )
    samples, labels = arrays[rows], arrays["label"]
    if samples.dtype != np.uint8 or samples.ndim != axes or 0 in samples.shape:
        raise ResultError(
            where,
            f"{rows} of shape {samples.shape} and type {samples.dtype}",
            limit=f"Bytes with {axes} axes, at least one sample",
        )
    if labels.dtype.kind not in "iu" or labels.shape != samples.shape[:1]:
        raise ResultError(
            where,
            f"label of shape {labels.shape} and type {labels.dtype} for {len(samples)} samples",
            limit="A whole number for each sample",
        )
    return arrays


def with_images(recordings: Recordings, path: Path, progress: Any = None) -> Recordings:
    """Add converted still images to recordings, but for those that were recorded themselves.

    Parameters
    ----------
    recordings : Recordings
        Of the camera.
    path : Path
        Archive of images; `nmnist_id` is 0 where an image was not recorded.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ResultError
        If the archive is damaged, or an image gives no event.
    """
    images = sample_arrays(path, "image", 3)
    other = images.get("nmnist_id")
    if other is None or other.shape != images["label"].shape:
        raise ResultError(_where(path), "nmnist_id is missing, or not one for each image")
    chosen = other == 0
    labels = images["label"][chosen].astype(np.int64)
    try:
        shown = saccade_events(images["image"][chosen], labels, AS_RECORDED, progress=progress)
    except NeuroError as error:
        raise ResultError(_where(path), str(error).rstrip(".")) from error
    return joined([recordings, shown])


def _of_sensor(path: Path, shape: tuple[int, ...], name: str) -> Recordings:
    recordings = read_recordings(path)
    if recordings.shape != shape:
        raise ResultError(
            _where(path),
            f"a sensor of shape {recordings.shape}",
            value=recordings.shape,
            limit=f"The {name} has shape {shape}",
        )
    return recordings


def _where(path: Path) -> str:
    return f"event file {str(path)!r}"
