"""The language: networks of populations and projections with physical units.

A network is written once and knows nothing of the machine. Everything here is frozen data.
"""

from neuro.ir.cells import (
    BinaryThresholdUnit,
    CellType,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
)
from neuro.ir.connectors import (
    AllToAll,
    Connector,
    FixedFanIn,
    FixedFanOut,
    FixedProbability,
    OneToOne,
    PairList,
)
from neuro.ir.digest import digest, from_json, to_json
from neuro.ir.distributions import Distribution, Normal, Uniform
from neuro.ir.inputs import Input, Poisson, SpikeArray
from neuro.ir.network import Network, Population, Projection, Semantics
from neuro.ir.probes import Probe
from neuro.ir.protocol import MemoryProtocol, Operation, View
from neuro.ir.synapses import PairSTDP, Static, SynapseType

__all__ = [
    "AllToAll",
    "BinaryThresholdUnit",
    "CellType",
    "ConductanceExponentialLIF",
    "Connector",
    "CurrentExponentialLIF",
    "DeltaLIF",
    "DiscreteLIF",
    "Distribution",
    "FixedFanIn",
    "FixedFanOut",
    "FixedProbability",
    "Input",
    "MemoryProtocol",
    "Network",
    "Normal",
    "OneToOne",
    "Operation",
    "PairList",
    "PairSTDP",
    "Poisson",
    "Population",
    "Probe",
    "Projection",
    "Semantics",
    "SpikeArray",
    "Static",
    "SynapseType",
    "Uniform",
    "View",
    "digest",
    "from_json",
    "to_json",
]
