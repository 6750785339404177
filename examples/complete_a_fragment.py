"""
Complete a fragment
===================

Ten real handwritten digits in the robust CA3 memory. A random quarter of a digit's pixels brings
back that digit and no other; the published memory, which answers with any overlap, would return all
ten.
"""

import matplotlib.pyplot as plt
import numpy as np

from neuro import AssociativeMemory
from neuro.demo import load_digits
from neuro.demo.digits import INK
from neuro.models.ca3_robust import CA3RobustParameters, ca3_robust

images, _ = load_digits()
contents = [np.flatnonzero(image > INK) for image in images]
memory = AssociativeMemory(ca3_robust(CA3RobustParameters(cue_size=10, content_size=784)))
for cue, content in enumerate(contents):
    memory.learn(cue, content.tolist())

# %%
# Ask with a quarter of the pixels of each digit: all of them have to match.
rng = np.random.default_rng(1)
fragments = [rng.choice(content, content.size // 4, replace=False) for content in contents]
answers = [memory.complete(fragment.tolist()) for fragment in fragments]
whole = sum(
    answer.cues == (cue,) and answer.content == tuple(content.tolist())
    for cue, (answer, content) in enumerate(zip(answers, contents, strict=True))
)
print(f"{whole} of 10 digits completed, alone and pixel for pixel")

# %%
# A fragment that is damaged too: half of its pixels are wrong. The best match is still the digit.
noisy = [
    np.union1d(fragment, rng.choice(784, fragment.size, replace=False)) for fragment in fragments
]
best = [memory.complete(query.tolist(), threshold="best") for query in noisy]
print(f"{sum(answer.cues == (cue,) for cue, answer in enumerate(best))} of 10 found by best match")


# %%
def picture(bits: np.ndarray | tuple[int, ...]) -> np.ndarray:
    """Return pixels as an image."""
    image = np.zeros(784)
    image[list(bits)] = 1
    return image.reshape(28, 28)


rows = {
    "stored": contents,
    "asked": fragments,
    "completed": [answer.content for answer in answers],
    "asked, damaged": noisy,
    "best match": [answer.content for answer in best],
}
figure, axes = plt.subplots(figsize=(8, 4.6), layout="constrained")
sheet = [np.hstack([picture(bits) for bits in pictures]) for pictures in rows.values()]
axes.imshow(np.vstack(sheet), cmap="gray_r")
axes.hlines(np.arange(27.5, 28 * len(rows) - 1, 28), -0.5, 279.5, color="0.8")
axes.set(xlabel="digit", ylabel="contents")
axes.set_xticks(np.arange(14, 280, 28), [str(digit) for digit in range(10)])
axes.set_yticks(np.arange(14, 28 * len(rows), 28), list(rows))
