"""Provenance: where a result comes from, enough to obtain it again."""

import platform
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from neuro.notes import FidelityNote
from neuro.target import Option

TIMINGS = ("started", "run_seconds")
"""Members that differ between two runs of the same thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What made a result.

    Parameters
    ----------
    neuro, python, numpy, machine : str
        Versions, and the kind of machine.
    backend, engine, target : str
        What ran; `engine` names the kernels.
    options : dict of str to str, int, float or bool
        Choices of the target, as they were for this run.
    network : str
        Name of the network.
    network_digest : str
        SHA-256 of its content, seed included.
    designed_semantics, semantics : str
        Order of work the network was designed for, and the one used.
    seed : int
        Root seed.
    notes : tuple of FidelityNote
        What was approximated.
    warnings : tuple of str
        What the user was warned of.
    started : str
        Local time of the first run, ISO 8601.
    run_seconds : float
        Wall time spent in `run`.
    """

    neuro: str
    python: str
    numpy: str
    machine: str
    backend: str
    engine: str
    target: str
    options: dict[str, Option]
    network: str
    network_digest: str
    designed_semantics: str
    semantics: str
    seed: int
    notes: tuple[FidelityNote, ...]
    warnings: tuple[str, ...]
    started: str
    run_seconds: float

    def as_dict(self, *, timings: bool = True) -> dict[str, Any]:
        """Return plain values for a file; without timings two equal runs give equal files."""
        values = asdict(self)
        values["notes"] = [note.as_dict() for note in self.notes]
        values["warnings"] = list(self.warnings)
        return {name: value for name, value in values.items() if timings or name not in TIMINGS}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Provenance":
        """Rebuild what `as_dict` gave.

        Raises
        ------
        KeyError, TypeError
            If a member is missing or of the wrong kind.
        """
        members = {item.name: values[item.name] for item in fields(cls)}
        members["notes"] = tuple(FidelityNote(**note) for note in values["notes"])
        members["options"] = dict(values["options"])
        members["warnings"] = tuple(str(text) for text in values["warnings"])
        return cls(**members)


def versions() -> dict[str, Any]:
    """Return the versions that every provenance starts with."""
    from neuro import __version__

    return {
        "neuro": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }
