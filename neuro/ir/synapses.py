"""Synapse types: static, and pair-based spike-timing-dependent plasticity.

A weight is written in the unit of the receptor it lands on: nA for current-based cells, uS for
conductance-based ones, mV for delta cells, dimensionless for discrete-time units.
"""

from dataclasses import dataclass
from typing import Any, Literal

from neuro.ir.description import WEIGHT, Description, parameter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Static(Description):
    """Synapses that never change.

    Parameters
    ----------
    weight : unit of the receptor
        Scalar, array in the connector's order, or distribution.
    delay : ms
        From the spike to its arrival; at least one time step. Scalar, array or distribution.
    """

    weight: Any = parameter(WEIGHT)
    delay: Any = parameter("ms", 1.0, above=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairSTDP(Description):
    r"""Pair-based spike-timing-dependent plasticity, all pairs.

    The delay is dendritic: a post-synaptic spike reaches the synapse `delay` after it was fired, a
    pre-synaptic one at once. With pre trace r and post trace o, each raised by 1 at its spike and
    decaying with `tau_plus` and `tau_minus`:

    ========== ===================================== =====================================
    rule       a post spike reaches the synapse      a pre spike
    ========== ===================================== =====================================
    additive   w <- min(w_max, w + A+ r)             w <- max(w_min, w - A- o), then w is sent
    multiplic. w <- w + A+ r (w_max - w)             w <- w - A- o (w - w_min), then w is sent
    ========== ===================================== =====================================

    The weight is clipped at every event. A post spike that reaches the synapse at the moment of a
    pre spike potentiates first, by the earlier pre spikes. Whether that pair also depresses depends
    on the network's semantics: under `tick` yes, with full strength, under `exact` no.

    With ``pairing="immediate"`` both spikes reach the synapse in the step in which they are fired,
    whatever the delay: a pre spike sends the weight and then depresses it, by the earlier post
    spikes; after that a post spike potentiates, by all pre spikes up to and with this step's. This
    is the order of Brian2 scripts that learn without delay.

    Parameters
    ----------
    weight : unit of the receptor
        Initial weight.
    delay : ms
        Transmission delay, counted as dendritic.
    rule : {"additive", "multiplicative"}
        How a change depends on the weight.
    pairing : {"dendritic", "immediate"}
        When spikes reach the synapse, see above.
    amplitude : {"absolute", "relative"}
        What `a_plus` and `a_minus` of the additive rule mean. ``"absolute"``: a weight change for a
        unit trace, as in sPyNNaker 7. ``"relative"``: a fraction of `w_max`, as in PyNN on NEST
        and Brian2. The multiplicative rule has relative amplitudes only.
    a_plus, a_minus : unit of the receptor if absolute, else dimensionless
        Amplitudes, both not negative.
    tau_plus, tau_minus : ms
        Trace time constants.
    w_min, w_max : unit of the receptor
        Hard bounds.

    References
    ----------
    .. [1] Morrison, Diesmann and Gerstner, Biol. Cybern. 98 (2008), doi:10.1007/s00422-008-0233-1
    """

    weight: Any = parameter(WEIGHT)
    delay: Any = parameter("ms", 1.0, above=0)
    rule: Literal["additive", "multiplicative"]
    amplitude: Literal["absolute", "relative"]
    pairing: Literal["dendritic", "immediate"] = "dendritic"
    a_plus: Any = parameter(WEIGHT, at_least=0)
    a_minus: Any = parameter(WEIGHT, at_least=0)
    tau_plus: Any = parameter("ms", 20.0, above=0)
    tau_minus: Any = parameter("ms", 20.0, above=0)
    w_min: Any = parameter(WEIGHT, 0.0)
    w_max: Any = parameter(WEIGHT)


SynapseType = Static | PairSTDP
