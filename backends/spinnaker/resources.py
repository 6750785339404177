"""What a layout takes of the machine: cores, chips, data memory, shared memory, router entries.

Estimates from the formulas of specs, spinnaker section 8, which were fitted to the shipped binaries
and to mappings of the real tool; the tool's own placement may differ by a few cores of a chip.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import CorePopulation, Layout
from neuro.backends.spinnaker.rows import IntArray, Rows
from neuro.ir.network import endpoint

WORD = 4
DELAY_EXTENSION = "delay extension"
CONDUCTANCE = "ConductanceExponentialLIF"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreUse:
    """What one core holds.

    Parameters
    ----------
    name : str
        Population or input.
    kind : {"population", "input", "delay extension"}
    index : int
        Which core of it.
    neurons : int
        Neurons, or sources, on the core.
    longest_row : int, words
        With its header; 0 without input.
    dtcm, dtcm_limit : int, bytes
        Data memory that is needed, and that there is; both 0 where it is no concern.
    sdram : int, bytes
        Shared memory, without recordings.
    """

    name: str
    kind: str
    index: int
    neurons: int
    longest_row: int = 0
    dtcm: int = 0
    dtcm_limit: int = 0
    sdram: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where the cores of a layout would be.

    Parameters
    ----------
    cores : tuple of CoreUse
        Every application core.
    chips : tuple of int
        The chip of each core; chips are filled one after the other.
    boards : int
        How many boards these chips are.
    routes : int
        Routing entries of the busiest chip at most, before compression: one for each core that
        sends.
    """

    cores: tuple[CoreUse, ...]
    chips: tuple[int, ...]
    boards: int
    routes: int

    @property
    def chip_count(self) -> int:
        """How many chips are used."""
        return len(set(self.chips))

    def chips_of(self, name: str, *, extension: bool = False) -> set[int]:
        """Return the chips that hold a population or input, or those of its delay extension."""
        return {
            chip
            for core, chip in zip(self.cores, self.chips, strict=True)
            if core.name == name and (core.kind == DELAY_EXTENSION) == extension
        }


