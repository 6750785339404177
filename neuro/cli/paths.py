"""Paths that a command is given: what it may write, and where."""

from collections.abc import Mapping
from pathlib import Path

from neuro.errors import ValidationError
from neuro.files import check_writable


def check_paths(inputs: Mapping[str, Path | None], outputs: Mapping[str, Path | None]) -> None:
    """Refuse, before any work, files that cannot be written or would overwrite one another.

    Parameters
    ----------
    inputs, outputs : mapping of str to Path or None
        By option; None was not given.

    Raises
    ------
    ValidationError
        At the first path that is wrong.
    """
    seen = {path.resolve(): option for option, path in inputs.items() if path is not None}
    for option, path in outputs.items():
        if path is None:
            continue
        check_writable(path, option)
        other = seen.setdefault(path.resolve(), option)
        if other != option:
            raise ValidationError(
                option, f"{str(path)!r} is also the {other} file", hint="Name another file"
            )
