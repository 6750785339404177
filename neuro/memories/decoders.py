r"""Decoders: from a damaged cue over drives :math:`h = \gamma v + \sum_j W_{ij} v_j` to an answer.

Rules and names: specs, noisy_hebbian section 6. `sum_of_sum` and `sum_of_max` also exist compiled,
without read noise or unreliable release.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Literal

import numpy as np

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.memories.bits import BitRows
from neuro.memories.interface import (
    AMBIGUOUS,
    SILENT,
    UNUSED,
    BoolArray,
    FloatArray,
    LetterArray,
    Recall,
)
from neuro.memories.native import kernels
from neuro.memories.packed import sum_of_max
from neuro.memories.topology import Topology

CLUSTERED = ("sum_of_sum", "sum_of_max", "single_winner", "global")
SPARSE = ("threshold", "k_wta")
COMPILED = ("sum_of_sum", "sum_of_max")

Transmits = Callable[[tuple[int, ...]], BoolArray]

REACH = 12
"""Standard deviations below the largest drive that noise may make up for."""

BLOCK = 2**24
"""Bytes of unpacked rows at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """How cues are answered.

    Parameters
    ----------
    rule : str
        `sum_of_sum` keeps all maxima of each cluster; `sum_of_max` lets each cluster count once and
        starts with erased clusters fully on; `single_winner` keeps one maximum, the first without
        noise; `global` keeps the maxima of the whole network, for cues whose other clusters are
        unknown. Without clusters: `threshold` keeps what reaches `threshold`, `k_wta` the
        `winners` largest and all that equal the last of them; both take one round.
    iterations : int
        Cap on the rounds.
    memory_effect : int
        gamma, by which an active unit keeps itself.
    read_noise : float
        Standard deviation of a drive, in links.
    release_prob : float
        Probability that a link transmits a spike.
    threshold : int, optional
        Default the number of units in the cue.
    winners : int, optional
        Default the number of columns of the cues.
    seed : int
        Of noise and release.

    Raises
    ------
    ValidationError, CheckError
        If a value is outside its range.
    """

    rule: Literal["sum_of_sum", "sum_of_max", "single_winner", "global", "threshold", "k_wta"] = (
        "sum_of_sum"
    )
    iterations: int = 4
    memory_effect: int = 1
    read_noise: float = 0.0
    release_prob: float = 1.0
    threshold: int | None = None
    winners: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse unknown rules and values outside their range."""
        known = (*CLUSTERED, *SPARSE)
        issues: list[NeuroError] = []
        if self.rule not in known:
            text = suggestion(self.rule, known)
            issues.append(
                ValidationError("decoder", f"no {self.rule!r}", value=self.rule, limit=text)
            )
        for name, least in (
            ("iterations", 1),
            ("memory_effect", 0),
            ("read_noise", 0),
            ("seed", 0),
        ):
            value = getattr(self, name)
            if not value >= least:
                limit = f"At least {least}"
                issues.append(
                    ValidationError(f"decoder.{name}", f"{value:g}", value=value, limit=limit)
                )
        if not 0 < self.release_prob <= 1:
            value, limit = self.release_prob, "Above 0, at most 1"
            issues.append(
                ValidationError("decoder.release_prob", f"{value:g}", value=value, limit=limit)
            )
        if self.rule == "sum_of_max" and (self.read_noise or self.release_prob < 1):
            issues.append(
                ValidationError(
                    "decoder",
                    "sum_of_max asks whether links are there and has no drive to disturb",
                    hint="Take sum_of_sum or single_winner",
                )
            )
        raise_all("decoder", issues)

    @property
    def exact(self) -> bool:
        """Whether drives are free of noise."""
        return self.read_noise == 0 and self.release_prob == 1


def decode(links: BitRows, cues: LetterArray, decoder: Decoder, wanted: str = "fastest") -> Recall:
    """Answer cues.

    Parameters
    ----------
    links : BitRows
    cues : int array, shape (cues, letters)
        Clustered or sparse, as the topology has clusters or not; checked by the caller.
    decoder : Decoder
    wanted : {"fastest", "reference"}
        Whether compiled kernels may be used.

    Raises
    ------
    ValidationError
        If the rule is one for the other kind of topology.
    """
    clustered = links.topology.n_clusters > 1
    allowed = CLUSTERED if clustered else SPARSE
    if decoder.rule not in allowed:
        kind = "with" if clustered else "without"
        raise ValidationError(
            "decoder",
            f"{decoder.rule!r} does not fit a memory {kind} clusters",
            value=decoder.rule,
            limit=f"Here: {', '.join(allowed)}",
        )
    if not clustered:
        return _sparse(links, cues, decoder, wanted)
    native = kernels(wanted)
    if native is not None and decoder.rule in COMPILED and decoder.exact:
        shape = links.topology
        by_max = decoder.rule == "sum_of_max"
        answers, rounds, spikes = native.recall(
            links.words,
            shape.n_clusters,
            shape.cluster_size,
            cues,
            by_max,
            decoder.iterations,
            decoder.memory_effect,
        )
        return Recall(answers=answers, iterations=rounds, spikes=spikes)
    if decoder.rule == "sum_of_max":
        return sum_of_max(links, cues, decoder.iterations)
    return _clustered(links, cues, decoder, wanted)


def drives(
    links: BitRows,
    active: BoolArray,
    transmits: Transmits | None = None,
    wanted: str = "fastest",
) -> LetterArray:
    """Return how many active units each unit is linked with.

    Parameters
    ----------
    links : BitRows
    active : bool array, shape (cues, units)
    transmits : callable, optional
        From a shape to flags, which links of unpacked rows transmit; default all.
    wanted : {"fastest", "reference"}

    Returns
    -------
    int32 array, shape (cues, units)
    """
    queries, units = np.nonzero(active)
    native = kernels(wanted)
    if native is not None and transmits is None:
        shape = links.topology
        offsets = np.concatenate([[0], np.cumsum(active.sum(axis=1))])
        counted: LetterArray = native.drives(
            links.words, shape.n_clusters, shape.cluster_size, units, offsets
        )
        return counted
    found = np.zeros(active.shape, dtype=np.int32)
    first = np.flatnonzero(np.diff(queries, prepend=-1))
    rank = np.arange(queries.size) - np.repeat(first, np.diff(first, append=queries.size))
    order = np.argsort(rank, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(rank))])
    step = max(1, BLOCK // links.topology.units)
    # All first units of the cues, then all second ones: one row for each cue, added as a block.
    for low, high in pairwise(bounds.tolist()):
        for begin in range(low, high, step):
            chosen = order[begin : min(begin + step, high)]
            rows = links.rows(units[chosen])
            found[queries[chosen]] += rows if transmits is None else rows * transmits(rows.shape)
    return found


def active_units(topology: Topology, cues: LetterArray) -> BoolArray:
    """Return a flag for each unit of each cue, shape (cues, units)."""
    units = cues if topology.n_clusters == 1 else topology.units_of(cues)
    state = np.zeros((len(cues), topology.units), dtype=bool)
    rows, columns = np.nonzero(units >= 0)
    state[rows, units[rows, columns]] = True
    return state


def _clustered(links: BitRows, cues: LetterArray, decoder: Decoder, wanted: str) -> Recall:
    """Iterate a rule until every cue has stopped changing, or the cap."""
    rng = np.random.default_rng(decoder.seed)
    used = np.repeat(cues != UNUSED, links.topology.cluster_size, axis=1)
    state = active_units(links.topology, cues)
    advance = _rule(links, decoder, rng, wanted)
    moving = np.arange(len(cues))
    iterations = np.zeros(len(cues), dtype=np.int32)
    spikes = np.zeros(len(cues), dtype=np.int64)
    for _ in range(decoder.iterations):
        new = advance(state[moving], used[moving]) & used[moving]
        iterations[moving] += 1
        spikes[moving] += new.sum(axis=1)
        changed = (new != state[moving]).any(axis=1)
        state[moving] = new
        # Read noise may still move what has not moved in this round.
        moving = moving[changed | (not decoder.exact)]
    return Recall(
        answers=_letters(state, links.topology, cues), iterations=iterations, spikes=spikes
    )


Advance = Callable[[BoolArray, BoolArray], BoolArray]


def _rule(links: BitRows, decoder: Decoder, rng: np.random.Generator, wanted: str) -> Advance:
    """Return one round: from the state and the units in use to the next state."""
    clusters = links.topology.n_clusters

    def drive(state: BoolArray) -> FloatArray:
        h = _noisy(links, state, decoder, rng, wanted)
        return np.where(h > 0, h, -np.inf)

    def split(h: FloatArray) -> FloatArray:
        return h.reshape(len(h), clusters, links.topology.cluster_size)

    def maxima(state: BoolArray, used: BoolArray) -> BoolArray:
        h = split(drive(state))
        top = (h == h.max(axis=2, keepdims=True)) & (h > -np.inf)
        return np.asarray(top.reshape(state.shape))

    def single(state: BoolArray, used: BoolArray) -> BoolArray:
        counts = _counts(links, state, decoder, rng, wanted)
        return _single_winners(counts, links.topology, decoder, rng)

    def over_all(state: BoolArray, used: BoolArray) -> BoolArray:
        h = np.where(used, drive(state), -np.inf)
        return np.asarray((h == h.max(axis=1, keepdims=True)) & (h > -np.inf))

    rules: dict[str, Advance] = {
        "sum_of_sum": maxima,
        "single_winner": single,
        "global": over_all,
    }
    return rules[decoder.rule]


def _counts(
    links: BitRows, state: BoolArray, decoder: Decoder, rng: np.random.Generator, wanted: str
) -> LetterArray:
    """Return drives with memory effect and release, shape (cues, units)."""
    transmits: Transmits | None = None
    if decoder.release_prob < 1:

        def transmits(shape: tuple[int, ...]) -> BoolArray:
            return rng.random(shape) < decoder.release_prob

    counts = drives(links, state, transmits, wanted)
    counts[state] += decoder.memory_effect
    return counts


def _noisy(
    links: BitRows, state: BoolArray, decoder: Decoder, rng: np.random.Generator, wanted: str
) -> FloatArray:
    """Return drives with read noise as well, shape (cues, units)."""
    h = _counts(links, state, decoder, rng, wanted).astype(np.float64)
    if decoder.read_noise:
        h[h > 0] += rng.normal(0, decoder.read_noise, int((h > 0).sum()))
    return h


def _single_winners(
    counts: LetterArray, topology: Topology, decoder: Decoder, rng: np.random.Generator
) -> BoolArray:
    """Return the unit of each cluster with the largest noisy drive; the first without noise.

    Noise is drawn within `REACH` deviations of a cluster's largest drive, where it can matter.
    """
    split = counts.reshape(-1, topology.cluster_size)
    least = split.max(axis=1) - ceil(REACH * decoder.read_noise)
    near = np.flatnonzero(split >= np.maximum(least, 1)[:, None])
    drive = split.reshape(-1)[near] + rng.normal(0, decoder.read_noise, near.size)
    cluster = near // topology.cluster_size
    best = np.lexsort((near, -drive, cluster))
    first = np.flatnonzero(np.diff(cluster[best], prepend=-1))
    winners = np.zeros(counts.size, dtype=bool)
    winners[near[best[first]]] = True
    return winners.reshape(counts.shape)


def _letters(state: BoolArray, topology: Topology, cues: LetterArray) -> LetterArray:
    split = state.reshape(len(state), topology.n_clusters, topology.cluster_size)
    counts = split.sum(axis=2)
    answers = np.where(counts == 1, split.argmax(axis=2), AMBIGUOUS)
    answers = np.where(counts == 0, SILENT, answers)
    return np.where(cues == UNUSED, UNUSED, answers).astype(np.int32)


def _sparse(links: BitRows, cues: LetterArray, decoder: Decoder, wanted: str) -> Recall:
    """Do one round; more units than a pattern has make every letter ambiguous."""
    rng = np.random.default_rng(decoder.seed)
    width = cues.shape[1]
    state = active_units(links.topology, cues)
    # A cue unit counts as linked with itself: the rule asks which units the whole cue supports.
    h = _noisy(links, state, decoder, rng, wanted)
    if decoder.rule == "threshold":
        ones = state.sum(axis=1) if decoder.threshold is None else decoder.threshold
        edge = np.broadcast_to(ones, len(cues)).astype(np.float64)
    else:
        edge = -np.partition(-h, (decoder.winners or width) - 1, axis=1)[
            :, (decoder.winners or width) - 1
        ]
    new = (h >= edge[:, None]) & (h > 0)
    counts = new.sum(axis=1)
    answers = np.full((len(cues), width), SILENT, dtype=np.int32)
    for row in np.flatnonzero(counts <= width):
        answers[row, : counts[row]] = np.flatnonzero(new[row])
    answers[counts > width] = AMBIGUOUS
    return Recall(
        answers=answers,
        iterations=np.ones(len(cues), dtype=np.int32),
        spikes=counts.astype(np.int64),
        sparse=True,
    )
