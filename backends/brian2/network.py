"""A plan as a Brian2 network: groups, synapses and monitors.

Brian2's time runs one step ahead: its step 0 is ours of -1, in which inputs may fire and all cells
wait. A synapse of delay d, and its learning, is shifted by the delay: pre spikes are handled when
they arrive and post spikes as much later, which keeps their order and sends the right weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neuro.backends.brian2.equations import CELLS, OURS, TIMES, TRACES, learning_texts
from neuro.engine import TraceProbe
from neuro.engine.interface import FloatArray, IntArray, Spikes
from neuro.errors import UnsupportedError
from neuro.plan import Plan, PlannedPopulation, PlannedProjection

LEAD = 1
"""Steps by which Brian2's time runs ahead."""

NEVER = -1e4
"""Seconds; when a cell that has not spiked yet last did so, as in Brian2."""

UNREACHED = 1 << 40
"""A step that no run comes to."""

APART = 1e-6
"""Relative distance that is kept between time constants, by whose difference Brian2 divides."""


@dataclass(slots=True, kw_only=True)
class Layer:
    """One copy of an input: a source can fire once in a step on each."""

    group: Any
    synapses: list[Any]


@dataclass(slots=True, kw_only=True)
class Simulation:
    """A Brian2 network and what belongs to it.

    Parameters
    ----------
    brian2 : module
        The package.
    plan : Plan
        What it runs.
    network, clock
        Brian2's objects.
    cells : list
        A group for each population.
    layers : list of list of Layer
        The copies of each input.
    learning : list
        Synapses of each plastic projection, None for the others.
    spikes : list
        A monitor for each population.
    traces : list
        A monitor for each trace probe.
    """

    brian2: Any
    plan: Plan
    network: Any
    clock: Any
    cells: list[Any]
    layers: list[list[Layer]] = field(default_factory=list)
    learning: list[Any] = field(default_factory=list)
    spikes: list[Any] = field(default_factory=list)
    traces: list[Any] = field(default_factory=list)

    @property
    def flush(self) -> int:
        """Steps after which learning has handled all earlier spikes."""
        plastic = [item for item in self.plan.projections if item.plasticity is not None]
        return max((int(np.max(item.delay_steps, initial=0)) for item in plastic), default=0)

    def time(self, steps: Any) -> Any:
        """Return steps as a time with Brian2's unit."""
        return steps * self.plan.dt * self.brian2.ms

    def run(self, steps: int) -> None:
        """Run a number of steps, without names from the caller's scope."""
        self.network.run(self.time(steps), namespace={})

    def hold(self) -> None:
        """Let all cells wait in the lead-in, as if they had just spiked."""
        for group, item in zip(self.cells, self.plan.populations, strict=True):
            if CELLS[item.cell].refractory:
                group.lastspike = 0 * self.brian2.second

    def release(self) -> None:
        """Let all cells go after the lead-in."""
        for group, item in zip(self.cells, self.plan.populations, strict=True):
            if CELLS[item.cell].refractory:
                group.lastspike = NEVER * self.brian2.second

    def feed(self, inputs: Sequence[Spikes]) -> None:
        """Give all inputs their spikes; a source that fires again in a step does so on a copy."""
        self.provide(inputs)
        for layers, (steps, indices) in zip(self.layers, inputs, strict=True):
            ranks = _ranks(steps, indices)
            for number, layer in enumerate(layers):
                chosen = ranks == number
                layer.group.set_spikes(
                    indices[chosen], self.time(steps[chosen] + LEAD), sorted=True
                )

    def provide(self, inputs: Sequence[Spikes]) -> None:
        """Make as many copies of each input as its spikes need.

        Raises
        ------
        UnsupportedError
            If the sources of a plastic projection need one.
        """
        for position, (steps, indices) in enumerate(inputs):
            needed = 1 + int(_ranks(steps, indices).max(initial=0))
            while len(self.layers[position]) < needed:
                self.layers[position].append(self._copy(position))

    def stop_learning(self, steps: int) -> None:
        """Leave weights as they are from a step on, shifted by each synapse's delay."""
        for synapses, item in zip(self.learning, self.plan.projections, strict=True):
            if synapses is not None:
                text = CELLS[_cell_of(self.plan, item)]
                shift = np.asarray(item.delay_steps, dtype=np.int64) - text.early
                synapses.stop = self.time(steps + LEAD + shift - 0.5)

    def recorded(self, first: int, last: int) -> list[Spikes]:
        """Return the spikes of all populations in the steps ``first <= step < last``."""
        found = []
        for monitor in self.spikes:
            steps = np.rint(np.asarray(monitor.t_) / float(self.clock.dt_)).astype(np.int64) - LEAD
            inside = (steps >= first) & (steps < last)
            indices = np.asarray(monitor.i).astype(np.int64)[inside]
            order = np.lexsort((indices, steps[inside]))
            found.append((steps[inside][order], indices[order]))
        return found

    def sampled(
        self, probes: Sequence[TraceProbe], first: int, last: int
    ) -> list[tuple[IntArray, FloatArray]]:
        """Return the samples of all probes in the steps ``first <= step < last``."""
        found = []
        for probe, monitor in zip(probes, self.traces, strict=True):
            steps = np.arange(first, last)
            steps = steps[steps % probe.interval == 0]
            values = np.asarray(getattr(monitor, probe.variable))[:, steps + LEAD].T
            found.append((steps, values.astype(np.float64)))
        return found

    def weights(self, projection: int) -> FloatArray:
        """Return the present weights of a plastic projection, shape (synapses,)."""
        values: FloatArray = np.array(self.learning[projection].w, dtype=np.float64)
        return values

    def _copy(self, position: int) -> Layer:
        source = self.plan.inputs[position]
        for item in self.plan.projections:
            if item.source == source.name and item.plasticity is not None:
                raise UnsupportedError(
                    f"input {source.name!r}",
                    f"a source fires twice in a step, onto plastic projection {item.name!r}",
                    limit="On Brian2 a plastic synapse sees one spike in a step",
                    hint="Use a smaller time step or rate",
                )
        layer = _layer(self, position)
        self.network.add(layer.group, *layer.synapses)
        return layer


