"""How the emulator treats a network: what the user may choose beside the network itself."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.target import Target

MOST_NEURONS_PER_CORE = 256
MODES = ("ideal", "loaded", "lossy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of one emulation.

    Parameters
    ----------
    mode : {"ideal", "loaded", "lossy"}
        ``"ideal"``: every packet arrives and is handled in its tick. ``"loaded"``: cores have a
        budget of cycles and a queue of packets. ``"lossy"``: packets get lost at random.
    neurons_per_core : int, default 256
        Largest slice of a population, 1 to 256.
    drop_probability : float, default 0
        Chance that a packet does not reach a core, in mode ``"lossy"``.
    time_scale_factor : float, default 1
        How many times slower than real time the machine runs; scales the budget of cycles.
    limits : bool, default True
        False lifts what follows from the size of memory: delays and the history of post spikes are
        unlimited, and plastic delays have no defect. No machine is like that; it is a rung of the
        fidelity ladder.
    strict : bool, default False
        Whether defects of the machine that touch the network are errors instead of notes.

    Raises
    ------
    ValidationError, CheckError
        If a choice is out of range.
    """

    mode: Literal["ideal", "loaded", "lossy"] = "ideal"
    neurons_per_core: int = MOST_NEURONS_PER_CORE
    drop_probability: float = 0.0
    time_scale_factor: float = 1.0
    limits: bool = True
    strict: bool = False

    def __post_init__(self) -> None:
        """Check every choice."""
        issues: list[NeuroError] = list(_kind_issues(self))
        raise_all("options", issues)
        if self.mode not in MODES:
            issues.append(
                ValidationError(
                    "options.mode",
                    repr(self.mode),
                    value=self.mode,
                    limit=suggestion(str(self.mode), MODES),
                )
            )
        ranges = (
            ("neurons_per_core", 1, MOST_NEURONS_PER_CORE),
            ("drop_probability", 0, 1),
            ("time_scale_factor", 1, 1000),
        )
        for name, low, high in ranges:
            value = getattr(self, name)
            if not low <= value <= high:
                limit = f"From {low} to {high}"
                issues.append(
                    ValidationError(f"options.{name}", repr(value), value=value, limit=limit)
                )
        raise_all("options", issues)


def _kind_issues(options: Options) -> Iterator[NeuroError]:
    """Find values of the wrong kind, as a file can hold them."""
    for item in fields(options):
        value, default = getattr(options, item.name), item.default
        kinds = (int, float) if isinstance(default, float) else (type(default),)
        # A truth value is an int to Python, but no number to people.
        if type(value) not in kinds:
            yield ValidationError(
                f"options.{item.name}",
                repr(value),
                value=value,
                limit=f"A value such as {default!r}",
            )


def target_options(target: Target) -> Options:
    """Read the options of a hardware file.

    Raises
    ------
    ValidationError, CheckError
        If one is not known or out of range.
    """
    known = [item.name for item in fields(Options)]
    raise_all(
        f"target {target.name!r}",
        [
            ValidationError(
                f"target {target.name!r}.options.{name}",
                "is not known",
                value=name,
                limit=suggestion(name, known),
            )
            for name in target.options
            if name not in known
        ],
    )
    return Options(**target.options)  # type: ignore[arg-type]


IDEAL = Options()
"""Every packet arrives in time; the machine's limits hold and its defects are notes."""
