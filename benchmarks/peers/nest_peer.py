"""NEST: exact integration on a grid, compiled kernels, homogeneous synapse models.

W1 and W2 are done spike for spike; `run` is the time inside `nest.Run`. W3 is other work: NEST's
STDP has a dendritic delay and delivers a weight after its depression, so the amplitudes are
rescaled and its spike count is its own.
"""

import time
from typing import Any

import numpy as np

from benchmarks.measure import Clock, IndexArray, Options, Outcome
from benchmarks.workloads import Associative, Cuba, Edges, Liquid, Workload

WORKLOADS = ("W1", "W2", "W3")
PRECISIONS = ("float64",)

DEVIATES = (
    "a post spike reaches NEST's synapse one step late and a pair of equal times is seen by "
    "potentiation only; amplitudes are rescaled by exp(1 ms / tau)"
)
PARKED = -1e6
"""A potential, mV, from which no cell fires in the step between two samples of W2."""

Cells = tuple[Any, IndexArray]


def measure(workload: Workload, options: Options, clock: Clock) -> Outcome:
    """Build the network in NEST's kernel and run it."""
    with clock.phase("import"):
        import nest
    with clock.phase("set-up"):
        nest.verbosity = nest.VerbosityLevel.ERROR
        nest.ResetKernel()
        nest.resolution = workload.dt
        nest.local_num_threads = options.threads
        cells, recorder = _build(nest, workload)
    with clock.phase("compile"):
        nest.Prepare()
    extras = {}
    if isinstance(workload, Liquid):
        extras["parking"] = _run_samples(nest, workload, cells[0], clock)
    else:
        with clock.phase("run"):
            nest.Run(workload.steps * workload.dt)
    nest.Cleanup()
    with clock.phase("read-out"):
        steps, indices = _spikes(recorder, cells, workload)
    return Outcome(
        steps=steps,
        indices=indices,
        weights=_weights(nest, workload, cells),
        deviates=DEVIATES if isinstance(workload, Associative) else "",
        versions={"nest": nest.__version__},
        extras=extras,
    )


def _build(nest: Any, workload: Workload) -> tuple[Cells, Any]:
    if isinstance(workload, Cuba):
        cells = _build_cuba(nest, workload)
    elif isinstance(workload, Liquid):
        cells = _build_liquid(nest, workload)
    else:
        cells = _build_associative(nest, workload)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells[0], recorder)
    return cells, recorder


def _build_cuba(nest: Any, w: Cuba) -> Cells:
    # With 20 pF a current in pA moves the membrane as the same number of mV in the equations.
    values = {
        "C_m": w.tau_m,
        "tau_m": w.tau_m,
        "tau_syn_ex": w.tau_e,
        "tau_syn_in": w.tau_i,
        "E_L": w.v_rest,
        "V_th": w.v_thresh,
        "V_reset": w.v_reset,
        "t_ref": w.refractory_steps * w.dt,
        "I_e": 0.0,
    }
    cells = _create(nest, "iaf_psc_exp", w.neurons, values)
    cells[0].V_m = w.v_init.tolist()
    border = w.edges.offsets[w.excitatory]
    sources, targets = cells[1][w.edges.sources], cells[1][w.edges.targets]
    parts = ((w.weight_e, slice(None, border)), (w.weight_i, slice(border, None)))
    for number, (weight, part) in enumerate(parts):
        model = f"synapse_{number}"
        delay = w.delay_steps * w.dt
        nest.CopyModel("static_synapse_hom_w", model, {"weight": weight, "delay": delay})
        nest.Connect(sources[part], targets[part], "one_to_one", {"synapse_model": model})
    return cells


def _build_liquid(nest: Any, w: Liquid) -> Cells:
    cells = _create(nest, "iaf_psc_delta", w.neurons, _delta(w.tau_m, w.threshold, w.dt))
    samples, steps, channels = np.nonzero(w.inputs)
    inputs = _generators(nest, w.channels, _begin(samples, w) + steps * w.dt, channels)
    for sources, matrix in ((inputs, w.w_in), (cells[1], w.w_rec)):
        edges = Edges.from_matrix(matrix)
        nest.Connect(
            sources[edges.sources],
            cells[1][edges.targets],
            "one_to_one",
            {
                "weight": matrix[edges.sources, edges.targets].astype(np.float64),
                "delay": np.full(edges.targets.size, w.dt),
            },
        )
    return cells


