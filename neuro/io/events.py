"""Event recordings: what event cameras and silicon cochleas give, and their files.

A recording is a list of (time, address); addresses count pixels and polarities, or channels. Files:
the compressed layouts of N-MNIST and spoken-digit archives, and single N-MNIST ``.bin`` files.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ResultError, ValidationError, raise_all

IntArray = NDArray[np.int64]

CAMERA = (34, 34, 2)
"""Rows, columns and polarities of N-MNIST."""

CHANNELS = (64,)
"""Of the cochlea behind spoken-digit archives."""

ARRAYS = frozenset({"x", "y", "p", "dt", "t", "channel", "offset", "label"})
"""What archives of either kind hold."""

TICK_US = 100
"""Microseconds in the time unit of spoken-digit archives."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recordings:
    """Many recordings, one after another.

    Parameters
    ----------
    times : array of int, shape (events,), us
        Since the start of the recording, not falling within one.
    addresses : array of int, shape (events,)
        Flat index into `shape`.
    offsets : array of int, shape (recordings + 1,)
        Recording i is the slice from ``offsets[i]`` to ``offsets[i + 1]``.
    labels : array of int, shape (recordings,)
        Classes.
    shape : tuple of int
        Of the sensor: (rows, columns, polarities) or (channels,).

    Raises
    ------
    ValidationError, CheckError
        If lengths, addresses, times or labels do not fit, or a recording is empty.
    """

    times: IntArray
    addresses: IntArray
    offsets: IntArray
    labels: IntArray
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is no set of recordings."""
        for name in ("times", "addresses", "offsets", "labels"):
            object.__setattr__(self, name, _whole(getattr(self, name), name))
        raise_all("recordings", list(_shape_issues(self)))
        raise_all("recordings", list(_content_issues(self)))

    def __len__(self) -> int:
        """Return the number of recordings."""
        return self.labels.size

    @property
    def lengths(self) -> IntArray:
        """Number of events of each recording."""
        return np.diff(self.offsets)

    @property
    def owners(self) -> IntArray:
        """Recording of each event."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def take(self, indices: Sequence[int] | NDArray[Any]) -> Self:
        """Return some of the recordings, in the order asked for."""
        chosen = np.arange(len(self))[np.asarray(indices)]
        lengths = self.lengths[chosen]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        first = np.repeat(self.offsets[chosen] - offsets[:-1], lengths)
        events = first + np.arange(offsets[-1])
        return type(self)(
            times=self.times[events],
            addresses=self.addresses[events],
            offsets=offsets,
            labels=self.labels[chosen],
            shape=self.shape,
        )


def joined(parts: Iterable[Recordings]) -> Recordings:
    """Put sets of recordings of one sensor one after another.

    Raises
    ------
    ValidationError
        If the sensors differ.
    """
    parts = list(parts)
    shapes = {part.shape for part in parts}
    if len(shapes) != 1:
        raise ValidationError("recordings", f"sensors of shapes {sorted(shapes)}", value=shapes)
    lengths = np.concatenate([part.lengths for part in parts])
    return Recordings(
        times=np.concatenate([part.times for part in parts]),
        addresses=np.concatenate([part.addresses for part in parts]),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        labels=np.concatenate([part.labels for part in parts]),
        shape=shapes.pop(),
    )


def read_recordings(path: str | Path) -> Recordings:
    """Read an archive of event-camera digits or of spoken digits.

    Parameters
    ----------
    path : str or Path
        An ``.npz`` file with arrays `x`, `y`, `p`, `dt` in us (camera) or `t` in 100 us, `channel`
        (cochlea), and `offset`, `label`.

    Raises
    ------
    ResultError
        If the file cannot be read or is of another kind.
    ValidationError, CheckError
        If what it holds is wrong.
    """
    arrays = read_arrays(path)
    where = f"event file {str(path)!r}"
    shape: tuple[int, ...]
    _check_numbers(arrays, where)
    if {"x", "y", "p", "dt", "offset", "label"} <= arrays.keys():
        events, shape = _camera(arrays, where), CAMERA
    elif {"t", "channel", "offset", "label"} <= arrays.keys():
        events, shape = (arrays["t"].astype(np.int64) * TICK_US, arrays["channel"]), CHANNELS
    else:
        raise ResultError(
            where,
            f"holds {', '.join(sorted(arrays)) or 'nothing'}",
            limit="Camera archives hold x, y, p, dt, offset, label; cochlea archives t, channel, "
            "offset, label",
        )
    try:
        return Recordings(
            times=events[0],
            addresses=events[1],
            offsets=arrays["offset"],
            labels=arrays["label"],
            shape=shape,
        )
    except NeuroError as error:
        raise ResultError(where, str(error).rstrip(".")) from error


def read_nmnist_bin(path: str | Path, label: int = 0) -> Recordings:
    """Read one N-MNIST recording in the data set's own format.

    Five bytes an event, most significant bit first: x (8 bits), y (8), polarity (1), time in us
    (23).

    Parameters
    ----------
    path : str or Path
        The ``.bin`` file.
    label : int
        Its class, which the format leaves to the name of the folder.

    Raises
    ------
    ResultError
        If the file cannot be read, is cut, or holds no events of this camera.

    References
    ----------
    .. [1] Orchard et al., Front. Neurosci. 9 (2015) 437, doi:10.3389/fnins.2015.00437
    """
    where = f"event file {str(path)!r}"
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise ResultError(where, f"cannot be read ({error})") from error
    if data.size % 5 or not data.size:
        raise ResultError(
            where, f"{data.size} bytes", value=data.size, limit="Five bytes for each event"
        )
    x, y, high, middle, low = data.reshape(-1, 5).astype(np.int64).T
    times = ((high & 127) << 16) | (middle << 8) | low
    try:
        return Recordings(
            times=times,
            addresses=_pixels(x, y, high >> 7, where),
            offsets=np.array([0, times.size]),
            labels=np.array([label]),
            shape=CAMERA,
        )
    except ValidationError as error:
        raise ResultError(where, str(error).rstrip(".")) from error


