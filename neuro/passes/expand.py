"""Pass `expand`: connectors and random draws become arrays.

It runs before a backend is chosen, so connectivity, weights, delays and initial values are the
same bits on every backend for one seed.
"""

from dataclasses import fields
from typing import Any

import numpy as np

from neuro.ir import (
    Distribution,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Projection,
    SpikeArray,
    View,
)
from neuro.ir.network import endpoint
from neuro.passes.connect import IntArray, connect, row_order
from neuro.plan import (
    Plan,
    PlannedArray,
    PlannedInput,
    PlannedPoisson,
    PlannedPopulation,
    PlannedProjection,
)
from neuro.seeds import stream


def expand(network: Network, semantics: str | None = None) -> Plan:
    """Turn a network into a plan with explicit synapses and numbers.

    Parameters
    ----------
    network : Network
        What to lower.
    semantics : str, optional
        Order of work to lower for; default the network's own.
    """
    return Plan(
        network=network,
        semantics=semantics or network.semantics,
        dt=network.dt,
        populations=tuple(_population(item, network.seed) for item in network.populations),
        inputs=tuple(_input(item, network.seed) for item in network.inputs),
        projections=tuple(_projection(network, item) for item in network.projections),
        passes=("expand",),
    )


def _population(population: Population, seed: int) -> PlannedPopulation:
    cell = population.cell
    parameters = {
        item.name: _values(
            getattr(cell, item.name),
            population.size,
            seed,
            "population",
            population.name,
            item.name,
        )
        for item in fields(cell)
    }
    if "v_init" in parameters and parameters["v_init"] is None:
        parameters["v_init"] = parameters["v_rest"]
    return PlannedPopulation(
        name=population.name,
        size=population.size,
        cell=type(cell).__name__,
        receptors=tuple(cell.receptors),
        parameters=parameters,
    )


def _input(source: SpikeArray | Poisson, seed: int) -> PlannedInput:
    if isinstance(source, SpikeArray):
        order = np.lexsort((source.indices, source.times))
        return PlannedArray(
            name=source.name,
            size=source.size,
            times=source.times[order],
            indices=source.indices[order],
        )
    rates = _values(source.rate, source.size, seed, "input", source.name, "rate")
    return PlannedPoisson(
        name=source.name,
        size=source.size,
        rates=np.broadcast_to(np.asarray(rates, dtype=np.float64), source.size),
        start=source.start,
        stop=np.inf if source.stop is None else source.stop,
    )


def _projection(network: Network, projection: Projection) -> PlannedProjection:
    sizes = network.sizes()
    first_source, source_size = _extent(projection.source, sizes)
    first_target, target_size = _extent(projection.target, sizes)
    shape = source_size, target_size
    path = ("projection", projection.name)
    rows = connect(projection.connector, shape, stream(network.seed, *path, "pairs"))
    targets = rows.targets
    targets += np.uint32(first_target)
    source = endpoint(projection.source)
    rest = sizes[source] - first_source - source_size
    target = network.population(endpoint(projection.target))
    synapse = projection.synapse
    given = isinstance(synapse.weight, np.ndarray) or isinstance(synapse.delay, np.ndarray)
    order = row_order(projection.connector, shape) if given else None
    return PlannedProjection(
        name=projection.name,
        source=source,
        target=target.name,
        receptor=list(target.cell.receptors).index(projection.receptor),
        offsets=np.pad(rows.offsets, (first_source, rest), mode="edge"),
        targets=targets,
        weights=_by_row(synapse.weight, order, targets.size, network.seed, *path, "weight"),
        delays=_by_row(synapse.delay, order, targets.size, network.seed, *path, "delay"),
        plasticity=synapse if isinstance(synapse, PairSTDP) else None,
    )


def _extent(place: str | View, sizes: dict[str, int]) -> tuple[int, int]:
    return (place.start, place.size) if isinstance(place, View) else (0, sizes[place])


def _values(value: Any, size: int, seed: int, *path: str) -> Any:
    return value.draw(stream(seed, *path), size) if isinstance(value, Distribution) else value


def _by_row(value: Any, order: IntArray | None, size: int, seed: int, *path: str) -> Any:
    if isinstance(value, np.ndarray):
        return value.reshape(-1) if order is None else value.reshape(-1)[order]
    return _values(value, size, seed, *path)
