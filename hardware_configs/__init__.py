"""Hardware files: one target, one TOML file, flat in this folder.

Each is validated when it is read; unknown keys are refused.
"""

from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files

from neuro.config import parse_options, parse_target
from neuro.errors import ValidationError, suggestion
from neuro.target import Target

if __name__ != "neuro.hardware_configs":
    raise ImportError(
        f"import 'neuro.hardware_configs', not {__name__!r}: this folder is a part of neuro"
    )


def target_names() -> list[str]:
    """Return the names of all targets."""
    names = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def load_target(name: str, options: Iterable[str] = ()) -> Target:
    """Read a target.

    Parameters
    ----------
    name : str
        Name of its file, without the ending.
    options : iterable of str
        Options to change, as ``name=value``.

    Raises
    ------
    ValidationError, CheckError
        If there is no target of that name, its file is wrong, or an option is.
    """
    if name not in target_names():
        raise ValidationError(
            f"target {name!r}", "no such target", value=name, limit=suggestion(name, target_names())
        )
    text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    target = parse_target(name, text)
    changed = parse_options(target.options, options, f"target {name!r}.options")
    return replace(target, options=changed)