def _build_associative(nest: Any, w: Associative) -> Cells:
    values = _delta(w.tau_m, w.threshold, w.refractory_steps * w.dt) | {"tau_minus": w.tau_trace}
    cells = _create(nest, "iaf_psc_delta", w.neurons, values)
    inputs = _generators(nest, w.neurons, w.drive_steps * w.dt, w.drive_cells)
    nest.CopyModel("static_synapse_hom_w", "driving", {"weight": w.drive, "delay": w.dt})
    nest.Connect(inputs, cells[1], "one_to_one", {"synapse_model": "driving"})
    # A post spike is seen one step late: potentiation has decayed by one step too many,
    # depression by one too few.
    a_plus, a_minus = w.a_plus / w.trace_decay, w.a_minus * w.trace_decay
    rule = {
        "tau_plus": w.tau_trace,
        "lambda": a_plus / w.w_max,
        "alpha": a_minus / a_plus,
        "mu_plus": 0.0,
        "mu_minus": 0.0,
        "Wmax": w.w_max,
        "weight": 0.0,
        "delay": w.dt,
    }
    nest.CopyModel("stdp_synapse_hom", "learned", rule)
    rules = {"rule": "all_to_all", "allow_autapses": False}
    nest.Connect(cells[0], cells[0], rules, {"synapse_model": "learned"})
    return cells


def _delta(tau_m: float, threshold: float, refractory: float) -> dict[str, float]:
    return {
        "tau_m": tau_m,
        "E_L": 0.0,
        "V_m": 0.0,
        "V_th": threshold,
        "V_reset": 0.0,
        "t_ref": refractory,
        "I_e": 0.0,
    }


def _create(nest: Any, model: str, size: int, values: dict[str, float]) -> Cells:
    nodes = nest.Create(model, size, values)
    return nodes, np.array(nodes.tolist())


def _generators(nest: Any, size: int, times: Any, indices: IndexArray) -> IndexArray:
    """Make spike generators; a spike at time k dt with a delay of one step acts in step k."""
    nodes = nest.Create("spike_generator", size)
    nodes.set([{"spike_times": np.sort(times[indices == source])} for source in range(size)])
    return np.array(nodes.tolist())


def _begin(samples: Any, w: Liquid) -> Any:
    """Return when each sample starts; before each lies one step in which the last one ends."""
    return (samples * (w.steps + 1) + 1) * w.dt


def _run_samples(nest: Any, w: Liquid, cells: Any, clock: Clock) -> float:
    """Run the samples in a row; return the seconds spent on setting potentials between them.

    NEST can set potentials between runs, not clear what is under way. So each sample is preceded by
    a step with all cells parked far below threshold, in which it arrives and nobody fires. Setting
    them takes longer than the run, in Python; it does not count in NEST's time.
    """
    parking = 0.0
    for _ in range(w.samples):
        for potential, steps in ((PARKED, 1), (0.0, w.steps)):
            begun = time.perf_counter()
            cells.V_m = potential
            parking += time.perf_counter() - begun
            with clock.phase("run"):
                nest.Run(steps * w.dt)
    return parking


def _spikes(recorder: Any, cells: Cells, workload: Workload) -> tuple[IndexArray, IndexArray]:
    events = recorder.events
    # A spike of step k carries the time of its end.
    steps = np.rint(np.asarray(events["times"]) / workload.dt).astype(np.int64) - 1
    indices = np.asarray(events["senders"]) - cells[1][0]
    if isinstance(workload, Liquid):
        samples, within = np.divmod(steps - 1, workload.steps + 1)
        steps = samples * workload.steps + within
    return steps, indices


def _weights(nest: Any, workload: Workload, cells: Cells) -> Any:
    if not isinstance(workload, Associative):
        return None
    table = nest.GetConnections(synapse_model="learned").get(["source", "target", "weight"])
    matrix = np.zeros((workload.neurons, workload.neurons))
    first = cells[1][0]
    matrix[np.array(table["source"]) - first, np.array(table["target"]) - first] = table["weight"]
    return matrix
