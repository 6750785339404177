"""NIR graphs as networks: what snnTorch, Norse and others export, read step by step.

A library computes ``v <- v + dt/tau (v_leak - v + R I)`` in steps of its own dt, which the graph
does not hold. With that dt its cells are discrete-time ones here, spike for spike, but that every
hop takes one step. NIR uses SI units.

References
----------
.. [1] Pedersen et al., Nature Communications 15 (2024) 8122, doi:10.1038/s41467-024-52259-9
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import (
    NeuroError,
    ResultError,
    UnavailableError,
    UnsupportedError,
    ValidationError,
    raise_all,
)
from neuro.ir import (
    DeltaLIF,
    DiscreteLIF,
    Network,
    PairList,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.units import to_coherent

MILLIVOLTS = 1e3
"""In one volt."""

SECONDS = 1e-3
"""In one ms; NIR counts in seconds."""

NANOSECONDS = 1e-6
"""One in ms."""

LONGEST_DELAY = 1e6
"""s; longer ones are no delays, and do not count in nanoseconds."""

LINEAR = ("Linear", "Affine", "Delay", "Flatten")
READ = ("Input", "Output", "LIF", *LINEAR)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A network from a graph.

    Parameters
    ----------
    network : Network
        Inputs are spike arrays without spikes; give them when it runs.
    lost : tuple of str
        What the graph says and the network does not, one sentence each.
    """

    network: Network
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """What lies between two nodes: ``matrix @ spikes + bias``, `delay` nanoseconds later."""

    source: str
    matrix: FloatArray
    bias: FloatArray
    delay: int


def from_nir(graph: Any, *, dt: float | str, name: str = "nir") -> Imported:
    """Read a NIR graph.

    Parameters
    ----------
    graph : nir.NIRGraph
        Of linear maps, delays and LIF cells; flat.
    dt : float in ms, or str such as ``"0.1 ms"``
        Step of the library that wrote it: snnTorch's exporter takes 0.1 ms. Norse's writes
        ``dt / tau_mem_inv`` as a time constant, so that its step has to be squared: 1 ms is read
        with ``dt="0.001 ms"``.
    name : str, default "nir"
        Of the network.

    Raises
    ------
    UnsupportedError, ValidationError, CheckError
        If a node cannot be read; every one is named.
    """
    step = to_coherent(dt, "ms", "dt")
    raise_all(f"NIR graph {name!r}", list(_issues(graph, step)))
    lost: list[str] = ["graph: every hop takes one step of dt, which the graph does not have."]
    sizes = _sizes(graph)
    populations: list[Population] = []
    projections: list[Projection] = []
    probes: list[Probe] = []
    with np.errstate(over="ignore", invalid="ignore"):  # the network refuses what is not finite
        for node in _of(graph, "LIF"):
            paths = list(_paths(graph, node, sizes))
            populations.append(_population(graph, node, paths, sizes[node], step))
            projections += _projections(graph, node, paths, step)
    inputs = [SpikeArray(name=node, size=sizes[node]) for node in _of(graph, "Input")]
    for node in _of(graph, "Output"):
        for source in _before(graph, node):
            if type(graph.nodes[source]).__name__ == "LIF":
                probes.append(Probe(population=source))
            else:
                lost.append(f"node {node!r}: it reads {source!r}, which does not spike.")
    network = Network(
        name=name,
        dt=step,
        populations=tuple(populations),
        inputs=tuple(inputs),
        projections=tuple(projections),
        probes=tuple(probes),
    )
    return Imported(network=network, lost=tuple(lost))


def read_nir(path: str | Path, *, dt: float | str, name: str | None = None) -> Imported:
    """Read the file of a NIR graph.

    Parameters
    ----------
    path : str or Path
        As ``nir.write`` makes it.
    dt : float in ms or str
        As for `from_nir`.
    name : str, optional
        Of the network; default that of the file, without its ending.

    Raises
    ------
    UnavailableError
        If the package ``nir`` is not installed.
    ResultError
        If the file is missing, damaged, or no NIR graph.
    UnsupportedError, ValidationError, CheckError
        If a node cannot be read; every one is named.
    """
    nir = require_nir()
    path = Path(path)
    where = f"NIR file {str(path)!r}"
    if not path.is_file():
        raise ResultError(where, "no such file", value=str(path), hint="Check the name")
    try:
        graph = nir.read(path)
    # NIR checks little: it raises whatever it stumbles over.
    except Exception as error:
        problem = f"cannot be read ({type(error).__name__}: {error})"
        raise ResultError(where, problem, hint="It may be cut short or foreign") from error
    return from_nir(graph, dt=dt, name=path.stem if name is None else name)


