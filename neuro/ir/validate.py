"""All checks of a network that need no backend; every problem is reported, not only the first.

`network_issues` is called by the constructor of `Network`. A check that rests on a broken part is
left out: the part itself is reported.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, suggestion
from neuro.ir.cells import CellType
from neuro.ir.description import extremes, parameter_fields, parameter_issues, shown
from neuro.ir.inputs import Input, Poisson, SpikeArray
from neuro.ir.network import Network, Population, Projection
from neuro.ir.probes import SPIKES, Probe
from neuro.ir.protocol import MemoryProtocol, View
from neuro.units import format_value, whole_steps

SEMANTICS = ("exact", "tick")

MOST_NEURONS = 2**32 - 1
"""Of one population or input; synapses name their targets in 32 bits."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.>+-]*")


@dataclass(frozen=True, slots=True)
class Parts:
    """The sound parts of a network, on which further checks can rest.

    Parameters
    ----------
    sizes : dict of str to int or None
        By population and input; None where the size is wrong.
    cells : dict of str to CellType or None
        By population; None where the cell is none.
    dt : float or None, ms
        Time step; None where it is wrong.
    """

    sizes: dict[str, int | None]
    cells: dict[str, CellType | None]
    dt: float | None


def sound_parts(network: Network) -> Parts:
    """Collect what further checks can rest on."""
    neurons = [
        item
        for item in (*network.inputs, *network.populations)
        if isinstance(item, Population | Input) and isinstance(item.name, str)
    ]
    usable = isinstance(network.dt, float) and np.isfinite(network.dt) and network.dt > 0
    return Parts(
        sizes={item.name: int(item.size) if _is_size(item.size) else None for item in neurons},
        cells={
            item.name: item.cell if isinstance(item.cell, CellType) else None
            for item in neurons
            if isinstance(item, Population)
        },
        dt=network.dt if usable else None,
    )


def network_issues(network: Network, parts: Parts) -> list[NeuroError]:
    """List everything that is wrong with a network, but for its projections.

    Parameters
    ----------
    network : Network
        A network whose units are converted.
    parts : Parts
        Its sound parts.
    """
    issues = [*_general(network), *_kinds(network), *_names(network)]
    for population in network.populations:
        if isinstance(population, Population):
            issues += _population(population)
    for source in network.inputs:
        if isinstance(source, Input):
            issues += input_issues(source)
    for probe in network.probes:
        if isinstance(probe, Probe):
            issues += _probe(probe, parts)
    issues += _repeated_probes(network)
    return issues + (_protocol(network.protocol, parts) if network.protocol else [])


