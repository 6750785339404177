"""
One memory on three targets
===========================

The same memory and the same program on this computer, on the SpiNNaker emulator and on a resistive
crossbar: does it work there, which spikes differ, and what does it cost?
"""

import matplotlib.pyplot as plt

from neuro import AssociativeMemory
from neuro.energy import format_scaled
from neuro.errors import UnsupportedError
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.results.spike_differences import spike_differences
from neuro.run import energy

program = [
    [0, "L", 0, [0, 1, 8, 9]],
    [20, "L", 4, [1, 5, 6]],
    [40, "L", 3, [4, 5, 6]],
    [60, "C", 0, []],
    [80, "K", None, [6]],
    [100, "L", 3, [1, 3, 4, 8]],
    [120, "C", 3, []],
    [140, "K", None, [6]],
]
targets = ["cpu", "spinnaker_spin5", "crossbar_ideal", "crossbar_rram_nladc"]
network = ca3(CA3Parameters(cue_size=5, content_size=10))

# %%
# A target is one hardware file; the part before the first underscore names its backend.
runs = {}
for target in targets:
    memory = AssociativeMemory(network, backend=target.partition("_")[0], target=target)
    runs[target] = memory.run_program(program)
    memory.close()

# %%
# Answers and spikes, held against the CPU.
reference = runs["cpu"]
for target, run in runs.items():
    same = sum(
        (mine.cues, mine.content) == (theirs.cues, theirs.content)
        for mine, theirs in zip(run.answers, reference.answers, strict=True)
    )
    differing = spike_differences(reference.result, run.result).distance
    print(f"{target}: {same} of {len(program)} answers as on the CPU, {differing} spikes differ")

# %%
# Energy is counters times the coefficients of the hardware file, on more than one basis, because a
# figure means nothing without what it covers. There is no energy model of this computer.
bars: dict[str, float] = {}
for target, run in runs.items():
    try:
        account = energy(run.result, target=target)
    except UnsupportedError as error:
        print(f"UnsupportedError: {error}")
        continue
    for basis in account.bases:
        each = basis.energy / len(program)
        bars[f"{target}: {basis.name}"] = each
        print(f"{target}, {basis.name}: {format_scaled(each, 'fJ')} for one operation")

# %%
figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
axes.barh(list(bars), [femtojoules * 1e-15 for femtojoules in bars.values()])
axes.set(xscale="log", xlabel="energy of one operation (J)", ylabel="target and basis")
axes.invert_yaxis()