def require_nir() -> Any:
    """Return the package ``nir``.

    Raises
    ------
    UnavailableError
        If it is not installed.
    """
    try:
        import nir
    except ImportError as error:
        raise UnavailableError(
            "NIR export",
            "needs NIR",
            hint='Install it with: pip install "neuro-spiking-memory[nir]"',
        ) from error
    return nir


def _of(graph: Any, kind: str) -> list[str]:
    return [name for name, node in graph.nodes.items() if type(node).__name__ == kind]


def _before(graph: Any, name: str) -> list[str]:
    return sorted(source for source, target in graph.edges if target == name)


def _issues(graph: Any, dt: float) -> Iterator[NeuroError]:
    for name, node in graph.nodes.items():
        kind = type(node).__name__
        if kind not in READ:
            yield UnsupportedError(
                f"node {name!r}",
                f"{kind!r} cannot be read",
                value=kind,
                limit=f"Known: {', '.join(sorted(READ))}",
            )
        elif kind == "Input" and not _is_shaped(node):
            yield ValidationError(
                f"node {name!r}", "its shape is not one row of whole numbers above zero"
            )
        elif wrong := _not_numbers(node):
            yield ValidationError(
                f"node {name!r}.{wrong}",
                "holds what is no finite real number, or too large a delay",
            )
        elif kind == "LIF" and np.any(_numbers(node.tau) < dt * SECONDS):
            yield ValidationError(
                f"node {name!r}.tau",
                f"{float(_numbers(node.tau).min()):.6g} s is shorter than dt",
                limit=f"At least {dt * SECONDS:.6g} s",
                hint="Give the dt of the library that wrote the graph",
            )
        elif kind in LINEAR and _closes(graph, name):
            yield UnsupportedError(f"node {name!r}", "lies on a loop without a cell")


def _is_shaped(node: Any) -> bool:
    shapes = [np.asarray(shape) for shape in node.input_type.values()]
    return len(shapes) == 1 and shapes[0].dtype.kind in "iu" and bool(np.all(shapes[0] > 0))


def _not_numbers(node: Any) -> str | None:
    """Return the first parameter of a node with which nothing can be computed."""
    parameters: dict[str, Any] = vars(node)
    for name, values in parameters.items():
        if name in ("input_type", "output_type", "metadata") or values is None:
            continue
        numbers = np.asarray(values)
        if numbers.dtype.kind not in "fiub" or not np.isfinite(numbers).all():
            return name
        if name == "delay" and np.any(np.abs(numbers) > LONGEST_DELAY):
            return name
    return None


def _numbers(values: Any) -> FloatArray:
    """Return a parameter as an array; some libraries leave their own tensors in a graph."""
    numbers: FloatArray = np.asarray(values, dtype=np.float64)
    return numbers


def _closes(graph: Any, start: str) -> bool:
    """Say whether a linear node feeds itself without a cell between."""
    reached, waiting = set(), [start]
    while waiting:
        for source in _before(graph, waiting.pop()):
            if source == start:
                return True
            if type(graph.nodes[source]).__name__ in LINEAR and source not in reached:
                reached.add(source)
                waiting.append(source)
    return False


def _sizes(graph: Any) -> dict[str, int]:
    sizes = {}
    for name in _of(graph, "Input"):
        (shape,) = graph.nodes[name].input_type.values()
        sizes[name] = int(np.prod(shape))
    for name in _of(graph, "LIF"):
        sizes[name] = _numbers(graph.nodes[name].v_threshold).size
    return sizes


def _paths(graph: Any, name: str, sizes: dict[str, int]) -> Iterator[_Path]:
    """Follow what leads to a node back to cells and inputs."""
    for source in _before(graph, name):
        if source in sizes:
            size = sizes[source]
            yield _Path(source=source, matrix=np.eye(size), bias=np.zeros(size), delay=0)
            continue
        for path in _paths(graph, source, sizes):
            yield _through(graph.nodes[source], path)


