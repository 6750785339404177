"""W1 to W3 in plain NumPy: the equations of the specification, step by step.

It shares no code with neuro or any other peer, so it is the reference for spike trains at sizes
that the specification gives no count for.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Clock, FloatArray, IndexArray, Options, Outcome, joined
from benchmarks.workloads import Associative, Cuba, Edges, Liquid, Workload

WORKLOADS = ("W1", "W2", "W3")
PRECISIONS = ("float64", "float32")

Spikes = tuple[IndexArray, IndexArray]


def measure(workload: Workload, options: Options, clock: Clock) -> Outcome:
    """Run a workload and time it."""
    dtype = np.dtype(options.precision)
    weights = None
    with clock.phase("run"):
        if isinstance(workload, Cuba):
            spikes = run_cuba(workload, dtype)
        elif isinstance(workload, Liquid):
            spikes = run_liquid(workload, dtype)
        else:
            spikes, weights = run_associative(workload, dtype)
    return Outcome(
        steps=spikes[0],
        indices=spikes[1],
        weights=weights,
        versions={"numpy": np.__version__},
    )


def run_cuba(workload: Cuba, dtype: Any = np.float64) -> Spikes:
    """Run W1 with exact propagators; v counts from the resting potential."""
    w = workload
    taus = (w.tau_m, w.tau_e, w.tau_i)
    decay_m, decay_e, decay_i = _like(dtype, *(np.exp(-w.dt / tau) for tau in taus))
    gain_e, gain_i = _like(dtype, *(_gain(w.dt, w.tau_m, tau) for tau in taus[1:]))
    weight_e, weight_i = _like(dtype, w.weight_e, w.weight_i)
    threshold, reset = _like(dtype, w.v_thresh - w.v_rest, w.v_reset - w.v_rest)
    v = (w.v_init - w.v_rest).astype(dtype)
    ge, gi = np.zeros_like(v), np.zeros_like(v)
    last = np.full(w.neurons, -w.steps - w.refractory_steps)
    history: list[IndexArray] = []
    for step in range(w.steps):
        free = step - last > w.refractory_steps
        v = np.where(free, decay_m * v + gain_e * ge + gain_i * gi, v)
        ge *= decay_e
        gi *= decay_i
        if step >= w.delay_steps:
            arriving = history[step - w.delay_steps]
            border = np.searchsorted(arriving, w.excitatory)
            ge += weight_e * _arrivals(w.edges, arriving[:border], w.neurons).astype(dtype)
            gi += weight_i * _arrivals(w.edges, arriving[border:], w.neurons).astype(dtype)
        spiking = np.flatnonzero(v > threshold)
        v[spiking] = reset
        last[spiking] = step
        history.append(spiking)
    return joined(list(range(w.steps)), history)


def run_liquid(workload: Liquid, dtype: Any = np.float64) -> Spikes:
    """Run W2 sample by sample, adding the whole rows of those that spiked."""
    w = workload
    (beta,) = _like(dtype, w.beta)
    w_in, w_rec = w.w_in.astype(dtype), w.w_rec.astype(dtype)
    history: list[IndexArray] = []
    for sample in w.inputs:
        v = np.zeros(w.neurons, dtype=dtype)
        spiking = np.zeros(0, dtype=np.int64)
        for channels in sample:
            arriving = w_in[np.flatnonzero(channels)].sum(axis=0) + w_rec[spiking].sum(axis=0)
            v = beta * v + arriving
            v[spiking] = 0
            spiking = np.flatnonzero(v >= w.threshold)
            v[spiking] = 0
            history.append(spiking)
    return joined(list(range(len(history))), history)


def run_associative(workload: Associative, dtype: Any = np.float64) -> tuple[Spikes, FloatArray]:
    """Run W3; return the spikes and the final weights, a row for each source."""
    w = workload
    beta, fade = _like(dtype, w.beta, w.trace_decay)
    a_plus, a_minus, w_max, drive = _like(dtype, w.a_plus, w.a_minus, w.w_max, w.drive)
    edges = np.searchsorted(w.drive_steps, np.arange(w.steps + 1))
    v, current, x, y = np.zeros((4, w.neurons), dtype=dtype)
    weights = np.zeros((w.neurons, w.neurons), dtype=dtype)
    last = np.full(w.neurons, -w.steps - w.refractory_steps)
    history: list[IndexArray] = []
    for step in range(w.steps):
        current[w.drive_cells[edges[step] : edges[step + 1]]] += drive
        v = np.where(step - last > w.refractory_steps, beta * v + current, 0)
        spiking = np.flatnonzero(v >= w.threshold)
        v[spiking] = 0
        last[spiking] = step
        history.append(spiking)
        x *= fade
        y *= fade
        current = weights[spiking].sum(axis=0)
        x[spiking] += a_plus
        weights[spiking] = np.maximum(weights[spiking] - y, 0)
        y[spiking] += a_minus
        weights[:, spiking] = np.minimum(weights[:, spiking] + x[:, None], w_max)
        weights[spiking, spiking] = 0
    return joined(list(range(w.steps)), history), weights.astype(np.float64)


def _gain(dt: float, tau_m: float, tau_syn: float) -> float:
    """Return what a synaptic variable of 1 adds to the membrane in one step.

    The integral of exp(-(dt - s) / tau_m) exp(-s / tau_syn) / tau_m over a step.
    """
    share = tau_syn / (tau_m - tau_syn)
    return float(share * (np.exp(-dt / tau_m) - np.exp(-dt / tau_syn)))


def _arrivals(edges: Edges, spiking: IndexArray, neurons: int) -> NDArray[np.int64]:
    """Return how many spikes reach each neuron."""
    rows = [edges.targets[edges.offsets[i] : edges.offsets[i + 1]] for i in spiking]
    reached = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return np.bincount(reached, minlength=neurons)


def _like(dtype: Any, *values: float) -> tuple[Any, ...]:
    """Return numbers of one type, so that single precision stays single."""
    return tuple(np.dtype(dtype).type(value) for value in values)
