"""All checks of a network that need no backend; every problem is reported, not only the first.

`network_issues` is called by the constructor of `Network`; nothing else in neuro checks a network
for being well formed.
"""

import re
from collections import Counter
from collections.abc import Iterable
from copy import copy
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, suggestion
from neuro.ir.cells import CellType, Receptor
from neuro.ir.connectors import (
    AllToAll,
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
from neuro.ir.distributions import Distribution
from neuro.ir.inputs import Poisson, SpikeArray
from neuro.ir.network import Network, Population, Projection, endpoint
from neuro.ir.probes import SPIKES, Probe
from neuro.ir.protocol import View
from neuro.ir.synapses import PairSTDP
from neuro.units import GRID_TOLERANCE, format_value, whole_steps

SEMANTICS = ("exact", "tick")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.>+-]*")


def resolve_weight_units(network: Network) -> list[NeuroError]:
    """Convert every weight to the unit of the receptor it lands on.

    Projections whose target or receptor does not exist are left alone; `network_issues` names them.
    """
    errors: list[NeuroError] = []
    for projection in network.projections:
        receptor = receptor_of(network, projection)
        if receptor is None:
            continue
        synapse = copy(projection.synapse)
        for item in parameter_fields(synapse):
            if item.metadata["unit"] == WEIGHT:
                unit = weight_unit(synapse, item.name, receptor)
                try:
                    convert(synapse, item, unit, f"projection {projection.name!r}.{item.name}")
                except NeuroError as error:
                    errors.append(error)
        object.__setattr__(projection, "synapse", synapse)
    return errors


def weight_unit(synapse: Any, name: str, receptor: Receptor) -> str:
    """Return the unit of one weight-like parameter; relative amplitudes have none."""
    relative = isinstance(synapse, PairSTDP) and synapse.amplitude == "relative"
    return "" if relative and name in ("a_plus", "a_minus") else receptor.unit


def receptor_of(network: Network, projection: Projection) -> Receptor | None:
    """Return the receptor that a projection lands on; None if there is no such thing."""
    for population in network.populations:
        if population.name == endpoint(projection.target):
            return population.cell.receptors.get(projection.receptor)
    return None


def network_issues(network: Network, earlier: Iterable[NeuroError] = ()) -> list[NeuroError]:
    """List everything that is wrong with a network.

    Parameters
    ----------
    network : Network
        A network whose units are converted.
    earlier : iterable of NeuroError
        Unit errors already found; parameters at those places are not looked at again.
    """
    skip = {issue.where for issue in earlier}
    issues = [*_general(network), *_names(network)]
    for population in network.populations:
        issues += _population(population)
    for source in network.inputs:
        issues += _input(source)
    for projection in network.projections:
        issues += _projection(network, projection, skip)
    for probe in network.probes:
        issues += _probe(network, probe)
    return issues


def _general(network: Network) -> list[NeuroError]:
    where = f"network {network.name!r}"
    issues = parameter_issues(network, where)
    if network.semantics not in SEMANTICS:
        issues.append(
            ValidationError(
                f"{where}.semantics",
                repr(network.semantics),
                value=network.semantics,
                limit=suggestion(str(network.semantics), SEMANTICS),
            )
        )
    if not _is_whole(network.seed, at_least=0):
        issues.append(
            ValidationError(
                f"{where}.seed",
                repr(network.seed),
                value=network.seed,
                limit="A seed is a whole number, not negative",
            )
        )
    return issues


def _names(network: Network) -> list[NeuroError]:
    issues: list[NeuroError] = []
    neurons = [*network.inputs, *network.populations]
    for kind, items in (("population or input", neurons), ("projection", network.projections)):
        for name, count in Counter(item.name for item in items).items():
            if count > 1:
                issues.append(
                    ValidationError(
                        f"{kind} {name!r}",
                        f"{count} have this name",
                        value=name,
                        hint="Give each a name of its own with name=",
                    )
                )
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                issues.append(
                    ValidationError(
                        f"{kind} {name!r}",
                        "not a usable name",
                        value=name,
                        limit="Names have letters, digits and _ . - > +, and start with a letter, "
                        "digit or _",
                    )
                )
    return issues


