"""Programs that fit every memory with the operations L, C and K, drawn for its size.

For comparing machines without writing a program first: a random mix, and the published stress test.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neuro.errors import UnsupportedError, ValidationError, suggestion
from neuro.ir import MemoryProtocol
from neuro.seeds import stream
from neuro.tasks import MemoryOperation

MIX_OPERATIONS = 60
MIX_SHARES = {"L": 0.4, "C": 0.3, "K": 0.3}
MIX_DENSITY = 0.3
"""Shares of operations and of active bits in specs, ca3_cam section 6."""

MIX_EXTRAS = {"P": 0.1, "F": 0.1}
"""Shares of completing and forgetting, for memories that can; C and K give them up."""

MOST_BITS = 64
"""Active bits of an item at most, so that large memories are not filled by a few items."""

PYRAMID_QUERIES = 64
"""Content bits that are asked one by one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedProgram:
    """A program that can be drawn for any memory.

    Parameters
    ----------
    name, summary : str
        What it is called, and what it does.
    draw : callable
        From a protocol and a seed to operations.
    """

    name: str
    summary: str
    draw: Callable[[MemoryProtocol, int], tuple[MemoryOperation, ...]]


def program_names() -> list[str]:
    """Return the names of all programs that need no file."""
    return sorted(PROGRAMS)


def named_program(name: str, protocol: MemoryProtocol, seed: int) -> tuple[MemoryOperation, ...]:
    """Draw a program for a memory, at the spacing that is safe for it.

    Parameters
    ----------
    name : str
        One of `program_names`.
    protocol : MemoryProtocol
        Of the memory.
    seed : int
        Root of what is drawn.

    Raises
    ------
    ValidationError
        If there is no such program.
    UnsupportedError
        If the memory lacks an operation that it needs.

    Examples
    --------
    >>> from neuro.models.ca3 import ca3
    >>> [item.op for item in named_program("pyramid", ca3().protocol, 0)][:6]
    ['L', 'L', 'L', 'L', 'L', 'C']
    """
    program = PROGRAMS.get(name)
    if program is None:
        raise ValidationError(
            "--program",
            f"no file and no program {name!r}",
            value=name,
            limit=suggestion(name, PROGRAMS),
        )
    missing = MIX_SHARES.keys() - {operation.code for operation in protocol.operations}
    if missing:
        raise UnsupportedError(
            f"program {name!r}",
            f"needs operations {', '.join(sorted(missing))}, which this memory has not",
            hint="Write a program file",
        )
    return program.draw(protocol, seed)


def _mix(protocol: MemoryProtocol, seed: int) -> tuple[MemoryOperation, ...]:
    rng = stream(seed, "comparison", "mix")
    cues, bits = protocol.cue_output.size, protocol.content_output.size
    shares = _shares(protocol)
    codes = rng.choice(list(shares), MIX_OPERATIONS, p=list(shares.values()))
    operations = []
    for number, code in enumerate(codes.tolist()):
        cue = int(rng.integers(cues)) if code in "LCF" else None
        content: tuple[int, ...] = ()
        if code == "L":
            count = min(max(int(rng.binomial(bits, MIX_DENSITY)), 1), MOST_BITS)
            content = tuple(sorted(rng.choice(bits, count, replace=False).tolist()))
        if code in "KP":
            content = (int(rng.integers(bits)),)
        time = number * protocol.safe_spacing
        operations.append(MemoryOperation(t=time, op=code, cue=cue, content=content))
    return tuple(operations)


def _shares(protocol: MemoryProtocol) -> dict[str, float]:
    extras = {k: v for k, v in MIX_EXTRAS.items() if k in {o.code for o in protocol.operations}}
    less = sum(extras.values()) / 2
    return {
        "L": MIX_SHARES["L"],
        "C": MIX_SHARES["C"] - less,
        "K": MIX_SHARES["K"] - less,
        **extras,
    }


def _pyramid(protocol: MemoryProtocol, seed: int) -> tuple[MemoryOperation, ...]:
    """Draw nothing: every cue gets its number in binary, then the complement, then the number."""
    cues, bits = protocol.cue_output.size, protocol.content_output.size
    width = min(bits, MOST_BITS, max(cues.bit_length(), 10))
    numbers = np.arange(1, cues + 1)[:, None] >> np.arange(min(width, 62)) & 1
    rows: list[tuple[str, int | None, tuple[int, ...]]] = []
    for pattern in (numbers, 1 - numbers, numbers):
        items = [tuple(np.flatnonzero(row).tolist()) or (0,) for row in pattern]
        rows += [("L", cue, item) for cue, item in enumerate(items)]
        rows += [("C", cue, ()) for cue in range(cues)]
        rows += [("K", None, (bit,)) for bit in range(min(width, PYRAMID_QUERIES))]
    return tuple(
        MemoryOperation(t=number * protocol.safe_spacing, op=op, cue=cue, content=content)
        for number, (op, cue, content) in enumerate(rows)
    )


PROGRAMS = {
    program.name: program
    for program in (
        NamedProgram(
            name="mix",
            summary=f"{MIX_OPERATIONS} learns, recalls by cue and by one bit, in random order",
            draw=_mix,
        ),
        NamedProgram(
            name="pyramid",
            summary="the published stress test: learn all, recall all, overwrite all, twice over",
            draw=_pyramid,
        ),
    )
}
