"""
Lose voltage on wires
=====================

The lines of a crossbar have resistance, so that distant cells see less voltage. Kirchhoff's laws
are solved for the whole array; neuro holds this to ngspice within 1e-6.
"""

import matplotlib.pyplot as plt
import numpy as np

from neuro.backends.crossbar.wires import OHM, Wires, effective_conductance, linear_operating_point

rng = np.random.default_rng(0)
wires = Wires(row=2 * OHM, column=2 * OHM)
size, voltage = 96, 200.0  # mV
conductance = rng.uniform(5, 100, (size, size))  # uS
point = linear_operating_point(conductance, np.full(size, voltage), wires)
print(f"the farthest cell sees {point.cell_voltage[0, -1]:.0f} of {voltage:.0f} mV")

# %%
# How much of a column current is left, by size of the array and resistance of a segment.
sizes = (16, 32, 64, 128)
left_over = {}
for segment in (0.5, 2.0, 8.0):
    lines = Wires(row=segment * OHM, column=segment * OHM)
    left_over[segment] = []
    for cells in sizes:
        ideal = rng.uniform(5, 100, (cells, cells))
        real = effective_conductance(ideal, lines)
        left_over[segment].append(100 * real.sum() / ideal.sum())
for segment, percent in left_over.items():
    print(f"{segment:g} ohm: {', '.join(f'{value:.1f} %' for value in percent)}")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
image = left.imshow(point.cell_voltage, cmap="viridis")
left.set(xlabel="column", ylabel="row", title="voltage across each cell")
figure.colorbar(image, ax=left, label="voltage (mV)")
for segment, percent in left_over.items():
    right.plot(sizes, percent, "o-", label=f"{segment:g} ohm a segment")
right.set(xscale="log", xlabel="rows and columns", ylabel="current left (%)", ylim=(0, 105))
right.set_xticks(sizes, [str(cells) for cells in sizes], minor=False)
right.minorticks_off()
right.legend()
