"""
Run a PyNN script by changing one import
========================================

The first line is all that differs from a script for NEST. Weights, signs and STDP amplitudes mean
what they mean to PyNN on NEST or, with ``backend="spinnaker"``, to sPyNNaker.
"""

import matplotlib.pyplot as plt

import neuro.pynn as sim  # was: import pyNN.nest as sim

sim.setup(timestep=0.1)
source = sim.Population(40, sim.SpikeSourcePoisson(rate=60.0))
cells = sim.Population(20, sim.IF_curr_exp(tau_m=15.0, tau_refrac=2.0))
synapse = sim.StaticSynapse(weight=0.35, delay=1.5)
sim.Projection(source, cells, sim.FixedProbabilityConnector(0.3), synapse)
rivals = sim.StaticSynapse(weight=-0.4, delay=0.5)
sim.Projection(cells, cells, sim.AllToAllConnector(), rivals, receptor_type="inhibitory")
cells.record("spikes")
cells[:2].record("v")
sim.run(300.0)

# %%
# Data come back as Neo objects, as from every PyNN simulator.
segment = cells.get_data().segments[0]
print(sum(len(train) for train in segment.spiketrains), "spikes")
voltage = segment.analogsignals[0]

figure, (top, bottom) = plt.subplots(2, 1, figsize=(8, 5), sharex=True, layout="constrained")
top.eventplot([train.magnitude for train in segment.spiketrains], linewidths=1.2)
top.set(xlabel="time (ms)", ylabel="cell")
bottom.plot(voltage.times.rescale("ms").magnitude, voltage.magnitude)
bottom.set(xlabel="time (ms)", ylabel=f"v ({voltage.dimensionality})")
sim.end()
