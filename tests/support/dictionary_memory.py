"""What a content-addressable memory should answer: a dictionary from cue to content bits.

Reference model of specs, ca3_cam section 1: ``C(i) = M.get(i, {})``, ``K(Q) = {i : M[i] & Q}``.
"""

from collections.abc import Iterable

import numpy as np

Row = list  # [t, op, cue, content]


class DictionaryMemory:
    """The ideal memory; scores a spiking one."""

    def __init__(self) -> None:
        self.items: dict[int, set[int]] = {}

    def ask(self, op: str, cue: int | None, content: Iterable[int]) -> tuple[list[int], list[int]]:
        """Carry out an operation; return the cues and the content that should come back."""
        bits = sorted(content)
        if op == "L":
            self.items[cue] = set(bits)
            return [cue], bits
        if op == "C":
            return [cue], sorted(self.items.get(cue, ()))
        return sorted(i for i, stored in self.items.items() if stored & set(bits)), bits


def random_mix(
    rng: np.random.Generator,
    *,
    cues: int,
    bits: int,
    operations: int,
    spacing: float,
    density: float,
    query_bits: int = 1,
) -> list[Row]:
    """Draw 40 % learns, 30 % recalls by cue and 30 % by content, as in specs, ca3_cam section 6."""
    rows: list[Row] = []
    for number in range(operations):
        op = rng.choice(["L", "C", "K"], p=[0.4, 0.3, 0.3])
        cue = int(rng.integers(cues)) if op != "K" else None
        content: list[int] = []
        if op == "L":
            content = np.flatnonzero(rng.random(bits) < density).tolist() or [
                int(rng.integers(bits))
            ]
        if op == "K":
            size = int(rng.integers(1, query_bits + 1))
            content = sorted(rng.choice(bits, size, replace=False).tolist())
        rows.append([number * spacing, str(op), cue, content])
    return rows
