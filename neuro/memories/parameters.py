"""Parameters of the noisy Hebbian memory, and the preset `coyac2017_reconstruction`.

A reconstruction: the paper's text was not available, so each value here is either that of a public
re-implementation or our own choice (specs, noisy_hebbian section 0).
"""

import warnings
from dataclasses import dataclass, replace
from typing import Any, Literal

from neuro.errors import NeuroError, NeuroWarning, ValidationError, raise_all, suggestion
from neuro.memories.channel import SynapticChannel
from neuro.memories.consolidation import HALF, MOST_BITS, ConsolidationMap, consolidation_map

LIMITS = ("cluster_wta", "k_wta", "budget")
SCOPES = ("cluster", "neuron")
FORMS = ("in_flight", "dense", "lazy")


@dataclass(frozen=True, slots=True, kw_only=True)
class HebbianParameters:
    """Everything that a noisy Hebbian memory can be told.

    Parameters
    ----------
    n_clusters, cluster_size : int
        C and L. One cluster with another limit than `cluster_wta` is a network without clusters.
    eps : float
        Hebbian increment; above the critical one of the map, 0.14011 for the default map.
    p_erase : float
        Probability that a driven unit is silent in a step.
    p_insert : float
        Probability that a spurious unit is driven in a step.
    insert_scope : {"cluster", "neuron"}
        Whether `p_insert` is for one unit of a cluster, or for each unit.
    input_gain : float, optional
        g, drive of one external input; default the largest number of active units, which is
        `n_clusters` with `cluster_wta`. Below that less one, stored messages overrule the input.
    activity_floor : float
        A unit wins only with a larger drive.
    release_prob : float
        Probability that a link transmits a spike, drawn for each spike and link.
    steps_per_presentation : int
        T, noisy steps for each message.
    gap_steps : int
        Steps without external input after each message.
    reset_state : bool
        Whether activity is cleared at the start of a message.
    consolidation : str or ConsolidationMap
        "tan_sigmoid", "cubic", "clip", or a map of your own.
    weight_bits : int, optional
        Links in flight are kept with so many bits, rounded to the nearest after each step, as
        integer hardware would; default real numbers. With 6 a link takes as many steps to form as
        with real numbers, with 8 noise ends in the same links.
    energy_limit : {"cluster_wta", "k_wta", "budget"}
        One winner for each cluster; `winners` in the whole network; or as many, by falling drive,
        as `budget` pays for.
    winners : int
        k of `k_wta`.
    budget : float
        Of `budget`: energy of a step, in units of the energy of a spike.
    event_cost : float
        Of `budget`: energy of a synaptic event, in the same unit. A spike costs
        ``1 + event_cost * links of the unit``.
    form : {"in_flight", "dense", "lazy"}
        How unsettled links are kept: a short list; a full matrix, for comparison; or a list whose
        entries are brought up to date when they are touched, as event-driven hardware would do.

    Raises
    ------
    ValidationError, CheckError
        If a value is outside its range.

    Warns
    -----
    NeuroWarning
        If the increment is too small to ever consolidate, or the gain lets old messages win.
    """

    n_clusters: int = 8
    cluster_size: int = 256
    eps: float = 0.18
    p_erase: float = 0.20
    p_insert: float = 0.05
    insert_scope: Literal["cluster", "neuron"] = "cluster"
    input_gain: float | None = None
    activity_floor: float = 0.01
    release_prob: float = 1.0
    steps_per_presentation: int = 50
    gap_steps: int = 0
    reset_state: bool = True
    consolidation: str | ConsolidationMap = "tan_sigmoid"
    weight_bits: int | None = None
    energy_limit: Literal["cluster_wta", "k_wta", "budget"] = "cluster_wta"
    winners: int = 10
    budget: float = 10.0
    event_cost: float = 0.0
    form: Literal["in_flight", "dense", "lazy"] = "in_flight"

    def __post_init__(self) -> None:
        """Check every value, and say what a legal but harmful one will do."""
        raise_all("Hebbian memory", [*self._number_issues(), *self._choice_issues()])
        consolidation_map(self.consolidation)
        self._warn()

    @property
    def gain(self) -> float:
        """Drive of one external input, in links."""
        return self._active if self.input_gain is None else self.input_gain

    @property
    def _active(self) -> float:
        """Largest number of units that can be active together."""
        most = {"cluster_wta": self.n_clusters, "k_wta": self.winners, "budget": self.budget}
        return most[self.energy_limit]

    @property
    def map(self) -> ConsolidationMap:
        """The consolidation map, of weights with so many bits."""
        return consolidation_map(self.consolidation).rounded(self.weight_bits)

    def with_channel(self, channel: SynapticChannel) -> "HebbianParameters":
        """Return the same parameters with the noise of a physical channel."""
        rates = channel.rates()
        return replace(self, p_erase=rates.erase, p_insert=rates.insert)

    def _number_issues(self) -> list[NeuroError]:
        issues: list[NeuroError] = []
        for name, low, high in (
            *(("n_clusters", 1, None), ("cluster_size", 1, None), ("winners", 1, None)),
            *(("steps_per_presentation", 1, None), ("gap_steps", 0, None)),
            *(("p_erase", 0, 1), ("p_insert", 0, 1), ("release_prob", 0, 1)),
            *(("eps", 0, 1), ("activity_floor", 0, None), ("input_gain", 0, None)),
            *(("budget", 0, None), ("event_cost", 0, None), ("weight_bits", 1, MOST_BITS)),
        ):
            value = getattr(self, name)
            if value is None or low <= value <= (float("inf") if high is None else high):
                continue
            limit = f"At least {low}" if high is None else f"From {low} to {high}"
            issues.append(
                ValidationError(f"Hebbian memory.{name}", f"{value:g}", value=value, limit=limit)
            )
        return issues

    def _choice_issues(self) -> list[NeuroError]:
        choices = (("energy_limit", LIMITS), ("insert_scope", SCOPES), ("form", FORMS))
        return [
            ValidationError(
                f"Hebbian memory.{name}",
                f"no {value!r}",
                value=value,
                limit=suggestion(value, known),
            )
            for name, known in choices
            if (value := getattr(self, name)) not in known
        ]

    def _warn(self) -> None:
        critical = critical_increment(consolidation_map(self.consolidation))
        if self.eps <= critical:
            warnings.warn(
                f"Hebbian memory.eps: {self.eps:g} is not above {critical:.5f}, the critical "
                f"increment of {self.map.name!r}: no link will consolidate, nothing is stored. "
                f"Take {critical + 0.06:.2f} or so.",
                NeuroWarning,
                stacklevel=4,
            )
        elif self.weight_bits is not None and self.map.steps_past(HALF, self.eps) is None:
            warnings.warn(
                f"Hebbian memory.weight_bits: with {self.weight_bits} an increment of "
                f"{self.eps:g} is rounded away before a link consolidates: nothing is stored. "
                "Take 6 or so.",
                NeuroWarning,
                stacklevel=4,
            )
        if self.gain < self._active - 1:
            warnings.warn(
                f"Hebbian memory.input_gain: {self.gain:g} is below {self._active - 1:g}, the "
                "largest drive through links: stored messages will overrule the input, and new "
                "ones are not learned.",
                NeuroWarning,
                stacklevel=4,
            )


def critical_increment(map_: ConsolidationMap) -> float:
    """Return the increment above which uninterrupted co-activity consolidates.

    It is the largest x - f(x) on [0, 1/2] (specs, noisy_hebbian section 4).

    Examples
    --------
    >>> from neuro.memories.consolidation import MAPS
    >>> round(critical_increment(MAPS["tan_sigmoid"]), 6)
    0.140109
    >>> round(critical_increment(MAPS["cubic"]), 5)
    0.09623
    """
    low, high, points = 0.0, 0.5, 400
    for _ in range(4):  # each round zooms in by a factor of 100
        width = (high - low) / points
        grid = [low + k * width for k in range(points + 1)]
        best = max(grid, key=lambda x: x - map_.one(x))
        low, high = max(0.0, best - 2 * width), min(0.5, best + 2 * width)
    return max(0.0, best - map_.one(best))


def coyac2017_reconstruction(**changes: Any) -> HebbianParameters:
    """Return the reconstruction of arXiv 1709.08367, with some values changed.

    Its increment of 0.18 is that of the re-implementation; 0.20 is the better one to work with.

    Examples
    --------
    >>> coyac2017_reconstruction(cluster_size=64).p_erase
    0.2
    """
    return replace(HebbianParameters(), **changes)
