"""What sPyNNaker generated for a network: its reports and data base, read back.

Cores from the placement report, routing keys from the key report, and the bytes of each core from
``ds.sqlite3`` (specs, spinnaker section 10). Nothing of the toolchain is imported.
"""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.matrices import (
    HEADER_WORDS,
    Synapses,
    TableEntry,
    WordFormat,
    Words,
    joined,
    of_delay_extension,
    read_rows,
    read_table,
)
from neuro.errors import ResultError
from neuro.plan import Plan

Int32Array = NDArray[np.int32]
Core = tuple[int, int, int]

PLACEMENTS = "placement_by_vertex_using_graph.rpt"
KEYS = "virtual_key_space_information_report.rpt"
DATA = "ds.sqlite3"

DELAY_EXTENSION = "DelayExtensionVertex"
DELAY_SUFFIX = "_delayed"

MEMBRANE = ("v_init", "v_rest", "cm", "tau_m", "i_offset", "v_reset", "tau_refrac", "", "")
SYNAPTIC = ("tau_syn_E", "", "tau_syn_I", "", "")
STRUCTURES = {
    "CurrentExponentialLIF": (MEMBRANE, (), ("v_thresh",), SYNAPTIC),
    "ConductanceExponentialLIF": (MEMBRANE, ("e_rev_E", "e_rev_I"), ("v_thresh",), SYNAPTIC),
}
"""Fields of the neuron structures, in the order of the words; nameless ones are state."""