def assemble(brian2: Any, plan: Plan, probes: Sequence[TraceProbe]) -> Simulation:
    """Build the network of a plan at time zero, before the lead-in."""
    clock = brian2.Clock(plan.dt * brian2.ms)
    cells = [_cells(brian2, item, plan, clock) for item in plan.populations]
    simulation = Simulation(
        brian2=brian2, plan=plan, network=brian2.Network(), clock=clock, cells=cells
    )
    names = [item.name for item in plan.populations]
    for item in plan.projections:
        inner = item.source in names and item.targets.size
        group = cells[names.index(item.source)] if inner else None
        synapses = None if group is None else _synapses(simulation, item, group)
        simulation.learning.append(synapses if item.plasticity is not None else None)
        if synapses is not None:
            simulation.network.add(synapses)
    for position in range(len(plan.inputs)):
        layer = _layer(simulation, position)
        simulation.layers.append([layer])
        simulation.network.add(layer.group, *layer.synapses)
    simulation.spikes = [brian2.SpikeMonitor(group) for group in cells]
    simulation.traces = [
        brian2.StateMonitor(cells[probe.population], probe.variable, record=probe.indices)
        for probe in probes
    ]
    simulation.network.add(cells, simulation.spikes, simulation.traces)
    simulation.hold()
    simulation.stop_learning(UNREACHED)
    return simulation


def _ranks(steps: IntArray, indices: IntArray) -> IntArray:
    """Count, for each of some sorted spikes, the earlier ones of its source in its step."""
    first = np.ones(steps.size, dtype=bool)
    first[1:] = (np.diff(steps) != 0) | (np.diff(indices) != 0)
    starts = np.flatnonzero(first)
    ranks: IntArray = np.arange(steps.size) - np.repeat(starts, np.diff([*starts, steps.size]))
    return ranks


def _cell_of(plan: Plan, projection: PlannedProjection) -> str:
    return next(item.cell for item in plan.populations if item.name == projection.target)


