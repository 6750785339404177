"""Hardware files: one target, one TOML file, flat in this folder.

Each is validated when it is read; unknown keys are refused. A package that brings a backend brings
its hardware files too: an entry point of the group ``neuro.hardware_configs`` names the module that
holds them. A path that ends in ``.toml`` is a hardware file of the user.
"""

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from neuro.config import parse_options, parse_target
from neuro.errors import ResultError, ValidationError, suggestion
from neuro.target import Target

if __name__ != "neuro.hardware_configs":
    raise ImportError(
        f"import 'neuro.hardware_configs', not {__name__!r}: this folder is a part of neuro"
    )


GROUP = "neuro.hardware_configs"
ENDING = ".toml"


def target_names() -> list[str]:
    """Return the names of all targets."""
    return sorted(_files())


def load_target(name: str, options: Iterable[str] = ()) -> Target:
    """Read a target.

    Parameters
    ----------
    name : str
        Name of its file, without the ending; or the path of any file, with the ending ``.toml``.
    options : iterable of str
        Options to change, as ``name=value``.

    Raises
    ------
    ValidationError, CheckError
        If there is no target of that name, its file is wrong, or an option is.
    ResultError
        If a file of the user cannot be read.
    """
    target = _own(Path(name)) if name.endswith(ENDING) else _named(name)
    changed = parse_options(target.options, options, f"target {target.name!r}.options")
    return replace(target, options=changed)


def _named(name: str) -> Target:
    known = _files()
    if name not in known:
        raise ValidationError(
            f"target {name!r}",
            "no such target",
            value=name,
            limit=suggestion(name, known),
            hint=f"A hardware file of your own is named by its path, with the ending {ENDING!r}",
        )
    return parse_target(name, known[name].read_text(encoding="utf-8"))


def _own(path: Path) -> Target:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(f"hardware file {str(path)!r}", f"cannot be read ({error})") from error
    return parse_target(path.stem, text)


def _files() -> dict[str, Traversable]:
    """Return the hardware files by name; those of other packages do not replace ours."""
    modules = [*(point.value for point in entry_points(group=GROUP)), __name__]
    return {
        entry.name.removesuffix(ENDING): entry
        for module in modules
        for entry in files(module).iterdir()
        if entry.name.endswith(ENDING)
    }
