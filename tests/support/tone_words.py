"""Words for a recurrent network without recordings: noise with one loud band for each class."""

import numpy as np

from neuro.experiments.recurrent import Words
from neuro.experiments.recurrent.features import BANDS


def tones(count, seed):
    """Four classes of inputs that differ in the band that is loud."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    inputs = rng.normal(0, 0.2, (count, 12, BANDS))
    for number, label in enumerate(labels):
        inputs[number, :, 10 * label : 10 * label + 10] += 0.7
    return np.clip(inputs, -1, 1), labels


def tone_words():
    train, labels = tones(120, 1)
    test, asked = tones(40, 2)
    return Words(
        name="tones",
        silence="after",
        classes=4,
        train_inputs=train,
        train_labels=labels,
        test_inputs=test,
        test_labels=asked,
    )
