"""Networks as users write them in PyNN; ``sim`` is a simulator module, nothing else differs."""

from typing import Any

import numpy as np
from pyNN.random import NumpyRNG, RandomDistribution


def spikes(group: Any, segment: int = -1) -> list[list[float]]:
    """Return the recorded spike times of each neuron, ms, to a microsecond."""
    trains = group.get_data("spikes").segments[segment].spiketrains
    return [np.round(np.asarray(train.rescale("ms").magnitude), 3).tolist() for train in trains]


def vogels_abbott(sim: Any) -> list[list[float]]:
    """Conductance-based cells, 4 to 1, two per cent connected; Vogels and Abbott 2005."""
    sim.setup(timestep=0.1, min_delay=0.2, spike_precision="on_grid")
    rng = NumpyRNG(seed=4)
    cell = sim.IF_cond_exp(
        cm=0.2,
        tau_m=20.0,
        v_rest=-60.0,
        v_reset=-60.0,
        v_thresh=-50.0,
        tau_refrac=5.0,
        tau_syn_E=5.0,
        tau_syn_I=10.0,
        e_rev_E=0.0,
        e_rev_I=-80.0,
        i_offset=0.12,
    )
    cells = sim.Population(400, cell, label="cells")
    cells.initialize(v=RandomDistribution("uniform", low=-60.0, high=-50.0, rng=rng))
    excitatory, inhibitory = cells[:320], cells[320:]
    connector = sim.FixedProbabilityConnector(0.08, rng=rng)
    for pre, weight, receptor in (
        (excitatory, 0.004, "excitatory"),
        (inhibitory, 0.051, "inhibitory"),
    ):
        synapse = sim.StaticSynapse(weight=weight, delay=0.2)
        sim.Projection(pre, cells, connector, synapse, receptor_type=receptor)
    cells.record("spikes")
    sim.run(300.0)
    found = spikes(cells)
    sim.end()
    return found


def synfire_chain(sim: Any) -> list[list[float]]:
    """Groups of ten that fire one another in turn, with feed-forward inhibition."""
    sim.setup(timestep=0.1, min_delay=1.0, max_delay=10.0, spike_precision="on_grid")
    cell = sim.IF_curr_exp(tau_m=10.0, cm=0.25, tau_refrac=2.0, tau_syn_E=0.5, tau_syn_I=2.0)
    groups = [
        (
            sim.Population(10, cell, label=f"excitatory {number}"),
            sim.Population(4, cell, label=f"inhibitory {number}"),
        )
        for number in range(5)
    ]
    rng = np.random.default_rng(5)
    volley = [[float(t)] for t in np.round(rng.normal(10.0, 0.5, 10), 1)]
    source = sim.Population(10, sim.SpikeSourceArray(spike_times=volley))
    strong = sim.StaticSynapse(weight=1.2, delay=3.0)
    for pre, (excitatory, inhibitory) in zip(
        [source, *(item for item, _ in groups)], groups, strict=False
    ):
        for post in (excitatory, inhibitory):
            sim.Projection(pre, post, sim.AllToAllConnector(), strong)
        brake = sim.StaticSynapse(weight=-0.5, delay=8.0)
        sim.Projection(
            inhibitory, excitatory, sim.AllToAllConnector(), brake, receptor_type="inhibitory"
        )
    chain = sim.Assembly(*(item for pair in groups for item in pair))
    chain.record("spikes")
    sim.run(60.0)
    found = spikes(chain)
    sim.end()
    return found


def pairing_curve(sim: Any) -> list[float]:
    """Change of the weight for one pair of spikes at each of several distances."""
    sim.setup(timestep=0.1, min_delay=1.0, spike_precision="on_grid")
    lags = [-30.0, -12.0, -5.0, 5.0, 12.0, 30.0]
    pre = sim.Population(
        len(lags), sim.SpikeSourceArray(spike_times=[[100.0, 300.0] for _ in lags])
    )
    forced = sim.Population(
        len(lags), sim.SpikeSourceArray(spike_times=[[100.0 + lag] for lag in lags])
    )
    post = sim.Population(len(lags), sim.IF_curr_exp(tau_refrac=2.0, tau_syn_E=1.0))
    sim.Projection(forced, post, sim.OneToOneConnector(), sim.StaticSynapse(weight=60.0, delay=1.0))
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(
            tau_plus=16.0, tau_minus=25.0, A_plus=0.02, A_minus=0.015
        ),
        weight_dependence=sim.AdditiveWeightDependence(w_min=0.0, w_max=0.1),
        weight=0.05,
        delay=1.0,
    )
    plastic = sim.Projection(pre, post, sim.OneToOneConnector(), rule)
    sim.run(400.0)
    weights = [weight for _, _, weight in sorted(plastic.get("weight", format="list"))]
    sim.end()
    return weights


