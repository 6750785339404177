"""Projections in PyNN's words: connector, weight, delay and learning rule as Python text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.ir import PairSTDP
from neuro.plan import Plan, PlannedProjection
from neuro.pynn_export.conventions import Conventions
from neuro.pynn_export.literals import Literals, number, quoted, time
from neuro.pynn_export.obstacles import inhibits_with_current

DEPENDENCES = {
    "additive": "AdditiveWeightDependence",
    "multiplicative": "MultiplicativeWeightDependence",
}


def link(
    plan: Plan, projection: PlannedProjection, conventions: Conventions, literals: Literals
) -> dict[str, Any]:
    """Describe one projection for the script's template.

    Parameters
    ----------
    plan : Plan
        What the projection belongs to.
    projection : PlannedProjection
        One with synapses.
    conventions : Conventions
        How the simulator differs.
    literals : Literals
        Takes the lists that are too long for the script.
    """
    sizes = plan.network.sizes()
    shape = sizes[projection.source], sizes[projection.target]
    target = next(item for item in plan.populations if item.name == projection.target)
    inhibits = inhibits_with_current(plan, projection)
    sign = -1.0 if inhibits and conventions.negative_inhibition else 1.0
    weights = sign * np.asarray(projection.weights, dtype=np.float64)
    delays = time(np.asarray(projection.delay_steps), plan.dt)
    equal = bool(np.all(weights == weights.flat[0]) and np.all(delays == delays.flat[0]))
    connector = rule_of(projection, shape, conventions) if equal else None
    return {
        "name": quoted(projection.name),
        "source": quoted(projection.source),
        "target": quoted(projection.target),
        "receptor": quoted(target.receptors[projection.receptor]),
        "connector": connector or _list(projection, weights, delays, literals),
        "weight": number(weights.flat[0]),
        "delay": number(delays.flat[0]),
        "rule": None
        if projection.plasticity is None
        else learning_rule(projection.plasticity, conventions, sign),
    }


def rule_of(
    projection: PlannedProjection, shape: tuple[int, int], conventions: Conventions
) -> str | None:
    """Return the connector whose pairs are exactly those of a projection; None if there is none.

    Parameters
    ----------
    projection : PlannedProjection
        Its pairs.
    shape : (int, int)
        Numbers of sources and of targets.
    conventions : Conventions
        How the simulator differs.
    """
    sources, targets = shape
    pairs, counts = projection.targets, np.diff(projection.offsets)
    columns = np.arange(targets)
    single = sources == 1 and not conventions.single_one_to_one
    if sources == targets and not single and np.all(counts == 1) and np.all(pairs == columns):
        return "sim.OneToOneConnector()"
    if np.all(counts == targets):
        every = np.array_equal(pairs.reshape(shape), np.broadcast_to(columns, shape))
        return "sim.AllToAllConnector()" if every else None
    # Simulators disagree on what this means between two populations of equal size.
    recurrent = projection.source == projection.target and conventions.all_but_self
    if recurrent and np.all(counts == targets - 1):
        others = np.broadcast_to(columns, shape)[~np.eye(targets, dtype=bool)]
        if np.array_equal(pairs, others):
            return "sim.AllToAllConnector(allow_self_connections=False)"
    return None


def learning_rule(rule: PairSTDP, conventions: Conventions, sign: float) -> dict[str, str]:
    """Write the constants of a learning rule as a simulator counts them.

    Parameters
    ----------
    rule : PairSTDP
        As in the network.
    conventions : Conventions
        How the simulator differs.
    sign : {1, -1}
        Sign of its weights on this simulator.
    """
    scale = 1.0
    if rule.rule == "additive":
        absolute = rule.amplitude == "absolute"
        if conventions.amplitude_per_w_max and absolute:
            scale = 1.0 / rule.w_max
        elif not conventions.amplitude_per_w_max and not absolute:
            scale = rule.w_max
    return {
        "tau_plus": number(rule.tau_plus),
        "tau_minus": number(rule.tau_minus),
        "a_plus": number(rule.a_plus * scale),
        "a_minus": number(rule.a_minus * scale),
        "w_min": number(sign * rule.w_min if rule.w_min else 0.0),
        "w_max": number(sign * rule.w_max),
        "dependence": DEPENDENCES[rule.rule],
    }


def _list(
    projection: PlannedProjection,
    weights: NDArray[np.float64],
    delays: NDArray[np.float64],
    literals: Literals,
) -> str:
    count = projection.targets.size
    columns = (
        projection.sources,
        projection.targets,
        np.broadcast_to(weights, count),
        np.broadcast_to(delays, count),
    )
    rows = literals.rows(columns, f"{projection.name}.synapses")
    return f'sim.FromListConnector({rows}, column_names=["weight", "delay"])'
