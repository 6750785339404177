"""Checkpoints of a long run: a folder from which the run goes on after a kill, bit for bit.

The state is one file that is replaced as a whole. What was recorded since the checkpoint before is
a file of its own, so that a checkpoint does not grow with the run; a file of recordings counts only
once the state that follows it is in place.
"""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np

from neuro.engine import Recording
from neuro.errors import ResultError, ValidationError
from neuro.files import TEMPORARY, atomic_path, check_writable, exclusive
from neuro.hdf5 import CHECKED
from neuro.program.gather import merged, without_arrays
from neuro.program.identity import Identity, check_identity
from neuro.program.state_file import (
    COUNTS,
    State,
    read_header,
    read_state,
    recording_arrays,
    recording_from,
    write_header,
    write_state,
)

PATIENCE = 60.0
"""Seconds of wall time between checkpoints, unless a stretch of model time is asked for."""

STATE, LOCK = "state.h5", "lock"
RECORDED = "recorded-{:06d}.h5"
OWN = re.compile(rf"{re.escape(STATE)}|{LOCK}|recorded-\d{{6,}}\.h5|{TEMPORARY.pattern}")
"""Names of all files in the folder."""

HINT = "Continue with the same command and versions, or remove the folder to start afresh"


class Checkpoint:
    """The folder of one run; a context manager, which locks it.

    Parameters
    ----------
    folder : Path
        Made if there is none.
    identity : dict
        What a checkpoint in it must share with this run.
    every : int, optional
        Steps between checkpoints, counted from time zero; default a minute of wall time.

    Raises
    ------
    ValidationError
        If the folder cannot be made or written, holds other files, or is in use.
    """

    def __init__(self, folder: Path, identity: Identity, every: int | None = None) -> None:
        self._folder, self._identity, self._every = folder, identity, every
        self._where = f"checkpoint {str(folder)!r}"
        self._pieces = 0
        self._open = ExitStack()
        self._file: h5py.File | None = None
        self._counts: Recording | None = None

    def __enter__(self) -> Self:
        """Make the folder, or take it over from a process that is no more."""
        check_folder(self._folder)
        self._folder.mkdir(exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(exclusive(self._folder / LOCK, self._where))
            for item in self._folder.iterdir():
                if TEMPORARY.fullmatch(item.name):
                    item.unlink()
            self._stack = stack.pop_all()
        self._last = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of the folder; what was recorded since the last checkpoint is dropped."""
        try:
            if self._file is not None:
                abandoned = error or KeyboardInterrupt()
                self._open.__exit__(type(abandoned), abandoned, traceback)
        finally:
            self._stack.__exit__(kind, error, traceback)

    def found(self, end: int) -> State | None:
        """Return the state to go on from to a step, or None if there is none yet.

        Raises
        ------
        ResultError
            If it is damaged, of another run, or past the end; all that differs is named.
        """
        if not (self._folder / STATE).is_file():
            return None
        state = read_state(self._folder / STATE, "neuro-checkpoint")
        check_identity(self._where, state.header["identity"], self._identity, HINT)
        pieces, step = (state.header.get(name) for name in ("pieces", "step"))
        if not isinstance(pieces, int) or not isinstance(step, int) or pieces < 0:
            raise ResultError(self._where, f"damaged: {pieces!r} recordings up to step {step!r}")
        if step > end:
            limit = f"This run ends after step {end}"
            raise ResultError(self._where, f"is of step {step}", value=step, limit=limit, hint=HINT)
        self._pieces = pieces
        return state

    def recordings(self, like: Recording) -> Iterator[Recording]:
        """Yield what was recorded up to the last checkpoint, in order; `like` has its form.

        Raises
        ------
        ResultError
            If a file is missing or damaged.
        """
        for number in range(1, self._pieces + 1):
            path = self._folder / RECORDED.format(number)
            stored = read_state(path, "neuro-recording")
            try:
                check_identity(self._where, stored.header["identity"], self._identity, HINT)
                yield recording_from(stored.groups["recording"], like)
            except (KeyError, ValueError) as error:
                if isinstance(error, ResultError):
                    raise
                raise ResultError(f"recording file {str(path)!r}", f"damaged ({error})") from error

    def until(self, step: int) -> int:
        """Return how many steps may be done at once, so that no checkpoint is passed over."""
        return sys.maxsize if self._every is None else self._every - step % self._every

    def due(self, step: int) -> bool:
        """Say whether a checkpoint is to be written now, after so many steps."""
        if self._every is not None:
            return step % self._every == 0
        return time.monotonic() - self._last >= PATIENCE

    def keep(self, recording: Recording) -> None:
        """Take what was recorded since the last call into the next checkpoint."""
        arrays = recording_arrays(recording)
        if self._file is None:
            self._counts = None
            path = self._folder / RECORDED.format(self._pieces + 1)
            temporary = self._open.enter_context(atomic_path(path, durable=True))
            self._file = self._open.enter_context(h5py.File(temporary, "w", libver=CHECKED))
            write_header(self._file, "neuro-recording", {"identity": self._identity})
            _begin(self._file, arrays)
        _extend(self._file, arrays)
        pieces = [recording] if self._counts is None else [self._counts, recording]
        self._counts = merged([without_arrays(piece) for piece in pieces])

    def commit(self, state: State) -> None:
        """Write a checkpoint: what `keep` was given, then the state that follows it."""
        if self._file is not None:
            for name in COUNTS:
                counts = np.array(getattr(self._counts, name), dtype=np.int64)
                self._file[f"recording/{name}"] = counts
            self._file = None
            self._open.close()
            self._pieces += 1
        header = {**state.header, "identity": self._identity, "pieces": self._pieces}
        write_state(
            self._folder / STATE, State(header=header, groups=state.groups), "neuro-checkpoint"
        )
        self._last = time.monotonic()


def check_folder(folder: Path) -> None:
    """Refuse a folder for checkpoints that cannot be written or serves something else.

    Raises
    ------
    ValidationError
        If so.
    """
    where = f"checkpoint {str(folder)!r}"
    if not folder.exists():
        check_writable(folder, where)
        return
    if not folder.is_dir():
        raise ValidationError(where, "is a file", value=str(folder), hint="Name a folder")
    check_writable(folder / STATE, where)
    other = sorted(item.name for item in folder.iterdir() if not OWN.fullmatch(item.name))
    if other:
        problem = f"holds files of other origin, such as {other[0]!r}"
        raise ValidationError(where, problem, value=str(folder), hint="Name a new folder")


def reached(folder: Path) -> float | None:
    """Return up to which time a checkpoint goes, ms; None if there is none.

    Raises
    ------
    ResultError
        If it is damaged.
    """
    if not (folder / STATE).is_file():
        return None
    header = read_header(folder / STATE, "neuro-checkpoint")
    try:
        return float(header["time"])
    except (KeyError, TypeError, ValueError) as error:
        raise ResultError(f"checkpoint {str(folder)!r}", f"damaged ({error})") from error


def discard(folder: Path) -> None:
    """Remove a checkpoint whose run is over; nothing else in the folder is touched.

    Raises
    ------
    ValidationError
        If it is in use by another process.
    """
    if not folder.is_dir():
        return
    with exclusive(folder / LOCK, f"checkpoint {str(folder)!r}"):
        # The state first: recordings without one count for nothing.
        (folder / STATE).unlink(missing_ok=True)
        for item in [item for item in folder.iterdir() if OWN.fullmatch(item.name)]:
            item.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _begin(file: h5py.File, arrays: dict[str, Any]) -> None:
    """Make data sets that grow."""
    for name, values in arrays.items():
        if name not in COUNTS:
            file.create_dataset(
                f"recording/{name}",
                shape=(0, *values.shape[1:]),
                maxshape=(None, *values.shape[1:]),
                dtype=values.dtype,
                compression="gzip",
                shuffle=True,
            )


def _extend(file: h5py.File, arrays: dict[str, Any]) -> None:
    for name, values in arrays.items():
        if name not in COUNTS and len(values):
            dataset = file[f"recording/{name}"]
            length = len(dataset)
            dataset.resize(length + len(values), axis=0)
            dataset[length:] = values
