"""The network: what the user means, before any machine is chosen.

Frozen data without callables, files or backend handles: it can be hashed, compared, written and
read. An invalid network cannot be made; its constructor reports everything that is wrong at once.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from neuro.errors import ValidationError, raise_all
from neuro.ir.cells import CellType
from neuro.ir.connectors import Connector
from neuro.ir.description import Description, parameter
from neuro.ir.inputs import Input
from neuro.ir.probes import Probe
from neuro.ir.protocol import MemoryProtocol, View
from neuro.ir.synapses import SynapseType

Semantics = Literal["exact", "tick"]


@dataclass(frozen=True, slots=True, eq=False)
class Population(Description):
    """Neurons of one cell type.

    Parameters
    ----------
    name : str
        Unique among populations and inputs.
    size : int
        Number of neurons.
    cell : CellType
        Their equations; an array parameter has one entry for each neuron.
    """

    name: str
    size: int
    cell: CellType


@dataclass(frozen=True, slots=True, eq=False)
class Projection(Description):
    """All synapses from one population or input to one population.

    Parameters
    ----------
    source, target : str or View
        The whole of a population or input by name, or a run of its neurons.
    connector : Connector
        Which pairs are joined.
    synapse : SynapseType
        What joins them.
    receptor : str, default "excitatory"
        Where the input arrives.
    name : str, optional
        Unique; default ``"source->target"``.
    """

    source: str | View
    target: str | View
    connector: Connector
    synapse: SynapseType
    receptor: str = "excitatory"
    name: str = ""

    def __post_init__(self) -> None:
        """Fill in the default name."""
        if not self.name:
            name = f"{endpoint(self.source)}->{endpoint(self.target)}"
            object.__setattr__(self, "name", name)


_Named = TypeVar("_Named", Population, Projection)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network(Description):
    """A graph of populations and projections with physical units.

    Parameters
    ----------
    name : str
        What the network is called in reports.
    populations, inputs, projections, probes : sequences
        The parts.
    dt : ms, default 0.1
        Time step that the network was designed for.
    semantics : {"exact", "tick"}
        Order of work inside a time step that the network was designed for; see `neuro.engine`.
    seed : int, default 0
        Root of the seed tree.
    protocol : MemoryProtocol, optional
        How to use it, if it is a memory.

    Raises
    ------
    ValidationError, UnitError
        If one thing is wrong.
    CheckError
        If several things are wrong; `issues` lists them all.
    """

    name: str
    populations: tuple[Population, ...]
    inputs: tuple[Input, ...] = ()
    projections: tuple[Projection, ...] = ()
    probes: tuple[Probe, ...] = ()
    dt: Any = parameter("ms", 0.1, above=0)
    semantics: Semantics = "exact"
    seed: int = 0
    protocol: MemoryProtocol | None = None

    def __post_init__(self) -> None:
        """Convert units, then refuse the network if anything in it is wrong."""
        # Imported late: the checks read the classes of this module.
        from neuro.ir.validate import network_issues, sound_parts
        from neuro.ir.validate_projection import projection_issues

        Description.__post_init__(self)
        for part in ("populations", "inputs", "projections", "probes"):
            value = getattr(self, part)
            if not isinstance(value, list | tuple):
                problem = f"expected a list, got {type(value).__name__}"
                raise ValidationError(f"network {self.name!r}.{part}", problem, value=value)
            object.__setattr__(self, part, tuple(value))
        object.__setattr__(self, "projections", tuple(copy(item) for item in self.projections))
        parts = sound_parts(self)
        issues = [*network_issues(self, parts), *projection_issues(self, parts)]
        raise_all(f"network {self.name!r}", issues)

    def population(self, name: str) -> Population:
        """Return the population of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        return _named(self.populations, name)

    def projection(self, name: str) -> Projection:
        """Return the projection of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        return _named(self.projections, name)

    def sizes(self) -> dict[str, int]:
        """Return the number of neurons or sources of each population and input, by name."""
        return {item.name: item.size for item in (*self.inputs, *self.populations)}


def endpoint(place: str | View) -> str:
    """Return the name of the population or input at one end of a projection."""
    return place.population if isinstance(place, View) else place


def _named(items: tuple[_Named, ...], name: str) -> _Named:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)
