"""Checks of projections: ends, receptors, connectors, weights, delays and learning rules.

The second half of `neuro.ir.validate`. Weights get their unit here, because only the receptor they
land on knows it.
"""

from copy import copy
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, suggestion
from neuro.ir.cells import Receptor
from neuro.ir.connectors import (
    AllToAll,
    Connector,
    FixedFanIn,
    FixedFanOut,
    FixedProbability,
    OneToOne,
    PairList,
)
from neuro.ir.description import (
    WEIGHT,
    convert,
    extremes,
    parameter_fields,
    parameter_issues,
    shown,
)
from neuro.ir.network import Network, Projection, endpoint
from neuro.ir.protocol import View
from neuro.ir.synapses import PairSTDP, SynapseType
from neuro.ir.validate import (
    Parts,
    choice_issues,
    is_whole,
    place_issues,
    range_issues,
    scalar_issues,
)
from neuro.units import GRID_TOLERANCE, format_value

Shape = tuple[int | None, int | None]


def projection_issues(network: Network, parts: Parts) -> list[NeuroError]:
    """Convert the weights of all projections to coherent units, and list what is wrong with them.

    Parameters
    ----------
    network : Network
        Its projections get converted synapses.
    parts : Parts
        Its sound parts.
    """
    issues: list[NeuroError] = []
    for projection in network.projections:
        if isinstance(projection, Projection):
            issues += _projection(projection, parts)
    return issues


def receptor_of(network: Network, projection: Projection) -> Receptor:
    """Return the receptor that a projection of a valid network lands on."""
    return network.population(endpoint(projection.target)).cell.receptors[projection.receptor]


def _projection(projection: Projection, parts: Parts) -> list[NeuroError]:
    where = f"projection {projection.name!r}"
    populations = {name: size for name, size in parts.sizes.items() if name in parts.cells}
    issues = [
        *place_issues(projection.source, parts.sizes, f"{where}.source"),
        *place_issues(projection.target, populations, f"{where}.target"),
    ]
    for name, kind in (("connector", Connector), ("synapse", SynapseType)):
        value = getattr(projection, name)
        if not isinstance(value, kind):
            known = ", ".join(each.__name__ for each in kind.__args__)
            problem = f"{value!r} is none"
            issues.append(ValidationError(f"{where}.{name}", problem, limit=f"Known: {known}"))
    if issues:
        return issues
    cell = parts.cells[endpoint(projection.target)]
    if cell is None:
        return []
    if projection.receptor not in cell.receptors:
        return [
            ValidationError(
                f"{where}.receptor",
                f"{type(cell).__name__} has no receptor {projection.receptor!r}",
                value=projection.receptor,
                limit=suggestion(str(projection.receptor), cell.receptors),
            )
        ]
    shape = (_extent(projection.source, parts), _extent(projection.target, parts))
    receptor = cell.receptors[projection.receptor]
    return [
        *_connector_issues(projection.connector, shape, f"{where}.connector"),
        *_synapse_issues(projection, receptor, shape, parts.dt, where),
    ]


def _extent(place: str | View, parts: Parts) -> int | None:
    return place.size if isinstance(place, View) else parts.sizes[place]


def _connector_issues(connector: Any, shape: Shape, where: str) -> list[NeuroError]:
    if isinstance(connector, OneToOne):
        return _one_to_one_issues(shape, where)
    if isinstance(connector, FixedProbability):
        return _probability_issues(connector, where)
    if isinstance(connector, FixedFanIn):
        return _fan_issues(connector, shape[0], where)
    if isinstance(connector, FixedFanOut):
        return _fan_issues(connector, shape[1], where)
    if isinstance(connector, PairList):
        return _pair_issues(connector, shape, where)
    return []


def _one_to_one_issues(shape: Shape, where: str) -> list[NeuroError]:
    if None in shape or shape[0] == shape[1]:
        return []
    return [
        ValidationError(
            where,
            f"one-to-one from {shape[0]} to {shape[1]} neurons",
            value=shape,
            limit="Both sides must have the same size",
            hint="Name a run of neurons with View(population, start, stop)",
        )
    ]


def _probability_issues(connector: FixedProbability, where: str) -> list[NeuroError]:
    issues = scalar_issues(connector, ("probability",), where)
    if issues:
        return issues
    issues = parameter_issues(connector, where)
    if connector.probability > 1:
        value = connector.probability
        issues.append(
            ValidationError(
                f"{where}.probability", f"{value:g}", value=value, limit="Must be at most 1"
            )
        )
    return issues


def _fan_issues(
    connector: FixedFanIn | FixedFanOut, partners: int | None, where: str
) -> list[NeuroError]:
    if partners is None:
        return []
    most = partners - 1 if connector.skip_equal_index else partners
    if is_whole(connector.count, at_least=0) and connector.count <= most:
        return []
    return [
        ValidationError(
            f"{where}.count",
            repr(connector.count),
            value=connector.count,
            limit=f"A whole number from 0 to {most}: partners are drawn without replacement",
        )
    ]


def _pair_issues(connector: PairList, shape: Shape, where: str) -> list[NeuroError]:
    if connector.sources.shape == connector.targets.shape:
        return [
            *range_issues(connector.sources, shape[0], f"{where}.sources"),
            *range_issues(connector.targets, shape[1], f"{where}.targets"),
        ]
    return [
        ValidationError(
            where,
            f"{connector.sources.size} sources and {connector.targets.size} targets",
            limit="Both lists have one entry for each pair",
        )
    ]


