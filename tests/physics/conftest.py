"""The other side of every comparison with NEST: run a neuro network there.

The translation reads the description only (`neuro.ir`); no pass or kernel of neuro takes part.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    Network,
    PairList,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
)
from neuro.results import Result

PICO = 1000.0  # nA, nF and uS in NEST's pA, pF and nS
AFTER = 1.0  # ms that NEST runs on, so that the last spikes are delivered and recorded
CELLS = {
    CurrentExponentialLIF: "iaf_psc_exp",
    DeltaLIF: "iaf_psc_delta",
    ConductanceExponentialLIF: "iaf_cond_exp",
}
PARAMETERS = {
    "cm": ("C_m", PICO),
    "tau_m": ("tau_m", 1.0),
    "tau_refrac": ("t_ref", 1.0),
    "tau_syn_E": ("tau_syn_ex", 1.0),
    "tau_syn_I": ("tau_syn_in", 1.0),
    "e_rev_E": ("E_ex", 1.0),
    "e_rev_I": ("E_in", 1.0),
    "v_rest": ("E_L", 1.0),
    "v_reset": ("V_reset", 1.0),
    "v_thresh": ("V_th", 1.0),
    "i_offset": ("I_e", PICO),
    "v_init": ("V_m", 1.0),
}
RECORDABLES = {
    "v": ("V_m", 1.0),
    "i_excitatory": ("I_syn_ex", PICO),
    "i_inhibitory": ("I_syn_in", -PICO),  # NEST's inhibitory current is negative, ours a magnitude
    "g_excitatory": ("g_ex", PICO),
    "g_inhibitory": ("g_in", PICO),
}


@dataclass(kw_only=True)
class NestRun:
    """What NEST gives for the populations, probes and plastic projections of a network.

    Spikes are (step, neuron) rows sorted by step; traces have shape (samples, neurons) and begin
    one step after time zero; weights are sorted by source and target.
    """

    spikes: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    traces: dict[str, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    weights: dict[str, NDArray[np.float64]] = field(default_factory=dict)


@pytest.fixture(scope="session")
def nest_run() -> Callable[[Network, float], NestRun]:
    """Return the function that runs a network in NEST, from a fresh kernel every time."""
    nest = pytest.importorskip("nest", reason="pip install nest-simulator")
    nest.verbosity = nest.VerbosityLevel.ERROR

    def run(network: Network, duration: float) -> NestRun:
        nest.ResetKernel()
        nest.resolution = network.dt
        return _Translation(nest, network).run(duration)

    return run


@pytest.fixture(scope="session")
def spike_table() -> Callable[[Result, str], NDArray[np.int64]]:
    """Return the function that gives our spikes in the form of `NestRun.spikes`."""

    def table(result: Result, population: str) -> NDArray[np.int64]:
        trains = result.spikes[population]
        return np.stack([trains.ticks(result.dt), trains.indices], axis=1)

    return table


class _Translation:
    """One network in the NEST kernel."""

    def __init__(self, nest: Any, network: Network) -> None:
        self._nest = nest
        self._network = network
        self._nodes = {item.name: self._population(item) for item in network.populations}
        self._nodes |= {item.name: self._input(item) for item in network.inputs}
        self._recorders = {item.name: self._recorder(item) for item in network.populations}
        self._probes = [(item, self._probe(item)) for item in network.probes if _is_trace(item)]
        for item in network.projections:
            self._connect(item)

    def run(self, duration: float) -> NestRun:
        self._nest.Simulate(duration + AFTER)
        steps = round(duration / self._network.dt)
        run = NestRun()
        for name, recorder in self._recorders.items():
            run.spikes[name] = self._spikes(name, recorder, steps)
        for probe, recorder in self._probes:
            traces = run.traces.setdefault(probe.population, {})
            traces[probe.variable] = self._trace(probe, recorder, steps)
        for item in self._network.projections:
            if isinstance(item.synapse, PairSTDP):
                run.weights[item.name] = self._weights(item)
        return run

    def _population(self, population: Population) -> Any:
        cell = population.cell
        values = {item.name: getattr(cell, item.name) for item in fields(cell)}
        if values["v_init"] is None:
            values["v_init"] = values["v_rest"]
        nodes = self._nest.Create(CELLS[type(cell)], population.size)
        if isinstance(cell, ConductanceExponentialLIF):
            leak = PICO * values["cm"] / values.pop("tau_m")
            nodes.set({"g_L": np.broadcast_to(leak, population.size).tolist()})
        for name, value in values.items():
            theirs, factor = PARAMETERS[name]
            nodes.set({theirs: np.broadcast_to(value * factor, population.size).tolist()})
        for item in self._network.projections:
            if item.target == population.name and isinstance(item.synapse, PairSTDP):
                nodes.tau_minus = item.synapse.tau_minus
        return nodes

    def _input(self, source: SpikeArray) -> Any:
        """Make generators or, where plastic synapses need a neuron, parrots one step behind."""
        plastic = any(
            item.source == source.name and isinstance(item.synapse, PairSTDP)
            for item in self._network.projections
        )
        dt = self._network.dt
        steps = np.rint(source.times / dt) - (1 if plastic else 0)
        trains = [np.sort(steps[source.indices == k]) * dt for k in range(source.size)]
        generators = self._nest.Create("spike_generator", source.size)
        generators.set([{"spike_times": np.round(train, 6)} for train in trains])
        if not plastic:
            return generators
        parrots = self._nest.Create("parrot_neuron", source.size)
        self._nest.Connect(generators, parrots, "one_to_one", {"delay": dt})
        return parrots

    def _recorder(self, population: Population) -> Any:
        recorder = self._nest.Create("spike_recorder")
        self._nest.Connect(self._nodes[population.name], recorder)
        return recorder

    def _probe(self, probe: Probe) -> Any:
        variable, _ = RECORDABLES[probe.variable]
        settings = {"record_from": [variable], "interval": self._network.dt}
        recorder = self._nest.Create("multimeter", params=settings)
        self._nest.Connect(recorder, self._nodes[probe.population][probe.indices.tolist()])
        return recorder

    def _connect(self, projection: Projection) -> None:
        connector, synapse = projection.connector, projection.synapse
        assert isinstance(connector, PairList)
        if connector.sources.size == 0:
            return
        sign = -1.0 if projection.receptor == "inhibitory" else 1.0
        weight = sign * self._factor(projection) * synapse.weight
        model = "static_synapse"
        if isinstance(synapse, PairSTDP):
            model = f"{projection.name}_stdp"
            self._nest.CopyModel("stdp_synapse", model, self._rule(projection))
        self._nest.Connect(
            np.array(self._nodes[projection.source].tolist())[connector.sources],
            np.array(self._nodes[projection.target].tolist())[connector.targets],
            "one_to_one",
            {
                "synapse_model": model,
                "weight": np.broadcast_to(weight, connector.sources.shape).copy(),
                "delay": np.broadcast_to(synapse.delay, connector.sources.shape).copy(),
            },
        )

    def _factor(self, projection: Projection) -> float:
        cell = self._network.population(str(projection.target)).cell
        return 1.0 if isinstance(cell, DeltaLIF) else PICO

    def _rule(self, projection: Projection) -> dict[str, float]:
        rule = projection.synapse
        assert isinstance(rule, PairSTDP) and rule.w_min == 0
        scale = rule.w_max if rule.amplitude == "absolute" else 1.0
        exponent = 1.0 if rule.rule == "multiplicative" else 0.0
        return {
            "tau_plus": rule.tau_plus,
            "lambda": rule.a_plus / scale,
            "alpha": rule.a_minus / rule.a_plus,
            "mu_plus": exponent,
            "mu_minus": exponent,
            "Wmax": rule.w_max * self._factor(projection),
        }

    def _spikes(self, name: str, recorder: Any, last: int) -> NDArray[np.int64]:
        steps = np.rint(recorder.events["times"] / self._network.dt).astype(np.int64)
        neurons = recorder.events["senders"] - self._nodes[name][0].global_id
        order = np.lexsort((neurons, steps))
        table = np.stack([steps, neurons], axis=1)[order]
        return table[table[:, 0] <= last]

    def _trace(self, probe: Probe, recorder: Any, last: int) -> NDArray[np.float64]:
        variable, factor = RECORDABLES[probe.variable]
        events = recorder.events
        order = np.lexsort((events["senders"], events["times"]))
        return events[variable][order].reshape(-1, probe.indices.size)[: last - 1] / factor

    def _weights(self, projection: Projection) -> NDArray[np.float64]:
        found = self._nest.GetConnections(synapse_model=f"{projection.name}_stdp")
        table = found.get(["source", "target", "weight"])
        order = np.lexsort((table["target"], table["source"]))
        return np.array(table["weight"])[order] / self._factor(projection)


def _is_trace(probe: Probe) -> bool:
    return probe.variable != "spikes"
