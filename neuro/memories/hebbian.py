r"""Noisy Hebbian memory: learning under noise that ends in an ideal sparse associative memory.

One step: :math:`h = g u + W^T v`, the energy limit picks the winners v, and
:math:`W \leftarrow f(W + \epsilon v v^T)`. A reconstruction of Coyac, Gripon, Langlais and Berrou,
arXiv 1709.08367 (specs, noisy_hebbian).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neuro.errors import ValidationError
from neuro.memories.bits import BitRows
from neuro.memories.cliques import decoder_of
from neuro.memories.consolidation import MAPS
from neuro.memories.decoders import Decoder, decode
from neuro.memories.draws import (
    RELEASED,
    TIE,
    TIED,
    Words,
    threshold,
    words_of_clusters,
    words_of_steps,
    words_of_units,
)
from neuro.memories.interface import IntArray, LetterArray, Recall
from neuro.memories.limits import ONE, affordable, cluster_winners, k_winners
from neuro.memories.links import HALF, DenseLinks, InFlightLinks, LazyLinks, Links
from neuro.memories.native import Kernels, kernels
from neuro.memories.noise import driven_units
from neuro.memories.parameters import HebbianParameters
from neuro.memories.topology import Topology

FORMS: dict[str, type[Links]] = {
    "in_flight": InFlightLinks,
    "dense": DenseLinks,
    "lazy": LazyLinks,
}


@dataclass(slots=True, kw_only=True)
class LearningCounters:
    """What learning has cost so far.

    Parameters
    ----------
    steps : int
    spikes : int
        Active units, summed over the steps.
    synaptic_events : int
        Links that carried a spike.
    weight_writes : int
        Links that settled at 1: device writes of hardware that keeps settled links.
    in_flight_sum, in_flight_most : int
        Links in flight after each step: their sum and their largest number.
    """

    steps: int = 0
    spikes: int = 0
    synaptic_events: int = 0
    weight_writes: int = 0
    in_flight_sum: int = 0
    in_flight_most: int = 0

    def add(self, other: "LearningCounters") -> None:
        """Add the counts of later steps."""
        for field in fields(self):
            both = getattr(self, field.name), getattr(other, field.name)
            setattr(self, field.name, max(both) if field.name == "in_flight_most" else sum(both))


class NoisyHebbianMemory:
    """A recurrent network that learns messages under noise.

    Parameters
    ----------
    parameters : HebbianParameters, optional
        Default the reconstruction, 8 clusters of 256 units.
    seed : int, default 0
        Of all noise and ties. Equal seeds and messages give equal links, whatever the kernels and
        however the messages are cut into calls.
    kernels : {"fastest", "reference"}
        "reference" runs NumPy even where compiled kernels were built.

    Raises
    ------
    ValidationError
        If the seed is outside [0, 2**64).

    Examples
    --------
    >>> from neuro.memories import HebbianParameters, NoisyHebbianMemory
    >>> memory = NoisyHebbianMemory(HebbianParameters(n_clusters=4, cluster_size=16, eps=0.2))
    >>> memory.store([[1, 2, 3, 4], [5, 6, 7, 8]])
    >>> memory.recall([[1, 2, -1, -1]]).answers.tolist()
    [[1, 2, 3, 4]]
    """

    def __init__(
        self,
        parameters: HebbianParameters | None = None,
        *,
        seed: int = 0,
        kernels: Kernels = "fastest",
    ) -> None:
        if not 0 <= seed < 2**64:
            raise ValidationError("seed", f"{seed}", value=seed, limit="From 0, below 2**64")
        self.parameters = HebbianParameters() if parameters is None else parameters
        given = self.parameters
        self.topology = Topology(n_clusters=given.n_clusters, cluster_size=given.cluster_size)
        self.counters = LearningCounters()
        self.presented = 0
        self._seed = seed
        self._kernels: Kernels = kernels
        kind = FORMS[given.form]
        self._links = kind(BitRows.empty(self.topology), given.map, given.eps)
        self._active = np.empty(0, dtype=np.int64)

    @property
    def links(self) -> BitRows:
        """Links above 1/2, as they would settle if nothing more happened; a copy."""
        return self._links.edges()

    @property
    def nbytes(self) -> int:
        """Bytes of the settled links and of the list in flight."""
        return self._links.settled.nbytes + sum(array.nbytes for array in self._links.in_flight())

    def store(self, patterns: ArrayLike, *, steps: int | None = None) -> None:
        """Present messages one after the other, each for a number of noisy steps.

        Parameters
        ----------
        patterns : int array, shape (messages, n_clusters) or (messages, ones)
            Letters, or `UNUSED`; in a network without clusters, units.
        steps : int, optional
            Default `steps_per_presentation`.

        Raises
        ------
        ValidationError
            If a letter is outside the alphabet, or there is no step; nothing is learned then.
        """
        length = self.parameters.steps_per_presentation if steps is None else steps
        if length < 1:
            raise ValidationError("steps", f"{length}", value=length, limit="At least 1")
        letters = self._checked(patterns, "patterns", cue=False)
        if self._compiled():
            self._store_compiled(letters, length)
            return
        clustered = self.topology.n_clusters > 1
        rows = self.topology.units_of(letters) if clustered else letters.astype(np.int64)
        for units in rows:
            self._present(units, length)

    def present(self, message: ArrayLike, steps: int | None = None) -> None:
        """Present one message; see `store`."""
        self.store(np.asarray(message)[None], steps=steps)

    def recall(self, cues: ArrayLike, decoder: str | Decoder = "", **options: Any) -> Recall:
        """Answer cues with the links above 1/2.

        Parameters
        ----------
        cues : int array, shape (cues, n_clusters) or (cues, ones)
            Letters, `ERASED` or `UNUSED`; in a network without clusters, units or `ERASED`.
        decoder : str or Decoder
            A rule, default `sum_of_sum`, or `k_wta` without clusters; `options` are the other
            parameters of `Decoder`.

        Raises
        ------
        ValidationError, CheckError
            If a letter is outside the alphabet or the decoder does not fit.
        """
        default = "sum_of_sum" if self.topology.n_clusters > 1 else "k_wta"
        chosen = decoder_of(decoder or default, options)
        letters = self._checked(cues, "cues", cue=True)
        with self._consolidated() as links:
            return decode(links, letters, chosen, self._kernels)

    def edges(self, threshold: float = HALF) -> BitRows:
        """Return the links above a threshold, a copy."""
        return self._links.edges(threshold)

    def density(self) -> float:
        """Return the share of possible links that is above 1/2."""
        with self._consolidated() as links:
            return links.density()

    def in_flight(self) -> tuple[IntArray, IntArray, Any]:
        """Return the links that are neither 0 nor 1: smaller units, larger units, weights."""
        return self._links.in_flight()

    def stats(self) -> dict[str, float]:
        """Return what learning cost, for each step and in all; empty before the first step."""
        counted = self.counters
        if not counted.steps:
            return {}
        return {
            "steps": counted.steps,
            "spikes_per_step": counted.spikes / counted.steps,
            "synaptic_events_per_step": counted.synaptic_events / counted.steps,
            "weight_writes": counted.weight_writes,
            "in_flight_mean": counted.in_flight_sum / counted.steps,
            "in_flight_most": counted.in_flight_most,
        }

    @contextmanager
    def _consolidated(self) -> Iterator[BitRows]:
        """Yield the links above 1/2 without a copy, which for a large memory would not fit."""
        one, other, weights = self._links.in_flight()
        above = weights > HALF
        pairs = one[above], other[above]
        settled = self._links.settled
        settled.link(*pairs)
        try:
            yield settled
        finally:
            settled.unlink(*pairs)

    def _checked(self, patterns: ArrayLike, where: str, *, cue: bool) -> LetterArray:
        if self.topology.n_clusters > 1:
            return self.topology.check_letters(patterns, where, cue=cue)
        return check_units(patterns, self.topology.units, where)

    def _compiled(self) -> bool:
        given = self.parameters
        known = given.consolidation in MAPS if isinstance(given.consolidation, str) else False
        common = given.energy_limit == "cluster_wta" and given.form == "in_flight"
        return (
            known
            and common
            and given.release_prob == 1
            and self.topology.n_clusters > 1
            and kernels(self._kernels) is not None
        )

    def _store_compiled(self, letters: LetterArray, steps: int) -> None:
        native, links, shape = kernels(self._kernels), self._links, self.topology
        assert native is not None and isinstance(links, InFlightLinks)
        active = np.full(shape.n_clusters, -1)
        active[self._active // shape.cluster_size] = self._active % shape.cluster_size
        found = native.learn(
            links.settled.words,
            shape.n_clusters,
            shape.cluster_size,
            letters,
            self.presented,
            self._rule(steps),
            links.one,
            links.other,
            links.weights,
            active.tolist(),
        )
        links.one, links.other, links.weights = found["first"], found["second"], found["weights"]
        links.writes += found["tally"][3]
        now = np.array(found["active"], dtype=np.int64)
        self._active = shape.units_of(now)[now >= 0]
        self.presented += len(letters)
        self.counters.add(LearningCounters(**dict(zip(_COUNTS, found["tally"], strict=True))))

    def _rule(self, steps: int) -> dict[str, Any]:
        """Return the learning rule as the compiled kernels take it."""
        given = self.parameters
        return {
            "map": given.map.name,
            "snap": given.map.snap,
            "levels": given.map.levels,
            "increment": given.eps,
            "gain": _drive(given.gain),
            "floor": _drive(given.activity_floor),
            "erase": threshold(given.p_erase, "p_erase"),
            "insert": threshold(given.p_insert, "p_insert"),
            "insert_by_unit": given.insert_scope == "neuron",
            "reset": given.reset_state,
            "steps": steps,
            "gap": given.gap_steps,
            "seed": self._seed,
        }

    def _present(self, units: IntArray, steps: int) -> None:
        given, message = self.parameters, self.presented
        if given.reset_state:
            self._active = np.empty(0, dtype=np.int64)
        clusters = self.topology.n_clusters
        words = words_of_clusters(self._seed, message, steps + given.gap_steps, clusters)
        driven = list(driven_units(given, self.topology, units, words[:steps], message, self._seed))
        for step, ties in enumerate(self._ties(message, words)):
            drive = self._recurrent(message, step)
            if step < steps:
                drive[driven[step]] += _drive(given.gain)
            self._active = self._winners(drive, ties)
            self._links.learn(self._active)
            self._count()
        self.presented += 1

    def _recurrent(self, message: int, step: int) -> IntArray:
        """Return the drive through the links, each of which transmits or not."""
        drives = self._links.drives(self._active)
        if self.parameters.release_prob < 1:
            limit = threshold(self.parameters.release_prob, "release_prob")
            for row, unit in zip(drives, self._active.tolist(), strict=True):
                purpose = RELEASED + unit
                row[words_of_units(self._seed, message, step, row.size, purpose) >= limit] = 0
        self.counters.synaptic_events += int(np.count_nonzero(drives))
        return np.asarray(drives.sum(axis=0))

    def _ties(self, message: int, words: Words) -> Iterator[Words]:
        """Yield what breaks ties in each step: a word for each cluster, or for each unit."""
        if self.parameters.energy_limit == "cluster_wta":
            return iter(words[:, :, TIE])
        return words_of_steps(self._seed, message, len(words), self.topology.units, TIED)

    def _winners(self, drive: IntArray, ties: Words) -> IntArray:
        given, floor = self.parameters, _drive(self.parameters.activity_floor)
        if given.energy_limit == "cluster_wta":
            return cluster_winners(drive, self.topology.n_clusters, ties, floor)
        if given.energy_limit == "k_wta":
            return k_winners(drive, ties, given.winners, floor)
        costs = 1.0 + given.event_cost * self._links.settled.fan_out().astype(np.float64)
        return affordable(drive, ties, costs, given.budget, floor)

    def _count(self) -> None:
        now = self._links.listed
        counted = self.counters
        counted.steps += 1
        counted.spikes += self._active.size
        counted.weight_writes = self._links.writes
        counted.in_flight_sum += now
        counted.in_flight_most = max(counted.in_flight_most, now)


_COUNTS = tuple(field.name for field in fields(LearningCounters))


def _drive(links: float) -> int:
    """Return a drive, given in links, as a whole number."""
    return round(links * ONE)


def check_units(patterns: ArrayLike, units: int, where: str) -> LetterArray:
    """Return patterns of a network without clusters as they are computed with.

    Raises
    ------
    ValidationError
        If they are no table of integers, or a unit does not exist.
    """
    values = np.asarray(patterns)
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.integer):  # noqa: PLR2004
        raise ValidationError(
            where, f"are {values.dtype} of shape {values.shape}", limit="One row of units for each"
        )
    bad = (values < -2) | (values >= units)  # noqa: PLR2004
    if bad.any():
        row, column = (int(k[0]) for k in np.nonzero(bad))
        raise ValidationError(
            f"{where}[{row}, {column}]",
            f"there is no unit {values[row, column]}",
            value=int(values[row, column]),
            limit=f"0 to {units - 1}, or negative where there is none",
        )
    return np.ascontiguousarray(values, dtype=np.int32)