def _cells(brian2: Any, item: PlannedPopulation, plan: Plan, clock: Any) -> Any:
    text = CELLS[item.cell]
    declared = [
        f"{name} : {'second' if name in TIMES else '1'} (constant)\n" for name in text.parameters
    ]
    options: dict[str, Any] = {"method": text.method} if text.method else {}
    if text.refractory:
        declared.append("wait : second (constant)\n")
        options["refractory"] = "wait"
    group = brian2.NeuronGroup(
        item.size,
        text.equations + "".join(declared),
        threshold=text.threshold,
        reset=text.reset,
        clock=clock,
        namespace={},
        **options,
    )
    values = separated(item)
    for name in text.parameters:
        value = values[OURS.get(name, name)]
        setattr(group, name, value * brian2.ms if name in TIMES else value)
    if text.refractory:
        # Brian2 counts the step of the spike as the first one.
        group.wait = (np.asarray(item.refractory_steps) + 1) * plan.dt * brian2.ms
        group.v = item.parameters["v_init"]
    if text.before_threshold:
        group.run_regularly(text.before_threshold, when="before_thresholds")
    return group


def separated(item: PlannedPopulation) -> dict[str, Any]:
    """Return the parameters of a population with time constants that differ from one another."""
    parameters = dict(item.parameters)
    if CELLS[item.cell].method == "exact" and "tau_syn_E" in parameters:
        tau_m = np.asarray(parameters["tau_m"])
        for name in ("tau_syn_E", "tau_syn_I"):
            tau = np.asarray(parameters[name])
            close = np.abs(tau - tau_m) < APART * tau_m
            parameters[name] = np.where(close, tau_m * (1 + APART), tau)
    return parameters


def _layer(simulation: Simulation, position: int) -> Layer:
    plan, brian2 = simulation.plan, simulation.brian2
    source = plan.inputs[position]
    group = brian2.SpikeGeneratorGroup(source.size, [], [] * brian2.ms, clock=simulation.clock)
    synapses = []
    for number, item in enumerate(plan.projections):
        if item.source == source.name and item.targets.size:
            made = _synapses(simulation, item, group)
            synapses.append(made)
            if item.plasticity is not None:
                simulation.learning[number] = made
    return Layer(group=group, synapses=synapses)


def _synapses(simulation: Simulation, item: PlannedProjection, source: Any) -> Any:
    plan = simulation.plan
    names = [population.name for population in plan.populations]
    position = names.index(item.target)
    target, text = simulation.cells[position], CELLS[plan.populations[position].cell]
    arrival = text.arrivals[plan.populations[position].receptors[item.receptor]]
    texts = _texts(simulation, item, arrival)
    synapses = simulation.brian2.Synapses(source, target, clock=simulation.clock, **texts)
    synapses.connect(i=item.sources.astype(np.int64), j=item.targets.astype(np.int64))
    synapses.w = item.weights
    early = np.asarray(item.delay_steps) - text.early
    synapses.pre.delay = simulation.time(early)
    if item.plasticity is not None:
        dendritic = item.plasticity.pairing == "dendritic"
        late = simulation.time(early + (np.asarray(item.delay_steps) if dendritic else 0))
        # Posts that reach a synapse in the step of a pre spike come first if they are dendritic.
        order = ("post", "pre", "settle") if dendritic else ("pre", "post")
        for rank, name in enumerate(order):
            pathway = getattr(synapses, name)
            pathway.order = rank
            if name != "pre":
                pathway.delay = late
    return synapses


def _texts(simulation: Simulation, item: PlannedProjection, arrival: str) -> dict[str, Any]:
    rule = item.plasticity
    if rule is None:
        return {"model": "w : 1 (constant)", "on_pre": arrival, "namespace": {}}
    scale = rule.w_max if rule.rule == "additive" and rule.amplitude == "relative" else 1.0
    pre, post = learning_texts(rule.rule, rule.pairing, arrival)
    ms = simulation.brian2.ms
    constants = {
        "a_plus": rule.a_plus * scale,
        "a_minus": rule.a_minus * scale,
        "tau_plus": rule.tau_plus * ms,
        "tau_minus": rule.tau_minus * ms,
        "w_min": rule.w_min,
        "w_max": rule.w_max,
    }
    return {"model": TRACES, "on_pre": pre, "on_post": post, "namespace": constants}
