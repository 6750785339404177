"""Networks that were trained once and are read the next time."""

from collections.abc import Callable
from pathlib import Path

from neuro.backends.crossbar.recurrent import NetworkWeights, load_weights, save_weights

Train = Callable[[], NetworkWeights]


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