def _through(node: Any, path: _Path) -> _Path:
    kind = type(node).__name__
    if kind == "Delay":
        return _Path(
            source=path.source,
            matrix=path.matrix,
            bias=path.bias,
            delay=path.delay + _nanoseconds(node.delay),
        )
    if kind == "Flatten":
        return path
    weight = _numbers(node.weight)
    bias = weight @ path.bias
    if kind == "Affine":
        bias = bias + _numbers(node.bias)
    return _Path(source=path.source, matrix=weight @ path.matrix, bias=bias, delay=path.delay)


def _nanoseconds(delay: Any) -> int:
    values = np.rint(_numbers(delay) * 1e9).astype(np.int64)
    if np.unique(values).size != 1:
        raise UnsupportedError(
            "node of type 'Delay'",
            "has delays that differ",
            limit="One delay for all of its lines",
            hint="Use one node for each delay",
        )
    return int(values.flat[0])


def _gain(node: Any, dt: float) -> FloatArray:
    """Return what an input of 1 adds to the membrane in one step."""
    return _numbers(node.r) * dt * SECONDS / _numbers(node.tau)


def _is_discrete(graph: Any, name: str, bias: FloatArray) -> bool:
    """Say whether a cell rests at zero, where it is reset to, and nothing but spikes drives it."""
    node = graph.nodes[name]
    return not any(
        np.any(values) for values in (_numbers(node.v_leak), _numbers(node.v_reset), bias)
    )


def _bias(paths: list[_Path], size: int) -> FloatArray:
    total = np.zeros(size)
    for path in paths:
        total = total + path.bias
    return total


def _population(graph: Any, name: str, paths: list[_Path], size: int, dt: float) -> Population:
    node = graph.nodes[name]
    bias = _bias(paths, size)
    decay = 1.0 - dt * SECONDS / _numbers(node.tau)
    threshold = _numbers(node.v_threshold)
    if _is_discrete(graph, name, bias):
        return Population(name, size, DiscreteLIF(decay=decay, threshold=threshold))
    # Continuous cells whose decay over one step is that of the library.
    tau_m = -dt / np.log(np.maximum(decay, np.finfo(float).tiny))
    offset = MILLIVOLTS * _gain(node, dt) * bias / (tau_m * (1.0 - decay))
    return Population(
        name,
        size,
        DeltaLIF(
            cm=1.0,
            tau_m=tau_m,
            tau_refrac=0.0,
            v_rest=MILLIVOLTS * _numbers(node.v_leak),
            v_reset=MILLIVOLTS * _numbers(node.v_reset),
            v_thresh=MILLIVOLTS * threshold,
            v_init=0.0,
            i_offset=offset,
        ),
    )


def _projections(graph: Any, name: str, paths: list[_Path], dt: float) -> Iterator[Projection]:
    node = graph.nodes[name]
    discrete = _is_discrete(graph, name, _bias(paths, _numbers(node.v_threshold).size))
    for number, path in enumerate(paths):
        matrix = _gain(node, dt)[:, None] * path.matrix
        if not discrete:
            matrix = MILLIVOLTS * matrix
        delay = dt + path.delay * NANOSECONDS
        suffix = f".{number}" if number else ""
        for receptor, chosen in _receptors(matrix, discrete=discrete):
            targets, sources = np.nonzero(chosen)
            order = np.lexsort((targets, sources))
            targets, sources = targets[order], sources[order]
            if targets.size:
                yield Projection(
                    path.source,
                    name,
                    PairList(sources=sources, targets=targets),
                    Static(weight=chosen[targets, sources], delay=delay),
                    receptor,
                    name=f"{path.source}->{name}.{receptor}{suffix}",
                )


def _receptors(matrix: FloatArray, *, discrete: bool) -> list[tuple[str, FloatArray]]:
    """Split a matrix by the receptors of the cell; those of continuous cells have a sign each."""
    if discrete:
        return [("input", matrix)]
    return [("excitatory", np.maximum(matrix, 0.0)), ("inhibitory", np.maximum(-matrix, 0.0))]
