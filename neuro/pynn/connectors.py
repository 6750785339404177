"""PyNN's connectors; one is mended.

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
)
from pyNN.parameters import LazyArray

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