def _population(population: Population) -> list[NeuroError]:
    where = f"population {population.name!r}"
    issues = _size(population.size, where)
    if not isinstance(population.cell, CellType):
        known = ", ".join(kind.__name__ for kind in CellType.__args__)
        problem = f"{type(population.cell).__name__} is not a cell type"
        return [*issues, ValidationError(f"{where}.cell", problem, limit=f"Known: {known}")]
    issues += parameter_issues(population.cell, where)
    issues += _lengths(population.cell, population.size, where)
    issues += _reset_issues(population.cell, where)
    return issues


def _reset_issues(cell: Any, where: str) -> list[NeuroError]:
    reset, threshold = getattr(cell, "v_reset", None), getattr(cell, "v_thresh", None)
    if reset is None or threshold is None:
        return []
    if extremes(reset)[1] < extremes(threshold)[0]:
        return []
    if isinstance(reset, np.ndarray) or isinstance(threshold, np.ndarray):
        same_length = np.broadcast(reset, threshold) if np.size(reset) == np.size(threshold) else 1
        if same_length != 1 and bool(np.all(np.asarray(reset) < np.asarray(threshold))):
            return []
    return [
        ValidationError(
            f"{where}.v_reset",
            f"{shown(reset, 'mV')} with v_thresh {shown(threshold, 'mV')}",
            value=reset,
            limit="The reset must be below the threshold, or the neuron would fire for ever",
        )
    ]


def _input(source: Any) -> list[NeuroError]:
    where = f"input {source.name!r}"
    issues = [*_size(source.size, where), *parameter_issues(source, where)]
    if isinstance(source, SpikeArray):
        issues += _range_issues(source.indices, source.size, f"{where}.indices")
    if isinstance(source, Poisson):
        issues += _lengths(source, source.size, where)
    return issues


def _projection(network: Network, projection: Projection, skip: set[str]) -> list[NeuroError]:
    where = f"projection {projection.name!r}"
    populations = {item.name: item.size for item in network.populations}
    issues = [
        *_endpoint_issues(projection.source, network.sizes(), f"{where}.source"),
        *_endpoint_issues(projection.target, populations, f"{where}.target"),
    ]
    if issues:
        return issues
    receptor = receptor_of(network, projection)
    if receptor is None:
        cell = network.population(endpoint(projection.target)).cell
        return [
            ValidationError(
                f"{where}.receptor",
                f"{type(cell).__name__} has no receptor {projection.receptor!r}",
                value=projection.receptor,
                limit=suggestion(projection.receptor, cell.receptors),
            )
        ]
    shape = (
        _endpoint_size(projection.source, network.sizes()),
        _endpoint_size(projection.target, populations),
    )
    issues += _connector_issues(projection.connector, shape, where)
    found = _synapse_issues(network, projection, receptor, shape, where)
    return issues + [issue for issue in found if issue.where not in skip]


def _endpoint_issues(place: str | View, sizes: dict[str, int], where: str) -> list[NeuroError]:
    name = endpoint(place)
    if name not in sizes:
        return [
            ValidationError(
                where, f"no population {name!r}", value=name, limit=suggestion(name, sizes)
            )
        ]
    if isinstance(place, View) and not 0 <= place.start < place.stop <= sizes[name]:
        return [
            ValidationError(
                where,
                f"view {place.start}:{place.stop} of {name!r}",
                value=(place.start, place.stop),
                limit=f"A view is not empty and lies within 0:{sizes[name]}",
            )
        ]
    return []


def _endpoint_size(place: str | View, sizes: dict[str, int]) -> int:
    return place.size if isinstance(place, View) else sizes[place]


