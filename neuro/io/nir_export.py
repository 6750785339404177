"""Networks as NIR graphs, with a list of what was lost. NIR uses SI units.

A cell is written so that a library that steps it with dt, ``v <- v + dt/tau (v_leak - v + R I)``,
moves it as neuro does. A delay is written without the one step that every hop takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import UnsupportedError, raise_all
from neuro.io.nir_import import MILLIVOLTS, SECONDS, require_nir
from neuro.ir.probes import SPIKES

if TYPE_CHECKING:
    from neuro.plan import Plan, PlannedPopulation, PlannedProjection

CELLS = ("DeltaLIF", "DiscreteLIF")
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A graph from a network.

    Parameters
    ----------
    graph : nir.NIRGraph
        Can be written with ``nir.write``.
    lost : tuple of str
        What the network says and the graph does not, one sentence each.
    """

    graph: Any
    lost: tuple[str, ...]


def to_nir(plan: "Plan") -> Exported:
    """Write a discretised plan as a NIR graph.

    Parameters
    ----------
    plan : Plan
        Of `neuro.lower`, with discrete-time or delta cells.

    Raises
    ------
    UnavailableError
        If NIR is not installed.
    UnsupportedError, CheckError
        If a cell cannot be written.
    """
    nir = require_nir()
    where = f"network {plan.network.name!r} as NIR"
    raise_all(where, list(_issues(plan)))
    nodes: dict[str, Any] = {
        item.name: nir.Input(input_type=np.array([item.size])) for item in plan.inputs
    }
    edges: list[tuple[str, str]] = []
    for item in plan.populations:
        nodes[item.name] = nir.LIF(**_cell(item, plan.dt))
    for projection in plan.projections:
        for name, weight, delay in _links(plan, projection):
            nodes[name] = nir.Linear(weight=weight)
            start = projection.source
            if delay:
                late = f"{name}.delay"
                nodes[late] = nir.Delay(delay=np.full(weight.shape[1], delay))
                edges.append((start, late))
                start = late
            edges += [(start, name), (name, projection.target)]
    for item in plan.populations:
        bias = _bias(item, plan.dt)
        if np.any(bias):
            _add_bias(nir, nodes, edges, item, bias)
    for name in dict.fromkeys(
        probe.population for probe in plan.network.probes if probe.variable == SPIKES
    ):
        if name in {item.name for item in plan.populations}:
            size = plan.network.sizes()[name]
            nodes[f"{name}.output"] = nir.Output(output_type=np.array([size]))
            edges.append((name, f"{name}.output"))
    graph = nir.NIRGraph(nodes=nodes, edges=edges, type_check=False)
    return Exported(graph=graph, lost=tuple(_lost(plan)))


def _issues(plan: "Plan") -> Iterator[UnsupportedError]:
    for item in plan.populations:
        if item.cell not in CELLS:
            yield UnsupportedError(
                f"population {item.name!r}.cell",
                f"NIR has no {item.cell!r} that a library steps as neuro does",
                value=item.cell,
                limit=f"Known: {', '.join(CELLS)}",
            )
        elif item.cell == "DiscreteLIF" and np.any(np.asarray(item.parameters["decay"]) >= 1):
            yield UnsupportedError(
                f"population {item.name!r}.decay",
                "1 or more has no time constant",
                limit="Below 1",
            )


def _decay(item: "PlannedPopulation", dt: float) -> Any:
    if item.cell == "DiscreteLIF":
        return np.asarray(item.parameters["decay"])
    return np.exp(-dt / np.asarray(item.parameters["tau_m"]))


def _cell(item: "PlannedPopulation", dt: float) -> dict[str, FloatArray]:
    decay = _decay(item, dt)
    values: dict[str, Any] = {
        "tau": dt * SECONDS / (1.0 - decay),
        "r": 1.0 / (1.0 - decay),
        "v_leak": 0.0,
        "v_reset": 0.0,
        "v_threshold": item.parameters.get("threshold", 0.0),
    }
    if item.cell == "DeltaLIF":
        names = {"v_leak": "v_rest", "v_reset": "v_reset", "v_threshold": "v_thresh"}
        for theirs, ours in names.items():
            values[theirs] = np.asarray(item.parameters[ours]) / MILLIVOLTS
    return {
        name: np.broadcast_to(value, item.size).astype(np.float64) for name, value in values.items()
    }


def _bias(item: "PlannedPopulation", dt: float) -> FloatArray:
    """Return what a constant current adds to the membrane in each step, V."""
    if item.cell != "DeltaLIF":
        return np.zeros(item.size)
    p = item.parameters
    gain = np.asarray(p["tau_m"]) / p["cm"] * (1.0 - _decay(item, dt))
    bias: FloatArray = np.broadcast_to(gain * p["i_offset"] / MILLIVOLTS, item.size)
    return bias


def _add_bias(
    nir: Any,
    nodes: dict[str, Any],
    edges: list[tuple[str, str]],
    item: "PlannedPopulation",
    bias: FloatArray,
) -> None:
    """Give a constant current by an affine map of the cell's own spikes, with weights of zero."""
    name = f"{item.name}.bias"
    nodes[name] = nir.Affine(weight=np.zeros((item.size, item.size)), bias=bias.copy())
    edges += [(item.name, name), (name, item.name)]


def _links(
    plan: "Plan", projection: "PlannedProjection"
) -> Iterator[tuple[str, FloatArray, float]]:
    """Return name, matrix and delay in seconds, for each distinct delay of a projection."""
    sizes = plan.network.sizes()
    target = next(item for item in plan.populations if item.name == projection.target)
    signed = target.receptors[projection.receptor] == "inhibitory"
    scale = (-1.0 if signed else 1.0) / (MILLIVOLTS if target.cell == "DeltaLIF" else 1.0)
    steps = np.broadcast_to(np.asarray(projection.delay_steps), projection.targets.shape)
    weights = np.broadcast_to(projection.weights, projection.targets.shape) * scale
    for number, delay in enumerate(np.unique(steps).tolist()):
        chosen = steps == delay
        matrix = np.zeros((sizes[projection.target], sizes[projection.source]))
        places = projection.targets[chosen], projection.sources[chosen]
        np.add.at(matrix, places, weights[chosen])
        suffix = f".{number}" if number else ""
        yield f"{projection.name}{suffix}", matrix, (delay - 1) * plan.dt * SECONDS


def _lost(plan: "Plan") -> Iterator[str]:
    yield f"network {plan.network.name!r}: its step of {plan.dt:g} ms and its semantics."
    for source in plan.inputs:
        yield f"input {source.name!r}: its spikes; a graph has none."
    for item in plan.populations:
        if np.any(np.asarray(item.refractory_steps or 0)):
            yield f"population {item.name!r}.tau_refrac: NIR's cells have none."
        start = item.parameters.get("v_init", 0.0)
        if np.any(np.asarray(start) != 0.0):
            yield f"population {item.name!r}.v_init: NIR's cells start at zero."
    for projection in plan.projections:
        if projection.plasticity is not None:
            yield f"projection {projection.name!r}: its learning rule; the weights are initial."
    for probe in plan.network.probes:
        if probe.variable != SPIKES:
            yield f"probe of {probe.population!r}: variable {probe.variable!r}."
    if plan.network.protocol is not None:
        yield "network: how it is used as a memory."
