r"""A clustered memory on binary devices that are written once and never reset.

A link is a device that was SET; a device without one was never written, and has no write error.
What a device will conduct once it is SET is decided when it is made, so that the answers do not
depend on the order of storing. A read drives the rows of active units:

.. math:: h_j = \Bigl(\sum_i G_{ij} - z\, g_{min}\Bigr) / (g_{max} - g_{min}) + \gamma v_j

in links, and a comparator in each cluster finds the largest. Specs, noisy_hebbian 10.3.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.backends.crossbar.array import Array
from neuro.backends.crossbar.devices import ExactProgramming
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.options import Options, with_effects
from neuro.errors import ValidationError
from neuro.memories import SILENT, UNUSED, BitRows, Recall, Topology
from neuro.memories.cliques import link_cliques
from neuro.memories.decoders import active_units
from neuro.seeds import stream

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

HALF = 0.5
"""Links; a cluster whose largest drive is below is silent."""


class WriteOnceMemory:
    """Links of a clustered memory as devices.

    Parameters
    ----------
    topology : Topology
    hardware : Hardware
        What the devices are: write error, stuck devices, read noise. Wires, converters and drift
        are left out.
    options : Options, optional
        Which effects act; default all.
    seed : int, default 0
        Root of all randomness.

    Examples
    --------
    >>> from neuro.backends.crossbar.hardware import hardware_from
    >>> from neuro.hardware_configs import load_target
    >>> ideal = hardware_from(load_target("crossbar_ideal"))
    >>> memory = WriteOnceMemory(Topology(n_clusters=4, cluster_size=16), ideal)
    >>> memory.store([[1, 2, 3, 4], [5, 6, 7, 8]])
    >>> memory.sets  # two directions of six pairs, twice
    24
    >>> memory.recall([[1, 2, -1, -1]]).answers.tolist()
    [[1, 2, 3, 4]]
    """

    def __init__(
        self,
        topology: Topology,
        hardware: Hardware,
        options: Options | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self.topology = topology
        self.hardware = with_effects(hardware, options or Options())
        self.links = BitRows.empty(topology)
        self.sets = 0
        size = (topology.units, topology.units)
        self._made = {True: np.empty(size), False: np.empty(size)}
        self._conductance: FloatArray = np.empty(size)
        self._variance: FloatArray | None = np.empty(size)
        self._make(seed)
        self._reads = stream(seed, "crossbar", "write once", "reads")

    def store(self, patterns: ArrayLike) -> None:
        """SET the devices between the units of each message that are not SET yet.

        Parameters
        ----------
        patterns : int array, shape (messages, n_clusters)
            Letters, or `UNUSED`.

        Raises
        ------
        ValidationError
            If a letter is outside the alphabet; nothing is stored then.
        """
        letters = self.topology.check_letters(patterns, "patterns")
        link_cliques(self.links, self.topology.units_of(letters))
        self._refresh()

    def write(self, links: BitRows) -> None:
        """SET the devices of links that another memory has settled and that are not SET yet.

        Parameters
        ----------
        links : BitRows
            Such as those of ``NoisyHebbianMemory.edges()``, with all that were written before.

        Raises
        ------
        ValidationError
            If they belong to other clusters, or one that was written is gone: it would need a
            RESET.
        """
        if links.topology != self.topology:
            raise ValidationError("links", "belong to other clusters", value=links.topology)
        gone = np.bitwise_and(self.links.words, ~links.words)
        if gone.any():
            count = BitRows(self.topology, gone).count()
            raise ValidationError(
                "links", f"{count} that were written are gone", hint="Devices are written once"
            )
        self.links = BitRows(self.topology, links.words.copy())
        self._refresh()

    def recall(self, cues: ArrayLike, *, iterations: int = 4, memory_effect: int = 1) -> Recall:
        """Answer cues with one winner in each cluster.

        Parameters
        ----------
        cues : int array, shape (cues, n_clusters)
            Letters, `ERASED` or `UNUSED`.
        iterations : int
            Rounds; noise can change an answer in each of them.
        memory_effect : int
            gamma, by which an active unit keeps itself.

        Raises
        ------
        ValidationError
            If a letter is outside the alphabet or there is no round.
        """
        letters = self.topology.check_letters(cues, "cues", cue=True)
        if iterations < 1:
            limit = "At least 1"
            raise ValidationError("iterations", f"{iterations}", value=iterations, limit=limit)
        state = active_units(self.topology, letters)
        answers = letters
        spikes = np.zeros(len(letters), dtype=np.int64)
        for _ in range(iterations):
            answers = self._winners(self.drives(state) + memory_effect * state)
            answers = np.where(letters == UNUSED, UNUSED, answers).astype(np.int32)
            state = active_units(self.topology, answers)
            spikes += state.sum(axis=1)
        rounds = np.full(len(letters), iterations, dtype=np.int32)
        return Recall(answers=answers, iterations=rounds, spikes=spikes)

    def drives(self, active: BoolArray) -> FloatArray:
        """Read the columns, in links.

        Parameters
        ----------
        active : bool array, shape (cues, units)
            Rows that are driven.

        Returns
        -------
        float array, shape (cues, units)
        """
        rows = active.astype(np.float64)
        current = rows @ self._conductance
        if self._variance is not None:
            spread = np.sqrt(rows @ self._variance)
            current += spread * self._reads.standard_normal(current.shape)
        low, span = self.hardware.g_min, self.hardware.g_range
        # The devices of a unit's own cluster are not there.
        own = rows.reshape(len(rows), self.topology.n_clusters, -1).sum(axis=2)
        driven = rows.sum(axis=1, keepdims=True) - np.repeat(
            own, self.topology.cluster_size, axis=1
        )
        return np.asarray((current - low * driven) / span)

    def density(self) -> float:
        """Return the share of possible links that was written."""
        return self.links.density()

    @property
    def nbytes(self) -> int:
        """Bytes of the binary links, an eighth of a byte for a device."""
        return self.links.nbytes

    def _make(self, seed: int) -> None:
        """Draw what each device conducts fresh and once it is SET; both have the same faults."""
        fresh = self.hardware
        levels = ((False, fresh.g_min, ExactProgramming()), (True, fresh.g_max, fresh.programming))
        for row, column, shape in self._tiles():
            for written, target, programming in levels:
                hardware = replace(self.hardware, programming=programming)
                place = ("write once", row, column)
                array = Array(np.full(shape, target), hardware, seed, place)
                here = np.s_[row : row + shape[0], column : column + shape[1]]
                self._made[written][here] = array.conductance
        self._refresh()

    def _refresh(self) -> None:
        """Combine written and fresh devices, and count the devices that had to be SET."""
        self.sets = 2 * self.links.count()
        units = np.arange(self.topology.units)
        written = self.links.rows(units).astype(bool)
        cluster = units // self.topology.cluster_size
        there = cluster[:, None] != cluster
        chosen = np.where(written, self._made[True], self._made[False])
        self._conductance = np.where(there, chosen, 0.0)
        sigma = self.hardware.read_noise.sigma(self._conductance)
        variance = np.where(there, sigma**2, 0.0)
        self._variance = variance if variance.any() else None

    def _tiles(self) -> Iterator[tuple[int, int, tuple[int, int]]]:
        """Yield first row, first column and shape of each array."""
        units = self.topology.units
        rows, columns = self.hardware.array_rows, self.hardware.array_columns
        for row in range(0, units, rows):
            for column in range(0, units, columns):
                yield row, column, (min(rows, units - row), min(columns, units - column))

    def _winners(self, drive: FloatArray) -> NDArray[np.int32]:
        split = drive.reshape(len(drive), self.topology.n_clusters, self.topology.cluster_size)
        top = split.argmax(axis=2)
        return np.where(split.max(axis=2) > HALF, top, SILENT).astype(np.int32)