def _synapse_issues(
    projection: Projection, receptor: Receptor, shape: Shape, dt: float | None, where: str
) -> list[NeuroError]:
    broken = _convert_weights(projection, receptor, where)
    synapse = projection.synapse
    issues = [*broken.values()]
    issues += parameter_issues(
        synapse, where, lambda name: weight_unit(synapse, name, receptor), tuple(broken)
    )
    for name in ("weight", "delay"):
        value = getattr(synapse, name)
        issues += _array_issues(value, projection.connector, shape, f"{where}.{name}")
    if "weight" not in broken:
        issues += _sign_issues(synapse.weight, receptor, projection.receptor, f"{where}.weight")
    if dt is not None:
        issues += _delay_issues(synapse.delay, dt, f"{where}.delay")
    if isinstance(synapse, PairSTDP):
        issues += _rule_issues(synapse, projection.receptor, receptor, where, tuple(broken))
    return issues


def weight_unit(synapse: Any, name: str, receptor: Receptor) -> str:
    """Return the unit of one weight-like parameter; relative amplitudes have none."""
    relative = isinstance(synapse, PairSTDP) and synapse.amplitude == "relative"
    return "" if relative and name in ("a_plus", "a_minus") else receptor.unit


def _convert_weights(
    projection: Projection, receptor: Receptor, where: str
) -> dict[str, NeuroError]:
    """Give the projection a synapse with converted weights; return what could not be converted."""
    synapse = copy(projection.synapse)
    broken: dict[str, NeuroError] = {}
    for item in parameter_fields(synapse):
        if item.metadata["unit"] == WEIGHT:
            unit = weight_unit(synapse, item.name, receptor)
            try:
                convert(synapse, item, unit, f"{where}.{item.name}")
            except NeuroError as error:
                broken[item.name] = error
    object.__setattr__(projection, "synapse", synapse)
    return broken


def _delay_issues(delay: Any, dt: float, where: str) -> list[NeuroError]:
    shortest = extremes(delay)[0]
    if np.size(delay) == 0 or not 0 < shortest < dt * (1 - GRID_TOLERANCE):
        return []
    return [
        ValidationError(
            where,
            shown(delay, "ms"),
            value=delay,
            limit=f"A delay is at least one time step, {format_value(dt, 'ms')}",
            hint="Use a longer delay or a smaller dt",
        )
    ]


def _sign_issues(weight: Any, receptor: Receptor, name: str, where: str) -> list[NeuroError]:
    if receptor.signed or not extremes(weight)[0] < 0:
        return []
    return [
        ValidationError(
            where,
            shown(weight, receptor.unit),
            value=weight,
            limit=f"Weights onto receptor {name!r} are magnitudes, at least 0 {receptor.unit}",
            hint="For inhibition give the magnitude and receptor='inhibitory'",
        )
    ]


def _array_issues(value: Any, connector: Any, shape: Shape, where: str) -> list[NeuroError]:
    if not isinstance(value, np.ndarray) or None in shape:
        return []
    if isinstance(connector, OneToOne):
        expected: tuple[int | None, ...] | None = (shape[0],)
    elif isinstance(connector, AllToAll):
        expected = shape
    elif isinstance(connector, PairList):
        expected = connector.sources.shape
    else:
        expected = None
    if value.shape == expected:
        return []
    rule = (
        f"Must have shape {expected}"
        if expected
        else f"{type(connector).__name__} draws its pairs: give a scalar or a distribution"
    )
    return [ValidationError(where, f"array of shape {value.shape}", limit=rule)]


def _rule_issues(
    synapse: PairSTDP, receptor_name: str, receptor: Receptor, where: str, broken: tuple[str, ...]
) -> list[NeuroError]:
    issues = [
        *choice_issues(synapse.rule, ("additive", "multiplicative"), f"{where}.rule"),
        *choice_issues(synapse.amplitude, ("absolute", "relative"), f"{where}.amplitude"),
        *choice_issues(synapse.pairing, ("dendritic", "immediate"), f"{where}.pairing"),
    ]
    if synapse.rule == "multiplicative" and synapse.amplitude == "absolute":
        issues.append(
            ValidationError(
                f"{where}.amplitude",
                "'absolute' with the multiplicative rule",
                limit="The multiplicative rule has relative amplitudes only",
                hint="Use amplitude='relative'",
            )
        )
    constants = ("a_plus", "a_minus", "tau_plus", "tau_minus", "w_min", "w_max")
    issues += scalar_issues(synapse, tuple(n for n in constants if n not in broken), where)
    if isinstance(synapse.w_min, float) and isinstance(synapse.w_max, float):
        issues += _sign_issues(synapse.w_min, receptor, receptor_name, f"{where}.w_min")
        issues += _bound_issues(synapse, receptor, where, broken)
    return issues


def _bound_issues(
    synapse: PairSTDP, receptor: Receptor, where: str, broken: tuple[str, ...]
) -> list[NeuroError]:
    bounds = f"{synapse.w_min:.6g} to {synapse.w_max:.6g} {receptor.unit}".rstrip()
    if not synapse.w_min < synapse.w_max:
        return [ValidationError(f"{where}.w_max", bounds, limit="w_max must be above w_min")]
    if "weight" in broken or np.size(synapse.weight) == 0:
        return []
    low, high = extremes(synapse.weight)
    if synapse.w_min <= low and high <= synapse.w_max:
        return []
    return [
        ValidationError(
            f"{where}.weight",
            shown(synapse.weight, receptor.unit),
            value=synapse.weight,
            limit=f"An initial weight lies within {bounds}",
        )
    ]