def balanced(sim: Any) -> list[list[float]]:
    """Current-based cells with drawn weights and delays, and a drawn input."""
    sim.setup(timestep=0.1, min_delay=0.5, max_delay=5.0, spike_precision="on_grid")
    rng = NumpyRNG(seed=7)
    cell = sim.IF_curr_exp(tau_m=20.0, cm=0.25, tau_refrac=2.0, tau_syn_E=2.0, tau_syn_I=4.0)
    excitatory = sim.Population(80, cell, label="excitatory")
    inhibitory = sim.Population(20, cell, label="inhibitory")
    cells = excitatory + inhibitory
    cells.initialize(v=-60.0)
    noise = np.random.default_rng(8)
    # On half milliseconds: PyNN subtracts the shortest delay for NEST, which must be exact.
    times = [np.unique(np.round(2.0 * noise.uniform(1.0, 200.0, 40)) / 2.0) for _ in range(50)]
    source = sim.Population(50, sim.SpikeSourceArray(spike_times=times))
    delays = RandomDistribution("uniform", low=0.5, high=4.0, rng=rng)
    connector = sim.FixedProbabilityConnector(0.2, rng=rng)
    for pre, low, high, receptor in (
        (source, 0.3, 0.5, "excitatory"),
        (excitatory, 0.05, 0.1, "excitatory"),
        (inhibitory, -0.3, -0.1, "inhibitory"),
    ):
        weights = RandomDistribution("uniform", low=low, high=high, rng=rng)
        synapse = sim.StaticSynapse(weight=weights, delay=delays)
        sim.Projection(pre, cells, connector, synapse, receptor_type=receptor)
    cells.record("spikes")
    sim.run(200.0)
    found = spikes(cells)
    sim.end()
    return found


def plastic_views(sim: Any) -> tuple[list[list[float]], np.ndarray]:
    """Views of one population that learn from different sources; spikes, and final weights."""
    sim.setup(timestep=0.1, min_delay=1.0, spike_precision="on_grid")
    # The last spike brings all weights up to date: NEST changes one when its source fires.
    times = [[*(10.0 + 3.0 * i + 40.0 * k for k in range(5)), 249.0] for i in range(8)]
    source = sim.Population(8, sim.SpikeSourceArray(spike_times=times))
    cells = sim.Population(6, sim.IF_curr_exp(tau_m=15.0, cm=0.3, tau_refrac=3.0))
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(
            tau_plus=20.0, tau_minus=20.0, A_plus=0.05, A_minus=0.04
        ),
        weight_dependence=sim.MultiplicativeWeightDependence(w_min=0.0, w_max=1.0),
        weight=0.5,
        delay=1.5,
    )
    plastic = sim.Projection(source[::2], cells[1:4], sim.AllToAllConnector(), rule)
    fixed = sim.StaticSynapse(weight=0.9, delay=2.0)
    sim.Projection(source[1::2], cells[[0, 2, 4]], sim.AllToAllConnector(), fixed)
    cells[3:].set(i_offset=0.2)
    cells.record("spikes")
    sim.run(250.0)
    found = spikes(cells), plastic.get("weight", format="array")
    sim.end()
    return found


def injected(sim: Any) -> np.ndarray:
    """Membrane potentials under constant, stepped and sinusoidal currents, mV."""
    sim.setup(timestep=0.1, min_delay=0.1, spike_precision="on_grid")
    cells = sim.Population(3, sim.IF_curr_exp(v_thresh=0.0, tau_m=10.0, cm=0.5))
    constant = sim.DCSource(amplitude=0.4, start=20.0, stop=60.0)
    steps = sim.StepCurrentSource(times=[10.0, 30.0, 70.0], amplitudes=[0.2, -0.3, 0.5])
    sine = sim.ACSource(
        amplitude=0.5, offset=0.1, frequency=50.0, phase=30.0, start=15.0, stop=80.0
    )
    constant.inject_into(cells[0:1])
    cells[1].inject(steps)
    sine.inject_into([cells[2]])
    cells.record("v")
    sim.run(100.0)
    found = cells.get_data().segments[0].analogsignals[0].magnitude
    sim.end()
    return found


def trials(sim: Any) -> list[list[list[float]]]:
    """Three runs in two pieces, with a reset and a changed threshold between; spikes of each."""
    # NEST resets no synaptic current: the input ends long before a run does.
    sim.setup(timestep=0.1, min_delay=1.0, spike_precision="on_grid", t_flush=300.0)
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0, 15.0, 40.0], [7.0, 41.0]]))
    cells = sim.Population(4, sim.IF_curr_exp(tau_refrac=2.0, cm=[0.2, 0.3, 0.4, 0.5]))
    sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.5, delay=2.0))
    chain = sim.StaticSynapse(weight=0.1, delay=3.0)
    sim.Projection(cells, cells, sim.AllToAllConnector(allow_self_connections=False), chain)
    cells.record("spikes")
    for threshold in (-50.0, -52.0, -45.0):
        if threshold != -50.0:
            sim.reset()
            cells.set(v_thresh=threshold)
        sim.run(30.0)
        sim.run(70.0)
    found = [spikes(cells, segment) for segment in range(3)]
    sim.end()
    return found
