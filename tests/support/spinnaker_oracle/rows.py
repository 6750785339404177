"""Synaptic rows as they lie in a core's memory, decoded (specs, spinnaker section 3.4)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spinnaker_oracle.core import Core

_ENTRY = struct.Struct("<2I3I")
_INVALID_ADDRESS = (1 << 24) - 1
_HEADER_WORDS = 3


@dataclass(slots=True, kw_only=True)
class Row:
    """The synapses of one source on one core.

    Parameters
    ----------
    time, trace : int or None
        Last pre spike and its trace, of a plastic row.
    targets, receptors, delays, weights : list of int
        Each synapse: neuron on the core, receptor, delay field, stored weight.
    """

    time: int | None = None
    trace: int | None = None
    targets: list[int] = field(default_factory=list)
    receptors: list[int] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SynapseFormat:
    """The numbers of a core's synapses: field widths, slots, shifts."""

    atom_bits: int
    type_bits: int
    slot_bits: int
    shifts: tuple[int, ...]


def synapse_format(core: Core) -> SynapseFormat:
    """Read the parameters that the host computed for a core."""
    words = np.frombuffer(core.region("SynapseParams"), "<u4").tolist()
    _, receptors, atom_bits, type_bits, slot_bits = words[:5]
    return SynapseFormat(
        atom_bits=atom_bits,
        type_bits=type_bits,
        slot_bits=slot_bits,
        shifts=tuple(words[7 : 7 + receptors]),
    )


def rows(core: Core, key: int, *, position: int, count: int) -> list[Row]:
    """Decode the rows of one projection on one core.

    Parameters
    ----------
    core : Core
        Where they lie.
    key : int
        Of the first source.
    position : int
        Which of the projections from that population to this core.
    count : int
        How many sources.
    """
    table = core.region("PopTable")
    entries, _ = struct.unpack_from("<2I", table)
    for number in range(entries):
        found, mask, packed, _, _ = _ENTRY.unpack_from(table, 8 + _ENTRY.size * number)
        if key & mask == found:
            start = (packed & 0x1FFF) + position
            (address,) = struct.unpack_from("<I", table, 8 + _ENTRY.size * entries + 4 * start)
            return list(_rows(core, address >> 8, (address & 0xFF) + 1 + _HEADER_WORDS, count))
    raise KeyError(f"no rows for key {key:#x}")


def _rows(core: Core, address: int, width: int, count: int) -> Iterator[Row]:
    if address == _INVALID_ADDRESS:
        return
    form = synapse_format(core)
    words = np.frombuffer(core.region("SynBlocks"), "<u4")[4 * address :]
    for number in range(count):
        yield _row(words[width * number : width * (number + 1)], form)


def _row(words: NDArray[np.uint32], form: SynapseFormat) -> Row:
    row = Row()
    plastic = int(words[0])
    body, rest = words[1 : 1 + plastic], words[1 + plastic :]
    statics, controls = int(rest[0]), int(rest[1])
    for word in rest[2 : 2 + statics].tolist():
        _append(row, word & 0xFFFF, word >> 16, form)
    if plastic:
        row.time = int(body[0])
        row.trace = int(body[1:2].view("<i2")[0])
        weights = body[2:].view("<u2")
        fields = rest[2 + statics :].view("<u2")
        for number in range(controls):
            _append(row, int(fields[number]), int(weights[number]), form)
    return row


def _append(row: Row, bits: int, weight: int, form: SynapseFormat) -> None:
    receptor_shift, delay_shift = form.atom_bits, form.atom_bits + form.type_bits
    row.targets.append(bits & (1 << form.atom_bits) - 1)
    row.receptors.append(bits >> receptor_shift & (1 << form.type_bits) - 1)
    row.delays.append(bits >> delay_shift)
    row.weights.append(weight)
