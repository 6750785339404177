"""A layout made ready to run: cores, links and constants, none of which changes during a run."""

from dataclasses import dataclass

from neuro.backends.spinnaker.arithmetic import IntArray
from neuro.backends.spinnaker.constants import CellConstants, cell_constants
from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import CorePlasticity, Layout
from neuro.backends.spinnaker.links import Link, links
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.state import EmulatorState

Sender = tuple[int, int]
"""A source, and a stage of its delay extension; stage 0 is the source itself."""

Volleys = dict[Sender, IntArray]
"""Who spikes in a tick, ascending; a neuron that spiked twice is there twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """One core that holds neurons.

    Parameters
    ----------
    number, population, slice : int
        Position among all cores, among the populations, and in the population.
    first, stop : int
        Its neurons.
    """

    number: int
    population: int
    slice: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What runs.

    Parameters
    ----------
    layout : Layout
    options : Options
    hardware : Hardware or None
        Cycles and sizes, for mode ``"loaded"``.
    constants : tuple of CellConstants
        For each population.
    links : tuple of Link
    incoming : tuple of tuple of Link
        For each population the links onto it, in the order of the layout.
    listeners : tuple of dict of Sender to tuple of Link
        For each population, the links that each sender's packets go through, senders in order.
    rules : tuple of CorePlasticity or None
        For each population its learning rule, of which it has one at most.
    cores : tuple of Core
        In mode ``"ideal"`` all cores of a population do the same at the same time and count as one.
    """

    layout: Layout
    options: Options
    hardware: Hardware | None
    constants: tuple[CellConstants, ...]
    links: tuple[Link, ...]
    incoming: tuple[tuple[Link, ...], ...]
    listeners: tuple[dict[Sender, tuple[Link, ...]], ...]
    rules: tuple[CorePlasticity | None, ...]
    cores: tuple[Core, ...]

    def volleys(self, state: EmulatorState, emitted: list[IntArray]) -> Volleys:
        """Return the spikes of a tick by sender: those of the sources, and what is re-sent."""
        found: Volleys = {}
        for link in self.links:
            found[link.source, 0] = emitted[link.source]
            for stage in range(1, link.stages + 1):
                earlier = state.recent[link.source][-stage * link.slots]
                found[link.source, stage] = earlier
        return {sender: found[sender] for sender in sorted(found)}


def machine(layout: Layout, options: Options, hardware: Hardware | None) -> Machine:
    """Make a layout ready to run."""
    every = links(layout)
    incoming = tuple(
        tuple(link for link in every if link.target == number)
        for number in range(len(layout.populations))
    )
    return Machine(
        layout=layout,
        options=options,
        hardware=hardware,
        constants=tuple(cell_constants(item, layout.plan.dt) for item in layout.populations),
        links=every,
        incoming=incoming,
        listeners=tuple(_listeners(part) for part in incoming),
        rules=tuple(next((link.rule for link in part if link.rule), None) for part in incoming),
        cores=_cores(layout, whole=options.mode == "ideal"),
    )


def _listeners(incoming: tuple[Link, ...]) -> dict[Sender, tuple[Link, ...]]:
    senders = {(link.source, stage) for link in incoming for stage in range(link.stages + 1)}
    return {
        (source, stage): tuple(
            link for link in incoming if link.source == source and stage <= link.stages
        )
        for source, stage in sorted(senders)
    }


def _cores(layout: Layout, *, whole: bool) -> tuple[Core, ...]:
    places = [
        (population, number, first, stop)
        for population, item in enumerate(layout.populations)
        for number, (first, stop) in enumerate([(0, item.size)] if whole else item.slices)
    ]
    return tuple(
        Core(number=number, population=population, slice=piece, first=first, stop=stop)
        for number, (population, piece, first, stop) in enumerate(places)
    )
