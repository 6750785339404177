"""From a plan to the machine's layout: slices, delay slots, shifts, stored weights, parameters.

Refuses what the machine or its tool refuses, all places at once; what is stored differently from
what was asked for, or goes wrong silently, leaves a fidelity note (specs, spinnaker section 3).
"""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from neuro.backends.spinnaker.arithmetic import CONDUCTANCE_BITS, ONE, encode, trace_table
from neuro.backends.spinnaker.defects import Defect, found_defects, weight_unit
from neuro.backends.spinnaker.delays import available_slots, bits, stage_of, used_slots
from neuro.backends.spinnaker.layout import (
    CorePlasticity,
    CorePopulation,
    CoreProjection,
    CoreSource,
    Layout,
)
from neuro.backends.spinnaker.limits import (
    absolute_amplitudes,
    layout_refusals,
    plan_refusals,
    unit_of,
)
from neuro.backends.spinnaker.options import IDEAL, Options
from neuro.backends.spinnaker.weights import (
    WeightStatistics,
    expected_bound,
    shift,
    statistics,
    stored_weights,
    weight_scale,
)
from neuro.errors import NeuroError, raise_all
from neuro.notes import FidelityNote
from neuro.plan import (
    FloatArray,
    Plan,
    PlannedInput,
    PlannedPoisson,
    PlannedPopulation,
    PlannedProjection,
)
from neuro.units import format_value

ARRAY_SOURCES_PER_CORE = 256
POISSON_SOURCES_PER_CORE = 500

COMBINED_STEP = 1.0
"""Time step, ms, from which on one core holds neurons and their synapses."""

