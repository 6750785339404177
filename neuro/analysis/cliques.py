r"""Clustered cliques: c clusters of l units, M messages with one unit in each cluster.

Formulas: specs, noisy_hebbian section 8. Gripon and Berrou 2011, doi 10.1109/TNN.2011.2146789;
messages that use some clusters only: Aliabadi et al. 2014.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, log2

import numpy as np
from scipy.stats import binom, norm

from neuro.analysis.binomials import FloatArray, any_of, averaged
from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.memories import Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is wrong with the devices of a crossbar that holds the links.

    Parameters
    ----------
    stuck_off, stuck_on : float
        Shares of devices that never and always conduct.
    read_noise : float
        Standard deviation of a column's sum, in devices.

    Raises
    ------
    ValidationError, CheckError
        If a share is outside [0, 1], both exceed 1, or the noise is negative.
    """

    stuck_off: float = 0.0
    stuck_on: float = 0.0
    read_noise: float = 0.0

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        issues: list[NeuroError] = [
            ValidationError(f"faults.{name}", f"{value:g}", value=value, limit="From 0 to 1")
            for name, value in (("stuck_off", self.stuck_off), ("stuck_on", self.stuck_on))
            if not 0 <= value <= 1
        ]
        if not issues and self.stuck_off + self.stuck_on > 1:
            value = self.stuck_off + self.stuck_on
            issues.append(
                ValidationError(
                    "faults", f"{value:g} of the devices are stuck", value=value, limit="Up to 1"
                )
            )
        if not 0 <= self.read_noise < float("inf"):
            value = self.read_noise
            limit = "Not negative, finite"
            issues.append(
                ValidationError("faults.read_noise", f"{value:g}", value=value, limit=limit)
            )
        raise_all("faults", issues)

    def conducting(self, share: FloatArray | float) -> FloatArray:
        """Return the share of devices that conduct, from the share that should."""
        return np.asarray(share * (1 - self.stuck_off - self.stuck_on) + self.stuck_on)

    @property
    def any(self) -> bool:
        """Whether anything is wrong."""
        return self != Faults()


def density(topology: Topology, messages: int) -> float:
    """Return d, the share of links between clusters that is there.

    Examples
    --------
    >>> round(density(Topology(n_clusters=8, cluster_size=256), 15000), 4)
    0.2046
    """
    return any_of(1 / topology.cluster_size**2, messages)


def messages_at(topology: Topology, density: float) -> float:
    """Return how many messages give a density."""
    return float(np.log1p(-density) / np.log1p(-1 / topology.cluster_size**2))


def one_shot_error(
    topology: Topology, messages: int, erased: int, *, wrong: int = 0, corrected: bool = True
) -> float:
    """Return the probability that one round leaves a wrong unit in an erased cluster.

    Parameters
    ----------
    topology : Topology
    messages : int
    erased : int
        Clusters without a letter in the cue.
    wrong : int, default 0
        Clusters with a wrong letter.
    corrected : bool, default True
        Average over how often a unit was used.

    Raises
    ------
    ValidationError
        If there are not that many clusters.

    Examples
    --------
    >>> shape = Topology(n_clusters=8, cluster_size=256)
    >>> round(one_shot_error(shape, 5000, 4), 3)
    0.038
    """
    _check_clusters(topology, erased, wrong)
    right = topology.n_clusters - erased - wrong
    d = density(topology, messages)
    sums = binom.pmf(np.arange(wrong + 1), wrong, d)
    kept = 0.0
    for spurious, share in enumerate(sums.tolist()):
        beaten = right + spurious

        def reaches(p: FloatArray | float, level: int = beaten) -> FloatArray:
            return np.asarray(binom.sf(level - 1, right + wrong, p))

        rival = _over_use(topology, messages, reaches) if corrected else float(reaches(d))
        kept += share * (1 - any_of(rival, topology.cluster_size - 1))
    return float(1 - kept**erased)


def iterated_error(
    topology: Topology, messages: int, erased: int, faults: Faults | None = None
) -> float:
    """Return the error that no number of rounds removes: a lower bound, sharp when small.

    A unit that is linked with all other units of a message stays beside the right one whatever the
    decoder. So each erased cluster errs as if it were the only one. Up to an error of about 0.1
    decoders come close; beyond, clusters keep one another undecided. Another message with the same
    known letters cannot be told apart either. With faults the right unit may lack links, and noise
    may favour another.

    Parameters
    ----------
    topology : Topology
    messages : int
    erased : int
    faults : Faults, optional

    Examples
    --------
    >>> round(iterated_error(Topology(n_clusters=8, cluster_size=256), 15000, 4), 3)
    0.02
    """
    _check_clusters(topology, erased, 0)
    given = Faults() if faults is None else faults
    others = topology.n_clusters - 1
    counts = np.arange(others + 1)
    own = binom.pmf(counts, others, 1 - given.stuck_off)
    kept = 0.0
    for links, share in enumerate(own.tolist()):
        if share == 0:
            continue
        wins = _wins(counts, links, given.read_noise)

        def beats(p: FloatArray, wins: FloatArray = wins) -> FloatArray:
            through = given.conducting(p)
            return np.asarray(binom.pmf(counts[:, None], others, through).T @ wins)

        rival = _over_use(topology, messages, beats)
        kept += share * (1 - any_of(rival, topology.cluster_size - 1))
    known = topology.n_clusters - erased
    twin = any_of(float(topology.cluster_size) ** -known, messages - 1) if erased else 0.0
    return float(1 - kept**erased * (1 - twin))


