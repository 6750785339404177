"""Input spikes of a range of steps: read from arrays, drawn for Poisson sources.

Poisson spikes are drawn in continuous time, in blocks of one second, each from its own stream: the
spikes depend on the seed alone, neither on how a run is cut into pieces nor on the time step.
"""

import numpy as np
from numpy.typing import NDArray

from neuro.plan import Plan, PlannedArray, PlannedInput, PlannedPoisson
from neuro.seeds import stream

BLOCK = 1000.0
"""Length of one block of Poisson spikes, ms."""

IntArray = NDArray[np.int64]


def emitted(plan: Plan, source: PlannedInput, first: int, last: int) -> tuple[IntArray, IntArray]:
    """Return the spikes that an input emits in the steps ``first <= step < last``.

    Returns
    -------
    steps, indices : arrays of int64, shape (spikes,)
        Sorted by step, then by source; a Poisson source may emit several times in one step.
    """
    if isinstance(source, PlannedArray):
        assert source.steps is not None, "the plan is not discretised"
        begin, end = np.searchsorted(source.steps, (first, last))
        return source.steps[begin:end], source.indices[begin:end]
    return _poisson(plan, source, first, last)


def poisson_block(
    seed: int, source: PlannedPoisson, block: int
) -> tuple[NDArray[np.float64], IntArray]:
    """Draw the spikes of one block: times in ms from the start of the run, and sources."""
    rng = stream(seed, "input", source.name, "block", block)
    counts = rng.poisson(source.rates * (BLOCK / 1000.0))
    indices = np.repeat(np.arange(source.size), counts)
    times = (block + rng.random(indices.size)) * BLOCK
    inside = (times >= source.start) & (times < source.stop)
    return times[inside], indices[inside]


def _poisson(
    plan: Plan, source: PlannedPoisson, first: int, last: int
) -> tuple[IntArray, IntArray]:
    first = max(first, 0)
    blocks = range(int(first * plan.dt // BLOCK), int(np.ceil(last * plan.dt / BLOCK)))
    drawn = [poisson_block(plan.network.seed, source, block) for block in blocks]
    if not drawn:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    times, indices = (np.concatenate(part) for part in zip(*drawn, strict=True))
    steps = np.floor(times / plan.dt).astype(np.int64)
    order = np.lexsort((indices, steps))
    steps, indices = steps[order], indices[order]
    inside = (steps >= first) & (steps < last)
    return steps[inside], indices[inside]