Statistics = dict[str, WeightStatistics | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """A layout with everything that is wrong with it.

    Parameters
    ----------
    layout : Layout or None
        None if the plan has parts that the machine does not know, or numbers that it cannot hold.
    refusals : tuple of NeuroError
        What the machine or its tool refuses.
    defects : tuple of Defect
        What it accepts and does wrong or coarsely.
    """

    layout: Layout | None
    refusals: tuple[NeuroError, ...]
    defects: tuple[Defect, ...]


def lay_out(plan: Plan, options: Options = IDEAL) -> Layout:
    """Lay out a discretised plan on the machine's cores.

    Parameters
    ----------
    plan : Plan
        What to lay out.
    options : Options
        Neurons per core, whether limits hold, and whether defects are errors.

    Returns
    -------
    Layout
        With a note for everything that is stored differently.

    Raises
    ------
    UnsupportedError, CapacityError, CheckError
        If the machine refuses the plan; with `options.strict` also if a defect touches it.
    """
    found = examine(plan, options)
    issues = list(found.refusals)
    if options.strict:
        issues += [item.error() for item in found.defects]
    raise_all(f"network {plan.network.name!r} on SpiNNaker", issues)
    assert found.layout is not None, "without refusals there is a layout"
    return found.layout


def examine(plan: Plan, options: Options = IDEAL) -> Examination:
    """Lay out a plan as far as possible and list what is wrong, instead of raising it."""
    refusals = plan_refusals(plan)
    if refusals:
        return Examination(layout=None, refusals=tuple(refusals), defects=())
    known: Statistics = {item.name: statistics(item, plan.dt) for item in plan.projections}
    populations = tuple(_population(item, plan, known, options) for item in plan.populations)
    by_name = {item.name: item for item in populations}
    projections = tuple(
        _projection(item, by_name[item.target], plan.dt) for item in plan.projections
    )
    if options.limits:
        refusals = layout_refusals(populations, projections, plan.dt)
    sources = tuple(_source(item) for item in plan.inputs)
    defects = found_defects(plan, sources, populations, projections, known)
    notes = [
        *_parameter_notes(plan, populations),
        *_weight_notes(plan, projections, by_name),
        *_step_notes(plan),
        *(item.note() for item in defects),
    ]
    layout = Layout(
        plan=plan,
        populations=populations,
        sources=sources,
        projections=projections,
        notes=tuple(notes),
    )
    return Examination(layout=layout, refusals=tuple(refusals), defects=tuple(defects))


def _source(item: PlannedInput) -> CoreSource:
    poisson = isinstance(item, PlannedPoisson)
    width = POISSON_SOURCES_PER_CORE if poisson else ARRAY_SOURCES_PER_CORE
    return CoreSource(name=item.name, size=item.size, slices=_slices(item.size, width))


def _slices(size: int, width: int) -> tuple[tuple[int, int], ...]:
    return tuple((first, min(first + width, size)) for first in range(0, size, width))


def _population(
    item: PlannedPopulation, plan: Plan, known: Statistics, options: Options
) -> CorePopulation:
    incoming = [other for other in plan.projections if other.target == item.name]
    conductance = item.cell == "ConductanceExponentialLIF"
    atom_bits, type_bits = bits(min(item.size, options.neurons_per_core)), bits(len(item.receptors))
    available = available_slots(atom_bits, type_bits)
    longest = max((int(np.max(o.delay_steps)) for o in incoming if o.targets.size), default=0)
    slots = used_slots(longest, available, limits=options.limits)
    shifts = tuple(
        shift(
            expected_bound(
                [
                    found
                    for other in incoming
                    if other.receptor == receptor and (found := known[other.name]) is not None
                ],
                plan.dt,
                conductance=conductance,
            )
        )
        for receptor in range(len(item.receptors))
    )
    return CorePopulation(
        name=item.name,
        size=item.size,
        cell=cast(Literal["CurrentExponentialLIF", "ConductanceExponentialLIF"], item.cell),
        slices=_slices(item.size, options.neurons_per_core),
        atom_bits=atom_bits,
        type_bits=type_bits,
        available_slots=max(available, slots),
        slots=slots,
        shifts=shifts,
        scales=tuple(weight_scale(value, conductance=conductance) for value in shifts),
        parameters={
            name: np.broadcast_to(encode(values), (item.size,))
            for name, values in item.parameters.items()
        },
    )


def _projection(item: PlannedProjection, target: CorePopulation, dt: float) -> CoreProjection:
    delays = np.atleast_1d(np.asarray(item.delay_steps)).astype(np.int32, copy=False)
    stages = int(stage_of(delays, target.slots).max()) if item.targets.size else 0
    return CoreProjection(
        name=item.name,
        source=item.source,
        target=item.target,
        receptor=item.receptor,
        offsets=item.offsets,
        targets=item.targets,
        weights=stored_weights(item.weights, target.scales[item.receptor]),
        delay_steps=delays,
        stages=stages,
        plasticity=_plasticity(item, target, dt),
    )


def _plasticity(
    item: PlannedProjection, target: CorePopulation, dt: float
) -> CorePlasticity | None:
    """Encode a rule; what is a weight or a change of one is scaled like the weights."""
    rule = item.plasticity
    if rule is None:
        return None
    conductance = target.cell == "ConductanceExponentialLIF"
    weight = float(1 << CONDUCTANCE_BITS) if conductance else 1.0
    multiplicative = rule.rule == "multiplicative"
    a_plus, a_minus = absolute_amplitudes(rule)
    amplitude = 1.0 if multiplicative else weight
    return CorePlasticity(
        multiplicative=multiplicative,
        a_plus=int(encode(a_plus * amplitude)),
        a_minus=int(encode(a_minus * amplitude)),
        w_min=int(encode(rule.w_min * weight)),
        w_max=int(encode(rule.w_max * weight)),
        table_plus=trace_table(rule.tau_plus, dt),
        table_minus=trace_table(rule.tau_minus, dt),
    )


def _parameter_notes(plan: Plan, populations: tuple[CorePopulation, ...]) -> list[FidelityNote]:
    """Note, for each population, the parameter that s16.15 changes most."""
    notes = []
    for planned, laid in zip(plan.populations, populations, strict=True):
        found = []
        for name, values in planned.parameters.items():
            asked = np.broadcast_to(np.asarray(values, dtype=np.float64), (laid.size,))
            kept = laid.parameters[name] / ONE
            found.append((*_worst(asked, kept), name))
        changed = [item for item in found if item[0] > 0.0]
        if changed:
            error, asked_value, kept_value, name = max(changed)
            notes.append(
                FidelityNote(
                    where=f"population {laid.name!r}.{name}",
                    requested=asked_value,
                    stored=kept_value,
                    relative_error=error,
                    unit=unit_of(name),
                    reason=f"{len(changed)} parameters are rounded to s16.15; of these it changes "
                    "most.",
                )
            )
    return notes


def _weight_notes(
    plan: Plan, projections: tuple[CoreProjection, ...], targets: dict[str, CorePopulation]
) -> list[FidelityNote]:
    """Note, for each projection, the weight that the grid changes most."""
    notes = []
    for planned, laid in zip(plan.projections, projections, strict=True):
        if not laid.targets.size:
            continue
        target = targets[laid.target]
        scale, unit = target.scales[laid.receptor], weight_unit(target)
        asked = np.abs(np.atleast_1d(np.asarray(planned.weights, dtype=np.float64)))
        error, asked_value, kept_value = _worst(asked, laid.weights / scale)
        if error > 0.0:
            notes.append(
                FidelityNote(
                    where=f"projection {laid.name!r}.weight",
                    requested=asked_value,
                    stored=kept_value,
                    relative_error=error,
                    unit=unit,
                    reason=f"Weights onto this receptor are multiples of "
                    f"{format_value(1.0 / scale, unit)} (shift {target.shifts[laid.receptor]}).",
                )
            )
    return notes


def _worst(asked: FloatArray, kept: FloatArray) -> tuple[float, float, float]:
    """Return the largest relative error, and both values there."""
    errors = np.abs(kept - asked) / np.maximum(np.abs(asked), np.finfo(float).tiny)
    worst = int(np.argmax(errors))
    return float(errors[worst]), float(asked[worst]), float(kept[worst])


def _step_notes(plan: Plan) -> list[FidelityNote]:
    if plan.dt >= COMBINED_STEP:
        return []
    return [
        FidelityNote(
            where=f"network {plan.network.name!r}.dt",
            requested="cores for neurons and cores for synapses",
            stored="combined cores",
            relative_error=None,
            unit="",
            reason="Below 1 ms the tool may split a core; input then saturates for each synapse "
            "core alone, and a sum beyond 16 bits runs into the neighbouring neuron.",
        )
    ]
