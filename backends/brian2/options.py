"""How Brian2 runs a network: from Python, or as one compiled program."""

from dataclasses import dataclass, fields
from typing import Any

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.target import Target

CHOICES = {"mode": ("runtime", "standalone"), "codegen": ("numpy", "cython")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of a Brian2 target.

    Parameters
    ----------
    mode : {"runtime", "standalone"}
        Whether Python steps through the run, or a C++ program is generated, compiled and run.
    codegen : {"numpy", "cython"}
        What the steps of a runtime run are made of; NumPy needs no compiler.
    """

    mode: str = "runtime"
    codegen: str = "numpy"


def target_options(target: Target) -> Options:
    """Read the options of a target.

    Raises
    ------
    ValidationError, CheckError
        If an option is unknown or has a value that is not on offer; all are named.
    """
    where = f"target {target.name!r}.options"
    issues: list[NeuroError] = []
    values: dict[str, Any] = {}
    known = [item.name for item in fields(Options)]
    for name, value in target.options.items():
        if name not in known:
            issues.append(
                ValidationError(f"{where}.{name}", "is not known", limit=suggestion(name, known))
            )
        elif value not in CHOICES[name]:
            limit = suggestion(str(value), CHOICES[name])
            issues.append(ValidationError(f"{where}.{name}", repr(value), value=value, limit=limit))
        values[name] = value
    raise_all(where, issues)
    return Options(**values)
