"""
Convert with a bent ramp
========================

A ramp converter whose ramp is one more column of resistive devices, bent to the inverse of the
wanted function: what comes out is already the activation (Yang et al., Nat. Commun. 16, 1136
(2025)). Here a 5-bit sigmoid is programmed into noisy devices many times over.
"""

import matplotlib.pyplot as plt
import numpy as np

from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.nladc import nonlinear_adc
from neuro.hardware_configs import load_target

hardware = hardware_from(load_target("crossbar_rram_nladc"))
converter = nonlinear_adc("sigmoid", hardware, bits=5, seed=1)
x = np.linspace(-6, 6, 1201)
codes, values = converter.convert(x)
ideal = 1 / (1 + np.exp(-x))
print(f"one column: largest error {np.abs(values - ideal).max() * 32:.2f} LSB")

# %%
# A study programs many columns and switches one imperfection on after the other. INL is the
# distance of a threshold from where it should be, in steps of the output.
study = converter.study(500)
names = {
    "no error": study.ideal,
    "write errors": study.programmed,
    "and stuck devices": study.faulty,
    "and noise": study.operated,
}
for name, rung in names.items():
    inl = rung.figures["mean_abs_inl"]
    print(f"{name}: mean |INL| {inl.mean:.3f} LSB, sd {inl.deviation:.3f}")

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
left.plot(x, ideal, color="0.6", label="sigmoid")
left.plot(x, values, label="one programmed column")
left.set(xlabel="column value x", ylabel="output", title="transfer")
left.legend()
cycles, ramp = converter.waveform()
middle.step(cycles, ramp, where="post")
middle.set(xlabel="cycle", ylabel="ramp, in x", title="the ramp")
right.bar(list(names), [rung.figures["mean_abs_inl"].mean for rung in names.values()])
right.set(xlabel="imperfections", ylabel="mean |INL| (LSB)", title="500 columns")
right.tick_params(axis="x", rotation=20)
