"""The compiled kernels (`neuro/engine/cpp`) behind the engine's interface.

Lays the network out for them: constants one for all neurons or one for each, rows sorted by delay
where weights go straight into the synaptic state, 16-bit targets where they suffice.
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from neuro.engine import _native
from neuro.engine.interface import (
    Batch,
    Engine,
    FloatArray,
    IntArray,
    Recording,
    Spikes,
    TraceProbe,
)
from neuro.engine.network import CellGroup, EngineNetwork, SynapseGroup, with_current
from neuro.engine.rows import distinct_steps
from neuro.engine.run_loop import by_projection

MEMBRANE = ("v_rest", "decay_m")
TICK = ("v_rest", "resistance", "decay_m", "i_offset", "charge_E", "charge_I")
DECAYS = ("decay_E", "decay_I", "v_thresh")
NODE = ("node_weights", "node_E", "node_I", "node_leak", "node_open_E", "node_open_I")

CONSTANTS = {
    ("CurrentExponentialLIF", "exact"): (*MEMBRANE, "driven_rest", "gain_E", "gain_I", *DECAYS),
    ("CurrentExponentialLIF", "tick"): (*TICK, *DECAYS),
    ("ConductanceExponentialLIF", "exact"): (
        *("v_rest", "leak", "open_E", "open_I", "drive_E", "drive_I", "i_offset"),
        *DECAYS,
        *NODE,
    ),
    ("ConductanceExponentialLIF", "tick"): (*TICK, *DECAYS, "e_rev_E", "e_rev_I"),
    ("DeltaLIF", "exact"): (*MEMBRANE, "driven_rest", "v_thresh"),
    ("DeltaLIF", "tick"): (*MEMBRANE, "driven_rest", "v_thresh"),
    ("DiscreteLIF", "exact"): ("decay", "threshold"),
    ("DiscreteLIF", "tick"): ("decay", "threshold"),
    ("BinaryThresholdUnit", "exact"): ("threshold",),
    ("BinaryThresholdUnit", "tick"): ("threshold",),
}
"""Constants of each kernel, in the order of the enumerations of ``kernels.hpp``."""

VARIABLES = {
    "CurrentExponentialLIF": ("v", "i_excitatory", "i_inhibitory"),
    "ConductanceExponentialLIF": ("v", "g_excitatory", "g_inhibitory"),
    "DeltaLIF": ("v",),
    "DiscreteLIF": ("u",),
    "BinaryThresholdUnit": (),
}

MOST_DIRECT_DELAYS = 4
"""Distinct delays up to which weights skip the ring buffer."""

THREADED_NEURONS = 100_000
"""Neurons from which on more than one thread pays."""

FLOAT32_REACH = 2.0**-26
"""Trace decay below which a change is lost in the rounding of single precision."""


class NativeEngine(Engine):
    """The compiled kernels.

    Parameters
    ----------
    network : EngineNetwork
        What runs.
    precision : {"float64", "float32"}
        Of state and weights.
    threads : int, optional
        Among which the network is split; default as many as pay. The bits do not depend on it.
    tile_bytes : int, optional
        State that is swept at once; default what fits into a core's cache. The bits do not depend
        on it either.
    """

    def __init__(
        self,
        network: EngineNetwork,
        precision: str,
        threads: int | None = None,
        tile_bytes: int | None = None,
    ) -> None:
        self._network = network
        self._real = np.dtype(precision)
        self.kind = f"compiled {precision}"
        self.description = f"compiled (C++, {precision}, {_native.instruction_set()})"
        self._core = _native.Engine32() if precision == "float32" else _native.Engine64()
        if tile_bytes is not None:
            self._core.tile_bytes = tile_bytes
        for item in network.plan.inputs:
            self._core.add_input(item.size)
        direct = [_is_direct(network, position) for position in range(len(network.cells))]
        for group, skips_rings in zip(network.cells, direct, strict=True):
            self._add_population(group, skips_rings)
        for synapses in network.synapses:
            self._add_synapses(synapses, direct[synapses.target])
        self._core.finish()
        self._threads = _useful_threads(network) if threads is None else threads

    @property
    def step(self) -> int:
        """Steps done so far."""
        return int(self._core.step)

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of steps; see `Engine.advance`."""
        wanted = [
            (
                probe.population,
                self._variables(probe.population).index(probe.variable),
                probe.interval,
                probe.indices,
            )
            for probe in probes
        ]
        answer = self._core.advance(steps, list(inputs), wanted, self._threads)
        return Recording(
            spikes=answer["spikes"],
            traces=[
                (times, values.reshape(times.size, probe.indices.size))
                for (times, values), probe in zip(answer["traces"], probes, strict=True)
            ],
            synaptic_events=answer["events"],
            plastic_updates=answer["updates"],
            spike_counts=[int(steps.size) for steps, _ in answer["spikes"]],
        )

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one at a time on each thread; see `Engine.batch`."""
        fed = [list(inputs) for inputs in samples]
        answer = self._core.batch(steps, fed, bins, max(1, min(threads, len(fed))))
        return (
            answer["counts"],
            by_projection(self._network, answer["events"]),
            by_projection(self._network, answer["updates"]),
        )

    def reset(self) -> None:
        """Return to time zero."""
        self._core.reset()

    def inject(self, population: int, current: FloatArray | float) -> None:
        """Add a current to the offset current of a population; see `TakesCurrent`."""
        group = with_current(self._network.cells[population], current)
        uniform, constants = self._constant_arrays(group)
        isa = _native.instruction_set()
        self._core.set_constants(population, uniform, constants, isa)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as arrays by name."""
        return self._core.snapshot()

    def restore(self, arrays: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        self._core.restore(arrays)

    def weights(self, projection: int) -> FloatArray:
        """Return the current weights of a plastic projection."""
        return self._core.weights(projection)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: this computer has no counts of its own."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable."""
        population, variable = self._core.broken()
        return None if population < 0 else (population, self._variables(population)[variable])

    def _variables(self, population: int) -> tuple[str, ...]:
        return VARIABLES[self._network.cells[population].population.cell]

    def _real_array(self, values: Any, size: int | None = None) -> Any:
        array = np.atleast_1d(np.asarray(values, dtype=self._real))
        return array if size is None else np.ascontiguousarray(np.broadcast_to(array, size))

    def _add_population(self, group: CellGroup, direct: bool) -> None:
        population = group.population
        size = population.size
        uniform, constants = self._constant_arrays(group)
        reset, refractory = group.constants.get("v_reset", ()), population.refractory_steps
        state = group.kernel.initial(population)
        self._core.add_population(
            f"{population.cell} {self._network.plan.semantics}",
            size,
            len(population.receptors),
            group.slots,
            direct,
            uniform,
            [self._real_array(state[name]) for name in VARIABLES[population.cell]],
            constants,
            self._real_array(reset),
            np.atleast_1d(np.asarray(0 if refractory is None else refractory, dtype=np.int32)),
            _native.instruction_set(),
        )

    def _constant_arrays(self, group: CellGroup) -> tuple[bool, list[Any]]:
        """Return whether all neurons share the constants, and the constants of a kernel."""
        # What overflows is found by `broken`, with the name of the population.
        with np.errstate(over="ignore", invalid="ignore"):
            constants = _constants(group, self._network.plan.semantics)
        uniform = all(np.ndim(value) == 0 for value in constants)
        size = None if uniform else group.population.size
        return uniform, [self._real_array(value, size) for value in constants]

    def _add_synapses(self, group: SynapseGroup, direct: bool) -> None:
        delays = np.atleast_1d(np.asarray(group.delay_steps, dtype=np.int32))
        targets, weights = group.targets, self._real_array(group.weights)
        ends = (group.source, group.target, group.receptor, group.offsets)
        if group.plastic is not None:
            self._add_plastic(group, ends, delays)
            return
        segments = np.zeros(0, dtype=np.int64)
        if direct:
            order, segments = _by_delay(group, delays)
            targets = targets if order is None else targets[order]
            weights = weights if order is None or weights.size == 1 else weights[order]
            delays = delays if order is None else delays[order]
        self._core.add_static(*ends, targets, weights, delays, segments)

    def _add_plastic(self, group: SynapseGroup, ends: tuple[Any, ...], delays: Any) -> None:
        rule = group.plastic
        assert rule is not None
        weights = self._real_array(group.weights, group.targets.size)
        learning = (
            [rule.a_plus, rule.a_minus, rule.w_min, rule.w_max],
            rule.multiplicative,
            rule.tie_depresses,
            rule.immediate,
            self._decay_table(rule.decay_plus),
            self._decay_table(rule.decay_minus),
        )
        if not rule.multiplicative and delays.size == 1 and _is_dense(group):
            no_self = bool(group.offsets[1] < rule.target_size)
            self._core.add_dense_plastic(
                *(*ends, delays, *learning),
                _full_rows(weights, rule.target_size, no_self),
                int(rule.delays[0]),
                no_self,
                _native.instruction_set(),
            )
            return
        self._core.add_sparse_plastic(
            *(*ends, delays, *learning),
            group.targets,
            weights,
            rule.delays.astype(np.int32),
            rule.group.astype(np.uint32),
            rule.sources.astype(np.uint32),
            rule.incoming_offsets,
            rule.incoming,
        )

    def _decay_table(self, table: FloatArray) -> Any:
        """Cut a table where its values fall below the rounding of the precision in use."""
        keep = int(np.count_nonzero(table > FLOAT32_REACH)) if self._real == np.float32 else -1
        cut = table if keep < 0 else np.append(table[:keep], 0.0)
        return self._real_array(cut)


def _is_dense(group: SynapseGroup) -> bool:
    """Say whether a projection joins every pair once, the pairs (i, i) possibly left out."""
    assert group.plastic is not None
    sources, targets = group.offsets.size - 1, group.plastic.target_size
    lengths = np.unique(np.diff(group.offsets))
    if lengths.size != 1 or lengths[0] not in (targets, targets - 1):
        return False
    rows = group.targets.reshape(sources, -1)
    if lengths[0] == targets:
        return bool(np.all(rows == np.arange(targets)))
    others = np.arange(targets - 1) + (np.arange(targets - 1) >= np.arange(sources)[:, None])
    return sources == targets and bool(np.all(rows == others))


def _full_rows(weights: Any, size: int, no_self: bool) -> Any:
    """Return every pair's weight, zero for the pairs (i, i) that are left out."""
    if not no_self:
        return weights
    full = np.zeros((size, size), dtype=weights.dtype)
    full[~np.eye(size, dtype=bool)] = weights
    return full.reshape(-1)


def _constants(group: CellGroup, semantics: str) -> list[Any]:
    """Return the constants of a kernel in its order; quadrature nodes one after the other."""
    known = dict(group.constants)
    if "gain_offset" in known:
        known["driven_rest"] = known["v_rest"] + known["gain_offset"] * known["i_offset"]
    names = CONSTANTS[group.population.cell, semantics]
    plain = [known[name] for name in names if name not in NODE]
    if NODE[0] not in names:
        return plain
    nodes = np.asarray(known["node_weights"]).shape[-1]
    by_node = [np.asarray(known[name])[..., k] for k in range(nodes) for name in NODE]
    return plain + [value.item() if value.size == 1 else value for value in by_node]


def _useful_threads(network: EngineNetwork) -> int:
    """Return how many threads pay for one network: one, unless it is large and does not learn."""
    neurons = sum(group.population.size for group in network.cells)
    learns = any(group.plastic is not None for group in network.synapses)
    return 1 if learns or neurons < THREADED_NEURONS else os.cpu_count() or 1


def _is_direct(network: EngineNetwork, position: int) -> bool:
    """Say whether weights onto a population can go straight into its synaptic state."""
    cell = network.cells[position].population.cell
    exponential = cell in ("CurrentExponentialLIF", "ConductanceExponentialLIF")
    if network.plan.semantics != "exact" or not exponential:
        return False
    return all(
        group.plastic is None and distinct_steps(group.delay_steps).size <= MOST_DIRECT_DELAYS
        for group in network.synapses
        if group.target == position
    )


def _by_delay(group: SynapseGroup, delays: Any) -> tuple[IntArray | None, IntArray]:
    """Return the order that sorts rows by delay, and the start of each delay in each row."""
    if delays.size <= 1:
        return None, group.offsets
    distinct, which = np.unique(delays, return_inverse=True)
    rows = np.repeat(np.arange(group.offsets.size - 1), np.diff(group.offsets))
    column = rows * distinct.size + which
    order = np.argsort(column, kind="stable")
    counts = np.bincount(column, minlength=(group.offsets.size - 1) * distinct.size)
    return order, np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
