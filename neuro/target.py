"""Targets and capabilities: what one piece of hardware, and the code for it, can represent.

Data only. A target is read from a file of `neuro.hardware_configs`; the capabilities are stated by
a backend. The passes compare a network with them and know no backend by name.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One hardware description.

    Parameters
    ----------
    name : str
        Name of its file, without the ending.
    backend : str
        The backend that understands it.
    description : str
        One line for people.
    precision : {"float64", "float32"}
        Of state and weights, on software backends.
    kernels : {"fastest", "reference"}
        Which kernels a software backend runs.
    """

    name: str
    backend: str
    description: str
    precision: Literal["float64", "float32"] = "float64"
    kernels: Literal["fastest", "reference"] = "fastest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a backend can represent on a target.

    Parameters
    ----------
    semantics : frozenset of str
        Integration semantics on offer.
    cells, synapses, inputs : frozenset of str
        Class names of `neuro.ir` that are supported.
    """

    semantics: frozenset[str]
    cells: frozenset[str]
    synapses: frozenset[str]
    inputs: frozenset[str]
