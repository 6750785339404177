"""PyNN's models that neuro's language does not have: each is there and refuses to be made."""

from typing import Any

from pyNN import connectors, errors
from pyNN.connectors import Connector
from pyNN.models import BaseCellType, BaseCurrentSource, BaseSynapseType
from pyNN.standardmodels import (
    STDPTimingDependence,
    STDPWeightDependence,
    cells,
    electrodes,
    synapses,
)

from neuro.pynn.cells import list_standard_models
from neuro.pynn.connectors import CONNECTORS

OFFERED: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "cell type": (BaseCellType, tuple(list_standard_models())),
    "synapse type": (BaseSynapseType, ("StaticSynapse", "STDPMechanism")),
    "weight dependence": (
        STDPWeightDependence,
        ("AdditiveWeightDependence", "MultiplicativeWeightDependence"),
    ),
    "timing dependence": (STDPTimingDependence, ("SpikePairRule",)),
    "current source": (
        BaseCurrentSource,
        ("ACSource", "DCSource", "NoisyCurrentSource", "StepCurrentSource"),
    ),
    # PyNN's own SmallWorldConnector is not written: it ends in NotImplementedError.
    "connector": (Connector, CONNECTORS),
}
"""By kind of model: PyNN's base class, and the names of what is offered."""


def kind_of(model: type[Any]) -> str | None:
    """Return the kind of a model; None for one of many compartments or for a part of one."""
    return next((kind for kind, (base, _) in OFFERED.items() if issubclass(model, base)), None)


def _refusal(model: type[Any], kind: str) -> type[Any]:
    text = f"{kind} {model.__name__} is not offered. Offered: {', '.join(OFFERED[kind][1])}"

    def __init__(self: Any, *arguments: Any, **parameters: Any) -> None:
        raise errors.NoModelAvailableError(text)

    members = {"__init__": __init__, "__doc__": text, "__module__": __name__}
    return type(model.__name__, (model,), members)


def _models() -> dict[str, type[Any]]:
    """Return PyNN's standard models and connectors for point neurons by name."""
    found = {}
    for module in (cells, synapses, electrodes, connectors):
        for name, item in vars(module).items():
            own = isinstance(item, type) and item.__module__ == module.__name__
            if own and name not in ABSTRACT and kind_of(item) is not None:
                found[name] = item
    return found


ABSTRACT = ("Connector", "FixedNumberConnector", "MapConnector", "MultiCompartmentNeuron")
"""What is only there to be derived from, or has many compartments."""

STANDARD = _models()
"""PyNN's standard models and connectors for point neurons, by name."""

REFUSED = {
    name: _refusal(model, kind)
    for name, model in STANDARD.items()
    if (kind := kind_of(model)) is not None and name not in OFFERED[kind][1]
}
"""Stand-ins for those that are not offered, by name."""
