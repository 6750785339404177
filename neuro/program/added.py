"""Spikes that a user adds to spike arrays while a program runs, checked before any is taken."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backend import InputSpikes
from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.ir import SpikeArray
from neuro.ir.validate import input_issues
from neuro.notes import FidelityNote
from neuro.passes import array_steps, emitted
from neuro.plan import Plan, PlannedArray, PlannedInput
from neuro.units import format_value

IntArray = NDArray[np.int64]
Spikes = tuple[IntArray, IntArray]


def with_added(
    plan: Plan, sources: Sequence[PlannedInput], inputs: InputSpikes, step: int
) -> tuple[list[PlannedInput], list[FidelityNote]]:
    """Merge further spikes into spike arrays.

    Parameters
    ----------
    plan : Plan
        Of the program.
    sources : sequence of PlannedInput
        Its inputs so far.
    inputs : mapping
        The further spikes.
    step : int
        How far the program has run.

    Returns
    -------
    list of PlannedInput, list of FidelityNote
        The merged inputs, and what was moved to the grid.

    Raises
    ------
    ValidationError, CheckError
        If any spike is wrong; every wrong input is named.
    """
    issues: list[NeuroError] = []
    notes: list[FidelityNote] = []
    merged = list(sources)
    arrays = {
        item.name: position
        for position, item in enumerate(sources)
        if isinstance(item, PlannedArray)
    }
    for name, spikes in inputs.items():
        try:
            if name not in arrays:
                limit = suggestion(name, arrays)
                raise ValidationError(f"input {name!r}", "no spike array", limit=limit)
            source = sources[arrays[name]]
            assert isinstance(source, PlannedArray)
            steps, indices, found = _checked(plan, source, spikes, step)
        except NeuroError as error:
            issues.append(error)
            continue
        merged[arrays[name]] = _merged(source, steps, indices)
        notes += found
    raise_all("inputs", issues)
    return merged, notes


def batch_spikes(
    plan: Plan,
    sources: Sequence[PlannedInput],
    samples: Sequence[InputSpikes],
    step: int,
    count: int,
) -> tuple[list[list[Spikes]], list[FidelityNote]]:
    """Return what every input emits in the next steps, for each sample of a batch.

    Parameters
    ----------
    plan, sources, step
        As for `with_added`.
    samples : sequence of mapping
        The further spikes of each sample.
    count : int
        Steps of a sample.

    Returns
    -------
    list of list of (steps, indices), list of FidelityNote
        By sample, then by input; and what was moved to the grid.

    Raises
    ------
    ValidationError, CheckError
        If any spike of any sample is wrong.
    """
    begin = -1 if step == 0 else step
    end = step + count
    common = [emitted(plan, item, begin, end) for item in sources]
    try:
        added, notes = _checked_together(plan, sources, samples, step)
    except (NeuroError, TypeError, ValueError):
        # One by one, which says what is wrong, and takes whatever is no plain array.
        notes, fed = [], []
        for sample in samples:
            inputs, found = with_added(plan, sources, sample, step)
            notes += found
            fed.append([emitted(plan, item, begin, end) for item in inputs])
        return fed, notes
    fed = [list(common) for _ in samples]
    for position, source in enumerate(sources):
        for number, spikes in added.get(source.name, {}).items():
            assert isinstance(source, PlannedArray)
            base = replace(source, steps=common[position][0], indices=common[position][1])
            fed[number][position] = emitted(plan, _merged(base, *spikes), begin, end)
    return fed, notes


def _checked_together(
    plan: Plan, sources: Sequence[PlannedInput], samples: Sequence[InputSpikes], step: int
) -> tuple[dict[str, dict[int, Spikes]], list[FidelityNote]]:
    """Check the spikes of all samples at once; return them by input, then by sample.

    Raises
    ------
    NeuroError, TypeError, ValueError
        If anything is wrong, or is no pair of arrays.
    """
    arrays = {item.name: item for item in sources if isinstance(item, PlannedArray)}
    notes: list[FidelityNote] = []
    checked: dict[str, dict[int, Spikes]] = {}
    for name in sorted({name for sample in samples for name in sample}):
        if name not in arrays:
            raise ValueError(f"no spike array {name!r}")
        members = [number for number, sample in enumerate(samples) if name in sample]
        pairs = [samples[number][name] for number in members]
        if not all(isinstance(part, np.ndarray) for pair in pairs for part in pair):
            raise TypeError("not plain arrays")
        times, indices = (np.concatenate(part) for part in zip(*pairs, strict=True))
        edges = np.cumsum([pair[0].size for pair in pairs])[:-1]
        if any(pair[0].shape != pair[1].shape for pair in pairs):
            raise ValueError("times and indices differ in length")
        steps, indices, found = _checked(plan, arrays[name], (times, indices), step)
        notes += found
        parts = zip(np.split(steps, edges), np.split(indices, edges), strict=True)
        checked[name] = dict(zip(members, parts, strict=True))
    return checked, notes


def _checked(
    plan: Plan, source: PlannedArray, spikes: Any, step: int
) -> tuple[IntArray, IntArray, list[FidelityNote]]:
    """Return steps and indices of further spikes of one source, and what was moved."""
    where = f"input {source.name!r}"
    try:
        times, indices = spikes
    except (TypeError, ValueError) as error:
        limit = "Give a pair: times in ms, and indices"
        raise ValidationError(where, "not a pair of lists", limit=limit) from error
    added = SpikeArray(name=source.name, size=source.size, times=times, indices=indices)
    raise_all(where, input_issues(added))
    steps, notes = array_steps(added.times, plan.dt, plan.label_offset, f"{where}.times")
    first = -plan.label_offset if step == 0 else step
    if np.any(steps < first):
        earliest = float(added.times.min())
        needed = "after" if plan.label_offset and step else "not before"
        raise ValidationError(
            f"{where}.times",
            f"a spike at {format_value(earliest, 'ms')} lies in the past",
            value=earliest,
            limit=f"The run has reached {format_value(step * plan.dt, 'ms')}: "
            f"spikes come {needed} that time",
        )
    return steps, added.indices, notes


def _merged(source: PlannedArray, steps: IntArray, indices: IntArray) -> PlannedArray:
    assert source.steps is not None, "the plan is not discretised"
    if source.steps.size:
        steps = np.concatenate([source.steps, steps])
        indices = np.concatenate([source.indices, indices])
    if not _is_sorted(steps, indices):
        order = np.lexsort((indices, steps))
        steps, indices = steps[order], indices[order]
    # Times serve the discretise pass only, which is over.
    return replace(source, times=np.zeros(0), indices=indices, steps=steps)


def _is_sorted(steps: IntArray, indices: IntArray) -> bool:
    """Say whether spikes are in order by step, then by source; asking is cheaper than sorting."""
    later = np.diff(steps)
    return bool(np.all((later > 0) | ((later == 0) & (indices[1:] >= indices[:-1]))))
