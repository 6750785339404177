"""Random weights from pairs of formed resistive devices, and a reservoir computed on their array.

Reference: Lin et al., Nat. Comput. Sci. 5 (2025) 37-47, arXiv 2307.00771; specs, resistive_lsm.
"""

from neuro.resistive.array import IDEAL, ArrayEffects, Counts, PairArray, run_array
from neuro.resistive.forming import Forming
from neuro.resistive.laws import (
    ConductanceLaw,
    LogNormalLaw,
    MeasuredLaw,
    NormalLaw,
    measured_conductances,
)
from neuro.resistive.pairs import Change, Pairs, changed, difference_sd, draw_pairs

__all__ = [
    "IDEAL",
    "ArrayEffects",
    "Change",
    "ConductanceLaw",
    "Counts",
    "Forming",
    "LogNormalLaw",
    "MeasuredLaw",
    "NormalLaw",
    "PairArray",
    "Pairs",
    "changed",
    "difference_sd",
    "draw_pairs",
    "measured_conductances",
    "run_array",
]
