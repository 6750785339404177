"""A mapped network on its cores: ticks, packets between cores, and what was recorded.

Time is ideal: every packet of a tick is worked on within that tick. In each tick all cores first
update their neurons; then each receives, one packet at a time, its own spikes, the other cores'
spikes, and the inputs' spikes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinnaker_oracle.core import Core
from spinnaker_oracle.rows import Row, SynapseFormat, rows, synapse_format
from spinnaker_oracle.toolchain import Mapped, Slice

_COLOUR_BITS = 4
_V, _EXCITATORY, _INHIBITORY, _SPIKES = range(4)
_PROVENANCE = {"saturations": (11, 12), "skipped_synapses": (17,)}
"""Words of the applications' reports: six of the run-time system and four of the neurons first.

Static and plastic synapses count their saturations apart.
"""


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


class Board:
    """All cores of a mapped network, started."""

    def __init__(self, mapped: Mapped, *, ticks: int) -> None:
        self._mapped = mapped
        self._ticks = ticks
        self._cores: list[tuple[str, Slice, Core]] = []
        for item in mapped.recipe.populations:
            for part in mapped.slices[item.name]:
                core = Core(part.binary, mapped.regions(part.core), number=part.core[2])
                core.start(ticks)
                self._cores.append((item.name, part, core))

    def run(self) -> None:
        """Run to the end."""
        inputs = self._input_packets()
        for tick in range(self._ticks):
            sent = [core.tick() for _, _, core in self._cores]
            outside = [(key | tick & 15, None) for key in inputs[tick]]
            for number, (_, _, core) in enumerate(self._cores):
                others = [
                    packet for other, own in enumerate(sent) if other != number for packet in own
                ]
                for packet in (*sent[number], *others, *outside):
                    if core.deliver(*packet):
                        raise RuntimeError("a packet was sent outside the neuron update")
        for _, _, core in self._cores:
            core.tick()  # one more: the applications notice the end and pause

    def recorded(self, population: str) -> Recorded:
        """Return what a population recorded, its slices side by side."""
        parts = self._parts(population)
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
        return [synapse_format(core) for _, core in self._parts(population)]

    def count(self, name: str, population: str) -> int:
        """Return one of the applications' own counts, over all cores of a population."""
        reports = (core.region("Provenance") for _, core in self._parts(population))
        words = (np.frombuffer(report, "<u4") for report in reports)
        return sum(int(report[word]) for report in words for word in _PROVENANCE[name])

    def rows(self, projection: str) -> list[tuple[int, int, Row]]:
        """Return the rows of a projection as they are now: (source, first neuron of core, row)."""
        recipe = self._mapped.recipe
        (item,) = (item for item in recipe.projections if item.name == projection)
        twins = [
            other.name
            for other in recipe.projections
            if (other.source, other.target) == (item.source, item.target)
        ]
        source = self._mapped.slices[item.source]
        key = source[0].key
        if key is None:
            raise KeyError(f"the toolchain gave {item.source!r} no key")
        found = []
        for part, core in self._parts(item.target):
            decoded = rows(core, key, position=twins.index(projection), count=source[-1].stop)
            found += [(number, part.first, row) for number, row in enumerate(decoded)]
        return found

    def _parts(self, population: str) -> list[tuple[Slice, Core]]:
        return [(part, core) for name, part, core in self._cores if name == population]

    def _input_packets(self) -> list[list[int]]:
        """Return the keys that the inputs send in each tick, in the order of the sources."""
        packets: list[list[int]] = [[] for _ in range(self._ticks)]
        for source in self._mapped.recipe.sources:
            for part in self._mapped.slices[source.name]:
                if part.key is None:
                    continue
                for index in range(part.first, part.stop):
                    key = part.key + (index - part.first << _COLOUR_BITS)
                    for tick in source.ticks[index]:
                        if tick < self._ticks:
                            packets[tick].append(key)
        return packets
