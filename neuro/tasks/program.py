"""Programs for memories: operations checked, turned into input spikes, and answers read back.

Everything follows the network's `MemoryProtocol`; nothing here knows a particular memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ValidationError, suggestion
from neuro.ir import MemoryProtocol, Operation, View
from neuro.results import Result
from neuro.units import format_value, whole_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryOperation:
    """One operation of a program.

    Parameters
    ----------
    t : float, ms
        First input spike.
    op : str
        Code of the operation in the memory's protocol.
    cue : int or None
        The cue, for operations that take one.
    content : tuple of int
        Active content bits, for operations that take them.
    hold : float, ms, optional
        How long the input is repeated; default the protocol's.
    threshold : int
        How many bits of the content have to match, for operations that can be told.
    """

    t: float
    op: str
    cue: int | None = None
    content: tuple[int, ...] = ()
    hold: float | None = None
    threshold: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a memory answered to one operation.

    Parameters
    ----------
    t : float, ms
        First input spike of the operation.
    op : str
        Code of the operation.
    cue : int or None
        The cue asked with.
    query : tuple of int
        The content bits asked with, or learned.
    cues, content : tuple of int
        The answer, read at the protocol's times.
    dropped : tuple of int
        Content bits that the operation removed from its cue.
    threshold : int
        How many bits of the query had to match.
    """

    t: float
    op: str
    cue: int | None
    query: tuple[int, ...]
    cues: tuple[int, ...]
    content: tuple[int, ...]
    dropped: tuple[int, ...]
    threshold: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRun:
    """Answers of a program, in its order, and the result of the run."""

    answers: tuple[Answer, ...]
    result: Result


def operation_by_code(protocol: MemoryProtocol, code: str, where: str) -> Operation:
    """Return an operation of a memory.

    Raises
    ------
    ValidationError
        If the memory has no such operation.
    """
    for operation in protocol.operations:
        if operation.code == code:
            return operation
    known = [operation.code for operation in protocol.operations]
    raise ValidationError(
        where, f"no operation {code!r}", value=code, limit=suggestion(str(code), known)
    )


def program_issues(
    protocol: MemoryProtocol, program: Sequence[MemoryOperation], dt: float, *, guard: bool
) -> list[NeuroError]:
    """List everything that is wrong with a program.

    Parameters
    ----------
    protocol : MemoryProtocol
        How the memory is used.
    program : sequence of MemoryOperation
        What is asked.
    dt : float, ms
        Time step.
    guard : bool
        Whether to refuse also what can be run but silently corrupts the memory: operations that
        overlap, two cues at once, empty contents and wrong holds.
    """
    issues: list[NeuroError] = []
    for number, item in enumerate(program):
        where = f"program row {number} (t={item.t:g})"
        try:
            operation = operation_by_code(protocol, item.op, f"{where}.op")
            whole_steps(item.t, dt, f"{where}.t")
        except NeuroError as error:
            issues.append(error)
            continue
        issues += _argument_issues(protocol, operation, item, where)
        if guard:
            issues += _content_and_hold_issues(protocol, operation, item, where)
    if guard and not issues:
        issues += _spacing_issues(protocol, program)
    return issues


