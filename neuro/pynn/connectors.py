"""PyNN's connectors; two are mended.

Pairs, weights and delays are drawn by PyNN's own code from the generators that a script gives, so
that they are those of every other simulator.
"""

from typing import Any

import numpy as np
from pyNN import connectors as standard
from pyNN.connectors import (
    AllToAllConnector,
    ArrayConnector,
    CloneConnector,
    DisplacementDependentProbabilityConnector,
    DistanceDependentProbabilityConnector,
    FixedNumberPostConnector,
    FixedNumberPreConnector,
    FixedProbabilityConnector,
    FixedTotalNumberConnector,
    FromFileConnector,
    FromListConnector,
    IndexBasedProbabilityConnector,
)
from pyNN.parameters import LazyArray

from neuro.errors import UnavailableError

CONNECTORS = (
    "AllToAllConnector",
    "ArrayConnector",
    "CSAConnector",
    "CloneConnector",
    "DisplacementDependentProbabilityConnector",
    "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector",
    "FixedNumberPreConnector",
    "FixedProbabilityConnector",
    "FixedTotalNumberConnector",
    "FromFileConnector",
    "FromListConnector",
    "IndexBasedProbabilityConnector",
    "OneToOneConnector",
)

__all__ = [
    "CONNECTORS",
    "AllToAllConnector",
    "ArrayConnector",
    "CSAConnector",
    "CloneConnector",
    "DisplacementDependentProbabilityConnector",
    "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector",
    "FixedNumberPreConnector",
    "FixedProbabilityConnector",
    "FixedTotalNumberConnector",
    "FromFileConnector",
    "FromListConnector",
    "IndexBasedProbabilityConnector",
    "OneToOneConnector",
]


class CSAConnector(standard.CSAConnector):
    """Pairs of the Connection Set Algebra, also with weights and delays; PyNN's own fails on those.

    Parameters
    ----------
    cset : connection set of the package csa
        A mask, or a set with a weight and a delay, ms, for each pair.
    **options
        As of every connector of PyNN.

    Raises
    ------
    UnavailableError
        If csa is not installed.
    """

    def __init__(self, cset: Any, **options: Any) -> None:
        if not standard.haveCSA:
            raise UnavailableError(
                "CSAConnector", "needs csa", hint="Install it with: pip install csa"
            )
        super().__init__(cset, **options)

    def connect(self, projection: Any) -> None:
        """Connect a projection."""
        from csa import arity, cross

        if arity(self.cset) == 0:
            super().connect(projection)
            return
        sources, targets = projection.shape
        pairs = cross((0, sources - 1), (0, targets - 1)) * self.cset
        for source, target, weight, delay in pairs:
            projection._convergent_connect([source], target, weight=weight, delay=delay)


class OneToOneConnector(standard.OneToOneConnector):
    """Neuron i with neuron i, also from a population of one neuron."""

    def connect(self, projection: Any) -> None:
        """Connect a projection; PyNN's own fails from a population of one neuron."""
        sources, targets = projection.shape
        if sources > 1:
            super().connect(projection)
            return
        pairs = np.arange(targets)[None, :] == 0
        self._connect_with_map(projection, LazyArray(pairs, shape=projection.shape))
