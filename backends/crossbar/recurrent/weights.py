"""Weights of a recurrent network as plain arrays: from torch, to a file and back."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ResultError, ValidationError
from neuro.files import atomic_path

if TYPE_CHECKING:
    import torch

FloatArray = NDArray[np.float64]

GATES = 4
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LSTMWeights:
    """Weights of an LSTM layer as one array holds them.

    Parameters
    ----------
    gates : array, shape (features + hidden [+ 1], 4 * hidden)
        Rows: inputs, fed-back outputs, bias. Columns: input gate, forget gate, candidate, output
        gate.
    features : int
        Number of inputs.

    Raises
    ------
    ValidationError
        If the shape is not that of an LSTM, or a weight is not finite.
    """

    gates: FloatArray
    features: int

    def __post_init__(self) -> None:
        """Check shape and numbers."""
        shape = self.gates.shape
        if len(shape) != 2 or shape[1] % GATES or self.rows_of_bias not in (0, 1):  # noqa: PLR2004
            raise ValidationError(
                "LSTM weights",
                f"shape {shape} for {self.features} inputs",
                value=shape,
                limit="(inputs + units, 4 * units), or one row more for a bias",
            )
        if not np.isfinite(self.gates).all():
            raise ValidationError("LSTM weights", "not all are finite", limit="Finite numbers")

    @property
    def hidden(self) -> int:
        """Number of units."""
        return int(self.gates.shape[1]) // GATES

    @property
    def rows_of_bias(self) -> int:
        """1 if there is a bias, else 0."""
        return int(self.gates.shape[0]) - self.features - self.hidden


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkWeights:
    """An LSTM layer with a readout and, for characters, an embedding.

    Parameters
    ----------
    lstm : LSTMWeights
    readout : array, shape (hidden + 1, outputs)
        The last row is the bias.
    embedding : array, shape (symbols, features), optional
        Inputs of the layer for each symbol, in [-1, 1].
    """

    lstm: LSTMWeights
    readout: FloatArray
    embedding: FloatArray | None = None


def from_torch(
    lstm: "torch.nn.LSTM", readout: "torch.nn.Linear", embedding: "torch.nn.Embedding | None" = None
) -> NetworkWeights:
    """Take over a network that was trained with torch.

    Parameters
    ----------
    lstm : torch.nn.LSTM
        One layer, one direction, no projection.
    readout : torch.nn.Linear
        From its outputs.
    embedding : torch.nn.Embedding, optional
        Of its inputs.

    Raises
    ------
    ValidationError
        If the layer is of another kind.
    """
    kinds = {"num_layers": 1, "bidirectional": False, "proj_size": 0}
    for name, needed in kinds.items():
        value = getattr(lstm, name)
        if value != needed:
            raise ValidationError(
                f"torch.nn.LSTM.{name}", repr(value), value=value, limit=f"{needed!r}"
            )
    # Rows of torch's matrices are the columns of the array, in the same order of gates.
    parts = [_array(lstm.weight_ih_l0).T, _array(lstm.weight_hh_l0).T]
    if lstm.bias:
        parts.append((_array(lstm.bias_ih_l0) + _array(lstm.bias_hh_l0))[None])
    outputs = _array(readout.weight)
    bias = np.zeros(outputs.shape[0]) if readout.bias is None else _array(readout.bias)
    return NetworkWeights(
        lstm=LSTMWeights(gates=np.concatenate(parts), features=lstm.input_size),
        readout=np.concatenate([outputs.T, bias[None]]),
        embedding=None if embedding is None else _array(embedding.weight),
    )


def save_weights(weights: NetworkWeights, path: Path) -> None:
    """Write weights to an NPZ file, complete or not at all; `load_weights` reads it."""
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "gates": weights.lstm.gates,
        "features": np.array(weights.lstm.features),
        "readout": weights.readout,
    }
    if weights.embedding is not None:
        arrays["embedding"] = weights.embedding
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def load_weights(path: Path) -> NetworkWeights:
    """Read what `save_weights` wrote.

    Raises
    ------
    ResultError
        If the file is missing, foreign or damaged.
    """
    where = f"weight file {str(path)!r}"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise ResultError(where, f"cannot be read ({error})") from error
    missing = {"format", "gates", "features", "readout"} - set(arrays)
    if missing or int(arrays["format"]) != FORMAT:
        problem = f"lacks {', '.join(sorted(missing))}" if missing else "has another format"
        raise ResultError(where, problem, hint="Give a file that neuro wrote")
    return NetworkWeights(
        lstm=LSTMWeights(gates=arrays["gates"], features=int(arrays["features"])),
        readout=arrays["readout"],
        embedding=arrays.get("embedding"),
    )


def _array(tensor: Any) -> FloatArray:
    """Return a parameter as an array."""
    found: FloatArray = np.asarray(tensor.detach().cpu().numpy(), dtype=np.float64)
    return found