def _connector_issues(connector: Any, shape: tuple[int, int], where: str) -> list[NeuroError]:
    where = f"{where}.connector"
    if isinstance(connector, OneToOne) and shape[0] != shape[1]:
        return [
            ValidationError(
                where,
                f"one-to-one from {shape[0]} to {shape[1]} neurons",
                value=shape,
                limit="Both sides must have the same size",
                hint="Name a run of neurons with View(population, start, stop)",
            )
        ]
    if isinstance(connector, FixedProbability):
        issues = parameter_issues(connector, where)
        if extremes(connector.probability)[1] > 1:
            problem = format_value(extremes(connector.probability)[1], "")
            issues.append(
                ValidationError(f"{where}.probability", problem, limit="Must be at most 1")
            )
        return issues
    if isinstance(connector, FixedFanIn | FixedFanOut):
        return _fan_issues(connector, shape, where)
    if isinstance(connector, PairList):
        if connector.sources.shape != connector.targets.shape:
            return [
                ValidationError(
                    where,
                    f"{connector.sources.size} sources and {connector.targets.size} targets",
                    limit="Both lists have one entry for each pair",
                )
            ]
        return [
            *_range_issues(connector.sources, shape[0], f"{where}.sources"),
            *_range_issues(connector.targets, shape[1], f"{where}.targets"),
        ]
    return []


def _fan_issues(
    connector: FixedFanIn | FixedFanOut, shape: tuple[int, int], where: str
) -> list[NeuroError]:
    others = shape[0] if isinstance(connector, FixedFanIn) else shape[1]
    most = others - 1 if connector.skip_equal_index else others
    if _is_whole(connector.count, at_least=0) and connector.count <= most:
        return []
    return [
        ValidationError(
            f"{where}.count",
            repr(connector.count),
            value=connector.count,
            limit=f"A whole number from 0 to {most}: partners are drawn without replacement",
        )
    ]


def _synapse_issues(
    network: Network,
    projection: Projection,
    receptor: Receptor,
    shape: tuple[int, int],
    where: str,
) -> list[NeuroError]:
    synapse = projection.synapse
    issues = parameter_issues(synapse, where, receptor.unit)
    issues += _sign_issues(synapse.weight, receptor, projection.receptor, f"{where}.weight")
    for name in ("weight", "delay"):
        issues += _synapse_shape(
            getattr(synapse, name), projection.connector, shape, f"{where}.{name}"
        )
    shortest = extremes(synapse.delay)[0]
    if 0 < shortest < network.dt * (1 - GRID_TOLERANCE):
        issues.append(
            ValidationError(
                f"{where}.delay",
                shown(synapse.delay, "ms"),
                value=synapse.delay,
                limit=f"A delay is at least one time step, {format_value(network.dt, 'ms')}",
                hint="Use a longer delay or a smaller dt",
            )
        )
    if isinstance(synapse, PairSTDP):
        issues += _plasticity_issues(synapse, receptor, where)
    return issues


def _sign_issues(weight: Any, receptor: Receptor, name: str, where: str) -> list[NeuroError]:
    low, _ = extremes(weight)
    if receptor.signed or not low < 0:
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


def _synapse_shape(
    value: Any, connector: Any, shape: tuple[int, int], where: str
) -> list[NeuroError]:
    if not isinstance(value, np.ndarray):
        return []
    if isinstance(connector, OneToOne):
        expected: tuple[int, ...] | None = (shape[0],)
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


