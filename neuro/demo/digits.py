"""Ten MNIST digits, one of each, shipped with their licence (LICENSE-digits)."""

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

SIDE = 28
INK = 127
"""Grey values above this one are content bits."""


def load_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read the digits.

    Returns
    -------
    images : array of uint8, shape (10, 28, 28)
        Grey values, 0 is paper.
    labels : array of uint8, shape (10,)
        The digit that each image shows: 0 to 9 in order.
    """
    with files("neuro.demo").joinpath("digits.npz").open("rb") as file, np.load(file) as data:
        return data["image"], data["label"]
