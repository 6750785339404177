"""
Write a network of your own
===========================

A balanced random network of 1,000 current-based cells, written in physical units and run for half
a second. A network that is wrong anywhere cannot be made: the error lists all that is wrong.
"""

import matplotlib.pyplot as plt
import numpy as np

from neuro import simulate
from neuro.errors import NeuroError
from neuro.ir import (
    CurrentExponentialLIF,
    FixedProbability,
    Network,
    Poisson,
    Population,
    Probe,
    Projection,
    Static,
)

cell = CurrentExponentialLIF(
    cm="0.25 nF", tau_m="20 ms", tau_refrac="2 ms", tau_syn_E="5 ms", tau_syn_I="10 ms"
)
sparse = FixedProbability(probability=0.1)
excitation = Static(weight="0.06 nA", delay="1.5 ms")
inhibition = Static(weight="0.3 nA", delay="0.8 ms")
network = Network(
    name="balanced",
    dt="0.1 ms",
    semantics="exact",
    seed=1,
    populations=[Population("E", 800, cell), Population("I", 200, cell)],
    inputs=[Poisson(name="drive", size=400, rate="15 Hz")],
    projections=[
        Projection("drive", "E", sparse, excitation),
        Projection("drive", "I", sparse, excitation),
        Projection("E", "E", sparse, excitation),
        Projection("E", "I", sparse, excitation),
        Projection("I", "E", sparse, inhibition, receptor="inhibitory"),
        Projection("I", "I", sparse, inhibition, receptor="inhibitory"),
    ],
    probes=[
        Probe(population="E"),
        Probe(population="I"),
        Probe(population="E", variable="v", interval="0.5 ms", indices=[0, 1]),
    ],
)
result = simulate(network, "500 ms")

# %%
# The result has spikes as flat arrays, traces with their unit, and counters.
rates = {
    name: result.spikes[name].times.size / result.spikes[name].size / (result.duration / 1000)
    for name in ("E", "I")
}
print({name: f"{rate:.1f} Hz" for name, rate in rates.items()})
print(f"{sum(result.counters.synaptic_events.values()):,} synaptic events")

# %%
figure, (top, middle, bottom) = plt.subplots(
    3, 1, figsize=(8, 7), sharex=True, layout="constrained"
)
offset = 0
for name, trains in result.spikes.items():
    top.plot(trains.times, trains.indices + offset, ",", label=name)
    offset += trains.size
top.set(title="spikes", xlabel="time (ms)", ylabel="neuron")
bins = np.arange(0, result.duration + 5, 5)
for name, trains in result.spikes.items():
    counts, _ = np.histogram(trains.times, bins)
    middle.step(bins[1:], counts / trains.size / 0.005, label=name)
middle.set(title="population rate", xlabel="time (ms)", ylabel="rate (Hz)")
middle.legend()
trace = result.traces["E"]["v"]
bottom.plot(trace.times, trace.values)
bottom.set(title="membranes of two cells", xlabel="time (ms)", ylabel=f"v ({trace.unit})")

# %%
# Mistakes are found when the network is written, with place, value and remedy.
try:
    Network(name="wrong", populations=[Population("a", 10, CurrentExponentialLIF(tau_m="20 mV"))])
except NeuroError as error:
    print(f"{type(error).__name__}: {error}")
