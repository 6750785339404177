"""
Classify events with a resistive reservoir
==========================================

A liquid state machine whose fixed weights are differences of randomly formed resistive devices
hears spoken digits as events of 64 cochlea channels. Only a linear readout is trained. A linear
readout on raw counts stands beside it: what the reservoir adds is the difference. With one speaker
and 100 samples it adds nothing over counts in three stretches of time, and the figures say so.
"""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

from neuro.experiments.lsm import load_sample, preset
from neuro.experiments.lsm.classification import linear_baselines
from neuro.resistive import ArrayEffects
from neuro.tasks.reservoir import Reservoir

settings = preset("improved", "digits")
data = load_sample(settings)
parameters = replace(settings.parameters, neurons=400)
print(f"{data.name}: {len(data.train.labels)} for training, {len(data.test.labels)} for test")

# %%
model = Reservoir(parameters, bins=settings.bins, root=settings.root, seed=0)
model.fit(data.train.frames, data.train.labels)
accuracy = 100 * model.score(data.test.frames, data.test.labels)
print(f"reservoir of {parameters.neurons} neurons: {accuracy:.1f} %")
for name, percent in linear_baselines(data, settings.bins, root=settings.root).items():
    print(f"no reservoir, {name}: {percent:.1f} %")

# %%
# Every read of a device is noisy. Noise grows with the sum of a pair of conductances, the weight
# with their difference.
noises = np.array([0.0, 0.05, 0.2, 0.5])
scores = []
for noise in noises:
    noisy = Reservoir(
        parameters,
        bins=settings.bins,
        root=settings.root,
        effects=ArrayEffects(read_noise=noise),
        seed=0,
    )
    noisy.fit(data.train.frames, data.train.labels)
    scores.append(100 * noisy.score(data.test.frames, data.test.labels))

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
steps, lines = np.nonzero(data.test.frames[0])
left.plot(steps, lines, ".", markersize=3)
left.set(
    xlabel="step", ylabel="cochlea channel", title=f"a spoken {data.classes[data.test.labels[0]]}"
)
right.plot(100 * noises, scores, "o-")
right.axhline(10, color="0.6", linestyle="--", label="chance")
right.set(xlabel="read noise (% of a conductance)", ylabel="test accuracy (%)", ylim=(0, 102))
right.legend()
