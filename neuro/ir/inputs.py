"""Inputs: sources of spikes that no cell type produces.

A spike array is given spike for spike; a Poisson input is drawn from the seed tree, the same
spikes on every backend.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neuro.errors import ValidationError
from neuro.ir.connectors import index_array
from neuro.ir.description import Description, parameter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpikeArray(Description):
    """Sources whose spikes are listed.

    Parameters
    ----------
    name : str
        Unique in the network.
    size : int
        Number of sources.
    times : array of float, shape (spikes,), ms
        When each spike leaves its source.
    indices : array of int, shape (spikes,)
        Which source it leaves.
    """

    name: str
    size: int
    times: Any = parameter("ms", (), at_least=0)
    indices: Any = ()

    def __post_init__(self) -> None:
        """Convert the times to ms and both lists to read-only arrays."""
        Description.__post_init__(self)
        where = f"input {self.name!r}"
        object.__setattr__(self, "indices", index_array(self.indices, f"{where}.indices"))
        if not isinstance(self.times, np.ndarray) or self.times.shape != self.indices.shape:
            raise ValidationError(
                where,
                f"{np.size(self.times)} times and {self.indices.size} indices",
                limit="Both lists are flat and have one entry for each spike",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Poisson(Description):
    """Independent Poisson sources of constant rate.

    Parameters
    ----------
    name : str
        Unique in the network.
    size : int
        Number of sources.
    rate : Hz
        Scalar, array or distribution.
    start, stop : ms
        Spikes fall in [start, stop); `stop` None means for ever.
    """

    name: str
    size: int
    rate: Any = parameter("Hz", at_least=0)
    start: Any = parameter("ms", 0.0, at_least=0)
    stop: Any = parameter("ms", None, at_least=0, optional=True)


Input = SpikeArray | Poisson
