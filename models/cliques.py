r"""Clustered memory in spikes: recall by a descending threshold, exact for whole drives.

A unit adds up its input without leak. Then all thresholds descend by one link at a time, as equal
pulses to all units: who has the largest drive of its cluster fires first, and one inhibitory neuron
for each cluster takes the others back to rest. Ties fire together, so that a round is one of the
decoder `sum_of_sum` of `neuro.memories` (specs, noisy_hebbian 10.1).

A link is a conductance towards a reversal potential that is far away, so that it adds nearly equal
steps; inhibition is a shunt that takes a membrane to rest within one tick, whatever its value.
Spikes of a round arrive in the next one, before its pulses.
"""

from dataclasses import dataclass
from math import exp, expm1
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    OneToOne,
    PairList,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.ir.description import Description, parameter, parameter_issues
from neuro.memories import BitRows, Topology

UNITS, SILENCERS = "units", "silencers"
CUE, RAMP, RESET = "cue", "ramp", "reset"

SPACING = 2
"""Ticks between two pulses: a winner's inhibition arrives with the next pulse, and silences it."""

CUE_EXCESS = 2
"""Links more than the largest drive that a cue counts as: it fires a unit at once."""

THRESHOLD_EXCESS = 0.2
"""Links more than the largest drive at which a unit fires, less what leaks in a round."""

RELAY_CURRENT = 20.0
"""nA; one spike makes an inhibitory neuron fire, twice over."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CliquesParameters(Description):
    """Sizes and constants of the network.

    Parameters
    ----------
    n_clusters, cluster_size : int
        C and L.
    memory_effect : int
        gamma, links by which an active unit keeps itself; at least 1.
    ties : int
        Units of a cluster that may win together. With more of them in all other clusters a drive
        can be larger than the thresholds that are asked: the unit then fires out of turn.
    link_step : mV
        By how much one link moves a membrane.
    reversal : mV
        Towards which links pull. With C links at once the last one adds less than the first, by C
        steps over the reversal.
    tau_m, tau_syn : ms
        Long against a round, short against a tick. In fixed-point arithmetic both bound
        ``tau_m``; `neuro.experiments.memories.fixed_point` says how.
    """

    n_clusters: int = 8
    cluster_size: int = 64
    memory_effect: int = 1
    ties: int = 2
    link_step: Any = parameter("mV", 1.0, above=0)
    reversal: Any = parameter("mV", 1000.0, above=0)
    tau_m: Any = parameter("ms", 3000.0, above=0)
    tau_syn: Any = parameter("ms", 0.1, above=0)

    @property
    def topology(self) -> Topology:
        """Clusters and units."""
        return Topology(n_clusters=self.n_clusters, cluster_size=self.cluster_size)

    @property
    def largest_drive(self) -> int:
        """Links that a unit gets at most, and pulses of a round."""
        return (self.n_clusters - 1) * self.ties + self.memory_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When what happens in the recall of one cue; ticks from its first spike.

    Parameters
    ----------
    delay : int
        From a winner to the units that it is linked with.
    first : int
        Arrival of the first pulse of the first round.
    round : int
        From one round to the next.
    pulses : int
        In each round.
    rounds : int
    """

    delay: int
    first: int
    round: int
    pulses: int
    rounds: int

    @property
    def span(self) -> int:
        """From one cue to the next."""
        return self.first + self.rounds * self.round + 1

    @property
    def ramps(self) -> tuple[int, ...]:
        """When pulses leave their source."""
        begins = (self.first + k * self.round - 1 for k in range(self.rounds))
        return tuple(begin + SPACING * p for begin in begins for p in range(self.pulses))

    @property
    def resets(self) -> tuple[int, ...]:
        """When resets leave their source: after each round, and before the next cue."""
        last = [self.first + k * self.round + SPACING * self.pulses for k in range(self.rounds)]
        return (*last, self.first + self.rounds * self.round - 1)


def schedule(parameters: CliquesParameters, rounds: int) -> Schedule:
    """Lay out the recall of one cue.

    Parameters
    ----------
    parameters : CliquesParameters
    rounds : int
        At least 1.
    """
    pulses = parameters.largest_drive
    # The last winner is silenced SPACING ticks after the last pulse, the reset follows, and only
    # then may the first spike of the round arrive.
    delay = SPACING * pulses + 3
    return Schedule(
        delay=delay,
        first=delay + 2,
        round=SPACING * (pulses - 1) + delay + 1,
        pulses=pulses,
        rounds=rounds,
    )


