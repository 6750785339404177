"""W1 to W3 as Brian2 networks, shared by the standalone and the runtime peer.

Brian2 lets the order of work inside a step be chosen (`schedule`), so all three do the work of the
specification spike for spike. Everything is dimensionless but time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.measure import IndexArray
from benchmarks.workloads import Associative, Cuba, Edges, Liquid, Workload

GAP = 1
"""Steps between two samples of W2, in which the last spikes die; Brian2 runs all in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A network, what to read from it, and how long it runs.

    Parameters
    ----------
    network : brian2.Network
    monitor : brian2.SpikeMonitor
    duration : float, ms
    learned : brian2.Synapses, optional
        The plastic synapses of W3.
    """

    network: Any
    monitor: Any
    duration: float
    learned: Any = None


def build(brian2: Any, workload: Workload) -> Simulation:
    """Return a workload as a Brian2 network."""
    if isinstance(workload, Cuba):
        return build_cuba(brian2, workload)
    if isinstance(workload, Liquid):
        return build_liquid(brian2, workload)
    return build_associative(brian2, workload)


def build_cuba(brian2: Any, workload: Cuba) -> Simulation:
    """Return W1 with two groups of synapses, each with one weight and one delay."""
    w, ms = workload, brian2.ms
    brian2.defaultclock.dt = w.dt * ms
    constants = {
        "rest": w.v_rest,
        "threshold": w.v_thresh,
        "reset": w.v_reset,
        "tau_m": w.tau_m * ms,
        "tau_e": w.tau_e * ms,
        "tau_i": w.tau_i * ms,
    }
    cells = brian2.NeuronGroup(
        w.neurons,
        """dv/dt = (ge + gi - (v - rest)) / tau_m : 1 (unless refractory)
        dge/dt = -ge / tau_e : 1
        dgi/dt = -gi / tau_i : 1""",
        threshold="v > threshold",
        reset="v = reset",
        # Brian2 frees a cell in the step that begins when the time is over.
        refractory=(w.refractory_steps + 1) * w.dt * ms,
        method="exact",
        namespace=constants,
    )
    cells.v = w.v_init
    border = w.edges.offsets[w.excitatory]
    sources, targets = w.edges.sources, w.edges.targets
    parts = []
    for variable, weight, part in (
        ("ge", w.weight_e, slice(None, border)),
        ("gi", w.weight_i, slice(border, None)),
    ):
        synapses = brian2.Synapses(
            cells,
            on_pre=f"{variable}_post += weight",
            delay=w.delay_steps * w.dt * ms,
            namespace={"weight": weight},
        )
        synapses.connect(i=sources[part], j=targets[part])
        parts.append(synapses)
    monitor = brian2.SpikeMonitor(cells)
    network = brian2.Network(cells, *parts, monitor)
    return Simulation(network=network, monitor=monitor, duration=w.duration)


def build_liquid(brian2: Any, workload: Liquid) -> Simulation:
    """Return W2 with its samples in a row; synapses act before the threshold is tested."""
    w, ms = workload, brian2.ms
    brian2.defaultclock.dt = w.dt * ms
    cells = brian2.NeuronGroup(
        w.neurons,
        "dv/dt = -v / tau : 1 (unless refractory)",
        threshold="v >= threshold",
        reset="v = 0",
        refractory=2 * w.dt * ms,
        method="exact",
        namespace={"tau": w.tau_m * ms, "threshold": w.threshold},
    )
    stride = w.steps + GAP
    # After the synapses and before the threshold of the gap: what is under way ends here.
    cells.run_regularly(
        f"v = v * int(t_in_timesteps % {stride} != {w.steps})", when="before_thresholds"
    )
    samples, steps, channels = np.nonzero(w.inputs)
    source = brian2.SpikeGeneratorGroup(
        w.channels, channels, (samples * stride + steps) * w.dt * ms, when="start", sorted=True
    )
    parts = [
        _weighted(brian2, source, cells, Edges.from_matrix(w.w_in), w.w_in),
        _weighted(brian2, cells, cells, Edges.from_matrix(w.w_rec), w.w_rec),
    ]
    monitor = brian2.SpikeMonitor(cells)
    network = brian2.Network(cells, source, *parts, monitor)
    network.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
    return Simulation(network=network, monitor=monitor, duration=w.samples * stride * w.dt)


def build_associative(brian2: Any, workload: Associative) -> Simulation:
    """Return W3; the traces are kept by the cells, which is the cheapest for all to all."""
    w, ms = workload, brian2.ms
    brian2.defaultclock.dt = w.dt * ms
    constants = {
        "tau": w.tau_m * ms,
        "tau_trace": w.tau_trace * ms,
        "threshold": w.threshold,
        "drive": w.drive,
        "a_plus": w.a_plus,
        "a_minus": w.a_minus,
        "w_max": w.w_max,
    }
    cells = brian2.NeuronGroup(
        w.neurons,
        """dv/dt = -v / tau : 1 (unless refractory)
        dx/dt = -x / tau_trace : 1
        dy/dt = -y / tau_trace : 1
        current : 1""",
        threshold="v >= threshold",
        refractory=(w.refractory_steps + 1) * w.dt * ms,
        method="exact",
        namespace=constants,
    )
    # `v` of a refractory cell is not written, so its input is lost.
    cells.run_regularly("v += current; current = 0", when="before_thresholds")
    # The reset comes between the two rules: depression sees y before this step's spikes,
    # potentiation sees x with them.
    cells.run_on_event("spike", "v = 0; x += a_plus; y += a_minus", when="synapses", order=1)
    source = brian2.SpikeGeneratorGroup(
        w.neurons, w.drive_cells, (w.drive_steps - 1) * w.dt * ms, when="start", sorted=True
    )
    driving = brian2.Synapses(source, cells, on_pre="current_post += drive", namespace=constants)
    driving.connect(j="i")
    learned = brian2.Synapses(
        cells,
        model="w : 1",
        on_pre="current_post += w; w = clip(w - y_post, 0, w_max)",
        on_post="w = clip(w + x_pre, 0, w_max)",
        namespace=constants,
    )
    learned.pre.order, learned.post.order = 0, 2
    learned.connect(condition="i != j")
    monitor = brian2.SpikeMonitor(cells)
    network = brian2.Network(cells, source, driving, learned, monitor)
    return Simulation(network=network, monitor=monitor, duration=w.steps * w.dt, learned=learned)


def spikes(brian2: Any, simulation: Simulation, workload: Workload) -> tuple[Any, Any]:
    """Read all spikes, steps and indices."""
    steps = np.rint(np.asarray(simulation.monitor.t / brian2.ms) / workload.dt).astype(np.int64)
    indices: IndexArray = np.asarray(simulation.monitor.i).astype(np.int64)
    if isinstance(workload, Liquid):
        samples, within = np.divmod(steps, workload.steps + GAP)
        steps = samples * workload.steps + within
    return steps, indices


def weights(simulation: Simulation, workload: Workload) -> Any:
    """Read the weights of W3 as a matrix with a row for each source, None for W1 and W2."""
    if not isinstance(workload, Associative):
        return None
    matrix = np.zeros((workload.neurons, workload.neurons))
    learned = simulation.learned
    matrix[np.asarray(learned.i), np.asarray(learned.j)] = np.asarray(learned.w)
    return matrix


def _weighted(brian2: Any, source: Any, target: Any, edges: Edges, matrix: Any) -> Any:
    """Join the nonzero entries of a matrix; an arrival adds its weight to v."""
    synapses = brian2.Synapses(source, target, model="w : 1", on_pre="v_post += w")
    synapses.connect(i=edges.sources, j=edges.targets)
    synapses.w = matrix[edges.sources, edges.targets].astype(np.float64)
    return synapses
