"""What keeps a plan from running on a PyNN simulator, found all at once."""

from collections.abc import Iterator

import numpy as np

from neuro.errors import NeuroError, UnsupportedError
from neuro.ir import PairSTDP
from neuro.plan import Plan, PlannedArray, PlannedPopulation, PlannedProjection
from neuro.pynn_export.conventions import Conventions
from neuro.units import format_value

CELLS = {"CurrentExponentialLIF": "IF_curr_exp", "ConductanceExponentialLIF": "IF_cond_exp"}
"""PyNN's names of the cell types that all its simulators have."""

NEAREST = {
    "DeltaLIF": "CurrentExponentialLIF with a short tau_syn_E",
    "DiscreteLIF": "CurrentExponentialLIF",
    "BinaryThresholdUnit": "CurrentExponentialLIF with a short tau_m",
}


def obstacles(plan: Plan, conventions: Conventions) -> list[NeuroError]:
    """List everything in a plan that a simulator cannot run.

    Parameters
    ----------
    plan : Plan
        What is to run.
    conventions : Conventions
        How the simulator differs.
    """
    found = [*_semantics(plan, conventions), *_cells(plan)]
    if not found:
        found += _plasticity(plan, conventions)
        found += _repeated_spikes(plan, conventions)
        found += _restless_start(plan, conventions)
        found += _refractory(plan, conventions)
    return found


def lead_in(plan: Plan, conventions: Conventions) -> int:
    """Return the steps of rest that are needed before the first listed spike can be fired."""
    labels = [
        int(item.steps.min()) + plan.label_offset
        for item in plan.inputs
        if isinstance(item, PlannedArray) and item.steps is not None and item.steps.size
    ]
    return max(0, conventions.first_label - min(labels, default=conventions.first_label))


def inhibits_with_current(plan: Plan, projection: PlannedProjection) -> bool:
    """Say whether a projection takes current away, which some simulators write as a sign."""
    target = next(item for item in plan.populations if item.name == projection.target)
    return (
        target.cell == "CurrentExponentialLIF"
        and target.receptors[projection.receptor] == "inhibitory"
    )


def _semantics(plan: Plan, conventions: Conventions) -> Iterator[NeuroError]:
    if plan.semantics != conventions.semantics:
        yield UnsupportedError(
            f"network {plan.network.name!r}.semantics",
            f"{plan.semantics!r} is not what {conventions.module} computes",
            value=plan.semantics,
            limit=f"{conventions.module} computes {conventions.semantics!r}",
            hint=f"Lower the network with semantics={conventions.semantics!r}; its answers may "
            "differ",
        )


def _cells(plan: Plan) -> Iterator[NeuroError]:
    for item in plan.populations:
        if item.cell not in CELLS:
            yield UnsupportedError(
                f"population {item.name!r}.cell",
                f"PyNN has no {item.cell!r}",
                value=item.cell,
                limit=f"Supported: {', '.join(sorted(CELLS))}",
                hint=f"The nearest is {NEAREST.get(item.cell, 'CurrentExponentialLIF')}",
            )


def _plasticity(plan: Plan, conventions: Conventions) -> Iterator[NeuroError]:
    for item in plan.projections:
        if item.plasticity is not None:
            where = f"projection {item.name!r}.synapse"
            inhibits = inhibits_with_current(plan, item)
            yield from _rule(item.plasticity, where, conventions, inhibits)


def _rule(
    rule: PairSTDP, where: str, conventions: Conventions, inhibits: bool
) -> Iterator[NeuroError]:
    if rule.pairing != "dendritic":
        yield UnsupportedError(
            f"{where}.pairing",
            f"{rule.pairing!r} cannot be said in PyNN",
            value=rule.pairing,
            limit="Its delays are dendritic",
            hint="Use pairing='dendritic' with a delay of one step",
        )
    if rule.w_min != 0 and not conventions.w_min:
        yield UnsupportedError(
            f"{where}.w_min",
            f"{rule.w_min:g}",
            value=rule.w_min,
            limit=f"{conventions.module} has a lower bound of 0",
        )
    if inhibits and not conventions.plastic_inhibition:
        yield UnsupportedError(
            where,
            f"inhibitory currents cannot learn on {conventions.module}",
            hint="Make the inhibition static, or the target conductance-based",
        )
    absolute = rule.rule == "additive" and rule.amplitude == "absolute"
    if absolute and conventions.amplitude_per_w_max and rule.w_max <= 0:
        yield UnsupportedError(
            f"{where}.w_max",
            f"{rule.w_max:g}",
            value=rule.w_max,
            limit=f"{conventions.module} counts amplitudes in w_max, which has to be above 0",
        )


def _repeated_spikes(plan: Plan, conventions: Conventions) -> Iterator[NeuroError]:
    if conventions.repeated_spikes:
        return
    for item in plan.inputs:
        if isinstance(item, PlannedArray) and item.steps is not None:
            pairs = np.stack([item.steps, item.indices])
            repeated = item.steps.size - np.unique(pairs, axis=1).shape[1]
            if repeated:
                yield UnsupportedError(
                    f"input {item.name!r}.times",
                    f"{repeated} spikes fall into the step of another of the same source",
                    value=repeated,
                    limit=f"On {conventions.module} a source fires once in a step",
                )


def _restless_start(plan: Plan, conventions: Conventions) -> Iterator[NeuroError]:
    """Refuse a lead-in for neurons that would not rest in it."""
    steps = lead_in(plan, conventions)
    if not steps:
        return
    earliest = format_value(conventions.first_label * plan.dt, "ms")
    for item in plan.populations:
        if not _rests(item):
            yield UnsupportedError(
                f"network {plan.network.name!r}.inputs",
                f"spikes before {earliest}, while population {item.name!r} does not start at rest",
                value=steps,
                limit=f"On {conventions.module} no source fires before {earliest}",
                hint=f"Let the inputs begin {format_value(steps * plan.dt, 'ms')} later",
            )


def _refractory(plan: Plan, conventions: Conventions) -> Iterator[NeuroError]:
    if conventions.varying_refractory:
        return
    for item in plan.populations:
        steps = np.unique(item.refractory_steps)
        if steps.size > 1:
            span = (format_value(float(steps[k]) * plan.dt, "ms") for k in (0, -1))
            yield UnsupportedError(
                f"population {item.name!r}.tau_refrac",
                f"differs between neurons, from {' to '.join(span)}",
                value=int(steps.size),
                limit=f"On {conventions.module} it is the same for a population",
                hint="Make one population for each value",
            )


def _rests(item: PlannedPopulation) -> bool:
    parameters = item.parameters
    still = np.all(np.asarray(parameters["i_offset"]) == 0)
    return bool(still and np.all(np.asarray(parameters["v_init"]) == parameters["v_rest"]))
