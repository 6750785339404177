"""PyNN's interface, name for name: what a script finds in ``neuro.pynn``."""

from pyNN import errors, random, space
from pyNN.network import Network
from pyNN.random import GSLRNG, NumpyRNG, RandomDistribution
from pyNN.space import (
    Cuboid,
    Grid2D,
    Grid3D,
    Line,
    RandomStructure,
    Space,
    Sphere,
)

from neuro.pynn import extra_models, simulator
from neuro.pynn.cells import (
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    SpikeSourceArray,
    SpikeSourcePoisson,
    list_standard_models,
)
from neuro.pynn.connectors import (
    AllToAllConnector,
    ArrayConnector,
    CloneConnector,
    CSAConnector,
    DisplacementDependentProbabilityConnector,
    DistanceDependentProbabilityConnector,
    FixedNumberPostConnector,
    FixedNumberPreConnector,
    FixedProbabilityConnector,
    FixedTotalNumberConnector,
    FromFileConnector,
    FromListConnector,
    IndexBasedProbabilityConnector,
    OneToOneConnector,
)
from neuro.pynn.control import (
    end,
    get_current_time,
    get_max_delay,
    get_min_delay,
    get_time_step,
    initialize,
    network,
    num_processes,
    rank,
    reset,
    run,
    run_for,
    run_until,
    set_allow_delay_extensions,
    set_number_of_neurons_per_core,
    setup,
)
from neuro.pynn.currents import ACSource, DCSource, NoisyCurrentSource, StepCurrentSource
from neuro.pynn.populations import Assembly, Population, PopulationView
from neuro.pynn.procedural import connect, create, record, record_gsyn, record_v, set
from neuro.pynn.projections import Projection
from neuro.pynn.refused import REFUSED
from neuro.pynn.synapses import (
    AdditiveWeightDependence,
    MultiplicativeWeightDependence,
    SpikePairRule,
    StaticSynapse,
    STDPMechanism,
)

name = simulator.name

__all__ = [
    "GSLRNG",
    "ACSource",
    "AdditiveWeightDependence",
    "AllToAllConnector",
    "ArrayConnector",
    "Assembly",
    "CSAConnector",
    "CloneConnector",
    "Cuboid",
    "DCSource",
    "DisplacementDependentProbabilityConnector",
    "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector",
    "FixedNumberPreConnector",
    "FixedProbabilityConnector",
    "FixedTotalNumberConnector",
    "FromFileConnector",
    "FromListConnector",
    "Grid2D",
    "Grid3D",
    "IF_cond_exp",
    "IF_curr_delta",
    "IF_curr_exp",
    "IndexBasedProbabilityConnector",
    "Line",
    "MultiplicativeWeightDependence",
    "Network",
    "NoisyCurrentSource",
    "NumpyRNG",
    "OneToOneConnector",
    "Population",
    "PopulationView",
    "Projection",
    "RandomDistribution",
    "RandomStructure",
    "STDPMechanism",
    "Space",
    "Sphere",
    "SpikePairRule",
    "SpikeSourceArray",
    "SpikeSourcePoisson",
    "StaticSynapse",
    "StepCurrentSource",
    "connect",
    "create",
    "end",
    "errors",
    "extra_models",
    "get_current_time",
    "get_max_delay",
    "get_min_delay",
    "get_time_step",
    "initialize",
    "list_standard_models",
    "network",
    "num_processes",
    "random",
    "rank",
    "record",
    "record_gsyn",
    "record_v",
    "reset",
    "run",
    "run_for",
    "run_until",
    "set",
    "set_allow_delay_extensions",
    "set_number_of_neurons_per_core",
    "setup",
    "space",
]

# A script that names a model that is not offered meets PyNN's own error where it makes one.
globals().update(REFUSED)
__all__ += sorted(REFUSED)  # noqa: PLE0605
