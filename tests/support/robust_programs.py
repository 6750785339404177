"""Random programs of all operations of the robust CA3 memory, and what they should bring back."""

from collections.abc import Sequence

import numpy as np

from neuro.models.ca3 import CA3Parameters, ca3
from neuro.models.ca3_robust import (
    AFTER_COMPLETION,
    AFTER_READ,
    AFTER_WRITE,
    CA3RobustParameters,
    ca3_robust,
)
from neuro.tasks import AssociativeMemory, MemoryOperation, ProgramRun
from neuro.tasks.reference import reference_answers

SPACING = {
    "L": AFTER_WRITE,
    "F": AFTER_WRITE,
    "C": AFTER_READ,
    "K": AFTER_READ,
    "P": AFTER_COMPLETION,
}
EVERYTHING = "LLLLCCCKKKFP"


def random_program(
    seed: int,
    *,
    cues: int,
    bits: int,
    length: int,
    density: float = 0.3,
    spacing: float | None = None,
    jitter: int = 0,
    operations: str = EVERYTHING,
    query_bits: int = 6,
) -> list[MemoryOperation]:
    """Draw a program; half of the queries are fragments of a stored item.

    Operations follow one another at `spacing`, or each as soon as it may, and up to `jitter` later.
    """
    rng = np.random.default_rng(seed)
    stored: dict[int, tuple[int, ...]] = {}
    program: list[MemoryOperation] = []
    t = 0.0
    for _ in range(length):
        op = str(rng.choice(list(operations)))
        cue = int(rng.integers(cues)) if op in "LFC" else None
        content: tuple[int, ...] = ()
        threshold = 1
        if op == "L":
            drawn = np.flatnonzero(rng.random(bits) < density).tolist()
            content = tuple(drawn) or (int(rng.integers(bits)),)
            stored[cue] = content
        elif op in "KP":
            content = _query(rng, stored, bits, query_bits)
            threshold = int(rng.integers(1, len(content) + 1))
        program.append(MemoryOperation(t=t, op=op, cue=cue, content=content, threshold=threshold))
        t += (SPACING[op] if spacing is None else spacing) + int(rng.integers(0, jitter + 1))
    return program


def _query(
    rng: np.random.Generator, stored: dict[int, tuple[int, ...]], bits: int, most: int
) -> tuple[int, ...]:
    pool = np.arange(bits)
    if stored and rng.random() < 0.5:
        pool = np.array(stored[int(rng.choice(sorted(stored)))])
    size = min(int(rng.integers(1, most + 1)), pool.size)
    return tuple(sorted(rng.choice(pool, size, replace=False).tolist()))


def robust(
    cues: int = 5, bits: int = 10, *, backend: str = "cpu", target=None, seed: int = 0, **settings
) -> AssociativeMemory:
    """Make a robust memory."""
    parameters = CA3RobustParameters(cue_size=cues, content_size=bits, **settings)
    return AssociativeMemory(ca3_robust(parameters, seed=seed), backend, target=target)


def faithful(cues: int = 5, bits: int = 10, *, seed: int = 0, **settings) -> AssociativeMemory:
    """Make a memory as it was published."""
    parameters = CA3Parameters(cue_size=cues, content_size=bits, **settings)
    return AssociativeMemory(ca3(parameters, seed=seed))


MODES = {"faithful": faithful, "robust": robust}


def wrong(run: ProgramRun, program: Sequence[MemoryOperation]) -> list[int]:
    """Return which operations did not bring back what a dictionary would."""
    ideal = reference_answers(program)
    pairs = zip(run.answers, ideal, strict=True)
    return [n for n, (a, i) in enumerate(pairs) if (a.cues, a.content) != i]


def spike_table(result) -> set[tuple[str, int, int]]:
    """Return (population, tick, neuron) of all spikes."""
    return {
        (name, tick, neuron)
        for name, trains in result.spikes.items()
        for tick, neuron in zip(
            trains.ticks(result.dt).tolist(), trains.indices.tolist(), strict=True
        )
    }
