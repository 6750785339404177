"""Results: what a run gives back, the same object from every backend."""

from neuro.results.counters import Counters
from neuro.results.provenance import Provenance
from neuro.results.result import Result, SpikeTrains, Trace, Weights
from neuro.results.store import load_result, save_result

__all__ = [
    "Counters",
    "Provenance",
    "Result",
    "SpikeTrains",
    "Trace",
    "Weights",
    "load_result",
    "save_result",
]
