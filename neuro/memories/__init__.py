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
Other patterns: *dense* ones have -1 or 1 for each unit, and `UNKNOWN` (0) in cues or, of the
multitasking network, in blanks; *vectors* are real numbers, and answered with a `VectorRecall`.
Letters and units: unit = cluster * cluster_size + letter (`Topology`).
"""

from neuro.memories.amari import AmariMemory
from neuro.memories.bits import BitRows
from neuro.memories.channel import ChannelRates, SynapticChannel, analog_rates, gaussian_rates
from neuro.memories.cliques import CliqueMemory
from neuro.memories.consolidation import MAPS, ConsolidationMap, consolidation_map
from neuro.memories.hebbian import NoisyHebbianMemory
from neuro.memories.hopfield import HopfieldMemory
from neuro.memories.interface import AMBIGUOUS, ERASED, SILENT, UNUSED, Memory, Recall
from neuro.memories.key_value import KeyExpansion, KeyValueMemory
from neuro.memories.modern_hopfield import ModernHopfieldMemory
from neuro.memories.multitasking import MultitaskingMemory
from neuro.memories.outlier_efficient_hopfield import OutlierEfficientHopfieldMemory
from neuro.memories.parameters import HebbianParameters, coyac2017_reconstruction
from neuro.memories.sparsey import SparseyMemory, SparseyParameters
from neuro.memories.topology import Topology
from neuro.memories.vectors import UNKNOWN, VectorRecall
from neuro.memories.willshaw import WillshawMemory

__all__ = [
    "AMBIGUOUS",
    "ERASED",
    "MAPS",
    "SILENT",
    "UNKNOWN",
    "UNUSED",
    "AmariMemory",
    "BitRows",
    "ChannelRates",
    "CliqueMemory",
    "ConsolidationMap",
    "HebbianParameters",
    "HopfieldMemory",
    "KeyExpansion",
    "KeyValueMemory",
    "Memory",
    "ModernHopfieldMemory",
    "MultitaskingMemory",
    "NoisyHebbianMemory",
    "OutlierEfficientHopfieldMemory",
    "Recall",
    "SparseyMemory",
    "SparseyParameters",
    "SynapticChannel",
    "Topology",
    "VectorRecall",
    "WillshawMemory",
    "analog_rates",
    "consolidation_map",
    "coyac2017_reconstruction",
    "gaussian_rates",
]
