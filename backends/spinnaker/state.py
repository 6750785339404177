"""Everything that changes during an emulation, taken apart and copied as arrays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.arithmetic import IntArray
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.links import Link
from neuro.backends.spinnaker.neurons import NeuronState, initial_neurons
from neuro.backends.spinnaker.plasticity import PostHistory, RowState, empty_history

Arrays = dict[str, NDArray[Any]]

NOBODY: IntArray = np.zeros(0, dtype=np.int64)
PACKET_FIELDS = 5


@dataclass(slots=True, kw_only=True)
class Tallies:
    """Counts since time zero.

    Parameters
    ----------
    saturations, history_losses : arrays, by population
        Additions that did not fit into a ring-buffer entry; post spikes dropped from a full
        history.
    skipped_synapses : array, by projection
        Synapses reached by a spike that delivered nothing.
    packets : array, by source, inputs first
        Packets sent, those of delay extensions included; several spikes of one neuron in one tick
        are one packet.
    late_packets, dropped_packets, overruns, core_cycles : arrays, by population
        Packets handled in a later tick; packets that a full queue or the network lost; ticks in
        which a core had more work than time; cycles of all its cores.
    """

    saturations: IntArray
    history_losses: IntArray
    skipped_synapses: IntArray
    packets: IntArray
    late_packets: IntArray
    dropped_packets: IntArray
    overruns: IntArray
    core_cycles: IntArray


@dataclass(slots=True, kw_only=True)
class EmulatorState:
    """The state between two ticks.

    Parameters
    ----------
    tick : array, shape (1,)
        Ticks done so far.
    neurons : list of NeuronState
        For each population.
    histories : list of PostHistory or None
        For each population; None without plastic input.
    rows : list of RowState or None
        For each projection; None if it is static.
    recent : list of list of array
        For each source, who spiked in each of the last ticks, oldest first, as far back as its
        delay extension reaches.
    queues : list of array, shape (packets, 5)
        For each core: packets that wait, as source, stage, neuron, spikes and tick of sending.
    debts : array, by core
        Cycles of work that reach into the next tick.
    tallies : Tallies
    """

    tick: IntArray
    neurons: list[NeuronState]
    histories: list[PostHistory | None]
    rows: list[RowState | None]
    recent: list[list[IntArray]]
    queues: list[IntArray]
    debts: IntArray
    tallies: Tallies

    def as_arrays(self) -> Arrays:
        """Take the state apart into arrays by name; the arrays are copies."""
        arrays: Arrays = {"tick": self.tick.copy(), "debts": self.debts.copy()}
        for place, part in self._parts():
            for item in fields(part):
                arrays[f"{place}.{item.name}"] = getattr(part, item.name).copy()
        for number, ticks in enumerate(self.recent):
            arrays[f"recent{number}.sizes"] = np.array([part.size for part in ticks], dtype=int)
            arrays[f"recent{number}"] = np.concatenate([NOBODY, *ticks])
        arrays |= {f"queue{number}": queue.copy() for number, queue in enumerate(self.queues)}
        return arrays

    def load(self, arrays: Arrays) -> None:
        """Take over a state of the same layout, in place.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or does not fit.
        """
        self.tick = _like(arrays, "tick", self.tick)
        self.debts = _like(arrays, "debts", self.debts)
        for place, part in self._parts():
            if isinstance(part, PostHistory):
                _load_history(arrays, place, part)
                continue
            for item in fields(part):
                name = f"{place}.{item.name}"
                setattr(part, item.name, _like(arrays, name, getattr(part, item.name)))
        for number, ticks in enumerate(self.recent):
            sizes = _like(arrays, f"recent{number}.sizes", np.zeros(len(ticks), dtype=np.int64))
            found = np.split(arrays[f"recent{number}"], np.cumsum(sizes))
            self.recent[number] = found[:-1]
        for number in range(len(self.queues)):
            self.queues[number] = arrays[f"queue{number}"].reshape(-1, PACKET_FIELDS).copy()

    def _parts(self) -> Iterator[tuple[str, Any]]:
        yield "tallies", self.tallies
        yield from ((f"population{p}", part) for p, part in enumerate(self.neurons))
        yield from (
            (f"population{p}.history", part)
            for p, part in enumerate(self.histories)
            if part is not None
        )
        yield from (
            (f"projection{k}", part) for k, part in enumerate(self.rows) if part is not None
        )


def initial_state(layout: Layout, links: Sequence[Link], cores: Sequence[int]) -> EmulatorState:
    """Return the state at time zero.

    Parameters
    ----------
    layout : Layout
    links : sequence of Link
        Its projections.
    cores : sequence of int
        For each population, how many cores are emulated apart from one another.
    """
    plastic = {link.target for link in links if link.rule is not None}
    sizes = [*(item.size for item in layout.sources), *(item.size for item in layout.populations)]
    return EmulatorState(
        tick=np.zeros(1, dtype=np.int64),
        neurons=[initial_neurons(item) for item in layout.populations],
        histories=[
            empty_history(item.size) if number in plastic else None
            for number, item in enumerate(layout.populations)
        ],
        rows=[_rows(link, cores[link.target]) if link.rule is not None else None for link in links],
        recent=[[NOBODY] * reach(links, source) for source in range(len(sizes))],
        queues=[np.zeros((0, PACKET_FIELDS), dtype=np.int64)] * sum(cores),
        debts=np.zeros(sum(cores), dtype=np.int64),
        tallies=Tallies(
            skipped_synapses=np.zeros(len(links), dtype=np.int64),
            packets=np.zeros(len(sizes), dtype=np.int64),
            **{
                name: np.zeros(len(layout.populations), dtype=np.int64)
                for name in (
                    "saturations",
                    "history_losses",
                    "late_packets",
                    "dropped_packets",
                    "overruns",
                    "core_cycles",
                )
            },
        ),
    )


def reach(links: Sequence[Link], source: int) -> int:
    """Return how many ticks back the delay extension of a source reaches."""
    return max((link.stages * link.slots for link in links if link.source == source), default=0)


def _rows(link: Link, cores: int) -> RowState:
    shape = (cores, link.stages + 1, link.offsets.size - 1)
    return RowState(
        weights=link.weights.copy(),
        pre_time=np.zeros(shape, dtype=np.int64),
        pre_trace=np.zeros(shape, dtype=np.int64),
    )


def _like(arrays: Arrays, name: str, old: IntArray) -> IntArray:
    values = np.asarray(arrays[name])
    if values.shape != old.shape or values.dtype != old.dtype:
        raise ValueError(f"array {name} has another shape or type")
    return values.copy()


def _load_history(arrays: Arrays, place: str, history: PostHistory) -> None:
    """Take over a history, which may have grown."""
    history.count = _like(arrays, f"{place}.count", history.count)
    times, traces = np.asarray(arrays[f"{place}.times"]), np.asarray(arrays[f"{place}.traces"])
    if times.shape != traces.shape or times.shape[:1] != history.count.shape:
        raise ValueError(f"arrays of {place} do not fit together")
    if np.any(history.count > times.shape[1]) or np.any(history.count < 0):
        raise ValueError(f"array {place}.count is out of range")
    history.times, history.traces = times.copy(), traces.copy()
