"""Files that are complete or absent: writing to a temporary file beside the final name.

An interrupted or failed run leaves nothing at the final name, and an older file there untouched.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neuro.errors import ValidationError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes `path` when the block ends without an exception.

    Parameters
    ----------
    path : Path
        Final name; its folder must exist.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".neuro-", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
