"""
Learn by spike timing, and check against Brian2
===============================================

One cell with 100 plastic inputs. Those of the first half fire together, those of the second half
alone: pair STDP strengthens the first and weakens the second (Song, Miller and Abbott, Nat.
Neurosci. 3 (2000), doi:10.1038/78829). The same network runs on Brian2, a simulator written by
others, and gives the same spikes.
"""

import matplotlib.pyplot as plt
import numpy as np

from neuro import simulate
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
)

# %%
# Inputs: events at 15 Hz that half of the synapses share, and as many of their own for the others.
rng = np.random.default_rng(7)
half, length, dt = 50, 4000.0, 0.1
shared = np.sort(rng.uniform(5, length - 10, int(15 * length / 1000)))
times = [shared + rng.normal(0, 0.5, shared.size) for _ in range(half)]
times += [rng.uniform(5, length - 10, shared.size) for _ in range(half)]
# One spike of a synapse in a step at most: Brian2 sees no more of them.
steps = np.rint(np.concatenate(times) / dt)
indices, steps = np.unique([np.repeat(np.arange(2 * half), shared.size), steps], axis=1)

network = Network(
    name="coincidences",
    dt=dt,
    semantics="exact",
    populations=[
        Population(
            "cell",
            1,
            CurrentExponentialLIF(tau_m="10 ms", tau_syn_E="2 ms", cm="0.2 nF", tau_refrac="3 ms"),
        )
    ],
    inputs=[SpikeArray(name="in", size=2 * half, times=steps * dt, indices=indices)],
    projections=[
        Projection(
            "in",
            "cell",
            AllToAll(),
            PairSTDP(
                weight="0.03 nA",
                rule="additive",
                amplitude="absolute",
                w_max="0.06 nA",
                a_plus="0.002 nA",
                a_minus="0.0022 nA",
                tau_plus="20 ms",
                tau_minus="20 ms",
                delay="1 ms",
            ),
        )
    ],
    probes=[Probe(population="cell")],
)

# %%
results = {name: simulate(network, length, backend=name) for name in ("cpu", "brian2")}
mine, theirs = results["cpu"], results["brian2"]
spikes, others = mine.spikes["cell"].times, theirs.spikes["cell"].times
print(f"{spikes.size} spikes; the same on Brian2: {np.array_equal(spikes, others)}")
weights = {name: result.weights["in->cell"].values for name, result in results.items()}
print(f"largest difference of a weight: {np.abs(weights['cpu'] - weights['brian2']).max():.1e} nA")
print(f"mean weight, together: {weights['cpu'][:half].mean():.3f} nA")
print(f"mean weight, alone: {weights['cpu'][half:].mean():.3f} nA")

# %%
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
bins = np.linspace(0, 0.06, 31)
axes.hist(weights["cpu"][:half], bins, alpha=0.7, label="fire together")
axes.hist(weights["cpu"][half:], bins, alpha=0.7, label="fire alone")
axes.axvline(0.03, color="0.5", linestyle="--", label="at the start")
axes.set(xlabel="final weight (nA)", ylabel="synapses", title=f"after {length / 1000:g} s")
axes.legend()
