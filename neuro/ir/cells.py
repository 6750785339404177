"""Cell types: the equations of the neurons, their receptors, and what a probe can read.

The vocabulary is closed. PyNN's parameter names are kept. Each class states its equation; how it
is integrated is the business of the semantics (`exact` or `tick`) and of `neuro.engine`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from neuro.ir.description import Description, parameter


@dataclass(frozen=True, slots=True)
class Receptor:
    """Where input arrives.

    Parameters
    ----------
    unit : str
        Unit of a weight onto this receptor.
    signed : bool
        Whether weights may have either sign. If not, weights are magnitudes and the receptor alone
        decides the direction.
    """

    unit: str
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurrentExponentialLIF(Description):
    r"""Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.

    .. math::
        C \dot V &= -(C/\tau_m)(V - V_{rest}) + I_E - I_I + I_{offset} \\
        \dot I_X &= -I_X / \tau_{syn,X}, \quad I_X \leftarrow I_X + w \text{ at an arrival}

    A spike where V reaches `v_thresh`; V is then held at `v_reset` for `tau_refrac`. PyNN's
    ``IF_curr_exp``, NEST's ``iaf_psc_exp``.

    Parameters
    ----------
    cm : nF
    tau_m, tau_refrac, tau_syn_E, tau_syn_I : ms
    v_rest, v_reset, v_thresh : mV
    i_offset : nA
    v_init : mV, default `v_rest`
    """

    cm: Any = parameter("nF", 1.0, above=0)
    tau_m: Any = parameter("ms", 20.0, above=0)
    tau_refrac: Any = parameter("ms", 0.1, at_least=0)
    tau_syn_E: Any = parameter("ms", 5.0, above=0)
    tau_syn_I: Any = parameter("ms", 5.0, above=0)
    v_rest: Any = parameter("mV", -65.0)
    v_reset: Any = parameter("mV", -65.0)
    v_thresh: Any = parameter("mV", -50.0)
    i_offset: Any = parameter("nA", 0.0)
    v_init: Any = parameter("mV", None, optional=True)

    receptors: ClassVar[Mapping[str, Receptor]] = {
        "excitatory": Receptor("nA"),
        "inhibitory": Receptor("nA"),
    }
    variables: ClassVar[Mapping[str, str]] = {"v": "mV", "i_excitatory": "nA", "i_inhibitory": "nA"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConductanceExponentialLIF(Description):
    r"""Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.

    .. math::
        C \dot V &= -(C/\tau_m)(V - V_{rest}) + g_E (E_E - V) + g_I (E_I - V) + I_{offset} \\
        \dot g_X &= -g_X / \tau_{syn,X}, \quad g_X \leftarrow g_X + w \text{ at an arrival}

    PyNN's ``IF_cond_exp``, NEST's ``iaf_cond_exp``.

    Parameters
    ----------
    cm : nF
    tau_m, tau_refrac, tau_syn_E, tau_syn_I : ms
    v_rest, v_reset, v_thresh, e_rev_E, e_rev_I : mV
    i_offset : nA
    v_init : mV, default `v_rest`
    """

    cm: Any = parameter("nF", 1.0, above=0)
    tau_m: Any = parameter("ms", 20.0, above=0)
    tau_refrac: Any = parameter("ms", 0.1, at_least=0)
    tau_syn_E: Any = parameter("ms", 5.0, above=0)
    tau_syn_I: Any = parameter("ms", 5.0, above=0)
    e_rev_E: Any = parameter("mV", 0.0)
    e_rev_I: Any = parameter("mV", -70.0)
    v_rest: Any = parameter("mV", -65.0)
    v_reset: Any = parameter("mV", -65.0)
    v_thresh: Any = parameter("mV", -50.0)
    i_offset: Any = parameter("nA", 0.0)
    v_init: Any = parameter("mV", None, optional=True)

    receptors: ClassVar[Mapping[str, Receptor]] = {
        "excitatory": Receptor("uS"),
        "inhibitory": Receptor("uS"),
    }
    variables: ClassVar[Mapping[str, str]] = {"v": "mV", "g_excitatory": "uS", "g_inhibitory": "uS"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeltaLIF(Description):
    r"""Leaky integrate-and-fire neuron whose membrane jumps by the weight of each arrival.

    .. math::
        \tau_m \dot V = -(V - V_{rest}) + (\tau_m/C) I_{offset}, \quad
        V \leftarrow V \pm w \text{ at an arrival}

    Arrivals during the refractory time are lost. NEST's ``iaf_psc_delta``.

    Parameters
    ----------
    cm : nF
    tau_m, tau_refrac : ms
    v_rest, v_reset, v_thresh : mV
    i_offset : nA
    v_init : mV, default `v_rest`
    """

    cm: Any = parameter("nF", 1.0, above=0)
    tau_m: Any = parameter("ms", 20.0, above=0)
    tau_refrac: Any = parameter("ms", 0.1, at_least=0)
    v_rest: Any = parameter("mV", -65.0)
    v_reset: Any = parameter("mV", -65.0)
    v_thresh: Any = parameter("mV", -50.0)
    i_offset: Any = parameter("nA", 0.0)
    v_init: Any = parameter("mV", None, optional=True)

    receptors: ClassVar[Mapping[str, Receptor]] = {
        "excitatory": Receptor("mV"),
        "inhibitory": Receptor("mV"),
    }
    variables: ClassVar[Mapping[str, str]] = {"v": "mV"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DiscreteLIF(Description):
    r"""Leaky integrate-and-fire neuron in discrete time, as used for reservoirs.

    .. math::
        u_t = a\, u_{t-1} (1 - s_{t-1}) + I_t, \quad s_t = [u_t > \theta]

    with I the sum of the weights that arrive at step t. Dimensionless, reset to zero, no refractory
    time (specs, resistive_lsm section 1.1).

    Parameters
    ----------
    decay : float
        a, per step.
    threshold : float
        The threshold; a spike needs strictly more.
    """

    decay: Any = parameter("", 0.9, at_least=0)
    threshold: Any = parameter("", 1.0, above=0)

    receptors: ClassVar[Mapping[str, Receptor]] = {"input": Receptor("", signed=True)}
    variables: ClassVar[Mapping[str, str]] = {"u": ""}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BinaryThresholdUnit(Description):
    r"""Memoryless threshold unit of McCulloch and Pitts.

    .. math:: s_t = [I_t \ge \theta]

    with I the sum of the weights that arrive at step t.

    Parameters
    ----------
    threshold : float
        The threshold, above zero: a unit without input must stay silent.

    References
    ----------
    .. [1] McCulloch and Pitts, Bull. Math. Biophys. 5 (1943), doi:10.1007/BF02478259
    """

    threshold: Any = parameter("", 1.0, above=0)

    receptors: ClassVar[Mapping[str, Receptor]] = {"input": Receptor("", signed=True)}
    variables: ClassVar[Mapping[str, str]] = {}


CellType = (
    CurrentExponentialLIF | ConductanceExponentialLIF | DeltaLIF | DiscreteLIF | BinaryThresholdUnit
)
