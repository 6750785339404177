"""From what a PyNN script has built to a `Network`.

Signs and amplitudes follow the conventions of the simulator that the script is written for (specs,
spinnaker section 12): PyNN's common ones, or sPyNNaker's when the target is SpiNNaker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyNN import errors

from neuro.errors import UnsupportedError
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    Input,
    Network,
    PairList,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    SynapseType,
)
from neuro.ir.network import Semantics
from neuro.plan import Plan

FOREVER = 1e9
"""What stops later than this, in ms, never stops: PyNN's defaults are 1e10 and 1e12."""

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one projection of PyNN is between one pair of populations.

    Parameters
    ----------
    name : str
        Of the projection in the network.
    source, target : str
        Names of the populations.
    connections : array of int, shape (synapses,)
        The connections of PyNN's projection, in the order of the plan's synapses.
    sources, targets : array of int, shape (synapses,)
        Their neurons, in the populations.
    """

    name: str
    source: str
    target: str
    connections: IntArray
    sources: IntArray
    targets: IntArray


def network_of(state: Any) -> Network:
    """Return the network that a state holds.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If a parameter must be the same for all neurons and is not.
    NeuroError
        If a number is out of range.
    """
    cells: list[Population] = []
    inputs: list[Input] = []
    for population in state.populations:
        item = _population(population)
        if isinstance(item, Population):
            cells.append(item)
        else:
            inputs.append(item)
    semantics: Semantics = "tick" if state.semantics == "tick" else "exact"
    return Network(
        name="script",
        populations=tuple(cells),
        inputs=tuple(inputs),
        projections=tuple(
            _projection(item, part) for item in state.projections for part in item.parts
        ),
        probes=tuple(probe for item in state.populations for probe in item.recorder.probes()),
        dt=state.dt,
        semantics=semantics,
        seed=state.seed,
    )


def stored_network(state: Any) -> Network:
    """Return the network that a state holds, with its injected currents.

    Raises
    ------
    UnsupportedError
        If an injected current changes with time: the language has constant ones alone.
    NeuroError, pyNN.errors.InvalidParameterValueError
        As `network_of`.
    """
    changing = {type(item).__name__ for item, _, _ in state.injections if not item.constant}
    if changing:
        raise UnsupportedError(
            "network",
            f"{', '.join(sorted(changing))} inject currents that change with time",
            value=sorted(changing),
            limit="A network holds constant currents, i_offset, and a script the others",
            hint="Use a DCSource without start and stop, or spikes as input",
        )
    drive = state.injected()
    network = network_of(state)
    return replace(
        network,
        populations=tuple(
            _with_current(item, drive[item.name]) if item.name in drive else item
            for item in network.populations
        ),
    )


def _with_current(population: Population, current: FloatArray) -> Population:
    cell = population.cell
    assert isinstance(cell, CurrentExponentialLIF | ConductanceExponentialLIF | DeltaLIF)
    return replace(population, cell=replace(cell, i_offset=simplest(cell.i_offset + current)))


def driven(plan: Plan, drive: Mapping[str, FloatArray]) -> Plan:
    """Add injected currents, nA by population, to the offset currents of a plan."""
    return replace(
        plan,
        populations=tuple(
            replace(
                item,
                parameters={
                    **item.parameters,
                    "i_offset": item.parameters["i_offset"] + drive[item.name],
                },
            )
            if item.name in drive
            else item
            for item in plan.populations
        ),
    )


def parts_of(projection: Any) -> tuple[Part, ...]:
    """Split a projection by pairs of populations; an assembly holds several.

    Parameters
    ----------
    projection : neuro.pynn.Projection
        With its connections made.
    """
    pre, post = _members(projection.pre), _members(projection.post)
    found = []
    for a, source in enumerate(pre.populations):
        for b, target in enumerate(post.populations):
            chosen = np.flatnonzero(
                (pre.which[projection.sources] == a) & (post.which[projection.targets] == b)
            )
            if chosen.size == 0:
                continue
            sources = pre.indices[projection.sources[chosen]]
            targets = post.indices[projection.targets[chosen]]
            order = np.lexsort((targets, sources))
            found.append(
                Part(
                    name=projection.state.unique_name(f"{source.name}->{target.name}"),
                    source=source.name,
                    target=target.name,
                    connections=chosen[order],
                    sources=sources[order],
                    targets=targets[order],
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Members:
    """The populations of a group, and for each neuron which of them and where in it."""

    populations: list[Any]
    which: IntArray
    indices: IntArray


def _members(group: Any) -> _Members:
    populations: list[Any] = []
    which, indices = [], []
    for part in getattr(group, "populations", [group]):
        root = part.root
        if root not in populations:
            populations.append(root)
        which.append(np.full(part.size, populations.index(root)))
        indices.append(part.root_indices)
    return _Members(populations, np.concatenate(which), np.concatenate(indices))


def _population(population: Any) -> Population | Input:
    values = {name: simplest(array) for name, array in population.parameters.items()}
    kind = population.celltype.represents
    if kind is SpikeArray:
        times = [
            np.asarray(item.value, dtype=float) for item in population.parameters["spike_times"]
        ]
        indices = np.repeat(np.arange(population.size), [item.size for item in times])
        return SpikeArray(
            name=population.name, size=population.size, times=np.concatenate(times), indices=indices
        )
    if kind is Poisson:
        start, duration = (_one(population, name) for name in ("start", "duration"))
        stop = start + duration
        return Poisson(
            name=population.name,
            size=population.size,
            rate=values["rate"],
            start=start,
            stop=None if stop > FOREVER else stop,
        )
    initial = simplest(population.initial["v"])
    return Population(population.name, population.size, kind(v_init=initial, **values))


def _projection(projection: Any, part: Part) -> Projection:
    return Projection(
        part.source,
        part.target,
        PairList(sources=part.sources, targets=part.targets),
        _synapse(projection, part),
        receptor=projection.receptor_type,
        name=part.name,
    )


def _synapse(projection: Any, part: Part) -> SynapseType:
    weight = simplest(projection.magnitude(projection.values["weight"][part.connections]))
    delay = simplest(projection.values["delay"][part.connections])
    rule = projection.rule
    if not rule:
        return Static(weight=weight, delay=delay)
    absolute = not projection.state.conventions.amplitude_per_w_max
    additive = rule["rule"] == "additive"
    return PairSTDP(
        weight=weight,
        delay=delay,
        amplitude="absolute" if additive and absolute else "relative",
        **rule,
    )


def simplest(values: NDArray[Any]) -> Any:
    """Return one number if all are equal, else the array."""
    return float(values[0]) if np.all(values == values[0]) and _is_number(values[0]) else values


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int | np.number)


def _one(population: Any, parameter: str) -> float:
    values = simplest(population.parameters[parameter])
    if isinstance(values, float):
        return values
    raise errors.InvalidParameterValueError(
        f"{parameter} of population {population.label!r} differs between neurons; it must be the "
        "same for all. Make one population for each value"
    )


def probe(name: str, variable: str, interval: float | None, indices: IntArray | None) -> Probe:
    """Return a probe; spikes are recorded of all neurons."""
    if variable == "spikes":
        return Probe(population=name)
    return Probe(population=name, variable=variable, interval=interval, indices=indices)
