"""A mapped network on its cores: ticks, packets between cores, and what was recorded.

Time is ideal: every packet of a tick is worked on within that tick. In each tick all cores first
update their neurons; then each receives, all at once, its own spikes, the other cores' spikes, and
the inputs' spikes. Below one millisecond neurons and synapses live on different cores:
those of the synapses collect the packets, work on them, and leave the inputs of the next tick in
shared memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinnaker_oracle.core import Core
from spinnaker_oracle.rows import Row, SynapseFormat, rows, synapse_format
from spinnaker_oracle.toolchain import Mapped, Slice

_COLOUR_BITS = 4
_V, _EXCITATORY, _INHIBITORY, _SPIKES = range(4)
_COUNTS = {"saturations": (1, 2), "skipped_synapses": (7,)}
"""Words of a report on synapses: static and plastic ones count their saturations apart."""


class _Role(Enum):
    """What a core does."""

    COMBINED = auto()
    SYNAPSES = auto()
    NEURONS = auto()
    RELAY = auto()


_REPORTS = {_Role.COMBINED: 10, _Role.SYNAPSES: 6}
"""Where the report on synapses begins: behind those of the run-time system and of the neurons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a population recorded.

    Parameters
    ----------
    v, excitatory, inhibitory : array of int32, shape (ticks, neurons)
        Raw, before the update of each tick.
    ticks, indices : array
        Its spikes, by tick.
    """

    v: NDArray[np.int32]
    excitatory: NDArray[np.int32]
    inhibitory: NDArray[np.int32]
    ticks: NDArray[np.int64]
    indices: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a row lies: its source, the stage of the delay extension, the core's first neuron."""

    source: int
    stage: int
    first: int
    row: Row


@dataclass(frozen=True, slots=True)
class _Node:
    """A running core: a slice of a population, or a relay of the spikes of `name`."""

    name: str
    part: Slice
    core: Core
    role: _Role

    @property
    def place(self) -> tuple[str, int, bool]:
        """Whose neurons it serves; cores of neurons and of their synapses share a place."""
        return self.name, self.part.first, self.role is _Role.RELAY


@dataclass(frozen=True, slots=True)
class _Packet:
    """A packet and the population or input that sent it; no name if a relay sent it."""

    sender: str
    key: int
    payload: int | None