def blind_error(topology: Topology, messages: int, used: int, erased: int) -> float:
    """Return the one-shot error where each message uses some clusters, and the cue hides which.

    Parameters
    ----------
    topology : Topology
    messages : int
    used : int
        Clusters that a message uses, c of chi.
    erased : int
        Letters of it that the cue lacks.

    Examples
    --------
    >>> round(blind_error(Topology(n_clusters=100, cluster_size=64), 63343, 12, 3), 4)
    0.002
    """
    _check_clusters(topology, erased, 0, used)
    known = used - erased
    chi, size = topology.n_clusters, topology.cluster_size
    rival = averaged(
        messages,
        used / (chi * size),
        (used - 1) / ((chi - 1) * size),
        lambda p: np.asarray(p**known),
    )
    return any_of(rival, (chi - known) * size - erased)


def sparse_density(topology: Topology, messages: int, used: int) -> float:
    """Return the density where each message uses some clusters."""
    chi = topology.n_clusters
    both = used * (used - 1) / (chi * (chi - 1) * topology.cluster_size**2)
    return any_of(both, messages)


def efficiency(topology: Topology, messages: int) -> float:
    """Return the bits of all messages for each link that could be there.

    Examples
    --------
    >>> round(efficiency(Topology(n_clusters=8, cluster_size=256), 15000), 3)
    0.523
    """
    bits = topology.n_clusters * log2(topology.cluster_size)
    return messages * bits / topology.pairs


def efficient_messages(topology: Topology) -> float:
    """Return how many messages have as many bits as there are links.

    Examples
    --------
    >>> efficient_messages(Topology(n_clusters=8, cluster_size=256))
    28672.0
    """
    return topology.pairs / (topology.n_clusters * log2(topology.cluster_size))


def false_acceptance(topology: Topology, messages: int) -> float:
    """Return a lower bound of the probability that a random message looks stored.

    Simulations give 1.3 to 2.4 times as much.
    """
    c = topology.n_clusters
    return float(density(topology, messages) ** (c * (c - 1) / 2))


def critical_load(cue_share: float = 1.0) -> float:
    """Return alpha of M = alpha l^2, c = ln l, up to which one round is right for large l."""
    if not 0 < cue_share <= 1:
        raise ValidationError("cue_share", f"{cue_share:g}", value=cue_share, limit="In (0, 1]")
    return -log(1 - exp(-1 / cue_share))


def capacity(topology: Topology, erased: int, error: float, faults: Faults | None = None) -> int:
    """Return the most messages for which `iterated_error` stays within an error; 0 if none do.

    Examples
    --------
    >>> 14_800 < capacity(Topology(n_clusters=8, cluster_size=256), 4, 0.02) < 15_200
    True
    """
    low, high = 0, 2
    while iterated_error(topology, high, erased, faults) <= error:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if iterated_error(topology, middle, erased, faults) <= error:
            low = middle
        else:
            high = middle
    return low


def _over_use(
    topology: Topology, messages: int, conditional: Callable[[FloatArray], FloatArray]
) -> float:
    share = 1 / topology.cluster_size
    return averaged(messages, share, share, conditional)


def _wins(counts: np.typing.NDArray[np.int64], links: int, noise: float) -> FloatArray:
    """Return how surely a unit with so many links is kept beside, or instead of, the right one."""
    if noise == 0:
        return np.asarray(counts >= links, dtype=np.float64)
    return np.asarray(norm.cdf((counts - links) / (noise * 2**0.5)))


def _check_clusters(topology: Topology, erased: int, wrong: int, used: int | None = None) -> None:
    clusters = topology.n_clusters if used is None else used
    if erased < 0 or wrong < 0 or erased + wrong >= clusters:
        raise ValidationError(
            "cue",
            f"{erased} erased and {wrong} wrong of {clusters} letters",
            value=(erased, wrong),
            limit=f"At least one letter must be right: at most {clusters - 1} in all",
        )
    if topology.cluster_size < 2:  # noqa: PLR2004
        raise ValidationError(
            "topology.cluster_size", "one letter carries no information", limit="At least 2"
        )