def machine(layout: Layout, rows: Sequence[Rows], hardware: Hardware) -> Machine:
    """Estimate what a layout takes.

    Parameters
    ----------
    layout : Layout
    rows : sequence of Rows
        Its rows, from `layout_rows`.
    hardware : Hardware
    """
    cores = tuple(_all_cores(layout, rows, hardware))
    chips = place(cores, hardware)
    senders = {item.source for item in layout.projections}
    routes = sum(core.name in senders for core in cores)
    boards = -(-len(set(chips)) // hardware.chips_per_board)
    return Machine(cores=cores, chips=chips, boards=boards, routes=routes)


def place(cores: Iterable[CoreUse], hardware: Hardware) -> tuple[int, ...]:
    """Fill chips one after the other, by cores and shared memory; return the chip of each core.

    A core that needs more shared memory than a chip has still gets a chip of its own.
    """
    chips: list[int] = []
    chip, used, sdram = 0, 0, 0
    for core in cores:
        full = used >= free_cores(chip, hardware)
        if used and (full or sdram + core.sdram > free_sdram(chip, hardware)):
            chip, used, sdram = chip + 1, 0, 0
        chips.append(chip)
        used, sdram = used + 1, sdram + core.sdram
    return tuple(chips)


def free_cores(chip: int, hardware: Hardware) -> int:
    """Return how many cores of a chip an application can use."""
    system = hardware.system_cores_per_chip
    if chip % hardware.chips_per_board == 0:
        system += hardware.system_cores_per_board
    return hardware.cores_per_chip - system


def free_sdram(chip: int, hardware: Hardware) -> int:
    """Return how many bytes of shared memory of a chip an application can use."""
    system = hardware.sdram_monitor
    if chip % hardware.chips_per_board == 0:
        system += hardware.sdram_gatherer
    return hardware.sdram - system


def dtcm_bytes(
    population: CorePopulation, neurons: int, h: Hardware, *, plastic: bool, recorded: int = 0
) -> int:
    """Estimate the data memory that a core needs.

    Parameters
    ----------
    population : CorePopulation
        For the ring buffer and the cell type.
    neurons : int
        On this core.
    h : Hardware
    plastic : bool
        Whether the program has plasticity.
    recorded : int, default 0
        How many state variables are recorded.
    """
    bits = population.atom_bits + population.type_bits
    ring = h.dtcm_slot * (population.slots << bits)
    base = h.dtcm_base_plastic if plastic else h.dtcm_base_static
    each = h.dtcm_neuron_plastic if plastic else h.dtcm_neuron_static
    each += h.dtcm_conductance * (population.cell == CONDUCTANCE) + h.dtcm_recorded * recorded
    return base + ring + each * neurons


def recorded_variables(layout: Layout, population: str) -> int:
    """Return how many state variables of a population are recorded."""
    probes = layout.plan.network.probes
    variables = {item.variable for item in probes if endpoint(item.population) == population}
    return len(variables - {"spikes"})


def _all_cores(layout: Layout, rows: Sequence[Rows], hardware: Hardware) -> Iterable[CoreUse]:
    slices = {item.name: item.slices for item in layout.sources}
    slices |= {item.name: item.slices for item in layout.populations}
    for source in layout.sources:
        yield from _plain_cores(source.name, "input", source.slices)
    for population in layout.populations:
        incoming = [item for item in rows if item.projection.target == population.name]
        recorded = recorded_variables(layout, population.name)
        yield from _population_cores(population, incoming, recorded, hardware)
    delayed = {item.projection.source for item in rows if item.counts.shape[0] > 1}
    for name, parts in slices.items():
        if name in delayed:
            yield from _plain_cores(name, DELAY_EXTENSION, parts)


def _plain_cores(name: str, kind: str, slices: Sequence[tuple[int, int]]) -> Iterable[CoreUse]:
    for index, (first, stop) in enumerate(slices):
        yield CoreUse(name=name, kind=kind, index=index, neurons=stop - first)


def _population_cores(
    population: CorePopulation, incoming: Sequence[Rows], recorded: int, h: Hardware
) -> Iterable[CoreUse]:
    """Estimate the cores of one population; all hold rows padded to the longest one on any."""
    plastic = any(item.plastic for item in incoming)
    each = h.sdram_neuron + h.sdram_conductance * (population.cell == CONDUCTANCE)
    words = [(item.longest, item.counts.shape[2]) for item in incoming]
    longest = max((int(stages.max()) for stages, _ in words), default=0)
    row = longest + h.sdram_row_header if longest else 0
    fixed = h.sdram_core + h.sdram_plastic * plastic
    fixed += sum(matrix_bytes(stages, sources, h) for stages, sources in words)
    for index, (first, stop) in enumerate(population.slices):
        yield CoreUse(
            name=population.name,
            kind="population",
            index=index,
            neurons=stop - first,
            longest_row=row,
            dtcm=dtcm_bytes(population, stop - first, h, plastic=plastic, recorded=recorded),
            dtcm_limit=h.dtcm_plastic if plastic else h.dtcm_static,
            sdram=fixed + each * (stop - first),
        )


def matrix_bytes(longest: IntArray, sources: int, hardware: Hardware) -> int:
    """Return the size of one projection on one core.

    Rows without and with a delay extension are two matrices; the second has a row for each stage.

    Parameters
    ----------
    longest : array, shape (stages + 1,)
        Words of the longest row of each stage, to which all its rows are padded.
    sources : int
    hardware : Hardware
    """
    parts = ((longest[:1], 1), (longest[1:], longest.size - 1))
    return sum(
        WORD * sources * count * (hardware.sdram_row_header + int(part.max()))
        for part, count in parts
        if part.any()
    )
