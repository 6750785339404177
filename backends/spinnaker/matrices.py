"""Synaptic matrices as the host generates them, taken apart into synapses.

A row is read where the core would look for it, so a synapse in the wrong place is seen as the
machine sees it. Formats: specs, spinnaker section 3.4, and the master population table of
sPyNNaker 7.4.1 (`master_pop_table.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
IntArray = NDArray[np.int64]

ENTRY_WORDS = 5
ADDRESS_SCALE = 16
INVALID_ADDRESS = (1 << 24) - 1
HEADER_WORDS = 3
PLASTIC_HEADER_WORDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Synapses:
    """Synapses in the machine's numbers, arrays of shape (synapses,).

    Parameters
    ----------
    sources, targets : arrays of int64
        Within their populations.
    receptors : array of int64
    weights : array of int64
        As stored.
    delay_steps : array of int64
        Whole delay, with the stage of a delay extension.
    """

    sources: IntArray
    targets: IntArray
    receptors: IntArray
    weights: IntArray
    delay_steps: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """What a core knows about the spikes of one vertex.

    Parameters
    ----------
    key : int
        Routing key of the vertex.
    neurons : int
        Keys of each of its cores but the last.
    blocks : tuple of (address, words) or None
        For each projection where its rows start, in bytes, and how long each is without the header;
        None if it has no rows.
    """

    key: int
    neurons: int
    blocks: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFormat:
    """How the low half of a synaptic word is divided.

    Parameters
    ----------
    atom_bits, type_bits : int
        Widths of the neuron and of the receptor.
    slots : int
        Delay slots; a delay field of 0 means all of them.
    """

    atom_bits: int
    type_bits: int
    slots: int


def read_table(words: Words) -> list[TableEntry]:
    """Read a master population table."""
    count = int(words[0])
    first_address = 2 + count * ENTRY_WORDS
    entries = []
    for start in range(2, first_address, ENTRY_WORDS):
        key, _, place, _, neurons = (int(word) for word in words[start : start + ENTRY_WORDS])
        first, blocks = place & 0x1FFF, place >> 16
        addresses = words[first_address + first : first_address + first + blocks]
        found = tuple(_block(int(word)) for word in addresses)
        entries.append(TableEntry(key=key, neurons=neurons & 0xFFFF, blocks=found))
    return entries


def read_rows(rows: Words, first_target: int, form: WordFormat) -> Synapses:
    """Take rows apart; `sources` are the numbers of the rows.

    Parameters
    ----------
    rows : array of uint32, shape (rows, words)
        With headers.
    first_target : int
        First neuron on the core.
    form : WordFormat
        Of the core.
    """
    numbers, weights, controls = _plastic(rows) if rows[:, 0].any() else _static(rows)
    delays = controls >> (form.atom_bits + form.type_bits)
    return Synapses(
        sources=numbers,
        targets=first_target + (controls & ((1 << form.atom_bits) - 1)),
        receptors=(controls >> form.atom_bits) & ((1 << form.type_bits) - 1),
        weights=weights,
        delay_steps=np.where(delays == 0, form.slots, delays),
    )


def of_delay_extension(synapses: Synapses, entry: TableEntry, width: int, slots: int) -> Synapses:
    """Turn rows of a delay extension into sources and whole delays.

    Row ``core * width * stages + (stage - 1) * width + neuron`` holds the synapses of a stage.

    Parameters
    ----------
    synapses : Synapses
        By row.
    entry : TableEntry
        Of the extension.
    width : int
        Neurons of a core of the source.
    slots : int
        Delay slots of the target, the length of a stage.
    """
    core, key = np.divmod(synapses.sources, entry.neurons)
    stage, neuron = np.divmod(key, width)
    return Synapses(
        sources=core * width + neuron,
        targets=synapses.targets,
        receptors=synapses.receptors,
        weights=synapses.weights,
        delay_steps=synapses.delay_steps + (stage + 1) * slots,
    )


def joined(parts: list[Synapses]) -> Synapses:
    """Join synapses and sort them by source, target, delay and weight."""
    names = ("sources", "targets", "receptors", "weights", "delay_steps")
    empty = np.zeros(0, dtype=np.int64)
    columns = {name: np.concatenate([empty, *(getattr(p, name) for p in parts)]) for name in names}
    order = np.lexsort(
        (columns["weights"], columns["delay_steps"], columns["targets"], columns["sources"])
    )
    return Synapses(**{name: column[order] for name, column in columns.items()})


def _block(word: int) -> tuple[int, int] | None:
    address = word >> 8
    return None if address == INVALID_ADDRESS else (address * ADDRESS_SCALE, (word & 0xFF) + 1)


def _static(rows: Words) -> tuple[IntArray, IntArray, IntArray]:
    body = rows[:, HEADER_WORDS:]
    used = np.arange(body.shape[1]) < rows[:, 1:2]
    numbers, _ = np.nonzero(used)
    words = body[used].astype(np.int64)
    return numbers, words >> 16, words & 0xFFFF


def _plastic(rows: Words) -> tuple[IntArray, IntArray, IntArray]:
    """Read plastic rows: size, header, packed weights, 0, count, packed control."""
    numbers, weights, controls = [], [], []
    for number, row in enumerate(rows):
        size = int(row[0])
        count = int(row[size + 2])
        first = size + HEADER_WORDS
        halves = [
            np.ascontiguousarray(row[start:]).view("<u2")[:count].astype(np.int64)
            for start in (1 + PLASTIC_HEADER_WORDS, first)
        ]
        numbers.append(np.full(count, number, dtype=np.int64))
        weights.append(halves[0])
        controls.append(halves[1])
    return np.concatenate(numbers), np.concatenate(weights), np.concatenate(controls)
