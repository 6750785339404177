"""PyNN's cell types that neuro's language has, parameter for parameter.

PyNN's names and units are ours, so that every translation is the identity. Current-based cells
record ``isyn_exc`` and ``isyn_inh``, and under sPyNNaker's names ``gsyn_exc`` and ``gsyn_inh``.
"""

from typing import Any, ClassVar

from pyNN import errors
from pyNN.standardmodels import StandardCellType, build_translations
from pyNN.standardmodels import cells as standard

from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    Poisson,
    SpikeArray,
)


def identity(model: type[Any]) -> dict[str, Any]:
    """Return the translations of a model whose parameters have our names and units."""
    translations: dict[str, Any] = build_translations(
        *((parameter, parameter) for parameter in model.default_parameters)
    )
    return translations


class IF_curr_exp(standard.IF_curr_exp):
    """Current-based cell with exponential synaptic currents; `CurrentExponentialLIF`."""

    translations = identity(standard.IF_curr_exp)
    represents = CurrentExponentialLIF
    variables: ClassVar[dict[str, tuple[str, float]]] = {
        "v": ("v", 1.0),
        "isyn_exc": ("i_excitatory", 1.0),
        # As in PyNN's other simulators, an inhibitory current is negative.
        "isyn_inh": ("i_inhibitory", -1.0),
        "gsyn_exc": ("i_excitatory", 1.0),
        "gsyn_inh": ("i_inhibitory", 1.0),
    }
    recordable: ClassVar[list[str]] = ["spikes", *variables]
    units: ClassVar[dict[str, str]] = {
        **standard.IF_curr_exp.units,
        # sPyNNaker's name for a current, with its unit.
        "gsyn_exc": "nA",
        "gsyn_inh": "nA",
    }


class IF_cond_exp(standard.IF_cond_exp):
    """Cell with exponential synaptic conductances; `ConductanceExponentialLIF`."""

    translations = identity(standard.IF_cond_exp)
    represents = ConductanceExponentialLIF
    variables: ClassVar[dict[str, tuple[str, float]]] = {
        "v": ("v", 1.0),
        "gsyn_exc": ("g_excitatory", 1.0),
        "gsyn_inh": ("g_inhibitory", 1.0),
    }


class IF_curr_delta(standard.IF_curr_delta):
    """Cell whose membrane jumps by the weight, mV, of each arrival; `DeltaLIF`."""

    translations = identity(standard.IF_curr_delta)
    represents = DeltaLIF
    variables: ClassVar[dict[str, tuple[str, float]]] = {"v": ("v", 1.0)}


class SpikeSourceArray(standard.SpikeSourceArray):
    """Sources whose spikes are listed; `SpikeArray`."""

    translations = identity(standard.SpikeSourceArray)
    represents = SpikeArray


class SpikeSourcePoisson(standard.SpikeSourcePoisson):
    """Poisson sources; the spikes depend on the seed of `setup` alone, the same on every backend.

    Parameters
    ----------
    max_rate : float, optional, Hz
        sPyNNaker's bound on the rate; a higher rate is refused.
    **parameters
        ``rate``, ``start`` and ``duration``, the latter two the same for the whole population.
    """

    translations = identity(standard.SpikeSourcePoisson)
    represents = Poisson

    def __init__(self, max_rate: float | None = None, **parameters: Any) -> None:
        super().__init__(**parameters)
        rate = parameters.get("rate", self.default_parameters["rate"])
        if max_rate is not None and isinstance(rate, float | int) and rate > max_rate:
            raise errors.InvalidParameterValueError(
                f"rate {rate:g} Hz is above max_rate {max_rate:g} Hz"
            )


CELLS: tuple[type[StandardCellType], ...] = (
    IF_curr_exp,
    IF_cond_exp,
    IF_curr_delta,
    SpikeSourceArray,
    SpikeSourcePoisson,
)


def list_standard_models() -> list[str]:
    """Return the names of the standard cell types that are offered."""
    return [item.__name__ for item in CELLS]
