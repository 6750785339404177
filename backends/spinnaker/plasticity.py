"""Pair STDP as a core does it: nothing until a pre spike arrives, then all at once.

A neuron keeps its latest post spikes with the trace after each. When a pre spike fetches a row, the
post spikes since the row's last pre spike potentiate, one after the other, then the latest post
spike depresses (specs, spinnaker section 5).
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import (
    TRACE_TO_ACCUM,
    IntArray,
    decayed_trace,
    multiply,
    raised_trace,
    wrap,
)
from neuro.backends.spinnaker.layout import CorePlasticity

POST_HISTORY = 15
"""Post spikes that a neuron keeps."""


@dataclass(slots=True, kw_only=True)
class PostHistory:
    """The latest post spikes of a population.

    Parameters
    ----------
    count : array, shape (size,)
        How many are kept for each neuron.
    times, traces : arrays, shape (size, room)
        Tick, and trace right after it, oldest first.
    """

    count: IntArray
    times: IntArray
    traces: IntArray


@dataclass(slots=True, kw_only=True)
class RowState:
    """What the rows of one plastic projection carry.

    Parameters
    ----------
    weights : array, shape (synapses,)
        As stored, 0 to 65535.
    pre_time, pre_trace : arrays, shape (cores, stages + 1, sources)
        The last pre spike of each row, and the trace right after it.
    """

    weights: IntArray
    pre_time: IntArray
    pre_trace: IntArray


def empty_history(size: int) -> PostHistory:
    """Return the history of a population that has not spiked."""
    return PostHistory(
        count=np.zeros(size, dtype=np.int64),
        times=np.zeros((size, POST_HISTORY), dtype=np.int64),
        traces=np.zeros((size, POST_HISTORY), dtype=np.int64),
    )


def remember(
    history: PostHistory, rule: CorePlasticity, fired: IntArray, tick: int, *, limited: bool
) -> int:
    """Add the post spikes of a tick, in place; return how many older ones were lost for them."""
    if not fired.size:
        return 0
    count = history.count[fired]
    latest = np.maximum(count - 1, 0)
    # Before the first spike both are zero, and so is what a trace of zero decays to.
    elapsed = tick - history.times[fired, latest]
    trace = raised_trace(decayed_trace(history.traces[fired, latest], rule.table_minus, elapsed))
    full = fired[count == history.times.shape[1]]
    if full.size and not limited:
        room = ((0, 0), (0, history.times.shape[1]))
        history.times, history.traces = np.pad(history.times, room), np.pad(history.traces, room)
        full = full[:0]
    for kept in (history.times, history.traces):
        kept[full, :-1] = kept[full, 1:]
    history.count[full] -= 1
    last = history.count[fired]
    history.times[fired, last] = tick
    history.traces[fired, last] = trace
    history.count[fired] += 1
    return int(full.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSpike:
    """A pre spike as its row sees it: when and with which trace, and the one before it."""

    time: int
    trace: int
    last_time: int
    last_trace: int


def arrive(rule: CorePlasticity, rows: RowState, row: tuple[int, int, int], time: int) -> PreSpike:
    """Let a pre spike reach a row, in place: its time and trace are stored."""
    last_time, last_trace = int(rows.pre_time[row]), rows.pre_trace[row]
    decayed = decayed_trace(last_trace, rule.table_plus, np.asarray(time - last_time))
    rows.pre_time[row] = time
    rows.pre_trace[row] = raised_trace(decayed)
    return PreSpike(
        time=time,
        trace=int(rows.pre_trace[row]),
        last_time=last_time,
        last_trace=int(last_trace),
    )


def learn(
    rule: CorePlasticity,
    weights: IntArray,
    delays: IntArray,
    shift: int,
    pre: PreSpike,
    post: PostHistory,
    targets: IntArray,
) -> tuple[IntArray, int]:
    """Bring the synapses of one row up to date.

    Parameters
    ----------
    rule : CorePlasticity
    weights, delays, targets : arrays, shape (synapses,)
        Stored weight, delay field, and target of each.
    shift : int
        Left shift of the receptor.
    pre : PreSpike
        The spike that fetched the row.
    post : PostHistory
        Of the target population.

    Returns
    -------
    array, shape (synapses,)
        The stored weights, which are also what is delivered.
    int
        How many post spikes were worked through.
    """
    kept = np.arange(post.times.shape[1]) < post.count[targets, np.newaxis]
    times, traces = post.times[targets], post.traces[targets]
    begin = np.maximum(pre.last_time - delays, 0)
    end = np.maximum(pre.time - delays, 0)
    first = np.count_nonzero(kept & (times <= begin[:, np.newaxis]), axis=1)
    stop = np.count_nonzero(kept & (times <= end[:, np.newaxis]), axis=1)
    accum = weights << shift
    for offset in range(int(np.max(stop - first, initial=0))):
        active = np.flatnonzero(first + offset < stop)
        event = first[active] + offset
        elapsed = times[active, event] + delays[active] - pre.last_time
        trace = decayed_trace(np.asarray(pre.last_trace), rule.table_plus, elapsed)
        accum[active] = _potentiated(rule, accum[active], trace)
    active = np.flatnonzero(stop > 0)
    latest = stop[active] - 1
    elapsed = pre.time - times[active, latest] - delays[active]
    trace = decayed_trace(traces[active, latest], rule.table_minus, elapsed)
    accum[active] = _depressed(rule, accum[active], trace)
    return (accum >> shift) & 0xFFFF, int(np.sum(stop - first))


def _potentiated(rule: CorePlasticity, weight: IntArray, trace: IntArray) -> IntArray:
    amount = trace << TRACE_TO_ACCUM
    if rule.multiplicative:
        room = multiply(wrap(rule.w_max - weight), rule.a_plus)
        return wrap(weight + multiply(room, amount))
    return np.minimum(wrap(weight + multiply(rule.a_plus, amount)), rule.w_max)


def _depressed(rule: CorePlasticity, weight: IntArray, trace: IntArray) -> IntArray:
    amount = trace << TRACE_TO_ACCUM
    if rule.multiplicative:
        room = multiply(wrap(weight - rule.w_min), rule.a_minus)
        return wrap(weight - multiply(room, amount))
    return np.maximum(wrap(weight - multiply(rule.a_minus, amount)), rule.w_min)
