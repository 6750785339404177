"""Files that are complete or absent: writing to a temporary file beside the final name.

An interrupted or failed run leaves nothing at the final name, and an older file there untouched.
"""

import hashlib
import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neuro.errors import ValidationError

TEMPORARY = re.compile(r"\.neuro-(?P<owner>[0-9a-f]{16})-(?P<process>\d+)-.*\.part")
"""Name of a temporary file: of which final name on which machine, and of which process."""


@contextmanager
def atomic_path(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Yield a temporary path that becomes `path` when the block ends without an exception.

    A process that is killed leaves its temporary file behind; the next one that writes the same
    file on the same machine removes it.

    Parameters
    ----------
    path : Path
        Final name; its folder must exist.
    durable : bool, default False
        Wait until the file is on the disk, so that it survives also a failing machine.
    """
    _remove_abandoned(path)
    prefix = f".neuro-{_owner(path)}-{os.getpid()}-"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        if durable:
            _flush(temporary)
        temporary.replace(path)
        if durable:
            _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def exclusive(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file, which a process that dies lets go of.

    Parameters
    ----------
    path : Path
        The lock file; made if there is none, and left.
    what : str
        What is locked, for the error.

    Raises
    ------
    ValidationError
        If another process holds it.
    """
    # Imported here: other modules of neuro work where there are no such locks.
    import fcntl

    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            hint = "Wait until it has ended, or name another"
            raise ValidationError(what, "in use by another process", hint=hint) from error
        yield


def write_text(path: Path, text: str) -> None:
    """Write a text file, complete or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def check_writable(path: Path, what: str) -> None:
    """Refuse a path that cannot be written, before any work is done.

    Raises
    ------
    ValidationError
        If the folder does not exist or is not writable, or the path is a folder.
    """
    folder = path.parent
    if path.is_dir():
        problem, hint = f"{str(path)!r} is a folder", "Name a file"
    elif not folder.is_dir():
        problem, hint = f"folder {str(folder)!r} does not exist", "Make it first"
    elif not os.access(folder, os.W_OK):
        problem, hint = f"folder {str(folder)!r} cannot be written", "Choose another folder"
    else:
        return
    raise ValidationError(what, problem, value=str(path), hint=hint)


def _owner(path: Path) -> str:
    """Return what tells the temporary files of one final name on one machine from all others."""
    return hashlib.sha256(f"{socket.gethostname()}/{path.name}".encode()).hexdigest()[:16]


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary files of processes of this machine that are no more."""
    owner = _owner(path)
    for other in path.parent.glob(f".neuro-{owner}-*.part"):
        name = TEMPORARY.fullmatch(other.name)
        if name is not None and not _is_alive(int(name["process"])):
            other.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