BUILDER_HEADER_WORDS = 10
ALL_NEURONS = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedCores:
    """The cores of a population or source: ``(first, stop)`` of each, and where it is."""

    slices: tuple[tuple[int, int], ...]
    cores: tuple[Core, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedPopulation:
    """What the cores of one population would get.

    Parameters
    ----------
    place : GeneratedCores
    form : WordFormat
        Division of a synaptic word, and delay slots.
    shifts : tuple of int
        Left shift of each receptor.
    parameters : dict of str to array, shape (size,)
        s16.15, by PyNN's names; ``v_init`` is the initial voltage.
    """

    place: GeneratedCores
    form: WordFormat
    shifts: tuple[int, ...]
    parameters: dict[str, Int32Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedRule:
    """A learning rule as the cores would get it: s16.15 constants, and decay tables."""

    w_min: int
    w_max: int
    a_plus: int
    a_minus: int
    table_plus: NDArray[np.int16]
    table_minus: NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What sPyNNaker generated for a plan.

    Parameters
    ----------
    populations : dict of str to GeneratedPopulation
    sources : dict of str to GeneratedCores
        By input.
    projections : dict of str to Synapses
        Sorted by source, target and delay.
    rules : dict of str to GeneratedRule
        By plastic projection.
    cores, chips : int
        Used by populations, sources and delay extensions.
    """

    populations: dict[str, GeneratedPopulation]
    sources: dict[str, GeneratedCores]
    projections: dict[str, Synapses]
    rules: dict[str, GeneratedRule]
    cores: int
    chips: int


def read_generated(plan: Plan, reports: Path) -> Generated:
    """Read what was generated for a plan.

    Parameters
    ----------
    plan : Plan
        What was deployed.
    reports : Path
        Folder ``run_1`` of the reports.

    Raises
    ------
    ResultError
        If a report is missing or not as sPyNNaker 7.4.1 writes it.
    """
    try:
        with closing(sqlite3.connect(f"file:{reports / DATA}?mode=ro", uri=True)) as data:
            return _Reader(plan, reports, data).read()
    except (OSError, sqlite3.Error, LookupError, ValueError) as error:
        raise ResultError(
            "reports of sPyNNaker",
            f"{str(reports)!r} cannot be read ({type(error).__name__}: {error})",
            limit="They are read as sPyNNaker 1!7.4.1 writes them",
        ) from error


def read_placements(text: str) -> dict[str, tuple[str, GeneratedCores]]:
    """Read the placement report: model and cores of each vertex, by label."""
    found = {}
    for part in text.split("**** Vertex: ")[1:]:
        label, _, rest = part.partition("\n")
        model = re.search(r"^Model: (\S+)", rest, re.MULTILINE)
        places = re.findall(r"Slice \((\d+):(\d+)\) on core \((\d+), (\d+), (\d+)\)", rest)
        rows = [tuple(int(number) for number in place) for place in places]
        found[label.strip()[1:-1]] = (
            model.group(1) if model else "",
            GeneratedCores(
                slices=tuple((low, high + 1) for low, high, *_ in rows),
                cores=tuple((x, y, p) for _, _, x, y, p in rows),
            ),
        )
    return found


def read_keys(text: str) -> dict[int, str]:
    """Read the key report: label of the vertex by its routing key."""
    pattern = r"^Vertex: (.*?)(?: with \d+ atoms)?\n\s+Partition: .*?KeyAndMask:(0x[0-9a-f]+):"
    return {int(key, 16): label for label, key in re.findall(pattern, text, re.MULTILINE)}


class _Reader:
    """One plan beside the reports of its run."""

    def __init__(self, plan: Plan, reports: Path, data: sqlite3.Connection) -> None:
        self._plan = plan
        self._data = data
        self._places = read_placements((reports / PLACEMENTS).read_text(encoding="utf-8"))
        self._keys = read_keys((reports / KEYS).read_text(encoding="utf-8"))

    def read(self) -> Generated:
        plan = self._plan
        populations = {item.name: self._population(item.name) for item in plan.populations}
        found: dict[str, list[Synapses]] = {item.name: [] for item in plan.projections}
        for name, population in populations.items():
            for core, (first, _) in zip(
                population.place.cores, population.place.slices, strict=True
            ):
                self._synapses(name, population.form, core, first, found)
        cores = [core for _, place in self._places.values() for core in place.cores]
        return Generated(
            populations=populations,
            sources={item.name: self._places[item.name][1] for item in plan.inputs},
            projections={name: joined(parts) for name, parts in found.items()},
            rules={
                item.name: self._rule(populations[item.target], item.receptor)
                for item in plan.projections
                if item.plasticity is not None and item.targets.size
            },
            cores=len(cores),
            chips=len({core[:2] for core in cores}),
        )

    def _words(self, core: Core, label: str) -> Words | None:
        row = self._data.execute(
            "SELECT content FROM region WHERE x = ? AND y = ? AND p = ? AND region_label = ?",
            (*core, label),
        ).fetchone()
        return None if row is None or row[0] is None else np.frombuffer(row[0], dtype="<u4")

    def _population(self, name: str) -> GeneratedPopulation:
        place = self._places[name][1]
        cell = next(item.cell for item in self._plan.populations if item.name == name)
        words = self._words(place.cores[0], "SynapseParams")
        if words is None:
            raise LookupError(f"no SynapseParams of {name!r}")
        receptors, atom_bits, type_bits, log_slots = (int(word) for word in words[1:5])
        parts = [
            self._parameters(core, cell, stop - first)
            for core, (first, stop) in zip(place.cores, place.slices, strict=True)
        ]
        return GeneratedPopulation(
            place=place,
            form=WordFormat(atom_bits=atom_bits, type_bits=type_bits, slots=1 << log_slots),
            shifts=tuple(int(word) for word in words[7 : 7 + receptors]),
            parameters={key: np.concatenate([part[key] for part in parts]) for key in parts[0]},
        )

    def _parameters(self, core: Core, cell: str, count: int) -> dict[str, Int32Array]:
        words = self._words(core, "neuron_params")
        if words is not None:
            return listed_parameters(words, cell, count)
        words = self._words(core, "neuron_builder")
        if words is None:
            raise LookupError(f"no neuron parameters of core {core}")
        return built_parameters(words, cell, count)

    def _synapses(
        self,
        target: str,
        form: WordFormat,
        core: Core,
        first: int,
        found: dict[str, list[Synapses]],
    ) -> None:
        """Add the synapses onto one core to those of their projections."""
        table, data = self._words(core, "PopTable"), self._words(core, "SynBlocks")
        if table is None or data is None:
            return
        for entry in read_table(table):
            source, delayed = self._source(entry)
            # A table lists the projections between two populations in the order of the script.
            names = [
                item.name
                for item in self._plan.projections
                if (item.source, item.target) == (source, target) and item.targets.size
            ]
            for name, block in zip(names, entry.blocks, strict=True):
                if block is not None:
                    rows = self._rows(data, block, source, entry if delayed else None)
                    part = read_rows(rows, first, form)
                    if delayed:
                        part = of_delay_extension(part, entry, self._width(source), form.slots)
                    found[name].append(part)

    def _source(self, entry: TableEntry) -> tuple[str, bool]:
        label = self._keys[entry.key]
        delayed = self._places[label][0] == DELAY_EXTENSION
        return (label.removesuffix(DELAY_SUFFIX) if delayed else label), delayed

    def _width(self, source: str) -> int:
        first, stop = self._places[source][1].slices[0]
        return stop - first

    def _rows(
        self, data: Words, block: tuple[int, int], source: str, extension: TableEntry | None
    ) -> Words:
        address, length = block
        size = self._places[source][1].slices[-1][1]
        if extension is not None:
            size *= extension.neurons // self._width(source)
        width = length + HEADER_WORDS
        start = address // data.itemsize
        rows: Words = data[start : start + size * width].reshape(size, width)
        return rows

    def _rule(self, population: GeneratedPopulation, receptor: int) -> GeneratedRule:
        words = self._words(population.place.cores[0], "synapseDynamicsParams")
        if words is None:
            raise LookupError("no synapseDynamicsParams")
        plus, words = _table(words[1:])
        minus, words = _table(words)
        w_min, w_max, a_plus, a_minus = words.view("<i4")[4 * receptor : 4 * receptor + 4].tolist()
        return GeneratedRule(
            w_min=w_min,
            w_max=w_max,
            a_plus=a_plus,
            a_minus=a_minus,
            table_plus=plus,
            table_minus=minus,
        )


def _table(words: Words) -> tuple[NDArray[np.int16], Words]:
    """Read a decay table, entries after their number, and return what follows it."""
    count = int(words[0]) & 0xFFFF
    stop = 1 + (count + 1) // 2
    return words[1:stop].view("<i2")[:count], words[stop:]


def listed_parameters(words: Words, cell: str, count: int) -> dict[str, Int32Array]:
    """Read parameters written for each neuron: a global word, then one structure after another."""
    found, start = {}, 1
    for names in STRUCTURES[cell]:
        stop = start + count * len(names)
        block = words[start:stop].view("<i4").reshape(count, len(names))
        found.update({name: block[:, column] for column, name in enumerate(names) if name})
        start = stop
    return found


def built_parameters(words: Words, cell: str, count: int) -> dict[str, Int32Array]:
    """Read parameters that the core expands from constants and how often each is repeated."""
    found: dict[str, Int32Array] = {}
    # Two more header words, then the global structure with the number of sub-steps.
    start = BUILDER_HEADER_WORDS + 2
    for names in (("",), *STRUCTURES[cell]):
        columns, start = _built_structure(words, start, count)
        found.update({name: column for name, column in zip(names, columns, strict=True) if name})
    return found


def _built_structure(words: Words, start: int, count: int) -> tuple[list[Int32Array], int]:
    """Expand one structure: sizes, then type and repeats of each field, then the constants."""
    fields, place = int(words[start + 3]), start + 4
    repeats = []
    for _ in range(fields):
        items = int(words[place + 1])
        repeats.append([int(word) for word in words[place + 2 : place + 2 + 2 * items : 2]])
        place += 2 + 2 * items
    columns = []
    for each in repeats:
        values = words[place : place + len(each)].view("<i4")
        times = [count if number == ALL_NEURONS else number for number in each]
        columns.append(np.repeat(values, times))
        place += len(each)
    return columns, place
