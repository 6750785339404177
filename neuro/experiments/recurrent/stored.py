"""Networks that were trained once and are read the next time."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from neuro.backends.crossbar.recurrent import NetworkWeights, load_weights, save_weights

Train = Callable[[], NetworkWeights]

DIGITS = 12
"""Of a fingerprint: 48 bits."""


def trained(folder: Path | None, name: str, train: Train) -> NetworkWeights:
    """Return a network from a folder, or train it and put it there.

    Parameters
    ----------
    folder : Path or None
        None: train and keep nothing.
    name : str
        File name without ending; it says everything that the training depends on.
    train : callable
        Trains it.
    """
    if folder is None:
        return train()
    path = folder / f"{name}.npz"
    if path.is_file():
        return load_weights(path)
    weights = train()
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(weights, path)
    return weights


def fingerprint(settings: object, *arrays: NDArray[Any]) -> str:
    """Return a short text that differs where settings or training data do.

    Parameters
    ----------
    settings : object
        Whose `repr` names every value.
    *arrays : array
        Training data.

    Examples
    --------
    >>> import numpy as np
    >>> data = np.arange(3)
    >>> fingerprint("a", data) == fingerprint("a", data + 1)
    False
    """
    state = hashlib.sha256(repr(settings).encode())
    for array in arrays:
        state.update(f"{array.shape} {array.dtype}".encode())
        state.update(array.tobytes())
    return state.hexdigest()[:DIGITS]
