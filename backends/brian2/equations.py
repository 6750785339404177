"""The cell types in Brian2's language: equations, threshold, reset, and where weights arrive.

Potentials and weights are bare numbers in the units of neuro, only time has a dimension: a
capacitance in nF is written as a time, so that nA / nF is mV per ms. Brian2 derives its own
integrators from the equations, which is what makes it an independent check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MEMBRANE = "dv/dt = (v_rest - v)/tau_m + ({current})/capacitance : 1 (unless refractory)\n"
TIMES = ("tau_m", "tau_syn_E", "tau_syn_I", "capacitance")
"""Parameters with the dimension of a time."""

OURS = {"capacitance": "cm"}
"""Names in neuro of those that Brian2 would take for a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellText:
    """One cell type as Brian2 reads it.

    Parameters
    ----------
    equations : str
        Of the state; parameters are added.
    parameters : tuple of str
        Names of the parameters in the equations.
    threshold, reset : str
        When a cell spikes, and what then happens.
    method : str or None
        Integrator; None if there is nothing to integrate.
    arrivals : mapping of str to str
        What a weight w does on each receptor.
    before_threshold : str
        What happens in every step before the threshold is tested.
    """

    equations: str
    parameters: tuple[str, ...]
    threshold: str
    reset: str
    method: str | None
    arrivals: Mapping[str, str]
    before_threshold: str = ""

    @property
    def early(self) -> int:
        """Steps by which a weight is handed over before it acts.

        Brian2 tests thresholds before synapses act. What is to act before the threshold is left in
        `arrived` by the step before.
        """
        return 1 if self.before_threshold else 0

    @property
    def refractory(self) -> bool:
        """Whether the cell has a refractory time."""
        return "refractory" in self.equations


_LIF = ("v_rest", "v_reset", "v_thresh", "i_offset", "tau_m", "capacitance")
_ARRIVED = MappingProxyType({"input": "arrived_post += w"})

CELLS: Mapping[str, CellText] = MappingProxyType(
    {
        "CurrentExponentialLIF": CellText(
            equations=MEMBRANE.format(current="i_excitatory - i_inhibitory + i_offset")
            + "di_excitatory/dt = -i_excitatory/tau_syn_E : 1\n"
            + "di_inhibitory/dt = -i_inhibitory/tau_syn_I : 1\n",
            parameters=(*_LIF, "tau_syn_E", "tau_syn_I"),
            threshold="v >= v_thresh",
            reset="v = v_reset",
            method="exact",
            arrivals=MappingProxyType(
                {"excitatory": "i_excitatory_post += w", "inhibitory": "i_inhibitory_post += w"}
            ),
        ),
        "ConductanceExponentialLIF": CellText(
            equations=MEMBRANE.format(
                current="g_excitatory*(e_rev_E - v) + g_inhibitory*(e_rev_I - v) + i_offset"
            )
            + "dg_excitatory/dt = -g_excitatory/tau_syn_E : 1\n"
            + "dg_inhibitory/dt = -g_inhibitory/tau_syn_I : 1\n",
            parameters=(*_LIF, "tau_syn_E", "tau_syn_I", "e_rev_E", "e_rev_I"),
            threshold="v >= v_thresh",
            reset="v = v_reset",
            method="rk4",
            arrivals=MappingProxyType(
                {"excitatory": "g_excitatory_post += w", "inhibitory": "g_inhibitory_post += w"}
            ),
        ),
        "DeltaLIF": CellText(
            equations=MEMBRANE.format(current="i_offset") + "arrived : 1\n",
            parameters=_LIF,
            threshold="v >= v_thresh",
            reset="v = v_reset",
            method="exact",
            arrivals=MappingProxyType(
                {"excitatory": "arrived_post += w", "inhibitory": "arrived_post -= w"}
            ),
            before_threshold="v += arrived*int(not_refractory)\narrived = 0",
        ),
        "DiscreteLIF": CellText(
            equations="u : 1\narrived : 1\n",
            parameters=("decay", "threshold"),
            threshold="u > threshold",
            reset="u = 0",
            method=None,
            arrivals=_ARRIVED,
            before_threshold="u = decay*u + arrived\narrived = 0",
        ),
        "BinaryThresholdUnit": CellText(
            equations="total : 1\narrived : 1\n",
            parameters=("threshold",),
            threshold="total >= threshold",
            reset="",
            method=None,
            arrivals=_ARRIVED,
            before_threshold="total = arrived\narrived = 0",
        ),
    }
)
"""By class name of the cell."""

TRACES = """w : 1
stop : second (constant)
dr/dt = -r/tau_plus : 1 (event-driven)
do/dt = -o/tau_minus : 1 (event-driven)
"""
"""State of a plastic synapse: what happens from `stop` on leaves the weight as it is."""

POTENTIATE = "w = clip(w + int(t < stop)*a_plus*r{up}, w_min, w_max)"
DEPRESS = "w = clip(w - int(t < stop)*a_minus*o{down}, w_min, w_max)"


def learning_texts(rule: str, pairing: str, arrival: str) -> tuple[str, dict[str, str]]:
    """Return what a pre spike does, and what a post spike does, by name and in order of work.

    Parameters
    ----------
    rule : {"additive", "multiplicative"}
        How a change depends on the weight.
    pairing : {"dendritic", "immediate"}
        When spikes reach the synapse; see `neuro.ir.PairSTDP`.
    arrival : str
        What the weight does at the target.

    Examples
    --------
    >>> pre, post = learning_texts("additive", "immediate", "v_post += w")
    >>> pre.splitlines()[0], list(post)
    ('v_post += w', ['post'])
    """
    multiplicative = rule == "multiplicative"
    raise_weight = POTENTIATE.format(up="*(w_max - w)" if multiplicative else "")
    lower_weight = DEPRESS.format(down="*(w - w_min)" if multiplicative else "")
    if pairing == "immediate":
        pre = f"{arrival}\n{lower_weight}\nr += 1"
        return pre, {"post": f"{raise_weight}\no += 1"}
    # A post spike raises its trace after the pre spikes of the step: a tie does not depress.
    return f"{lower_weight}\nr += 1\n{arrival}", {"post": raise_weight, "settle": "o += 1"}
