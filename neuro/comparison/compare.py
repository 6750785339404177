"""Runs one memory on many machines; what one of them refuses does not stop the others."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from neuro.backend import Progress
from neuro.comparison.machines import Machine
from neuro.comparison.measures import imperfections, scores
from neuro.comparison.outcome import Comparison, Refusal, TargetOutcome
from neuro.energy import EnergyReport
from neuro.errors import NeuroError, SemanticsWarning, UnsupportedError, ValidationError
from neuro.ir import MemoryProtocol, Network
from neuro.ladder import IdealAnswer, Ladder, climb_or_run
from neuro.run import energy, lower, simulate
from neuro.tasks.program import decode
from neuro.tasks.reference import reference_answers
from neuro.tasks.written import WrittenProgram

DICTIONARY = "dictionary from cue to content, empty at the start"
EXPECTED = "columns 5 and 6 of the program"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is compared.

    Parameters
    ----------
    model : str
        Name of the recipe, for people.
    written : WrittenProgram
        The memory with its program.
    program : str
        Name of the program, for people.
    parameters : mapping of str to str
        What was set, for people.
    seed : int
        Root of all randomness, for people: the network holds it.
    expected : sequence of (cues, content), optional
        Right answers; default those of a dictionary.
    semantics : {"exact", "tick"}, optional
        Default what the network was designed for.
    draws : int, default 1
        How often everything that is drawn (devices, weights) is drawn anew, with seeds from `seed`
        on; more than once only with all approximations.
    """

    model: str
    written: WrittenProgram
    program: str
    parameters: Mapping[str, str]
    seed: int
    expected: Sequence[IdealAnswer] | None = None
    semantics: str | None = None
    draws: int = 1


def compare_targets(
    question: Question, machines: Sequence[Machine], *, progress: Progress | None = None
) -> Comparison:
    """Run a memory and its program on machines, with each of their approximations.

    Parameters
    ----------
    question : Question
        What is run.
    machines : sequence of Machine
        Where.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    NeuroError
        If the network or its program is wrong in itself; what a machine cannot do is an outcome.
    """
    written = question.written
    protocol = _protocol(written.network)
    ideal = question.expected
    if ideal is None:
        ideal = reference_answers(written.operations)
    with warnings.catch_warnings():
        # Under other semantics each machine would warn; the page says so once, with the notes.
        warnings.simplefilter("ignore", SemanticsWarning)
        plan = lower(written.network, semantics=question.semantics)
        targets = []
        for number, machine in enumerate(machines):
            part = _part(progress, number, len(machines))
            targets.append(_outcome(question, protocol, machine, ideal, part))
    return Comparison(
        model=question.model,
        neurons=sum(item.size for item in written.network.populations),
        synapses=sum(item.targets.size for item in plan.projections),
        parameters=question.parameters,
        program=question.program,
        reference=DICTIONARY if question.expected is None else EXPECTED,
        operations=written.operations,
        duration=written.duration,
        seed=question.seed,
        semantics=plan.semantics,
        targets=tuple(targets),
    )


def _outcome(
    question: Question,
    protocol: MemoryProtocol,
    machine: Machine,
    ideal: Sequence[IdealAnswer],
    progress: Progress | None,
) -> TargetOutcome:
    written = question.written
    try:
        ladder = climb_or_run(
            written.network,
            written.duration,
            backend=machine.backend,
            target=machine.target,
            semantics=question.semantics,
            operations=written.operations,
            ideal=ideal,
            progress=progress,
        )
    except NeuroError as error:
        return TargetOutcome(machine=machine, refusal=Refusal.of(error))
    return TargetOutcome(
        machine=machine,
        ladder=ladder,
        scores=scores(protocol, ladder),
        imperfections=imperfections(ladder),
        draws=_draws(question, protocol, ladder, ideal),
        energy_gap=_energy_gap(ladder, machine),
    )


def _draws(
    question: Question, protocol: MemoryProtocol, ladder: Ladder, ideal: Sequence[IdealAnswer]
) -> tuple[int, ...]:
    """Count right answers with all approximations, for every draw; the first is the ladder's."""
    final, written = ladder.rungs[-1], question.written
    counts = [len(written.operations) - len(final.wrong or ())]
    for number in range(1, question.draws):
        result = simulate(
            replace(written.network, seed=question.seed + number),
            written.duration,
            backend=ladder.backend,
            target=final.target,
            semantics=question.semantics,
        )
        answers = decode(protocol, written.operations, result)
        pairs = zip(answers, ideal, strict=True)
        counts.append(sum((a.cues, a.content) == (tuple(c), tuple(k)) for a, (c, k) in pairs))
    return tuple(counts)


def _energy_gap(ladder: Ladder, machine: Machine) -> str | None:
    """Say why a run has no energy, in the words of its backend."""
    final = ladder.rungs[-1]
    if final.energy is not None:
        return None
    try:
        found: EnergyReport = energy(final.result, target=machine.target)
    except UnsupportedError as error:
        return f"{error.where} {error.problem}"
    return None if found.bases else "Nothing is charged"


def _protocol(network: Network) -> MemoryProtocol:
    if network.protocol is None:
        raise ValidationError(f"network {network.name!r}", "is no memory: it has no protocol")
    return network.protocol


def _part(progress: Progress | None, number: int, count: int) -> Progress | None:
    if progress is None:
        return None
    return lambda fraction: progress((number + fraction) / count)
