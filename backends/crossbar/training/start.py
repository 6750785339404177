"""Where training starts: PyTorch if it is there, and random weights."""

from math import sqrt

import numpy as np

from neuro.backends.crossbar.recurrent.weights import LSTMWeights, NetworkWeights
from neuro.errors import UnavailableError
from neuro.seeds import stream


def require_torch() -> None:
    """Find out whether PyTorch is installed.

    Raises
    ------
    UnavailableError
        If it is not.
    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise UnavailableError(
            "training",
            "needs PyTorch",
            hint='Install it with: pip install "neuro-spiking-memory[torch]"',
        ) from error


def start_weights(
    features: int, hidden: int, outputs: int, *, symbols: int = 0, seed: int = 0
) -> NetworkWeights:
    """Return random weights of an untrained network with one bias row.

    Uniform with the standard deviation of one over the square root of the rows; embeddings uniform
    in +-0.5. The bias of the forget gates is 1, so that gradients reach back from the start
    (R. Jozefowicz et al., ICML 2015).

    Parameters
    ----------
    features, hidden, outputs : int
        Sizes.
    symbols : int, default 0
        Rows of the embedding, 0 for none.
    seed : int, default 0
    """
    rng = stream(seed, "crossbar", "training", "start")
    rows = features + hidden

    def uniform(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return sqrt(3 / rows) * rng.uniform(-1.0, 1.0, shape)

    gates = np.concatenate([uniform(rows, 4 * hidden), np.zeros((1, 4 * hidden))])
    gates[-1, hidden : 2 * hidden] = 1.0
    readout = uniform(hidden + 1, outputs)
    readout[-1] = 0.0
    return NetworkWeights(
        lstm=LSTMWeights(gates=gates, features=features),
        readout=readout,
        embedding=rng.uniform(-0.5, 0.5, (symbols, features)) if symbols else None,
    )
