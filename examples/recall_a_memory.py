"""
Store and recall a memory
=========================

The CA3 memory of Casanueva-Morato et al. holds one content (a set of bits) for each cue (an
address). Everything is done by spikes: of its 18 projections 16 are fixed, two learn.
"""

import matplotlib.pyplot as plt

from neuro import AssociativeMemory
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.plotting import raster

memory = AssociativeMemory(ca3(CA3Parameters(cue_size=5, content_size=10)), backend="cpu")
memory.learn(0, [0, 1, 8])
memory.learn(3, [4, 5, 6])

# %%
# Recall goes in either direction: from the cue to its content, and from content bits to the cues.
# This memory answers with *every* cue that shares a bit with the question.
by_cue = memory.recall(cue=3)
by_content = memory.recall(content=[1, 5])
print("content of cue 3:", by_cue.content)
print("cues that hold bit 1 or bit 5:", by_content.cues)

# %%
# Learning on an occupied cue replaces its content; the answer says what was dropped.
again = memory.learn(3, [1, 9])
print("dropped from cue 3:", again.dropped)
print("content of cue 3 now:", memory.recall(cue=3).content)

# %%
# The result holds every spike since the memory was made, in ms. The figure shows the recall by cue:
# QA is the cue, NA the content that its plastic synapses make fire one tick later.
result = memory.result()
figure = raster(result, start=by_cue.t - 1, stop=by_cue.t + 10)
figure.axes[0].set_title("recall by cue")
plt.figure(figure)
print(f"{sum(result.counters.spikes.values())} spikes in {result.duration:g} ms")
