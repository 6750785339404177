"""Probes: what is recorded, where and how often."""

from dataclasses import dataclass
from typing import Any

from neuro.ir.connectors import index_array
from neuro.ir.description import Description, parameter

SPIKES = "spikes"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe(Description):
    """One recorded variable of one population or input.

    Parameters
    ----------
    population : str
        Name of a population, or of an input for spikes.
    variable : str, default "spikes"
        ``"spikes"`` or a state variable of the cell type, such as ``"v"``.
    interval : ms, optional
        Time between two samples of a state variable, a multiple of the time step; default every
        step. A sample is the state at the start of its step.
    indices : array of int, optional
        Neurons whose state variable is sampled; default all. Spikes are recorded of all.
    """

    population: str
    variable: str = SPIKES
    interval: Any = parameter("ms", None, above=0, optional=True)
    indices: Any = None

    def __post_init__(self) -> None:
        """Convert the interval to ms and the indices to a read-only array."""
        Description.__post_init__(self)
        if self.indices is not None:
            where = f"probe of {self.population!r}.indices"
            object.__setattr__(self, "indices", index_array(self.indices, where))
