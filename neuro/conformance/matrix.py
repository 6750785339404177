"""Who agrees with whom: every network on every backend, compared pair by pair."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any, Literal

from neuro.backend import Progress
from neuro.conformance.networks import CASES, Case
from neuro.errors import NeuroError, ValidationError, suggestion
from neuro.registry import backend_class, backend_names
from neuro.results import Result
from neuro.results.spike_differences import spike_differences
from neuro.run import simulate

Kind = Literal["exact", "within tolerance", "differs", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One network on one backend.

    Parameters
    ----------
    case, backend : str
        Which.
    result : Result or None
        Of the run.
    refusal : str
        Why there is none.
    """

    case: str
    backend: str
    result: Result | None
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How two backends compare on one network.

    Parameters
    ----------
    case, one, other : str
        The network and the two backends.
    kind : {"exact", "within tolerance", "differs", "refused"}
        ``"exact"``: every spike of one is a spike of the other, neuron by neuron and step by step.
    differing : float or None
        Share of the spikes of both that only one of them has.
    reason : str
        Of a refusal.
    """

    case: str
    one: str
    other: str
    kind: Kind
    differing: float | None = None
    reason: str = ""

    def __str__(self) -> str:
        """Write the verdict in a few words."""
        return self.kind if self.differing is None else f"{self.kind} ({self.differing:.3g})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All outcomes and verdicts.

    Parameters
    ----------
    backends : tuple of str
        In the order of the table.
    outcomes : tuple of Outcome
        Every network on every backend.
    verdicts : tuple of Verdict
        Every network for every pair.
    """

    backends: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The pairs that differ by more than the tolerance."""
        return tuple(item for item in self.verdicts if item.kind == "differs")

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return {
            "backends": list(self.backends),
            "verdicts": [asdict(item) for item in self.verdicts],
        }


def verify(
    *,
    networks: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Matrix:
    """Run the suite.

    Parameters
    ----------
    networks : sequence of str, optional
        Names of cases; default all.
    backends : sequence of str, optional
        Names of backends; default all, those that cannot run here with the reason.
    progress : callable, optional
        Called with the fraction of the runs that are done.

    Raises
    ------
    ValidationError
        If there is no such network or backend.

    Examples
    --------
    >>> [str(item) for item in verify(networks=["binary"], backends=["cpu", "crossbar"]).verdicts]
    ['exact']
    """
    chosen = [_case(name) for name in (CASES if networks is None else networks)]
    names = tuple(dict.fromkeys(backend_names() if backends is None else backends))
    for name in names:
        if name not in backend_names():
            limit = suggestion(name, backend_names())
            raise ValidationError(f"backend {name!r}", "no such backend", value=name, limit=limit)
    runs = list(product(chosen, names))
    outcomes = []
    for number, (case, name) in enumerate(runs, 1):
        outcomes.append(outcome(case, name))
        if progress is not None:
            progress(number / len(runs))
    found = {(item.case, item.backend): item for item in outcomes}
    verdicts = [
        compared(found[case.name, one], found[case.name, other])
        for case in chosen
        for one, other in combinations(names, 2)
    ]
    return Matrix(backends=names, outcomes=tuple(outcomes), verdicts=tuple(verdicts))


def outcome(case: Case, backend: str) -> Outcome:
    """Run one network on one backend, or say why it refuses."""
    availability = backend_class(backend).availability()
    if not availability.available:
        return Outcome(case=case.name, backend=backend, result=None, refusal=availability.detail)
    try:
        result = simulate(case.network(), case.duration, backend=backend)
    except NeuroError as error:
        return Outcome(case=case.name, backend=backend, result=None, refusal=str(error))
    return Outcome(case=case.name, backend=backend, result=result)


def compared(one: Outcome, other: Outcome) -> Verdict:
    """Compare two outcomes of one network."""

    def verdict(kind: Kind, **more: Any) -> Verdict:
        return Verdict(case=one.case, one=one.backend, other=other.backend, kind=kind, **more)

    if one.result is None or other.result is None:
        reasons = [
            f"{item.backend}: {item.refusal}" for item in (one, other) if item.result is None
        ]
        return verdict("refused", reason="; ".join(reasons))
    distance = spike_differences(one.result, other.result).distance
    spikes = sum(
        trains.times.size
        for result in (one.result, other.result)
        for trains in result.spikes.values()
    )
    if not distance:
        return verdict("exact")
    share = distance / spikes
    near = share <= CASES[one.case].tolerance
    return verdict("within tolerance" if near else "differs", differing=share)


def _case(name: str) -> Case:
    if name not in CASES:
        raise ValidationError(
            f"network {name!r}", "no such network", value=name, limit=suggestion(name, CASES)
        )
    return CASES[name]
