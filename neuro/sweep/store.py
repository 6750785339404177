"""The folder of a sweep: one small file for each finished trial, written whole or not at all.

Only the process that holds the lock writes. ``trials/ab/abcd....json`` is the record of a trial;
``journal.jsonl`` has a line for all that happened, for people and for tests.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from neuro.errors import ResultError, ValidationError
from neuro.files import atomic_path, check_writable, exclusive
from neuro.sweep.record import Record, read_record

TRIALS, JOURNAL, LOCK = "trials", "journal.jsonl", "lock"


class SweepStore:
    """The folder of one sweep.

    Parameters
    ----------
    folder : Path
        Made if there is none, when it is opened.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check(self) -> None:
        """Refuse a folder that holds something else.

        Raises
        ------
        ValidationError
            If it is a file, holds other files, or its parent is not there.
        """
        what = f"sweep folder {str(self.folder)!r}"
        if not self.folder.exists():
            check_writable(self.folder, what)
            return
        names = {entry.name for entry in self.folder.iterdir()} if self.folder.is_dir() else None
        if names is None or (names and TRIALS not in names):
            problem = "is a file" if names is None else "holds other files"
            raise ValidationError(what, problem, hint="Name another folder with --out")

    @contextmanager
    def open(self) -> Iterator[None]:
        """Make the folder and lock it.

        Raises
        ------
        ValidationError
            If the folder cannot be written, is a file or another folder, or another sweep runs.
        """
        self.check()
        what = f"sweep folder {str(self.folder)!r}"
        try:
            (self.folder / TRIALS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValidationError(what, f"cannot be made ({error})") from error
        with exclusive(self.folder / LOCK, what):
            yield

    def records(self) -> dict[str, Record]:
        """Read all finished trials, by digest.

        Raises
        ------
        ResultError
            If a file is damaged or foreign.
        """
        paths = sorted(self.folder.glob(f"{TRIALS}/??/*.json"))
        return {record.digest: record for record in map(_read, paths)}

    def digests(self) -> set[str]:
        """Return which trials are finished, without reading them."""
        return {path.stem for path in self.folder.glob(f"{TRIALS}/??/*.json")}

    def add(self, record: Record) -> None:
        """Write a finished trial; it is on the disk when this returns."""
        path = self._path(record.digest)
        path.parent.mkdir(exist_ok=True)
        with atomic_path(path, durable=True) as temporary:
            temporary.write_text(record.to_json(), encoding="utf-8")
        self.note("finished", record.digest)

    def remove(self, digest: str) -> None:
        """Forget a finished trial, to run it again."""
        self._path(digest).unlink(missing_ok=True)
        self.note("removed", digest)

    def note(self, event: str, digest: str) -> None:
        """Add a line to the journal; one write, so that it is there or not."""
        when = datetime.now().astimezone().isoformat(timespec="milliseconds")
        line = json.dumps({"when": when, "event": event, "trial": digest}) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        handle = os.open(self.folder / JOURNAL, flags, 0o666)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def _path(self, digest: str) -> Path:
        return self.folder / TRIALS / digest[:2] / f"{digest}.json"


def _read(path: Path) -> Record:
    where = f"trial file {str(path)!r}"
    try:
        record = read_record(path.read_text(encoding="utf-8"), where)
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(where, f"cannot be read ({error})", hint="Remove it") from error
    if record.digest != path.stem:
        raise ResultError(where, "has another digest than its name", hint="Remove it")
    return record
