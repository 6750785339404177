"""Results: what a run gives back, the same object from every backend."""

from neuro.results.counters import Counters
from neuro.results.provenance import Provenance
from neuro.results.result import BatchResult, Result, SpikeTrains, Trace, Weights
from neuro.results.store import load_result, save_result
from neuro.results.writer import ResultWriter

__all__ = [
    "BatchResult",
    "Counters",
    "Provenance",
    "Result",
    "ResultWriter",
    "SpikeTrains",
    "Trace",
    "Weights",
    "load_result",
    "save_result",
]
