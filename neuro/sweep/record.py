"""Records: what one finished trial gave, as JSON text that workers hand back and files hold."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from neuro.errors import ResultError

FORMAT, VERSION = "neuro-sweep-trial", 1
DIGEST_CHARACTERS = 64

Status = Literal["done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What is measured of a trial.

    Parameters
    ----------
    operations, wrong : int
        Operations asked, and how many were not answered as they should be.
    accuracy : float
        Share of operations answered as the reference model answers.
    recall_accuracy : float or None
        The same of those that do not learn; None if all do.
    latency : float or None, ms
        Mean time from the first input spike of an operation to the last spike of its answer, in
        model time; None if nothing was answered.
    duration : float, ms
        Model time.
    spikes, synaptic_events, plastic_updates : int
        In all.
    energy : mapping of str to float, fJ
        Of the run, by what is charged; empty where there is no model of it.
    """

    operations: int
    wrong: int
    accuracy: float
    recall_accuracy: float | None
    latency: float | None
    duration: float
    spikes: int
    synaptic_events: int
    plastic_updates: int
    energy: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One finished trial.

    Parameters
    ----------
    digest : str
        Of the trial.
    status : {"done", "failed"}
        Whether it ran to its end.
    message : str
        Why it failed.
    metrics : Metrics or None
        None if it failed.
    warnings : tuple of str
        What the run warned of.
    seconds : float
        Wall time, compiling included.
    started : str
        Local time, ISO 8601.
    machine : str
        Name of the computer that ran it.
    retries : int
        How often it was begun again because its worker died.
    """

    digest: str
    status: Status
    message: str = ""
    metrics: Metrics | None = None
    warnings: tuple[str, ...] = ()
    seconds: float
    started: str
    machine: str
    retries: int = 0

    def to_json(self) -> str:
        """Write the record as text."""
        members = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(members, sort_keys=True, allow_nan=False) + "\n"


def read_record(text: str, where: str) -> Record:
    """Read what `Record.to_json` wrote.

    Raises
    ------
    ResultError
        If it is no such text, or of a later version.
    """
    try:
        members = json.loads(text)
        form, version = members.pop("format"), members.pop("version")
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise ResultError(where, "damaged or foreign", hint="Remove it") from error
    if form != FORMAT or version != VERSION:
        limit = f"This neuro reads {FORMAT} {VERSION}"
        raise ResultError(where, f"holds {form!r} {version!r}", value=version, limit=limit)
    try:
        return _record(members)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        hint = "Remove it"
        raise ResultError(where, f"damaged or incomplete ({error})", hint=hint) from error


def _record(members: dict[str, Any]) -> Record:
    metrics = members["metrics"]
    if metrics is not None:
        numbers = {name: value for name, value in metrics.items() if name != "energy"}
        optional = {"recall_accuracy", "latency"}
        for name, value in (*numbers.items(), *metrics["energy"].items()):
            if not isinstance(value, int | float) and not (value is None and name in optional):
                raise ValueError(f"{name} is no number")
        members["metrics"] = Metrics(**metrics)
    members["warnings"] = tuple(str(text) for text in members["warnings"])
    texts = ("digest", "status", "message", "started", "machine")
    if not all(isinstance(members[name], str) for name in texts):
        raise ValueError("a text is none")
    if members["status"] not in ("done", "failed") or len(members["digest"]) != DIGEST_CHARACTERS:
        raise ValueError("no status or digest")
    if (metrics is None) != (members["status"] == "failed"):
        raise ValueError("status and metrics disagree")
    missing = {item.name for item in fields(Record)} - members.keys()
    if missing:
        raise ValueError(f"lacks {', '.join(sorted(missing))}")
    members["seconds"], members["retries"] = float(members["seconds"]), int(members["retries"])
    return Record(**members)
