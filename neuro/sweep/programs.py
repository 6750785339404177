"""Programs of a sweep: random mixes for memories of any size, and other spacings of a program."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuro.errors import UnsupportedError, ValidationError
from neuro.ir import MemoryProtocol
from neuro.seeds import stream
from neuro.tasks import MemoryOperation

LEARN, BY_CUE, BY_CONTENT = "L", "C", "K"
SHARES = {LEARN: 0.4, BY_CUE: 0.3, BY_CONTENT: 0.3}
"""Of the operations of a mix; specs, ca3_cam section 6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A random program: 40 % learn, 30 % recall by cue and 30 % by content.

    Parameters
    ----------
    operations : int
        How many.
    density : float
        Probability of a content bit to be active; an empty content gets one bit.
    query_bits : int
        Largest number of bits of a recall by content; drawn uniformly from 1.
    """

    operations: int
    density: float
    query_bits: int


def draw_program(
    mix: Mix, protocol: MemoryProtocol, spacing: float, seed: int
) -> tuple[MemoryOperation, ...]:
    """Draw a program for a memory of any size.

    Parameters
    ----------
    mix : Mix
        What kind of program.
    protocol : MemoryProtocol
        Of the memory.
    spacing : float, ms
        From the start of one operation to that of the next.
    seed : int
        The same seed gives the same program, whatever the spacing.

    Raises
    ------
    UnsupportedError
        If the memory lacks an operation of a mix.
    ValidationError
        If queries are larger than a content.
    """
    missing = SHARES.keys() - {operation.code for operation in protocol.operations}
    if missing:
        raise UnsupportedError(
            "program",
            f"cannot be drawn: the memory has no operation {', '.join(sorted(missing))}",
            hint="Give a program file",
        )
    bits = protocol.content_output.size
    if mix.query_bits > bits:
        raise ValidationError(
            "program.query_bits",
            str(mix.query_bits),
            value=mix.query_bits,
            limit=f"A content has {bits} bits",
        )
    rng = stream(seed, "sweep", "program")
    codes = rng.choice(list(SHARES), size=mix.operations, p=list(SHARES.values())).tolist()
    return tuple(
        _operation(number * spacing, code, mix, protocol, rng) for number, code in enumerate(codes)
    )


def spaced(program: Sequence[MemoryOperation], spacing: float) -> tuple[MemoryOperation, ...]:
    """Move operations to equal distances; what starts together still does.

    Examples
    --------
    >>> rows = [MemoryOperation(t=t, op="C", cue=0) for t in (0.0, 7.0, 7.0, 30.0)]
    >>> [row.t for row in spaced(rows, 20.0)]
    [0.0, 20.0, 20.0, 40.0]
    """
    times = sorted({item.t for item in program})
    place = {time: number * spacing for number, time in enumerate(times)}
    return tuple(replace(item, t=place[item.t]) for item in program)


def _operation(
    t: float, code: str, mix: Mix, protocol: MemoryProtocol, rng: np.random.Generator
) -> MemoryOperation:
    cues, bits = protocol.cue_output.size, protocol.content_output.size
    cue = int(rng.integers(cues)) if code != BY_CONTENT else None
    content: list[int] = []
    if code == LEARN:
        content = np.flatnonzero(rng.random(bits) < mix.density).tolist()
        content = content or [int(rng.integers(bits))]
    if code == BY_CONTENT:
        size = int(rng.integers(1, mix.query_bits + 1))
        content = sorted(rng.choice(bits, size, replace=False).tolist())
    return MemoryOperation(t=t, op=code, cue=cue, content=tuple(content))
