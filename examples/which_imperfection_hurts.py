"""
Which imperfection hurts
========================

A fidelity ladder runs the same program again and again, each time with one approximation of the
hardware, and compares spikes and answers. Here: a CA3 memory on a crossbar whose devices are
written coarsely.
"""

import matplotlib.pyplot as plt
import numpy as np

from neuro.ladder import climb
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.tasks.written import with_program

rng = np.random.default_rng(3)
items = {cue: sorted(rng.choice(24, 8, replace=False).tolist()) for cue in range(12)}
rows = [[20 * step, "L", cue, bits] for step, (cue, bits) in enumerate(items.items())]
rows += [[240 + 20 * step, "C", cue, []] for step, cue in enumerate(items)]
ideal = [((cue,), tuple(bits)) for cue, bits in items.items()] * 2

written = with_program(ca3(CA3Parameters(cue_size=12, content_size=24)), rows)
ladder = climb(
    written.network,
    written.duration,
    backend="crossbar",
    target="crossbar_rram_milo2021",
    operations=written.operations,
    ideal=ideal,
)

# %%
# Each rung says what is approximated in it, and what that did.
for rung in ladder.rungs:
    print(f"{rung.name}: {rung.to_first.distance} spikes differ, {len(rung.wrong)} answers wrong")

# %%
names = [rung.name for rung in ladder.rungs]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
left.barh(names, [rung.to_first.distance for rung in ladder.rungs])
left.set(xlabel="spikes that differ from the first rung", ylabel="approximation")
right.barh(names, [len(rung.wrong) for rung in ladder.rungs], color="C1")
right.set(xlabel=f"wrong answers, of {len(ideal)}", ylabel="approximation")
left.invert_yaxis()
first = ladder.first_change
print("first rung that changes a spike:", first.name if first else "none")
