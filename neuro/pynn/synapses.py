"""PyNN's synapse types that neuro's language has: static ones and pair-based STDP."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pyNN import errors
from pyNN.standardmodels import build_translations
from pyNN.standardmodels import synapses as standard

from neuro.pynn.cells import identity
from neuro.pynn.simulator import state

WEIGHTS = ("weight", "delay")


class _Local:
    """What every synapse type asks the simulation."""

    def _get_minimum_delay(self) -> float:
        return float(state.min_delay)

    @property
    def parameter_checks(self) -> Mapping[str, Any]:
        """PyNN's checks; sPyNNaker does not look at the sign of a weight."""
        if not state.conventions.negative_inhibition:
            return {}
        checks: Mapping[str, Any] = standard.StandardSynapseType.parameter_checks
        return checks


class StaticSynapse(_Local, standard.StaticSynapse):
    """Synapses that never change; `Static`."""

    translations = identity(standard.StaticSynapse)


class STDPMechanism(_Local, standard.STDPMechanism):
    """Pair-based plasticity with a dendritic delay; `PairSTDP`."""

    base_translations = build_translations(
        *((name, name) for name in (*WEIGHTS, "dendritic_delay_fraction"))
    )

    def __init__(
        self,
        timing_dependence: Any = None,
        weight_dependence: Any = None,
        voltage_dependence: Any = None,
        dendritic_delay_fraction: float = 1.0,
        weight: Any = 0.0,
        delay: Any = None,
    ) -> None:
        if voltage_dependence is not None:
            raise errors.NoModelAvailableError(
                "voltage_dependence is not offered; STDPMechanism takes SpikePairRule with "
                "AdditiveWeightDependence or MultiplicativeWeightDependence"
            )
        if dendritic_delay_fraction != 1.0:
            raise errors.InvalidParameterValueError(
                f"dendritic_delay_fraction {dendritic_delay_fraction}: the delay of a plastic "
                "synapse is dendritic, 1.0"
            )
        super().__init__(
            timing_dependence,
            weight_dependence,
            voltage_dependence,
            dendritic_delay_fraction,
            weight,
            delay,
        )

    def _build_translations(self) -> None:
        # A copy: the parts of one mechanism are not those of the next.
        self.translations = dict(self.base_translations)
        for part in (self.timing_dependence, self.weight_dependence):
            if part is not None:
                self.translations.update(part.translations)


class AdditiveWeightDependence(standard.AdditiveWeightDependence):
    """Changes that do not depend on the weight, clipped to its bounds."""

    translations = identity(standard.AdditiveWeightDependence)
    possible_models: ClassVar[set[str]] = {"additive"}


class MultiplicativeWeightDependence(standard.MultiplicativeWeightDependence):
    """Changes in proportion to the distance from the bounds."""

    translations = identity(standard.MultiplicativeWeightDependence)
    possible_models: ClassVar[set[str]] = {"multiplicative"}


class SpikePairRule(standard.SpikePairRule):
    """All pairs of a pre and a post spike."""

    translations = identity(standard.SpikePairRule)
    possible_models: ClassVar[set[str]] = {"additive", "multiplicative"}


def learning_rule(synapse: Any) -> dict[str, Any]:
    """Return the constants of a learning rule in the words of `PairSTDP`; empty if static.

    Weights are left out, and bounds are magnitudes.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If a constant differs between synapses.
    """
    if not isinstance(synapse, STDPMechanism):
        return {}
    constants = {}
    for name, value in synapse.parameter_space.items():
        if name in WEIGHTS:
            continue
        if not value.is_homogeneous:
            raise errors.InvalidParameterValueError(
                f"{name} differs between synapses; it must be the same for a whole projection"
            )
        value.shape = (1,)
        constants[name] = float(value.evaluate(simplify=True))
    return {
        "rule": synapse.model,
        "a_plus": constants["A_plus"],
        "a_minus": constants["A_minus"],
        "tau_plus": constants["tau_plus"],
        "tau_minus": constants["tau_minus"],
        "w_min": abs(constants["w_min"]),
        "w_max": abs(constants["w_max"]),
    }
