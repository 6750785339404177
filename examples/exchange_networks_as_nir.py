"""
Exchange networks as NIR
========================

NIR is a file format that many spiking libraries read. A network written as NIR and read back gives
the same spikes; what either side cannot say is listed, not dropped.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import nir
import numpy as np

import neuro
from neuro.io.nir import from_nir, to_nir
from neuro.ir import (
    AllToAll,
    DiscreteLIF,
    Network,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

rng = np.random.default_rng(4)
events = rng.random((100, 6)) < 0.15
steps, lines = np.nonzero(events)
network = Network(
    name="two layers",
    dt="1 ms",
    semantics="exact",
    populations=[
        Population("hidden", 12, DiscreteLIF(decay=0.9, threshold=1.0)),
        Population("out", 3, DiscreteLIF(decay=0.8, threshold=1.0)),
    ],
    inputs=[SpikeArray(name="in", size=6, times=steps.astype(float), indices=lines)],
    projections=[
        Projection(
            "in",
            "hidden",
            AllToAll(),
            Static(weight=rng.normal(0.2, 0.3, (6, 12)), delay=1),
            "input",
        ),
        Projection(
            "hidden",
            "out",
            AllToAll(),
            Static(weight=rng.normal(0, 0.4, (12, 3)), delay=1),
            "input",
        ),
    ],
    probes=[Probe(population="out")],
)

# %%
exported = to_nir(neuro.lower(network))
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "network.nir"
    nir.write(path, exported.graph)
    imported = from_nir(nir.read(path), dt="1 ms")
print("lost on the way out:", *exported.lost, sep="\n  ")
print("lost on the way in:", *imported.lost, sep="\n  ")

# %%
again = replace(imported.network, inputs=network.inputs)
before, after = (neuro.simulate(item, "100 ms").spikes["out"] for item in (network, again))
same = np.array_equal(before.times, after.times) and np.array_equal(before.indices, after.indices)
print(f"{before.times.size} spikes, the same after the round trip: {same}")

# %%
figure, axes = plt.subplots(figsize=(8, 2.6), layout="constrained")
axes.plot(before.times, before.indices, "|", markersize=22, label="before")
axes.plot(after.times, after.indices, ".", label="after")
axes.set(xlabel="time (ms)", ylabel="output neuron", yticks=range(3), ylim=(-0.6, 2.6))
axes.legend()