def cliques(
    parameters: CliquesParameters = CliquesParameters(),
    *,
    seed: int = 0,
    links: BitRows | None = None,
) -> Network:
    """Build the network; see the module. Cues and pulses are put into its inputs by the task.

    Parameters
    ----------
    parameters : CliquesParameters
        Sizes and constants.
    seed : int
        Root of the seed tree; nothing is drawn.
    links : BitRows, optional
        What is stored; default nothing.

    Raises
    ------
    ValidationError, CheckError
        If a size or constant is out of range, or the links belong to other clusters.
    """
    _check(parameters, links)
    shape = parameters.topology
    return Network(
        name="cliques",
        dt=1.0,
        semantics="tick",
        seed=seed,
        populations=(
            Population(UNITS, shape.units, _unit(parameters)),
            Population(SILENCERS, shape.n_clusters, _silencer()),
        ),
        inputs=(
            SpikeArray(name=CUE, size=shape.units),
            SpikeArray(name=RAMP, size=1),
            SpikeArray(name=RESET, size=1),
        ),
        projections=_projections(parameters, links),
        probes=(Probe(population=UNITS),),
    )


def _check(p: CliquesParameters, links: BitRows | None) -> None:
    issues: list[NeuroError] = parameter_issues(p, "cliques")
    for name, least in (("n_clusters", 2), ("cluster_size", 1), ("memory_effect", 1), ("ties", 1)):
        value = getattr(p, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            limit = f"A whole number, at least {least}"
            where = f"cliques.{name}"
            issues.append(ValidationError(where, repr(value), value=value, limit=limit))
    raise_all("cliques", issues)
    if links is not None and links.topology != p.topology:
        other = links.topology
        raise ValidationError(
            "cliques.links",
            f"{other.n_clusters} clusters of {other.cluster_size} units",
            value=other,
            limit=f"Here: {p.n_clusters} clusters of {p.cluster_size}",
        )


def _unit(p: CliquesParameters) -> ConductanceExponentialLIF:
    """Return a unit that fires one step above the largest drive, less what leaks in a round."""
    return ConductanceExponentialLIF(
        cm=1.0,
        tau_m=p.tau_m,
        tau_refrac=1.0,
        tau_syn_E=p.tau_syn,
        tau_syn_I=p.tau_syn,
        e_rev_E=p.reversal,
        e_rev_I=0.0,
        v_rest=0.0,
        v_reset=0.0,
        v_thresh=(p.largest_drive + THRESHOLD_EXCESS) * p.link_step,
    )


def _silencer() -> CurrentExponentialLIF:
    return CurrentExponentialLIF(
        cm=0.14,
        tau_m=0.5,
        tau_refrac=1.0,
        tau_syn_E=0.1,
        tau_syn_I=0.1,
        v_rest=0.0,
        v_reset=0.0,
        v_thresh=3.0,
    )


def _projections(p: CliquesParameters, links: BitRows | None) -> tuple[Projection, ...]:
    shape, delay = p.topology, float(schedule(p, 1).delay)
    # Conductance that adds one step, and the one after which nothing of the membrane is left.
    kept, charge = exp(-1.0 / p.tau_m), -p.tau_syn * expm1(-1.0 / p.tau_syn)
    gain = -p.tau_m * expm1(-1.0 / p.tau_m)
    link = p.link_step / p.reversal / gain / charge
    shunt = kept / gain / charge
    units = np.arange(shape.units)
    clusters = units // shape.cluster_size

    def static(weight: float, delay: float = 1.0) -> Static:
        return Static(weight=weight, delay=delay)

    built = [
        Projection(CUE, UNITS, OneToOne(), static((p.largest_drive + CUE_EXCESS) * link)),
        Projection(RAMP, UNITS, AllToAll(), static(link)),
        Projection(RESET, UNITS, AllToAll(), static(shunt), "inhibitory"),
        Projection(UNITS, UNITS, OneToOne(), static(p.memory_effect * link, delay), name="keep"),
        Projection(
            UNITS, SILENCERS, PairList(sources=units, targets=clusters), static(RELAY_CURRENT)
        ),
        Projection(
            SILENCERS,
            UNITS,
            PairList(sources=clusters, targets=units),
            static(shunt),
            "inhibitory",
        ),
    ]
    if links is not None and links.count():
        one, other = links.pairs()
        both = PairList(sources=np.concatenate([one, other]), targets=np.concatenate([other, one]))
        built.append(Projection(UNITS, UNITS, both, static(link, delay), name="links"))
    return tuple(built)
