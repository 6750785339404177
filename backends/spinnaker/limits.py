"""What the machine or its tool refuses: every such place of a plan, found before any run.

Limits: specs, spinnaker sections 3 to 5 and 7. Defects, which the machine accepts silently, are in
`defects`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from neuro.backends.spinnaker.arithmetic import ACCUM_LIMIT, ONE
from neuro.backends.spinnaker.delays import MOST_STAGES
from neuro.backends.spinnaker.layout import CorePopulation, CoreProjection
from neuro.backends.spinnaker.rows import projection_rows
from neuro.errors import CapacityError, NeuroError, UnsupportedError
from neuro.ir import PairSTDP
from neuro.ir.description import extremes
from neuro.passes import unsupported
from neuro.plan import Plan, PlannedPopulation
from neuro.target import Capabilities
from neuro.units import format_value

CAPABILITIES = Capabilities(
    semantics=frozenset({"tick"}),
    cells=frozenset({"CurrentExponentialLIF", "ConductanceExponentialLIF"}),
    synapses=frozenset({"Static", "PairSTDP"}),
    inputs=frozenset({"SpikeArray", "Poisson"}),
)

ROW_WORDS = 256
"""Words of one synaptic row without its header."""

_UNITS = {"cm": "nF", "i_offset": "nA"}


def plan_refusals(plan: Plan) -> list[NeuroError]:
    """List what is refused whatever the layout: unknown parts, rules, and numbers out of range."""
    issues = unsupported(plan.network, plan.semantics, CAPABILITIES)
    for population in plan.populations:
        if population.cell in CAPABILITIES.cells:
            issues += _parameter_issues(population, plan.dt)
        issues += _rule_issues(population, plan)
    return issues


def layout_refusals(
    populations: Sequence[CorePopulation], projections: Sequence[CoreProjection], dt: float
) -> list[NeuroError]:
    """List what does not fit: delays, delay extensions, rows."""
    issues: list[NeuroError] = []
    by_name = {item.name: item for item in populations}
    for projection in projections:
        target = by_name[projection.target]
        issues += _delay_issues(projection, target, dt)
        issues += _row_issues(projection, target)
    return [*issues, *_extension_issues(by_name, projections)]


def unit_of(parameter: str) -> str:
    """Return the unit of a cell parameter."""
    return _UNITS.get(parameter, "ms" if parameter.startswith("tau") else "mV")


def _parameter_issues(population: PlannedPopulation, dt: float) -> Iterator[NeuroError]:
    where = f"population {population.name!r}"
    for name, values in population.parameters.items():
        yield from _range_issues(f"{where}.{name}", values, unit_of(name))
        if name.startswith("tau"):
            yield from _ratio_issues(f"{where}.{name}", values, dt, "the time step", "ms")
    yield from _divisor_issues(population, where, dt)
    tau_m, cm = population.parameters["tau_m"], population.parameters["cm"]
    ratio = np.max(np.asarray(tau_m) / np.asarray(cm))
    yield from _ratio_issues(f"{where}.tau_m", ratio, 1.0, "the capacitance", "MOhm")


def _range_issues(where: str, values: Any, unit: str) -> Iterator[NeuroError]:
    worst = max(extremes(values), key=abs)
    if abs(worst) > ACCUM_LIMIT - 1.0 / ONE:
        yield CapacityError(
            where,
            f"{format_value(worst, unit)} does not fit into s16.15",
            value=worst,
            limit=f"Numbers lie between -{ACCUM_LIMIT:g} and {ACCUM_LIMIT:g}",
        )


def _ratio_issues(
    where: str, values: Any, divisor: float, name: str, unit: str
) -> Iterator[NeuroError]:
    _, largest = extremes(values)
    if largest / divisor >= ACCUM_LIMIT:
        yield CapacityError(
            where,
            f"{format_value(largest, unit)} is {largest / divisor:.6g} times {name}",
            value=largest,
            limit=f"The ratio is kept in s16.15 and stays below {ACCUM_LIMIT:g}",
        )


def _divisor_issues(population: PlannedPopulation, where: str, dt: float) -> Iterator[NeuroError]:
    """Find divisors that are rounded to zero, or too small for the time step."""
    for name in ("cm", "tau_m", "tau_syn_E", "tau_syn_I"):
        smallest, _ = extremes(population.parameters[name])
        limit = 1.0 / ONE if name == "cm" else max(1.0 / ONE, 2.0 * dt / ACCUM_LIMIT)
        if smallest < limit:
            yield CapacityError(
                f"{where}.{name}",
                f"{format_value(smallest, unit_of(name))} is too small",
                value=smallest,
                limit=f"At least {format_value(limit, unit_of(name))} fits into s16.15",
            )


def _rule_issues(population: PlannedPopulation, plan: Plan) -> Iterator[NeuroError]:
    """Find learning rules that are not offered, and a second rule of one target."""
    plastic = [
        (item, item.plasticity)
        for item in plan.projections
        if item.target == population.name and item.plasticity is not None
    ]
    for item, rule in plastic:
        where = f"projection {item.name!r}"
        if rule.pairing != "dendritic":
            yield UnsupportedError(
                f"{where}.pairing",
                repr(rule.pairing),
                value=rule.pairing,
                limit="The machine pairs spikes after a dendritic delay",
                hint="Use pairing='dendritic'",
            )
        yield from _rule_range_issues(where, rule, population)
        if _rule_key(rule) != _rule_key(plastic[0][1]):
            yield UnsupportedError(
                f"{where}.synapse",
                f"another learning rule than projection {plastic[0][0].name!r}",
                limit=f"All plastic projections onto {population.name!r} share time constants, "
                "amplitudes, bounds and weight rule",
                hint="Give both the same rule, or split the target population",
            )


def _rule_range_issues(
    where: str, rule: PairSTDP, population: PlannedPopulation
) -> Iterator[NeuroError]:
    scale, unit = 1.0, "nA"
    if population.cell == "ConductanceExponentialLIF":
        scale, unit = 1024.0, "uS"
    for name in ("w_min", "w_max", "a_plus", "a_minus"):
        value = getattr(rule, name)
        if abs(value) * scale > ACCUM_LIMIT - 1.0 / ONE:
            yield CapacityError(
                f"{where}.{name}",
                f"{format_value(value, unit)} does not fit into s16.15",
                value=value,
                limit=f"It stays below {format_value(ACCUM_LIMIT / scale, unit)}",
            )


def _rule_key(rule: PairSTDP) -> tuple[Any, ...]:
    # The initial weight and delay are a projection's own.
    names = ("rule", "tau_plus", "tau_minus", "w_min", "w_max")
    return (*(getattr(rule, name) for name in names), *absolute_amplitudes(rule))


def absolute_amplitudes(rule: PairSTDP) -> tuple[float, float]:
    """Return A+ and A- as the machine takes them: weight changes if the rule is additive."""
    factor = rule.w_max if rule.rule == "additive" and rule.amplitude == "relative" else 1.0
    return rule.a_plus * factor, rule.a_minus * factor


def _delay_issues(
    projection: CoreProjection, target: CorePopulation, dt: float
) -> Iterator[NeuroError]:
    if projection.stages <= MOST_STAGES:
        return
    longest = int(projection.delay_steps.max())
    most = target.slots * (MOST_STAGES + 1)
    yield CapacityError(
        f"projection {projection.name!r}.delay",
        f"{format_value(longest * dt, 'ms')} is {longest} steps",
        value=longest * dt,
        limit=f"{target.slots} slots (2^{target.atom_bits} neurons per core) and {MOST_STAGES} "
        f"stages of a delay extension hold {most} steps",
        hint="Use fewer neurons per core, a larger time step, or a shorter delay",
    )


def _extension_issues(
    targets: dict[str, CorePopulation], projections: Iterable[CoreProjection]
) -> Iterator[NeuroError]:
    """Find sources whose delay extension would need stages of two lengths."""
    first: dict[str, CoreProjection] = {}
    for item in projections:
        if not item.stages:
            continue
        other = first.setdefault(item.source, item)
        slots, others = targets[item.target].slots, targets[other.target].slots
        if slots != others:
            yield CapacityError(
                f"projection {item.name!r}.delay",
                f"needs a delay extension of {slots} steps per stage, projection {other.name!r} "
                f"of {others}",
                value=slots,
                limit=f"One source ({item.source!r}) has one delay extension",
                hint="Give both targets the same number of neurons, or shorten one delay",
            )


def _row_issues(projection: CoreProjection, target: CorePopulation) -> Iterator[NeuroError]:
    rows = projection_rows(projection, target, target.slots)
    words = int(rows.longest.max(initial=0))
    if words <= ROW_WORDS:
        return
    kind, most = ("plastic", ROW_WORDS - 2) if rows.plastic else ("static", ROW_WORDS)
    yield CapacityError(
        f"projection {projection.name!r}",
        f"a source reaches {int(rows.counts.max())} {kind} synapses on one core",
        value=words,
        limit=f"A row holds {most} of them ({ROW_WORDS} words)",
        hint=f"Use at most {most} neurons per core",
    )
