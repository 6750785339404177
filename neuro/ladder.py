"""The fidelity ladder: one network on a sequence of plans that differ in one approximation each.

Which imperfection of a machine first changes a spike, and what does it do to the answers? The
backend lists the rungs; each is run, and compared with the first and with the one it adds to.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from neuro.backend import Backend, Progress, Rung
from neuro.energy import EnergyReport
from neuro.errors import UnsupportedError, ValidationError
from neuro.ir import Network, Probe
from neuro.ir.probes import SPIKES
from neuro.notes import FidelityNote
from neuro.plan import Plan
from neuro.results import Result
from neuro.results.spike_differences import SpikeDifferences, spike_differences
from neuro.run import lower_for
from neuro.target import Target
from neuro.tasks import Answer, MemoryOperation
from neuro.tasks.program import decode

IdealAnswer = tuple[Sequence[int], Sequence[int]]
"""Cues and content that should come back."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RungOutcome:
    """What one rung did.

    Parameters
    ----------
    name, what : str
        The approximation that is new in it.
    after : str or None
        Name of the rung it adds to; None for the first.
    combines : bool
        Whether nothing is new in it: it has what all rungs have that add to the same one.
    target : Target or None
        Hardware with the options of this rung; None if it is not yet on hardware.
    result : Result
        The run, with the spikes of all populations and inputs.
    to_first, to_after : SpikeDifferences
        Spikes that differ from the first rung, and from the one it adds to; the first rung is
        compared with itself.
    answers : tuple of Answer
        One for each operation.
    changed : tuple of int
        Operations whose answers are not those of the first rung.
    wrong : tuple of int or None
        Operations whose answers are not the ideal ones; None if these are not known.
    energy : EnergyReport or None
        Of the run, also for each operation; None without hardware or without a model of it.
    notes : tuple of FidelityNote
        What is stored otherwise than in the rung it adds to.
    """

    name: str
    what: str
    after: str | None
    combines: bool
    target: Target | None
    result: Result
    to_first: SpikeDifferences
    to_after: SpikeDifferences
    answers: tuple[Answer, ...]
    changed: tuple[int, ...]
    wrong: tuple[int, ...] | None
    energy: EnergyReport | None
    notes: tuple[FidelityNote, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ, times in ms."""
        return {
            "name": self.name,
            "what": self.what,
            "after": self.after,
            "combines": self.combines,
            "engine": self.result.provenance.engine,
            "to_first": _differences(self.to_first),
            "to_after": _differences(self.to_after),
            "answers": [
                {"cues": list(a.cues), "content": list(a.content), "dropped": list(a.dropped)}
                for a in self.answers
            ],
            "accuracy": _share(self.changed, self.answers),
            "changed_answers": list(self.changed),
            "ideal_accuracy": None if self.wrong is None else _share(self.wrong, self.answers),
            "wrong_answers": None if self.wrong is None else list(self.wrong),
            "counters": self.result.counters.as_dict(),
            "energy": None if self.energy is None else self.energy.as_dict(),
            "notes": [note.as_dict() for note in self.notes],
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """One network on every rung of a target.

    Parameters
    ----------
    network, backend, target : str
        What ran where.
    duration : float, ms
        How long.
    operations : tuple of MemoryOperation
        What the memory was asked.
    rungs : tuple of RungOutcome
        From the first on.
    """

    network: str
    backend: str
    target: str
    duration: float
    operations: tuple[MemoryOperation, ...]
    rungs: tuple[RungOutcome, ...]

    @property
    def first_change(self) -> RungOutcome | None:
        """The first rung that has other spikes than the first one; None if there is none."""
        return next((rung for rung in self.rungs if rung.to_first.distance), None)

    def rung(self, name: str | None) -> RungOutcome:
        """Return a rung by name; None is the first."""
        return next((rung for rung in self.rungs if rung.name == name), self.rungs[0])

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; equal ladders give equal documents."""
        changed = self.first_change
        return {
            "network": self.network,
            "backend": self.backend,
            "target": self.target,
            "duration": self.duration,
            "operations": [asdict(operation) for operation in self.operations],
            "first_change": None if changed is None else changed.name,
            "rungs": [rung.as_dict() for rung in self.rungs],
        }


def climb(
    network: Network,
    duration: float | str,
    *,
    backend: str,
    target: str | Target | None = None,
    semantics: str | None = None,
    operations: Sequence[MemoryOperation] = (),
    ideal: Sequence[IdealAnswer] | None = None,
    progress: Progress | None = None,
) -> Ladder:
    """Run a network on every rung of a target's ladder and compare them.

    Parameters
    ----------
    network : Network
        What to run, with all its input spikes; `neuro.tasks.written.with_program` writes a
        program into those of a memory.
    duration : float in ms, or str such as ``"1 s"``
        How long; a multiple of the time step.
    backend : str
        Whose approximations are looked at.
    target : str or Target, optional
        Which hardware; default the backend's own.
    semantics : {"exact", "tick"}, optional
        Default what the network was designed for.
    operations : sequence of MemoryOperation, optional
        Those in the input spikes of a memory, whose answers are compared as well.
    ideal : sequence of (cues, content), optional
        What each operation should bring back, if it is known.
    progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    Ladder

    Raises
    ------
    UnsupportedError
        If the backend approximates nothing.
    NeuroError
        If the network does not run on a rung.

    Examples
    --------
    >>> from neuro.models.ca3 import ca3
    >>> from neuro.tasks.written import with_program
    >>> written = with_program(ca3(), [[0, "L", 1, [2, 3]], [20, "C", 1, []]])
    >>> ladder = climb(
    ...     written.network,
    ...     written.duration,
    ...     backend="spinnaker",
    ...     operations=written.operations,
    ... )
    >>> [rung.to_first.distance for rung in ladder.rungs]
    [0, 0, 0, 0, 0]
    """
    _check(network, operations, ideal)
    asked = _Asked(network=network, duration=duration, operations=tuple(operations), ideal=ideal)
    lowered = lower_for(_all_recorded(network), backend, target=target, semantics=semantics)
    engine, hardware, plan = lowered
    rungs = engine.rungs(plan, hardware)
    if not rungs:
        raise UnsupportedError(
            f"backend {backend!r}",
            "has no ladder: it approximates nothing that could be told apart",
            value=backend,
            hint="Use a backend of some hardware, such as 'spinnaker' or 'crossbar'",
        )
    return _climbed(asked, lowered, rungs, progress)


def climb_or_run(
    network: Network,
    duration: float | str,
    *,
    backend: str,
    target: str | Target | None = None,
    semantics: str | None = None,
    operations: Sequence[MemoryOperation] = (),
    ideal: Sequence[IdealAnswer] | None = None,
    progress: Progress | None = None,
) -> Ladder:
    """Climb as `climb` does; a backend that approximates nothing has one rung, its run.

    Examples
    --------
    >>> from neuro.models.ca3 import ca3
    >>> from neuro.tasks.written import with_program
    >>> written = with_program(ca3(), [[0, "L", 1, [2, 3]], [20, "C", 1, []]])
    >>> ladder = climb_or_run(written.network, written.duration, backend="cpu")
    >>> [(rung.name, rung.after) for rung in ladder.rungs]
    [('cpu', None)]
    """
    _check(network, operations, ideal)
    asked = _Asked(network=network, duration=duration, operations=tuple(operations), ideal=ideal)
    lowered = lower_for(_all_recorded(network), backend, target=target, semantics=semantics)
    engine, hardware, plan = lowered
    rungs = engine.rungs(plan, hardware) or (_only_rung(engine, plan, hardware),)
    return _climbed(asked, lowered, rungs, progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is run on every rung."""

    network: Network
    duration: float | str
    operations: tuple[MemoryOperation, ...]
    ideal: Sequence[IdealAnswer] | None


def _climbed(
    asked: _Asked,
    lowered: tuple[Backend, Target, Plan],
    rungs: Sequence[Rung],
    progress: Progress | None,
) -> Ladder:
    """Run every rung and compare it with those below."""
    engine, hardware, plan = lowered
    done: dict[str | None, RungOutcome] = {}
    for number, rung in enumerate(rungs):
        result = _run(rung, asked.duration, _part(progress, number, len(rungs)))
        base = _Base(first=done[rungs[0].name], after=done[rung.after]) if done else None
        done[rung.name] = _outcome(
            rung,
            result,
            base,
            answers=_answers(asked.network, asked.operations, result),
            ideal=asked.ideal,
            energy=_energy(engine, plan, rung, result, len(asked.operations)),
        )
    outcomes = tuple(done.values())
    return Ladder(
        network=asked.network.name,
        backend=engine.name,
        target=hardware.name,
        duration=outcomes[0].result.duration,
        operations=asked.operations,
        rungs=outcomes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What a rung is compared with."""

    first: RungOutcome
    after: RungOutcome


def _check(
    network: Network, operations: Sequence[MemoryOperation], ideal: Sequence[IdealAnswer] | None
) -> None:
    if operations and network.protocol is None:
        raise ValidationError(
            f"network {network.name!r}",
            "is no memory: it has no protocol by which answers could be read",
            hint="Leave the operations out",
        )
    if ideal is not None and len(ideal) != len(operations):
        raise ValidationError(
            "ideal",
            f"{len(ideal)} answers for {len(operations)} operations",
            value=len(ideal),
            limit="One answer, cues and content, for each operation",
        )


def _only_rung(engine: Backend, plan: Plan, hardware: Target) -> Rung:
    return Rung(
        name=hardware.name,
        what=f"As it runs: {hardware.description}.",
        after=None,
        program=lambda: engine.compile(plan, hardware),
        target=hardware,
    )


def _all_recorded(network: Network) -> Network:
    """Add spike probes where a population or input has none, to see causes beside effects."""
    recorded = {probe.population for probe in network.probes if probe.variable == SPIKES}
    parts = (*network.inputs, *network.populations)
    missing = [item.name for item in parts if item.name not in recorded]
    added = (Probe(population=name) for name in missing)
    return replace(network, probes=(*network.probes, *added)) if missing else network


def _run(rung: Rung, duration: float | str, progress: Progress | None) -> Result:
    with rung.program() as program:
        program.run(duration, progress=progress)
        return program.result()


def _part(progress: Progress | None, number: int, count: int) -> Progress | None:
    """Return what tells the whole progress from that of one rung."""
    if progress is None:
        return None
    return lambda fraction: progress((number + fraction) / count)


def _answers(
    network: Network, operations: Sequence[MemoryOperation], result: Result
) -> tuple[Answer, ...]:
    if network.protocol is None:
        return ()
    return decode(network.protocol, operations, result)


def _energy(
    engine: Backend, plan: Plan, rung: Rung, result: Result, operations: int
) -> EnergyReport | None:
    if rung.target is None:
        return None
    try:
        report = engine.energy(plan, rung.target, result)
    except UnsupportedError:
        return None
    if not operations:
        return report
    return replace(report, events={"operation": operations, **report.events})


def _outcome(
    rung: Rung,
    result: Result,
    base: _Base | None,
    *,
    answers: tuple[Answer, ...],
    ideal: Sequence[IdealAnswer] | None,
    energy: EnergyReport | None,
) -> RungOutcome:
    """Compare a rung with those below; without any, with itself."""
    first = result if base is None else base.first.result
    after = result if base is None else base.after.result
    asked = answers if base is None else base.first.answers
    wrong = None
    if ideal is not None:
        given = [(tuple(cues), tuple(content)) for cues, content in ideal]
        wrong = _unequal([(item.cues, item.content) for item in answers], given)
    return RungOutcome(
        name=rung.name,
        what=rung.what,
        after=rung.after,
        combines=rung.combines,
        target=rung.target,
        result=result,
        to_first=spike_differences(first, result),
        to_after=spike_differences(after, result),
        answers=answers,
        changed=_unequal(answers, asked),
        wrong=wrong,
        energy=energy,
        notes=_new_notes(result, None if base is None else after),
    )


def _unequal(some: Sequence[Any], others: Sequence[Any]) -> tuple[int, ...]:
    pairs = zip(some, others, strict=True)
    return tuple(number for number, (one, other) in enumerate(pairs) if one != other)


def _new_notes(result: Result, below: Result | None) -> tuple[FidelityNote, ...]:
    known = () if below is None else below.provenance.notes
    return tuple(note for note in result.provenance.notes if note not in known)


def _share(bad: Sequence[int], answers: Sequence[Answer]) -> float | None:
    """Return the share of answers that are not bad; None if there are none at all."""
    return 1.0 - len(bad) / len(answers) if answers else None


def _differences(found: SpikeDifferences) -> dict[str, Any]:
    first = found.first
    return {"distance": found.distance, "first": None if first is None else asdict(first)}
