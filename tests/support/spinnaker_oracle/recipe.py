"""A network as plain lists, as it is handed to the toolchain's process.

Independent of the package's own lowering to PyNN: only what `neuro.ir` says goes in.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from neuro.ir import (
    ConductanceExponentialLIF,
    Network,
    PairList,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
)

_CELLS = {"CurrentExponentialLIF": "IF_curr_exp", "ConductanceExponentialLIF": "IF_cond_exp"}
_PARAMETERS = (
    "cm", "tau_m", "tau_refrac", "tau_syn_E", "tau_syn_I", "v_rest", "v_reset", "v_thresh",
    "i_offset",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A population: a PyNN cell type, its parameters and initial voltages, one for each neuron."""

    name: str
    size: int
    cell: str
    parameters: dict[str, list[float]]
    v_init: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An input: for each source, the ticks at which it fires; a tick may be listed twice."""

    name: str
    size: int
    ticks: list[list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Synapses:
    """A projection: (source, target, weight, delay in ms) for each synapse, and its rule."""

    name: str
    source: str
    target: str
    receptor: str
    synapses: list[tuple[int, int, float, float]]
    rule: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A whole network.

    Parameters
    ----------
    name : str
        Unique among those that are mapped together.
    dt : float
        Time step, ms.
    neurons_per_core : int
        At most.
    """

    name: str
    dt: float
    populations: tuple[Cells, ...]
    sources: tuple[Source, ...]
    projections: tuple[Synapses, ...]
    neurons_per_core: int = 256

    def to_plain(self) -> dict[str, Any]:
        """Return lists and numbers only."""
        return asdict(self)


def from_network(network: Network, *, name: str, neurons_per_core: int = 256) -> Recipe:
    """Translate a network of listed pairs and listed spikes.

    Raises
    ------
    TypeError
        If a connector is not a list of pairs or an input not a list of spikes.
    """
    return Recipe(
        name=name,
        dt=network.dt,
        populations=tuple(_cells(item) for item in network.populations),
        sources=tuple(_source(item, network.dt) for item in network.inputs),
        projections=tuple(_synapses(item) for item in network.projections),
        neurons_per_core=neurons_per_core,
    )


def _each(value: Any, size: int) -> list[float]:
    return [float(item) for item in np.broadcast_to(value, size)]


def _cells(population: Population) -> Cells:
    cell = population.cell
    names: Sequence[str] = _PARAMETERS
    if isinstance(cell, ConductanceExponentialLIF):
        names = (*_PARAMETERS, "e_rev_E", "e_rev_I")
    values = {name: _each(getattr(cell, name), population.size) for name in names}
    start = getattr(cell, "v_init")  # noqa: B009 - not every cell type has a voltage
    return Cells(
        name=population.name,
        size=population.size,
        cell=_CELLS[type(cell).__name__],
        parameters=values,
        v_init=values["v_rest"] if start is None else _each(start, population.size),
    )


def _source(item: Any, dt: float) -> Source:
    if not isinstance(item, SpikeArray):
        raise TypeError(f"input {item.name!r} is not a list of spikes")
    ticks: list[list[int]] = [[] for _ in range(item.size)]
    for time, index in zip(item.times, item.indices, strict=True):
        ticks[index].append(round(time / dt))
    return Source(name=item.name, size=item.size, ticks=[sorted(row) for row in ticks])


def _synapses(projection: Projection) -> Synapses:
    connector, synapse = projection.connector, projection.synapse
    if not isinstance(connector, PairList):
        raise TypeError(f"projection {projection.name!r} is not a list of pairs")
    count = len(connector.sources)
    pairs = zip(
        connector.sources.tolist(),
        connector.targets.tolist(),
        _each(synapse.weight, count),
        _each(synapse.delay, count),
        strict=True,
    )
    return Synapses(
        name=projection.name,
        source=str(projection.source),
        target=str(projection.target),
        receptor=projection.receptor,
        # Sorted: the toolchain sizes rows by a list that it takes to be in this order, and silently
        # drops what does not fit.
        synapses=sorted(pairs, key=lambda pair: pair[:2]),
        rule=_rule(synapse) if isinstance(synapse, PairSTDP) else None,
    )


def _rule(synapse: PairSTDP) -> dict[str, Any]:
    """Return the rule in the toolchain's units: absolute amplitudes if additive."""
    additive = synapse.rule == "additive"
    relative = additive and synapse.amplitude == "relative"
    scale = float(synapse.w_max) if relative else 1.0
    return {
        "additive": additive,
        "tau_plus": float(synapse.tau_plus),
        "tau_minus": float(synapse.tau_minus),
        "A_plus": float(synapse.a_plus) * scale,
        "A_minus": float(synapse.a_minus) * scale,
        "w_min": float(synapse.w_min),
        "w_max": float(synapse.w_max),
    }
