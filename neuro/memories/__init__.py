"""Memories that are no spiking network: binary units, Hebbian links, any number of items at once.

Contract and expected values: specs, noisy_hebbian. All memories share two verbs:

``store(patterns)``
    Adds patterns, an integer array with one row each. A *clustered* pattern has one letter for each
    cluster, ``0 <= letter < cluster_size``, or `UNUSED` where the pattern has none. A *sparse*
    pattern, of memories without clusters, has the indices of its active units.
``recall(cues, decoder=..., iterations=...)``
    Answers cues of the same form, in which `ERASED` stands for what is not known, with a `Recall`:
    ``answers`` in the form of the patterns with `SILENT` or `AMBIGUOUS` where there is no single
    answer, ``ambiguous``, ``iterations`` and ``spikes`` for each cue, and ``exact(patterns)``.

Beside them ``density()`` is the share of possible links that is there, and ``nbytes`` what the
links take. A memory of another kind (Willshaw, Hopfield) is a file of its own that offers the same
four; `Memory` says so to type checkers. Links between units are rows of bits (`BitRows`), from
which drives, decoders and hardware forms are made: ``memory.links`` for whoever maps them
elsewhere.
Letters and units: unit = cluster * cluster_size + letter (`Topology`).
"""

from neuro.memories.bits import BitRows
from neuro.memories.channel import ChannelRates, SynapticChannel, analog_rates, gaussian_rates
from neuro.memories.cliques import CliqueMemory
from neuro.memories.consolidation import MAPS, ConsolidationMap, consolidation_map
from neuro.memories.hebbian import NoisyHebbianMemory
from neuro.memories.interface import AMBIGUOUS, ERASED, SILENT, UNUSED, Memory, Recall
from neuro.memories.parameters import HebbianParameters, coyac2017_reconstruction
from neuro.memories.topology import Topology

__all__ = [
    "AMBIGUOUS",
    "ERASED",
    "MAPS",
    "SILENT",
    "UNUSED",
    "BitRows",
    "ChannelRates",
    "CliqueMemory",
    "ConsolidationMap",
    "HebbianParameters",
    "Memory",
    "NoisyHebbianMemory",
    "Recall",
    "SynapticChannel",
    "Topology",
    "analog_rates",
    "consolidation_map",
    "coyac2017_reconstruction",
    "gaussian_rates",
]