def encode(
    protocol: MemoryProtocol, program: Iterable[MemoryOperation], dt: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Turn operations into spikes of the protocol's input.

    Returns
    -------
    times, indices : arrays, shape (spikes,)
        Times in ms.
    """
    times: list[float] = []
    indices: list[int] = []
    for item in program:
        operation = operation_by_code(protocol, item.op, "program")
        cues = [] if item.cue is None else [protocol.cue_input.start + item.cue]
        lines = [*cues, *(protocol.content_input.start + bit for bit in item.content)]
        lines += [*_control_lines(protocol, operation), *_threshold_lines(protocol, item)]
        hold = operation.hold if item.hold is None else item.hold
        for step in range(round(hold / dt)):
            times += [item.t + step * dt] * len(lines)
            indices += lines
    return np.array(times, dtype=np.float64), np.array(indices, dtype=np.int64)


def _control_lines(protocol: MemoryProtocol, operation: Operation) -> list[int]:
    place = protocol.control_input
    return [] if place is None else [place.start + line for line in operation.controls]


def _threshold_lines(protocol: MemoryProtocol, item: MemoryOperation) -> list[int]:
    """Return the lines whose steps raise the threshold from one bit to that of an operation."""
    place, lines = protocol.threshold_input, []
    if place is None:
        return []
    left = item.threshold - 1
    steps = enumerate(protocol.threshold_steps)
    for line, step in sorted(steps, key=lambda pair: pair[1], reverse=True):
        if step <= left:
            left -= step
            lines.append(place.start + line)
    return lines


def decode(
    protocol: MemoryProtocol, program: Iterable[MemoryOperation], result: Result
) -> tuple[Answer, ...]:
    """Read the answers of a program from the spikes of the protocol's output."""
    fired = {
        place: set(zip(trains.ticks(result.dt).tolist(), trains.indices.tolist(), strict=True))
        for place, trains in result.spikes.items()
        if place in (protocol.cue_output.population, protocol.content_output.population)
    }

    def read(view: View, time: float) -> tuple[int, ...]:
        tick = round(time / result.dt)
        spikes = fired[view.population]
        return tuple(n - view.start for n in range(view.start, view.stop) if (tick, n) in spikes)

    answers = []
    for item in program:
        operation = operation_by_code(protocol, item.op, "program")
        dropped = operation.dropped_read
        answers.append(
            Answer(
                t=item.t,
                op=item.op,
                cue=item.cue,
                query=item.content,
                cues=read(protocol.cue_output, item.t + operation.cue_read),
                content=read(protocol.content_output, item.t + operation.content_read),
                dropped=()
                if dropped is None
                else tuple(
                    bit
                    for bit in read(protocol.content_output, item.t + dropped)
                    if bit not in item.content
                ),
                threshold=item.threshold,
            )
        )
    return tuple(answers)


def answers_document(run: ProgramRun) -> dict[str, Any]:
    """Return answers, spikes, counters and provenance as plain values for a JSON file.

    Two equal runs give equal documents: timings are left out.
    """
    result = run.result
    return {
        "operations": [
            {
                "t": answer.t,
                "op": answer.op,
                "cue": answer.cue,
                "query": list(answer.query),
                "cues": list(answer.cues),
                "content": list(answer.content),
                "dropped": list(answer.dropped),
                **({"threshold": answer.threshold} if answer.threshold > 1 else {}),
            }
            for answer in run.answers
        ],
        "populations": {
            name: np.stack([trains.ticks(result.dt), trains.indices], axis=1).tolist()
            for name, trains in result.spikes.items()
        },
        "counters": result.counters.as_dict(),
        "provenance": result.provenance.as_dict(timings=False),
    }


def _argument_issues(
    protocol: MemoryProtocol, operation: Operation, item: MemoryOperation, where: str
) -> list[NeuroError]:
    issues: list[NeuroError] = []
    cues, bits = protocol.cue_output.size, protocol.content_output.size
    if not operation.takes_cue and item.cue is not None:
        issues.append(
            ValidationError(
                f"{where}.cue",
                repr(item.cue),
                value=item.cue,
                limit=f"Operation {item.op!r} ({operation.name}) takes no cue",
                hint="Write null",
            )
        )
    if operation.takes_cue and (item.cue is None or not 0 <= item.cue < cues):
        issues.append(
            ValidationError(
                f"{where}.cue",
                repr(item.cue),
                value=item.cue,
                limit=f"Operation {item.op!r} ({operation.name}) takes a cue from 0 to {cues - 1}",
            )
        )
    if not operation.takes_content and item.content:
        issues.append(
            ValidationError(
                f"{where}.content",
                f"{len(item.content)} bits",
                value=item.content,
                limit=f"Operation {item.op!r} ({operation.name}) takes no content",
                hint="Write []",
            )
        )
    bad = [bit for bit in item.content if not 0 <= bit < bits]
    if bad:
        issues.append(
            ValidationError(
                f"{where}.content",
                f"bit {bad[0]} is out of range",
                value=bad[0],
                limit=f"Content bits run from 0 to {bits - 1}",
            )
        )
    if len(set(item.content)) < len(item.content):
        issues.append(
            ValidationError(
                f"{where}.content", "a bit is listed twice", hint="List each active bit once"
            )
        )
    if item.threshold != 1:
        issues += _threshold_issues(operation, item, where)
    return issues


def _threshold_issues(operation: Operation, item: MemoryOperation, where: str) -> list[NeuroError]:
    if not operation.takes_threshold:
        finds = operation.takes_content and not operation.takes_cue
        limit = "any overlap answers" if finds else "nothing is matched"
        return [
            ValidationError(
                f"{where}.threshold",
                f"{item.threshold} bits",
                value=item.threshold,
                limit=f"Operation {item.op!r} ({operation.name}) takes no threshold: {limit}",
                hint="Model ca3_robust counts matching bits" if finds else None,
            )
        ]
    if 1 <= item.threshold <= max(1, len(item.content)):
        return []
    return [
        ValidationError(
            f"{where}.threshold",
            f"{item.threshold} bits",
            value=item.threshold,
            limit=f"At least 1, at most the {len(item.content)} bits of the query",
        )
    ]


def _content_and_hold_issues(
    protocol: MemoryProtocol, operation: Operation, item: MemoryOperation, where: str
) -> list[NeuroError]:
    issues: list[NeuroError] = []
    if operation.takes_content and not item.content:
        forgets = [each.code for each in protocol.operations if each.verb == "forget"]
        limit = f"Operation {item.op!r} ({operation.name}) needs at least one bit"
        hint = None
        if operation.verb == "store" and forgets:
            hint = f"To forget a cue use operation {forgets[0]!r}"
        elif operation.verb == "store":
            limit += (
                "; a cue held alone erases its content in one direction only and leaves a false "
                "memory"
            )
        issues.append(ValidationError(f"{where}.content", "is empty", limit=limit, hint=hint))
    hold = operation.hold if item.hold is None else item.hold
    if not operation.hold <= hold <= operation.longest_hold:
        allowed = format_value(operation.hold, "ms")
        if operation.longest_hold > operation.hold:
            allowed += f" to {format_value(operation.longest_hold, 'ms')}"
        issues.append(
            ValidationError(
                f"{where}.hold",
                format_value(hold, "ms"),
                value=hold,
                limit=f"Operation {item.op!r} ({operation.name}) is held for {allowed}; shorter "
                "fails to forget, longer keeps links of dropped bits",
            )
        )
    return issues


def _spacing_issues(
    protocol: MemoryProtocol, program: Sequence[MemoryOperation]
) -> list[NeuroError]:
    issues: list[NeuroError] = []
    for number in range(1, len(program)):
        before, item = program[number - 1], program[number]
        where = f"program row {number} (t={item.t:g})"
        if item.t == before.t and item.cue is not None and before.cue is not None:
            issues.append(
                ValidationError(
                    where,
                    f"cues {before.cue} and {item.cue} at once",
                    value=item.t,
                    limit="One cue at a time: two would return the union of both contents",
                )
            )
            continue
        operation = operation_by_code(protocol, before.op, "program")
        # A longer hold than the protocol's moves the end of the operation by as much.
        longer = 0.0 if before.hold is None else max(0.0, before.hold - operation.hold)
        needed = operation.spacing + longer
        if item.t - before.t < needed:
            issues.append(
                ValidationError(
                    where,
                    f"starts {format_value(item.t - before.t, 'ms')} after row {number - 1} "
                    f"({before.op!r}) and overlaps it",
                    value=item.t - before.t,
                    limit=f"After {before.op!r} ({operation.name}) the next operation starts "
                    f"{format_value(needed, 'ms')} later at the earliest",
                    hint=f"Any mix is exact at {format_value(protocol.safe_spacing, 'ms')}",
                )
            )
    return issues