def read_arrays(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read every array of an ``.npz`` file; nothing in it is executed.

    Raises
    ------
    ResultError
        If the file is missing, no archive, or damaged.
    """
    # What NumPy and zipfile raise for a damaged archive.
    from zipfile import BadZipFile
    from zlib import error as DeflateError

    where = f"file {str(path)!r}"
    try:
        # NumPy leaves a file open that turns out to be no archive.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as data:
            return {name: data[name] for name in data}
    except FileNotFoundError as error:
        raise ResultError(where, "does not exist", hint="Name the folder with --data") from error
    except (OSError, ValueError, BadZipFile, DeflateError, EOFError, AttributeError) as error:
        # NumPy takes what is no archive for a pickle, and proposes to run it.
        reason = "no .npz file" if "pickle" in str(error) else error
        raise ResultError(where, f"is no readable NumPy archive ({reason})") from error


def _check_numbers(arrays: dict[str, NDArray[Any]], where: str) -> None:
    """Refuse arrays that are no flat lists of whole numbers, before anything is made of them."""
    for name, values in arrays.items():
        if name in ARRAYS and (values.dtype.kind not in "iub" or values.ndim != 1):
            raise ResultError(
                where,
                f"{name} has shape {values.shape} and type {values.dtype}",
                limit="A flat array of whole numbers",
            )


def _camera(arrays: dict[str, NDArray[Any]], where: str) -> tuple[IntArray, IntArray]:
    steps = arrays["dt"].astype(np.int64)
    lengths = {name: arrays[name].size for name in ("x", "y", "p", "dt")}
    if len(set(lengths.values())) > 1:
        raise ResultError(where, f"x, y, p, dt have {list(lengths.values())} events")
    offsets = arrays["offset"].astype(np.int64)
    # Times restart with each recording: take off what had run up before its first event.
    total = np.concatenate([[0], np.cumsum(steps)])
    inside = np.clip(offsets, 0, steps.size)
    before = np.repeat(total[inside[:-1]], np.maximum(np.diff(inside), 0))
    times = total[1:] - np.resize(before, steps.size) if before.size else total[1:]
    return times, _pixels(arrays["x"], arrays["y"], arrays["p"], where)


def _pixels(x: NDArray[Any], y: NDArray[Any], p: NDArray[Any], where: str) -> IntArray:
    columns, rows, polarities = (np.asarray(item).astype(np.int64) for item in (x, y, p))
    for name, values, limit in zip(
        ("x", "y", "p"), (columns, rows, polarities), (CAMERA[1], CAMERA[0], CAMERA[2]), strict=True
    ):
        if values.size and not 0 <= values.min() <= values.max() < limit:
            raise ResultError(
                where,
                f"{name} from {values.min()} to {values.max()}",
                limit=f"From 0 to {limit - 1}",
            )
    return (rows * CAMERA[1] + columns) * CAMERA[2] + polarities


def _whole(values: Any, name: str) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iub" or array.ndim != 1:
        raise ValidationError(
            f"recordings.{name}",
            f"array of shape {array.shape} and type {array.dtype}",
            limit="A flat array of whole numbers",
        )
    return array.astype(np.int64)


def _shape_issues(found: Recordings) -> Iterable[NeuroError]:
    events = found.times.size
    if found.addresses.size != events:
        yield ValidationError(
            "recordings.addresses", f"{found.addresses.size} for {events} times", value=events
        )
    offsets = found.offsets
    if not offsets.size or offsets[0] != 0 or offsets[-1] != events or np.any(np.diff(offsets) < 0):
        yield ValidationError(
            "recordings.offsets", f"do not cut {events} events", limit="From 0 up to that number"
        )
    if found.labels.size != offsets.size - 1:
        yield ValidationError(
            "recordings.labels",
            f"{found.labels.size} labels for {offsets.size - 1} recordings",
            value=found.labels.size,
            limit="One for each recording",
        )


def _content_issues(found: Recordings) -> Iterable[NeuroError]:
    empty = np.flatnonzero(found.lengths == 0)
    if empty.size:
        yield ValidationError(
            f"recordings[{empty[0]}]",
            f"no events; {empty.size} of {len(found)} are empty",
            value=int(empty[0]),
            hint="Leave empty recordings out",
        )
    size = int(np.prod(found.shape))
    if found.addresses.size and not 0 <= found.addresses.min() <= found.addresses.max() < size:
        yield ValidationError(
            "recordings.addresses",
            f"from {found.addresses.min()} to {found.addresses.max()}",
            limit=f"From 0 to {size - 1}, for a sensor of shape {found.shape}",
        )
    falls = np.flatnonzero((np.diff(found.times) < 0) & (np.diff(found.owners) == 0))
    if falls.size or (found.times.size and found.times.min() < 0):
        yield ValidationError(
            "recordings.times", f"{falls.size} fall, or one is negative", limit="They never fall"
        )
    if found.labels.size and found.labels.min() < 0:
        yield ValidationError("recordings.labels", f"{found.labels.min()}", limit="Not negative")
