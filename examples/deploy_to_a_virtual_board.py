"""
Deploy to a virtual SpiNNaker board
===================================

First a check, which lists every limit of the machine that a memory meets. Then sPyNNaker itself
maps the memory on a virtual board, and everything it generates is compared with what the emulator
predicts: cores, shifts, delay slots, every weight and delay. With a board in ``~/.spynnaker.cfg``,
``neuro deploy`` runs it there.
"""

import matplotlib.pyplot as plt

from neuro.backends.spinnaker.virtual import deploy_virtual
from neuro.hardware_configs import load_target
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.pynn_export import to_script
from neuro.run import check, lower

board = load_target("spinnaker_spin5")
sizes = (5, 25, 50, 100, 200, 300)
reports = {
    cues: check(ca3(CA3Parameters(cue_size=cues, content_size=60)), target=board) for cues in sizes
}
for cues, report in reports.items():
    print(f"{cues} cues: {len(report.findings)} findings, fails: {report.fails()}")
for finding in reports[300].findings[:3]:
    print(f"{finding.severity}: {finding.where}: {finding.value}. {finding.remedy}.")

# %%
# Behind the findings are tables: here the work of the busiest core in a tick, for the population
# in which all cues inhibit one another.
loads = [
    {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}["QB"]
    for report in reports.values()
    for table in report.tables
    if table.name == "load"
]
figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for column in ("expected", "all sources at once"):
    axes.plot(sizes, [load[column] for load in loads], "o-", label=column)
axes.axhline(1.0, color="0.6", linestyle="--", label="a whole tick")
axes.set(yscale="log", xlabel="cues of 60 bits", ylabel="work of a tick (ticks)")
axes.legend()

# %%
# Deployed is a small one. Nothing is simulated: the tool maps it and generates all data.
plan = lower(ca3(CA3Parameters(cue_size=5, content_size=10)))
deployment = deploy_virtual(plan, board)
print(f"{len(deployment.differences)} differences between prediction and sPyNNaker")

# %%
# The script that was sent is plain PyNN, and can be kept.
script = to_script(plan, "spiNNaker", duration=100.0)
print("\n".join(script.text.splitlines()[:12]))
