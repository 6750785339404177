"""Pass `discretise`: times and delays become whole steps of dt.

What does not fall on the grid is moved to it and noted. Delays and spike times go to the nearest
step, a refractory time goes up, as in NEST and on SpiNNaker.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from neuro.errors import ValidationError
from neuro.notes import FidelityNote
from neuro.plan import (
    FloatArray,
    Plan,
    PlannedArray,
    PlannedInput,
    PlannedPopulation,
    PlannedProjection,
    StepArray,
)
from neuro.units import GRID_TOLERANCE, format_value

MOST_STEPS = np.iinfo(np.int32).max
"""Delays are kept in 32 bits."""

BLOCK = 1 << 15
"""Times rounded at once; what is needed in between stays in a core's cache."""


def discretise(plan: Plan) -> Plan:
    """Express every time of an expanded plan in steps.

    Raises
    ------
    ValidationError
        If a drawn delay is shorter than half a step.
    """
    notes: list[FidelityNote] = []
    return replace(
        plan,
        populations=tuple(_population(item, plan, notes) for item in plan.populations),
        inputs=tuple(_input(item, plan, notes) for item in plan.inputs),
        projections=tuple(_projection(item, plan, notes) for item in plan.projections),
        notes=(*plan.notes, *notes),
        passes=(*plan.passes, "discretise"),
    )


def array_steps(
    times: Any, dt: float, label_offset: int, where: str
) -> tuple[StepArray, list[FidelityNote]]:
    """Return the step in which each listed spike is emitted, and what was moved to the grid.

    A spike at time 0 under `exact` is emitted by the step before the first one.
    """
    steps, notes = _to_steps(times, dt, where)
    return np.asarray(steps, dtype=np.int64) - label_offset, notes


def _population(
    population: PlannedPopulation, plan: Plan, notes: list[FidelityNote]
) -> PlannedPopulation:
    if "tau_refrac" not in population.parameters:
        return population
    where = f"population {population.name!r}.tau_refrac"
    steps, found = _to_steps(population.parameters["tau_refrac"], plan.dt, where, up=True)
    notes += found
    return replace(population, refractory_steps=steps)


def _input(source: PlannedInput, plan: Plan, notes: list[FidelityNote]) -> PlannedInput:
    if not isinstance(source, PlannedArray):
        return source
    steps, found = array_steps(
        source.times, plan.dt, plan.label_offset, f"input {source.name!r}.times"
    )
    notes += found
    order = np.lexsort((source.indices, steps))
    return replace(
        source, times=source.times[order], indices=source.indices[order], steps=steps[order]
    )


def _projection(
    projection: PlannedProjection, plan: Plan, notes: list[FidelityNote]
) -> PlannedProjection:
    where = f"projection {projection.name!r}.delay"
    longest = float(np.max(projection.delays, initial=0.0))
    if longest / plan.dt > MOST_STEPS:
        raise ValidationError(
            where,
            f"a delay of {format_value(longest, 'ms')}",
            value=longest,
            limit=f"A delay has at most {MOST_STEPS} steps",
            hint="Use a larger time step",
        )
    steps, found = _to_steps(projection.delays, plan.dt, where, kind=np.int32)
    if np.size(steps) and np.min(steps) < 1:
        shortest = format_value(float(np.min(projection.delays)), "ms")
        raise ValidationError(
            where,
            f"a delay of {shortest} was drawn",
            value=shortest,
            limit=f"A delay is at least one time step, {format_value(plan.dt, 'ms')}",
            hint="Give the distribution a lower bound of one time step",
        )
    notes += found
    if np.ndim(steps):
        # Times of each synapse would weigh more than all else; the steps say what runs.
        return replace(projection, delays=None, delay_steps=steps)
    return replace(projection, delay_steps=steps)


def _to_steps(
    times: Any, dt: float, where: str, *, up: bool = False, kind: type[np.integer[Any]] = np.int64
) -> tuple[Any, list[FidelityNote]]:
    """Round times to steps of an integer kind, and note what was moved to the grid."""
    asked = np.asarray(times, dtype=np.float64)
    flat = asked.reshape(-1)
    steps = np.empty(flat.size, dtype=kind)
    moved, worst, worst_error = 0, 0, 0.0
    for start in range(0, flat.size, BLOCK):
        block = slice(start, start + BLOCK)
        steps[block], error = _round(flat[block] / dt, up=up)
        moved += int(np.count_nonzero(error))
        if error.max() > worst_error:
            worst, worst_error = start + int(np.argmax(error)), float(error.max())
    notes = []
    if moved:
        notes.append(
            FidelityNote(
                where=where,
                requested=float(flat[worst]),
                stored=float(steps[worst] * dt),
                relative_error=worst_error,
                unit="ms",
                reason=f"{moved} of {flat.size} not on the grid of {format_value(dt, 'ms')}.",
            )
        )
    return (steps.reshape(asked.shape) if asked.ndim else int(steps[0])), notes


def _round(exact: FloatArray, *, up: bool) -> tuple[FloatArray, FloatArray]:
    """Return whole steps and the relative errors.

    A number of steps within rounding error of a whole one is that one and has no error.
    """
    steps = np.rint(exact)
    off_grid = np.abs(exact - steps) > GRID_TOLERANCE * np.maximum(np.abs(exact), 1.0)
    if not off_grid.any():
        return steps, np.zeros_like(exact)
    if up:
        steps = np.where(off_grid, np.ceil(exact), steps)
    error = np.abs(steps - exact) / np.maximum(np.abs(exact), np.finfo(float).tiny)
    return steps, np.where(off_grid, error, 0.0)
