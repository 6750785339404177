"""
Plan a memory of cliques
========================

How large must a clustered memory be for so many messages, cues that lack so many letters, and so
many errors? Theory gives a size, a Monte-Carlo run with random messages confirms it.
"""

import matplotlib.pyplot as plt

from neuro.analysis import MemoryDemand, plan_memory
from neuro.analysis.cliques import Faults
from neuro.energy import format_scaled
from neuro.hardware_configs import load_target

crossbar = load_target("crossbar_rram_wan2022")
demands = {
    (messages, stuck): MemoryDemand(
        messages=messages, erased=4, error=0.02, faults=Faults(stuck_off=stuck)
    )
    for stuck in (0.0, 0.02)
    for messages in (500, 1000, 2000, 4000)
}
plans = {key: plan_memory(demand, crossbar, cues=1000) for key, demand in demands.items()}

# %%
for (messages, stuck), plan in plans.items():
    recall = format_scaled(plan.energy.bases[0].energy, "fJ") if plan.energy else "not simulated"
    print(
        f"{messages} messages, {100 * stuck:g} % stuck: {plan.topology.units} units, density "
        f"{plan.density:.3f}, {plan.bits_per_synapse:.3f} bits a device, error "
        f"{plan.confirmation.error:.3f}, {recall} a recall"
    )

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for stuck, label in ((0.0, "no faults"), (0.02, "2 % of devices never conduct")):
    chosen = {messages: plan for (messages, share), plan in plans.items() if share == stuck}
    left.plot(list(chosen), [plan.topology.units for plan in chosen.values()], "o-", label=label)
    right.plot(list(chosen), [plan.bits_per_synapse for plan in chosen.values()], "o-", label=label)
left.set(xlabel="messages of 8 letters", ylabel="units of the smallest memory")
right.set(xlabel="messages of 8 letters", ylabel="bits stored for each device", ylim=(0, None))
left.legend()
