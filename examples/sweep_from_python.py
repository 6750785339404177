"""
Sweep parameters from Python
============================

How much spread of its fixed weights does the published CA3 memory tolerate, and how closely may
operations follow one another? A sweep runs every combination, keeps each finished trial on the
disk, and goes on where it was when the script is run again.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from neuro.sweep import sweep

study = {
    "model": "ca3",
    "program": {"operations": 60},  # a random mix: 40 % learn, 30 % by cue, 30 % by content
    "unchecked": True,  # spacings below the safe one are the point
    "set": {"cue_size": 8, "content_size": 16},
    "sweep": {
        "set": {"weight_spread": [0.0, 0.05, 0.2]},
        "spacing": ["8 ms", "10 ms", "12 ms", "14 ms", "20 ms"],
        "seed": {"from": 0, "to": 3},
    },
}
with tempfile.TemporaryDirectory() as folder:  # keep yours: a second run then takes no time
    table = sweep(study, out=folder)
    print(*sorted(path.name for path in Path(folder).iterdir() if path.is_file()))
print(f"{len(table)} trials over {', '.join(table.axes)}")

# %%
# The table has a column for each setting and each metric. With xarray it becomes an array with one
# dimension for each axis: ``table.to_xarray().set_index(...).unstack("trial")``.
figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
spacing, spread = table["spacing"], table["set.weight_spread"]
recalled = table["recall_accuracy"]
for value in np.unique(spread):
    chosen = [recalled[(spread == value) & (spacing == gap)] for gap in np.unique(spacing)]
    mean = np.array([100 * item.mean() for item in chosen])
    axes.errorbar(
        np.unique(spacing),
        mean,
        yerr=[100 * item.std() for item in chosen],
        fmt="o-",
        capsize=3,
        label=f"spread {100 * value:g} %",
    )
    print(f"spread {100 * value:g} %: {', '.join(f'{share:.1f}' for share in mean)} % exact")
axes.set(xlabel="spacing of operations (ms)", ylabel="exact recalls (%)", ylim=(0, 103))
axes.legend(title="of fixed weights")
