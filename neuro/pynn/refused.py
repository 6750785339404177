"""PyNN's models that neuro's language does not have: each is there and refuses to be made."""

from typing import Any

from pyNN import errors
from pyNN.models import BaseCellType, BaseCurrentSource, BaseModelType, BaseSynapseType
from pyNN.standardmodels import (
    STDPTimingDependence,
    STDPWeightDependence,
    cells,
    electrodes,
    synapses,
)

from neuro.pynn.cells import list_standard_models

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
}
"""By kind of model: PyNN's base class, and the names of what is offered."""


def kind_of(model: type[Any]) -> str | None:
    """Return the kind of a model; None for one of many compartments or for a part of one."""
    return next((kind for kind, (base, _) in OFFERED.items() if issubclass(model, base)), None)


def _refusal(model: type[Any]) -> type[Any]:
    kind = kind_of(model)
    assert kind is not None, f"{model} is of no known kind"
    text = f"{kind} {model.__name__} is not offered. Offered: {', '.join(OFFERED[kind][1])}"

    def __init__(self: Any, *arguments: Any, **parameters: Any) -> None:
        raise errors.NoModelAvailableError(text)

    members = {"__init__": __init__, "__doc__": text, "__module__": __name__}
    return type(model.__name__, (model,), members)


def _models() -> dict[str, type[Any]]:
    """Return PyNN's standard models of point neurons by name."""
    found = {}
    for module in (cells, synapses, electrodes):
        for name, item in vars(module).items():
            own = isinstance(item, type) and item.__module__ == module.__name__
            if own and issubclass(item, BaseModelType) and kind_of(item) is not None:
                found[name] = item
    return found


STANDARD = _models()
"""PyNN's standard models of point neurons, by name."""

REFUSED = {
    name: _refusal(model)
    for name, model in STANDARD.items()
    if name not in OFFERED[kind_of(model) or ""][1]
}
"""Stand-ins for those that are not offered, by name."""
