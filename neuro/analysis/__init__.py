"""Theory of memories: densities, error probabilities, thresholds, efficiency, capacity; planning.

Monte-Carlo run confirm what it answers.
"""

from neuro.analysis import cliques, consolidation, hopfield, willshaw
from neuro.analysis.demand import MemoryDemand
from neuro.analysis.planner import MemoryPlan, plan_memory

__all__ = [
    "MemoryDemand",
    "MemoryPlan",
    "cliques",
    "consolidation",
    "hopfield",
    "plan_memory",
    "willshaw",
]
