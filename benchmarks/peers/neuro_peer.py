"""neuro itself, through its public API alone: a `Network`, `compile_network`, `run`.

W1 in nA: with cm = 20 nF a membrane of 20 ms has 1 MOhm, so a current in nA moves it as the same
number of mV does in the equations of the workload.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.measure import Clock, IndexArray, NotYetError, Options, Outcome
from benchmarks.workloads import Associative, Cuba, Edges, Liquid, Workload

if TYPE_CHECKING:
    from neuro.backend import Program
    from neuro.ir import Network, PairSTDP, Projection
    from neuro.results import Result

WORKLOADS = ("W1", "W2", "W3")
PRECISIONS = ("float64", "float32")
TARGETS = {"float64": "cpu", "float32": "cpu_float32"}

CELLS = "cells"
INPUT = "input"


def measure(workload: Workload, options: Options, clock: Clock) -> Outcome:
    """Build the network, compile and run it, and time each."""
    with clock.phase("import"):
        import neuro
        from neuro.hardware_configs import target_names
        from neuro.run import compile_network
    target = TARGETS[options.precision]
    if target not in target_names():
        raise NotYetError(f"neuro {neuro.__version__} has no target {target!r}")
    with clock.phase("set-up"):
        network = build(workload)
    with clock.phase("compile"):
        program = compile_network(network, target=target)
    with program:
        if isinstance(workload, Liquid):
            steps, indices, last = run_samples(program, workload, options, clock)
        else:
            with clock.phase("run"):
                program.run(workload.steps * workload.dt)
            with clock.phase("read-out"):
                last = program.result()
            steps, indices = spike_table(last)
    return Outcome(
        steps=steps,
        indices=indices,
        weights=_weights(last) if isinstance(workload, Associative) else None,
        versions={"neuro": neuro.__version__, "engine": last.provenance.engine},
    )


def build(workload: Workload) -> "Network":
    """Return a workload as a network of neuro."""
    if isinstance(workload, Cuba):
        return build_cuba(workload)
    if isinstance(workload, Liquid):
        return build_liquid(workload)
    return build_associative(workload)


def build_cuba(workload: Cuba) -> "Network":
    """Return W1."""
    from neuro.ir import CurrentExponentialLIF, Network, Population, Probe

    w = workload
    cell = CurrentExponentialLIF(
        cm=w.tau_m,
        tau_m=w.tau_m,
        tau_refrac=w.refractory_steps * w.dt,
        tau_syn_E=w.tau_e,
        tau_syn_I=w.tau_i,
        v_rest=w.v_rest,
        v_reset=w.v_reset,
        v_thresh=w.v_thresh,
        v_init=w.v_init,
    )
    sources, targets = w.edges.sources, w.edges.targets
    border = w.edges.offsets[w.excitatory]
    delay = w.delay_steps * w.dt
    return Network(
        name="W1",
        dt=w.dt,
        semantics="exact",
        populations=(Population(CELLS, w.neurons, cell),),
        projections=(
            _projection(CELLS, sources[:border], targets[:border], w.weight_e, delay),
            _projection(CELLS, sources[border:], targets[border:], w.weight_i, delay),
        ),
        probes=(Probe(population=CELLS),),
    )


def build_liquid(workload: Liquid) -> "Network":
    """Return W2 with a silent input."""
    from neuro.ir import DeltaLIF, Network, Population, Probe, SpikeArray

    w = workload
    cell = DeltaLIF(tau_m=w.tau_m, tau_refrac=w.dt, v_rest=0.0, v_reset=0.0, v_thresh=w.threshold)
    matrices = (
        (INPUT, w.w_in),
        (CELLS, np.where(w.w_rec > 0, w.w_rec, 0)),
        (CELLS, np.where(w.w_rec < 0, w.w_rec, 0)),
    )
    return Network(
        name="W2",
        dt=w.dt,
        semantics="exact",
        populations=(Population(CELLS, w.neurons, cell),),
        inputs=(SpikeArray(name=INPUT, size=w.channels),),
        projections=tuple(_from_matrix(source, matrix, w.dt) for source, matrix in matrices),
        probes=(Probe(population=CELLS),),
    )


def build_associative(workload: Associative) -> "Network":
    """Return W3."""
    from neuro.ir import (
        AllToAll,
        DeltaLIF,
        Network,
        OneToOne,
        Population,
        Probe,
        Projection,
        SpikeArray,
        Static,
    )

    w = workload
    cell = DeltaLIF(
        tau_m=w.tau_m,
        tau_refrac=w.refractory_steps * w.dt,
        v_rest=0.0,
        v_reset=0.0,
        v_thresh=w.threshold,
    )
    times = w.drive_steps * w.dt
    return Network(
        name="W3",
        dt=w.dt,
        semantics="exact",
        populations=(Population(CELLS, w.neurons, cell),),
        inputs=(SpikeArray(name=INPUT, size=w.neurons, times=times, indices=w.drive_cells),),
        projections=(
            Projection(INPUT, CELLS, OneToOne(), Static(weight=w.drive, delay=w.dt)),
            Projection(CELLS, CELLS, AllToAll(skip_equal_index=True), learning_rule(w)),
        ),
        probes=(Probe(population=CELLS),),
    )


def learning_rule(workload: Associative) -> "PairSTDP":
    """Return the rule of W3."""
    from neuro.ir import PairSTDP

    w = workload
    return PairSTDP(
        weight=0.0,
        delay=w.dt,
        rule="additive",
        pairing="immediate",
        amplitude="absolute",
        a_plus=w.a_plus,
        a_minus=w.a_minus,
        tau_plus=w.tau_trace,
        tau_minus=w.tau_trace,
        w_max=w.w_max,
    )


def run_samples(
    program: "Program", workload: Liquid, options: Options, clock: Clock
) -> tuple[IndexArray, IndexArray, "Result"]:
    """Run the samples of W2 as one batch, which counts spikes; return all spikes.

    The spikes themselves come from runs of each sample alone, untimed, and must have the counts of
    the batch.
    """
    # Under `exact` a spike at k dt with a delay of one step acts at the end of step k.
    spikes = [np.nonzero(sample) for sample in workload.inputs]
    samples = [{INPUT: (steps * workload.dt, channels)} for steps, channels in spikes]
    duration = workload.steps * workload.dt
    with clock.phase("run"):
        batch = program.run_batch(duration, samples, threads=options.threads)
    tables = []
    for number, sample in enumerate(samples):
        program.reset()
        program.run(duration, inputs=sample)
        result = program.result()
        ticks, indices = spike_table(result)
        counts = np.bincount(indices, minlength=workload.neurons)
        if not np.array_equal(counts, batch.counts[CELLS][number, 0]):
            raise RuntimeError(f"sample {number} has other spike counts alone than in the batch")
        tables.append((ticks + number * workload.steps, indices))
    all_steps, all_indices = (np.concatenate(part) for part in zip(*tables, strict=True))
    return all_steps, all_indices, result


def spike_table(result: "Result") -> tuple[IndexArray, IndexArray]:
    """Return steps and indices; under `exact` a spike of step k carries the time (k + 1) dt."""
    trains = result.spikes[CELLS]
    return trains.ticks(result.dt) - 1, trains.indices


def _projection(
    source: str, sources: IndexArray, targets: IndexArray, weight: Any, delay: float
) -> "Projection":
    """Join explicit pairs; weights below zero become magnitudes onto the inhibitory receptor."""
    from neuro.ir import PairList, Projection, Static

    receptor = "inhibitory" if np.any(np.less(weight, 0)) else "excitatory"
    return Projection(
        source,
        CELLS,
        PairList(sources=sources, targets=targets),
        Static(weight=np.abs(weight), delay=delay),
        receptor=receptor,
        name=f"{source}-{receptor}",
    )


def _from_matrix(source: str, matrix: Any, delay: float) -> "Projection":
    edges = Edges.from_matrix(matrix)
    weights = matrix[edges.sources, edges.targets].astype(np.float64)
    return _projection(source, edges.sources, edges.targets, weights, delay)


def _weights(result: "Result") -> Any:
    (learned,) = result.weights.values()
    size = result.network.population(CELLS).size
    matrix = np.zeros((size, size))
    matrix[learned.sources, learned.targets] = learned.values
    return matrix