def _plasticity_issues(synapse: PairSTDP, receptor: Receptor, where: str) -> list[NeuroError]:
    issues: list[NeuroError] = []
    choices = {"rule": ("additive", "multiplicative"), "amplitude": ("absolute", "relative")}
    for name, known in choices.items():
        value = getattr(synapse, name)
        if value not in known:
            issues.append(
                ValidationError(f"{where}.{name}", repr(value), limit=suggestion(str(value), known))
            )
    if synapse.rule == "multiplicative" and synapse.amplitude == "absolute":
        issues.append(
            ValidationError(
                f"{where}.amplitude",
                "'absolute' with the multiplicative rule",
                limit="The multiplicative rule has relative amplitudes only",
                hint="Use amplitude='relative'",
            )
        )
    low, high = extremes(synapse.weight)
    if isinstance(synapse.w_min, float) and isinstance(synapse.w_max, float):
        if not receptor.signed and synapse.w_min < 0:
            issues += _sign_issues(synapse.w_min, receptor, "excitatory", f"{where}.w_min")
        bounds = f"{synapse.w_min:.6g} to {synapse.w_max:.6g} {receptor.unit}".rstrip()
        if not synapse.w_min < synapse.w_max:
            issues.append(
                ValidationError(f"{where}.w_max", bounds, limit="w_max must be above w_min")
            )
        elif low < synapse.w_min or high > synapse.w_max:
            issues.append(
                ValidationError(
                    f"{where}.weight",
                    shown(synapse.weight, receptor.unit),
                    value=synapse.weight,
                    limit=f"An initial weight lies within {bounds}",
                )
            )
    scalars = ("a_plus", "a_minus", "tau_plus", "tau_minus", "w_min", "w_max")
    issues += [
        ValidationError(f"{where}.{name}", "must be one number", limit="Not an array")
        for name in scalars
        if not isinstance(getattr(synapse, name), float)
    ]
    return issues


def _probe(network: Network, probe: Probe) -> list[NeuroError]:
    where = f"probe of {probe.population!r}"
    sizes = network.sizes()
    issues = _endpoint_issues(probe.population, sizes, where)
    if issues:
        return issues
    cells = {item.name: item.cell for item in network.populations}
    known = [SPIKES, *(cells[probe.population].variables if probe.population in cells else ())]
    if probe.variable not in known:
        issues.append(
            ValidationError(
                f"{where}.variable",
                f"no variable {probe.variable!r}",
                value=probe.variable,
                limit=suggestion(probe.variable, known),
            )
        )
    if probe.indices is not None:
        issues += _range_issues(probe.indices, sizes[probe.population], f"{where}.indices")
    issues += parameter_issues(probe, where)
    if probe.interval is not None and not issues:
        try:
            whole_steps(probe.interval, network.dt, f"{where}.interval")
        except ValidationError as error:
            issues.append(error)
    return issues


def _size(size: object, where: str) -> list[NeuroError]:
    if _is_whole(size, at_least=1):
        return []
    return [
        ValidationError(f"{where}.size", repr(size), value=size, limit="A whole number, at least 1")
    ]


def _is_whole(value: object, *, at_least: int) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and int(value) >= at_least  # type: ignore[call-overload]


def _lengths(part: Any, size: int, where: str) -> list[NeuroError]:
    issues: list[NeuroError] = []
    for item in parameter_fields(part):
        value = getattr(part, item.name)
        if isinstance(value, np.ndarray) and value.shape != (size,):
            issues.append(
                ValidationError(
                    f"{where}.{item.name}",
                    f"array of shape {value.shape}",
                    limit=f"One value, or one for each of the {size} neurons",
                )
            )
        if isinstance(value, Distribution) and item.name == "stop":
            issues.append(ValidationError(f"{where}.stop", "must be one time"))
    return issues


def _range_issues(indices: Any, size: int, where: str) -> list[NeuroError]:
    bad = np.flatnonzero((indices < 0) | (indices >= size))
    if bad.size == 0:
        return []
    return [
        ValidationError(
            where,
            f"{bad.size} of {indices.size} out of range, the first is {indices[bad[0]]} "
            f"at position {bad[0]}",
            value=int(indices[bad[0]]),
            limit=f"Indices run from 0 to {size - 1}",
        )
    ]