class Board:
    """All cores of a mapped network, started."""

    def __init__(self, mapped: Mapped, *, ticks: int) -> None:
        self._mapped = mapped
        self._ticks = ticks
        populations = [(item.name, mapped.slices[item.name]) for item in mapped.recipe.populations]
        self._nodes = [
            _Node(name, part, self._start(part), _role(part.binary))
            for name, parts in (*populations, *mapped.relays.items())
            for part in parts
        ]
        self._pairs = [
            (synapses, neurons)
            for synapses in self._with_roles(_Role.SYNAPSES)
            for neurons in self._with_roles(_Role.NEURONS)
            if synapses.place == neurons.place
        ]

    def run(self) -> None:
        """Run to the end."""
        inputs = self._input_packets()
        senders = self._with_roles(_Role.COMBINED, _Role.NEURONS, _Role.RELAY)
        receivers = self._with_roles(_Role.COMBINED, _Role.SYNAPSES, _Role.RELAY)
        for tick in range(self._ticks):
            sent = [(node, _packets(node)) for node in senders]
            outside = [_Packet(name, key | tick & 15, None) for name, key in inputs[tick]]
            for node in receivers:
                own = [packets for sender, packets in sent if sender.place == node.place]
                others = [packets for sender, packets in sent if sender.place != node.place]
                _receive(node, (*chain.from_iterable(own + others), *outside))
            for synapses, neurons in self._pairs:
                synapses.core.tick()
                neurons.core.set_inputs(synapses.core.inputs())
        for node in self._nodes:
            node.core.tick()  # one more: the applications notice the end and pause

    def recorded(self, population: str) -> Recorded:
        """Return what a population recorded, its slices side by side."""
        parts = self._parts(population, _Role.COMBINED, _Role.NEURONS)
        variables = [
            np.hstack([core.samples(channel, part.stop - part.first) for part, core in parts])
            for channel in (_V, _EXCITATORY, _INHIBITORY)
        ]
        spikes = [
            (core.spikes(_SPIKES, part.stop - part.first), part.first) for part, core in parts
        ]
        ticks = np.concatenate([found for (found, _), _ in spikes])
        indices = np.concatenate([found + first for (_, found), first in spikes])
        order = np.lexsort((indices, ticks))
        return Recorded(
            v=variables[0],
            excitatory=variables[1],
            inhibitory=variables[2],
            ticks=ticks[order],
            indices=indices[order],
        )

    def formats(self, population: str) -> list[SynapseFormat]:
        """Return the synapse parameters of each core of a population."""
        parts = self._parts(population, _Role.COMBINED, _Role.SYNAPSES)
        return [synapse_format(core) for _, core in parts]

    def count(self, name: str, population: str) -> int:
        """Return one of the applications' own counts, over all cores of a population."""
        total = 0
        for node in self._with_roles(*_REPORTS):
            if node.name == population:
                report = np.frombuffer(node.core.region("Provenance"), "<u4")
                total += sum(int(report[_REPORTS[node.role] + word]) for word in _COUNTS[name])
        return total

    def rows(self, projection: str) -> list[Placed]:
        """Return the rows of a projection as they are now."""
        recipe = self._mapped.recipe
        (item,) = (item for item in recipe.projections if item.name == projection)
        twins = [
            other
            for other in recipe.projections
            if (other.source, other.target) == (item.source, item.target)
        ]
        position = [twin.name for twin in twins].index(projection)
        source, relay = self._mapped.slices[item.source], self._mapped.relays[item.source]
        size = max(part.stop for part in source)
        longest = max(round(delay / recipe.dt) for twin in twins for *_, delay in twin.synapses)
        placed = []
        for part, core in self._parts(item.target, _Role.COMBINED, _Role.SYNAPSES):
            stages = (longest - 1) // (1 << synapse_format(core).slot_bits)
            direct = rows(core, _key(source), position=position, count=size)
            delayed = (
                rows(core, _key(relay), position=position, count=size * stages) if stages else []
            )
            for stage, found in ((0, direct), (1, delayed)):
                placed += [
                    Placed(
                        source=number % size,
                        stage=stage + number // size,
                        first=part.first,
                        row=row,
                    )
                    for number, row in enumerate(found)
                ]
        return placed

    def _start(self, part: Slice) -> Core:
        core = Core(part.binary, self._mapped.regions(part.core), number=part.core[2])
        core.start(self._ticks)
        return core

    def _with_roles(self, *roles: _Role) -> list[_Node]:
        return [node for node in self._nodes if node.role in roles]

    def _parts(self, population: str, *roles: _Role) -> list[tuple[Slice, Core]]:
        found = (node for node in self._with_roles(*roles) if node.name == population)
        return [(node.part, node.core) for node in found]

    def _input_packets(self) -> list[list[tuple[str, int]]]:
        """Return what the inputs send in each tick, source by source: their names, and keys."""
        packets: list[list[tuple[str, int]]] = [[] for _ in range(self._ticks)]
        for source in self._mapped.recipe.sources:
            for part in self._mapped.slices[source.name]:
                if part.key is None:
                    continue
                for index in range(part.first, part.stop):
                    key = part.key + (index - part.first << _COLOUR_BITS)
                    for tick in source.ticks[index]:
                        if tick < self._ticks:
                            packets[tick].append((source.name, key))
        return packets


def _role(binary: Path) -> _Role:
    if binary.name.startswith("delay_extension"):
        return _Role.RELAY
    if binary.name.startswith("synapses"):
        return _Role.SYNAPSES
    return _Role.NEURONS if binary.stem.endswith("_neuron") else _Role.COMBINED


def _packets(node: _Node) -> list[_Packet]:
    """Run the neurons of a core; return what it sends."""
    sender = "" if node.role is _Role.RELAY else node.name
    return [_Packet(sender, *packet) for packet in node.core.tick()]


def _receive(node: _Node, packets: Iterable[_Packet]) -> None:
    relay = node.role is _Role.RELAY
    heard = [
        (packet.key, packet.payload)
        for packet in packets
        if not relay or packet.sender == node.name
    ]
    node.core.deliver(heard)


def _key(slices: tuple[Slice, ...]) -> int:
    """Return the key of the first neuron; cores of synapses have none."""
    for part in slices:
        if part.key is not None:
            return part.key
    raise KeyError("the toolchain gave no key to the source of a projection")
