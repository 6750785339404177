"""sPyNNaker's models beyond PyNN's, where neuro has them: ``sim.extra_models``."""

from typing import Any

from pyNN import errors

from neuro.pynn.cells import IF_curr_delta
from neuro.pynn.connectors import AllToAllConnector

__all__ = ["AllButMeConnector", "IFCurDelta"]

IFCurDelta = IF_curr_delta


class AllButMeConnector(AllToAllConnector):
    """Every neuron with every other one.

    Parameters
    ----------
    n_neurons_per_group : None
        Groups are not offered.
    **arguments
        As for every connector.
    """

    def __init__(self, n_neurons_per_group: None = None, **arguments: Any) -> None:
        if n_neurons_per_group is not None:
            raise errors.InvalidParameterValueError(
                "n_neurons_per_group is not offered; the group is the population"
            )
        super().__init__(allow_self_connections=False, **arguments)


class MissingModelError(errors.NoModelAvailableError, AttributeError):
    """A model of sPyNNaker that is not offered; `hasattr` says so too."""


def __getattr__(name: str) -> Any:
    """Refuse sPyNNaker's other models."""
    raise MissingModelError(f"extra_models.{name} is not offered. Offered: {', '.join(__all__)}")
