"""Measures of a memory on one machine, from its ladder: answers, latency, what hurts it.

Definitions: specs, ca3_cam section 10.
"""

from collections.abc import Sequence

import numpy as np

from neuro.comparison.outcome import Imperfection, Score
from neuro.ir import MemoryProtocol
from neuro.ladder import Ladder, RungOutcome
from neuro.results import Result
from neuro.tasks import MemoryOperation


def scores(protocol: MemoryProtocol, ladder: Ladder) -> tuple[Score, ...]:
    """Score the last rung of a ladder, by operation of the memory.

    Parameters
    ----------
    protocol : MemoryProtocol
        Of the memory.
    ladder : Ladder
        Whose rungs know which answers are wrong.
    """
    final = ladder.rungs[-1]
    wrong = set(final.wrong or ())
    waits = latencies(protocol, ladder.operations, final.result)
    found = []
    for operation in protocol.operations:
        rows = [k for k, item in enumerate(ladder.operations) if item.op == operation.code]
        times = [wait for k in rows if (wait := waits[k]) is not None]
        if rows:
            found.append(
                Score(
                    op=operation.code,
                    name=operation.name,
                    asked=len(rows),
                    right=sum(k not in wrong for k in rows),
                    latency=(min(times), max(times)) if times else None,
                )
            )
    return tuple(found)


def latencies(
    protocol: MemoryProtocol, operations: Sequence[MemoryOperation], result: Result
) -> tuple[float | None, ...]:
    """Return, for each operation, the time to its last answer spike in ms; None without any.

    Only spikes before the next operation, and up to when the answer is read, count.
    """
    places = {protocol.cue_output.population, protocol.content_output.population}
    ticks = np.concatenate([result.spikes[name].ticks(result.dt) for name in places])
    times = np.unique(ticks) * result.dt
    spans = {item.code: item.spacing for item in protocol.operations}
    starts = np.unique([item.t for item in operations])
    found: list[float | None] = []
    for item in operations:
        later = starts[np.searchsorted(starts, item.t, side="right") :]
        end = min(item.t + spans[item.op], *later[:1].tolist(), np.inf)
        inside = times[(times > item.t) & (times <= end)]
        found.append(float(inside[-1] - item.t) if inside.size else None)
    return tuple(found)


def imperfections(ladder: Ladder) -> tuple[Imperfection, ...]:
    """Return what each rung changes that adds something of its own.

    A rung that only combines others is listed if it loses answers and none of them loses any.
    """
    alone = [rung for rung in ladder.rungs[1:] if not rung.combines]
    found = [_imperfection(ladder, rung) for rung in alone]
    if not any(item.lost > 0 for item in found):
        together = (_imperfection(ladder, rung) for rung in ladder.rungs[1:] if rung.combines)
        found += [item for item in together if item.lost > 0]
    return tuple(found)


def _imperfection(ladder: Ladder, rung: RungOutcome) -> Imperfection:
    base = ladder.rung(rung.after)
    return Imperfection(
        name=rung.name,
        what=rung.what,
        lost=len(rung.wrong or ()) - len(base.wrong or ()),
        spikes=rung.to_after.distance,
    )