def is_whole(value: object, *, at_least: int) -> bool:
    """Say whether a value is a whole number, and not below a limit; True and 3.0 are not."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return int(value) >= at_least


def choice_issues(value: object, known: tuple[str, ...], where: str) -> list[NeuroError]:
    """List whether a value is not among the known ones."""
    if value in known:
        return []
    limit = suggestion(str(value), known)
    return [ValidationError(where, repr(value), value=value, limit=limit)]


def scalar_issues(part: Any, names: tuple[str, ...], where: str) -> list[NeuroError]:
    """List the parameters that are arrays or distributions but must be one number."""
    return [
        ValidationError(f"{where}.{name}", "must be one number", value=getattr(part, name))
        for name in names
        if not isinstance(getattr(part, name), float | None)
    ]


def range_issues(indices: Any, size: int | None, where: str) -> list[NeuroError]:
    """List whether indices lie outside a population."""
    if size is None:
        return []
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


def place_issues(place: Any, sizes: dict[str, int | None], where: str) -> list[NeuroError]:
    """List whether a name or view points to no neurons of the network."""
    name = place.population if isinstance(place, View) else place
    if not isinstance(name, str) or name not in sizes:
        limit = suggestion(str(name), sizes)
        return [ValidationError(where, f"no population {name!r}", value=name, limit=limit)]
    size = sizes[name]
    if not isinstance(place, View) or size is None:
        return []
    whole = is_whole(place.start, at_least=0) and is_whole(place.stop, at_least=1)
    if whole and place.start < place.stop <= size:
        return []
    return [
        ValidationError(
            where,
            f"view {place.start}:{place.stop} of {name!r}",
            value=(place.start, place.stop),
            limit=f"A view is not empty and lies within 0:{size}",
        )
    ]


def _general(network: Network) -> list[NeuroError]:
    where = f"network {network.name!r}"
    issues = [*parameter_issues(network, where), *scalar_issues(network, ("dt",), where)]
    issues += choice_issues(network.semantics, SEMANTICS, f"{where}.semantics")
    if not is_whole(network.seed, at_least=0):
        issues.append(
            ValidationError(
                f"{where}.seed",
                repr(network.seed),
                value=network.seed,
                limit="A seed is a whole number, not negative",
            )
        )
    return issues


def _kinds(network: Network) -> list[NeuroError]:
    kinds: dict[str, Any] = {
        "populations": Population,
        "inputs": Input,
        "projections": Projection,
        "probes": Probe,
    }
    return [
        ValidationError(
            f"network {network.name!r}.{member}[{position}]",
            f"{type(item).__name__} does not belong there",
            value=item,
        )
        for member, kind in kinds.items()
        for position, item in enumerate(getattr(network, member))
        if not isinstance(item, kind)
    ]


def _names(network: Network) -> list[NeuroError]:
    places = (*network.inputs, *network.populations)
    neurons = [item.name for item in places if isinstance(item, Population | Input)]
    projections = [item.name for item in network.projections if isinstance(item, Projection)]
    issues: list[NeuroError] = []
    for kind, names in (("population or input", neurons), ("projection", projections)):
        issues += [
            ValidationError(
                f"{kind} {name!r}",
                f"{count} have this name",
                value=name,
                hint="Give each a name of its own with name=",
            )
            for name, count in Counter(name for name in names if isinstance(name, str)).items()
            if count > 1
        ]
        issues += [
            ValidationError(
                f"{kind} {name!r}",
                "not a usable name",
                value=name,
                limit="Names have letters, digits and _ . - > +, and start with a letter, digit "
                "or _",
            )
            for name in names
            if not isinstance(name, str) or not _NAME.fullmatch(name)
        ]
    return issues


def _population(population: Population) -> list[NeuroError]:
    where = f"population {population.name!r}"
    issues = _size(population.size, where)
    if not isinstance(population.cell, CellType):
        known = ", ".join(kind.__name__ for kind in CellType.__args__)
        problem = f"{population.cell!r} is not a cell type"
        return [*issues, ValidationError(f"{where}.cell", problem, limit=f"Known: {known}")]
    issues += parameter_issues(population.cell, where)
    issues += _lengths(population.cell, population.size, where)
    return issues + _reset_issues(population.cell, where)


def _reset_issues(cell: Any, where: str) -> list[NeuroError]:
    reset, threshold = getattr(cell, "v_reset", None), getattr(cell, "v_thresh", None)
    if reset is None or threshold is None or extremes(reset)[1] < extremes(threshold)[0]:
        return []
    both_arrays = isinstance(reset, np.ndarray) and isinstance(threshold, np.ndarray)
    if both_arrays and (reset.shape != threshold.shape or bool(np.all(reset < threshold))):
        return []
    return [
        ValidationError(
            f"{where}.v_reset",
            f"{shown(reset, 'mV')} with v_thresh {shown(threshold, 'mV')}",
            value=reset,
            limit="The reset must be below the threshold, or the neuron would fire for ever",
        )
    ]


def input_issues(source: Any) -> list[NeuroError]:
    """List everything that is wrong with an input."""
    where = f"input {source.name!r}"
    issues = [*_size(source.size, where), *parameter_issues(source, where)]
    if isinstance(source, SpikeArray):
        size = source.size if is_whole(source.size, at_least=1) else None
        issues += range_issues(source.indices, size, f"{where}.indices")
    if isinstance(source, Poisson):
        issues += scalar_issues(source, ("start", "stop"), where)
        issues += _lengths(source, source.size, where, but=("start", "stop"))
    return issues


def _probe(probe: Probe, parts: Parts) -> list[NeuroError]:
    where = f"probe of {probe.population!r}"
    if not isinstance(probe.population, str):
        return [ValidationError(where, "no name of a population", value=probe.population)]
    issues = place_issues(probe.population, parts.sizes, where)
    if issues:
        return issues
    cell = parts.cells.get(probe.population)
    known = (SPIKES, *(cell.variables if cell else ()))
    readable = cell is not None or probe.population not in parts.cells
    if readable and probe.variable not in known:
        problem, limit = f"no variable {probe.variable!r}", suggestion(str(probe.variable), known)
        issues.append(
            ValidationError(f"{where}.variable", problem, value=probe.variable, limit=limit)
        )
    if probe.indices is not None:
        issues += range_issues(probe.indices, parts.sizes[probe.population], f"{where}.indices")
    interval = [*scalar_issues(probe, ("interval",), where), *parameter_issues(probe, where)]
    if not interval and probe.interval is not None and parts.dt is not None:
        try:
            whole_steps(probe.interval, parts.dt, f"{where}.interval")
        except ValidationError as error:
            interval.append(error)
    return issues + interval


def _repeated_probes(network: Network) -> list[NeuroError]:
    counts = Counter(
        (probe.population, probe.variable)
        for probe in network.probes
        if isinstance(probe, Probe)
        and isinstance(probe.population, str)
        and isinstance(probe.variable, str)
    )
    return [
        ValidationError(
            f"probe of {population!r}.variable",
            f"{variable!r} is probed {count} times",
            value=variable,
            limit="One probe for each variable of a population",
            hint="Give one probe all the indices",
        )
        for (population, variable), count in counts.items()
        if count > 1
    ]


def _protocol(protocol: MemoryProtocol, parts: Parts) -> list[NeuroError]:
    issues = [
        issue
        for member in ("cue_input", "content_input", "cue_output", "content_output")
        for issue in place_issues(getattr(protocol, member), parts.sizes, f"protocol.{member}")
    ]
    issues += parameter_issues(protocol, "protocol") + _extra_input_issues(protocol, parts)
    for operation in protocol.operations:
        place = f"protocol.operation {operation.code!r}"
        issues += parameter_issues(operation, place)
        if operation.longest_hold < operation.hold:
            limit = f"At least the hold, {format_value(operation.hold, 'ms')}"
            shortest = format_value(operation.longest_hold, "ms")
            issues.append(ValidationError(f"{place}.longest_hold", shortest, limit=limit))
    return issues


def _extra_input_issues(protocol: MemoryProtocol, parts: Parts) -> list[NeuroError]:
    """List what is wrong with the lines of a protocol that carry neither cues nor contents."""
    issues: list[NeuroError] = []
    for member in ("control_input", "threshold_input"):
        place = getattr(protocol, member)
        if place is None:
            continue
        issues += place_issues(place, parts.sizes, f"protocol.{member}")
        asking = protocol.cue_input.population
        if not issues and place.population != asking:
            issues.append(
                ValidationError(
                    f"protocol.{member}",
                    f"lies in {place.population!r}",
                    value=place.population,
                    limit=f"All lines that ask are of one input, here {asking!r}",
                )
            )
    if issues:
        return issues
    controls = 0 if protocol.control_input is None else protocol.control_input.size
    lines = 0 if protocol.threshold_input is None else protocol.threshold_input.size
    if len(protocol.threshold_steps) != lines:
        problem = f"{len(protocol.threshold_steps)} steps for {lines} threshold lines"
        issues.append(
            ValidationError("protocol.threshold_steps", problem, limit="One step for each line")
        )
    for operation in protocol.operations:
        place = f"protocol.operation {operation.code!r}"
        bad = [line for line in operation.controls if not 0 <= line < controls]
        if bad:
            limit = f"The protocol has {controls} control lines, counted from 0"
            issues.append(
                ValidationError(f"{place}.controls", repr(bad[0]), value=bad[0], limit=limit)
            )
        if operation.takes_threshold and not lines:
            problem = "takes a threshold, and the protocol has no threshold lines"
            issues.append(ValidationError(f"{place}.takes_threshold", problem))
    return issues


def _size(size: object, where: str) -> list[NeuroError]:
    if _is_size(size):
        return []
    limit = "A whole number, at least 1"
    if is_whole(size, at_least=1):
        limit = f"At most {MOST_NEURONS}, positions have 32 bits"
    return [ValidationError(f"{where}.size", repr(size), value=size, limit=limit)]


def _is_size(size: Any) -> bool:
    return is_whole(size, at_least=1) and int(size) <= MOST_NEURONS


def _lengths(part: Any, size: object, where: str, but: tuple[str, ...] = ()) -> list[NeuroError]:
    if not _is_size(size):
        return []
    arrays = {item.name: getattr(part, item.name) for item in parameter_fields(part)}
    return [
        ValidationError(
            f"{where}.{name}",
            f"array of shape {value.shape}",
            limit=f"One value, or one for each of the {size} neurons",
        )
        for name, value in arrays.items()
        if isinstance(value, np.ndarray) and value.shape != (size,) and name not in but
    ]
