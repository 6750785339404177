"""An application core of the machine: loaded as the host does it, run tick by tick, read back.

Addresses and layouts are those of the monitor program's system variables and of the applications'
data regions (specs, spinnaker section 11).
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinnaker_oracle.aplx import Image, read_aplx
from spinnaker_oracle.peripherals import MAILBOX
from spinnaker_oracle.processor import SDRAM, SDRAM_BYTES, SYSTEM_RAM, Processor

_CORE_BLOCKS = SYSTEM_RAM + 0x7000
_CORE_BLOCK_BYTES = 128
_SYSTEM_VARIABLES = SYSTEM_RAM + 0x7F00
_MESSAGE = SYSTEM_RAM + 0x4000
_TAGS, _SYSTEM_HEAP, _SYSTEM_HEAP_BYTES = SDRAM, SDRAM + 0x40000, 0x20000
_HEADER, _REGIONS = SDRAM + 0x60000, SDRAM + 0x61000
_HEAP_BYTES = 8 << 20
_LOG_BYTES = 16384
_EXCHANGE_REGION = "SDRAM Params"
_SDRAM_HEAP = SDRAM + SDRAM_BYTES - _HEAP_BYTES
_EXCHANGE = SDRAM + 0x60800
_MAX_REGIONS, _SYSTEM_REGION = 32, 0
_RECORDING_BYTES = 1 << 20

_RUNNING, _WAITING, _PAUSED = 7, 8, 10
_MESSAGE_COMMAND, _RUN_COMMAND = 1, 7


@dataclass(frozen=True, slots=True)
class Region:
    """One data region of a core: its name, the bytes the host wrote, and its size."""

    label: str
    content: bytes
    size: int


class Core:
    """One core, started and paused at tick 0.

    Parameters
    ----------
    binary : Path
        The application.
    regions : dict of int to Region
        Its data, by region number.
    number : int
        The core's number on its chip.

    Raises
    ------
    RuntimeError
        If the application reports an error or does not reach the pause.
    """

    def __init__(self, binary: Path, regions: Mapping[int, Region], *, number: int) -> None:
        self._processor = Processor(_image(binary), core=number)
        self._block = _CORE_BLOCKS + _CORE_BLOCK_BYTES * number
        self._addresses: dict[str, tuple[int, int]] = {}
        _, _, self._port = struct.unpack("<3I", regions[_SYSTEM_REGION].content)
        self._write_system_variables()
        self._load(regions)
        self._processor.run()
        self._expect(_PAUSED)

    def start(self, ticks: int) -> None:
        """Tell the application how long to run."""
        message = struct.pack(
            "<IHHBBBBHHHHIII", 0, 8 + 16 + 4, 0, 7, 0xFF,
            self._port << 5 | self._number, 0xFF, 0, 0, _RUN_COMMAND, 0, ticks, 0, 0,
        )  # fmt: skip
        self._processor.write(_MESSAGE, message.ljust(292, b"\0"))
        self._processor.write(self._block + 48, struct.pack("<I", _MESSAGE))
        self._processor.write(self._block + 56, bytes([_MESSAGE_COMMAND]))
        for state in (_WAITING, _RUNNING):  # the second interrupt wakes it from the barrier
            self._processor.interrupts.set(MAILBOX, active=True)
            self._processor.run()
            self._expect(state)

    def tick(self) -> list[tuple[int, int | None]]:
        """Run the neurons of the next tick; return the packets sent, (key, payload)."""
        self._processor.timers.tick()
        return self._finish()

    def deliver(self, packets: Iterable[tuple[int, int | None]]) -> None:
        """Receive packets, (key, payload), and work on them to the end.

        Raises
        ------
        RuntimeError
            If the application answers with packets.
        """
        for packet in packets:
            self._processor.packets.receive(*packet)
        if self._finish():
            raise RuntimeError("a packet was sent outside the neuron update")

    def region(self, label: str) -> bytes:
        """Return a region as it is now."""
        address, size = self._addresses[label]
        return self._processor.read(address, size)

    def recording(self, channel: int) -> bytes:
        """Return what a recording channel holds."""
        words = struct.unpack_from("<3I", self.region("Recording"), 4 + 12 * channel)
        _, written, address = words
        return self._processor.read(address, written) if written else b""

    def samples(self, channel: int, neurons: int) -> NDArray[np.int32]:
        """Return a recorded variable, shape (ticks, neurons), raw."""
        records = np.frombuffer(self.recording(channel), "<i4").reshape(-1, neurons + 1)
        return records[:, 1:]

    def spikes(self, channel: int, neurons: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the recorded spikes: ticks and indices, by tick."""
        width = 4 * -(-neurons // 32)
        records = np.frombuffer(self.recording(channel), np.uint8).reshape(-1, 4 + width)
        bits = np.unpackbits(records[:, 4:], axis=1, bitorder="little")[:, :neurons]
        rows, indices = np.nonzero(bits)
        ticks = np.ascontiguousarray(records[:, :4]).view("<u4")[:, 0].astype(np.int64)
        return ticks[rows], indices.astype(np.int64)

    def inputs(self) -> bytes:
        """Return what a core of synapses has written for its core of neurons."""
        _, size = struct.unpack_from("<2I", self.region(_EXCHANGE_REGION))
        return self._processor.read(_EXCHANGE, size)

    def set_inputs(self, data: bytes) -> None:
        """Let a core of neurons find what its core of synapses has written."""
        self._processor.write(_EXCHANGE, data)

    @property
    def _number(self) -> int:
        return (self._block - _CORE_BLOCKS) // _CORE_BLOCK_BYTES

    def _finish(self) -> list[tuple[int, int | None]]:
        self._processor.run()
        sent = list(self._processor.packets.sent)
        self._processor.packets.sent.clear()
        return sent

    def _expect(self, state: int) -> None:
        found = self._processor.read(self._block + 46, 1)[0]
        if found != state:
            code = self._processor.read(self._block + 44, 1)[0]
            log = self._log()
            raise RuntimeError(f"core state {found}, expected {state}; error code {code}\n{log}")

    def _log(self) -> str:
        (address,) = self._processor.words(self._block + 88, 1)
        lines = []
        while address:
            following, _, _, length = self._processor.words(address, 4)
            lines.append(self._processor.read(address + 16, length).decode("latin-1"))
            address = following
        return "".join(lines)

    def _write_system_variables(self) -> None:
        numbers = bytes(range(18)).ljust(20, b"\xff")
        values = {
            0x24: struct.pack("<HH", 200, 130),
            0x4C: struct.pack("<I", _SDRAM_HEAP),
            0x50: struct.pack("<I", _LOG_BYTES),
            0x68: struct.pack("<I", 0),
            0x94: numbers,
            0xA8: numbers,
            0xD0: struct.pack("<I", _SYSTEM_HEAP),
            0xDC: struct.pack("<I", _TAGS),
            0xFC: struct.pack("<I", 0x00040000),
        }
        for offset, data in values.items():
            self._processor.write(_SYSTEM_VARIABLES + offset, data)
        self._write_heap(_SDRAM_HEAP, _SDRAM_HEAP + _HEAP_BYTES)
        self._write_heap(_SYSTEM_HEAP, _SYSTEM_HEAP + _SYSTEM_HEAP_BYTES)

    def _write_heap(self, base: int, top: int) -> None:
        """Make an empty heap: one free block between a header and an end mark."""
        first, last = base + 16, top - 8
        self._processor.write(base, struct.pack("<4I", first, first, last, last - first - 8))
        self._processor.write(first, struct.pack("<2I", last, 0))
        self._processor.write(last, struct.pack("<2I", 0, 0))

    def _load(self, regions: Mapping[int, Region]) -> None:
        table = [0xAD130AD6, 0x00010000]
        address = _REGIONS
        for number in range(_MAX_REGIONS):
            region = regions.get(number)
            if region is None:
                table += [0, 0, 0]
                continue
            content = _loadable(region)
            size = max(region.size, len(content)) + 3 & ~3
            if address + size > _SDRAM_HEAP:
                raise RuntimeError(f"region {region.label!r} of {size} bytes does not fit")
            self._processor.write(address, content)
            self._addresses[region.label] = (address, size)
            words = np.frombuffer(content.ljust(size, b"\0")[:size], "<u4")
            table += [address, int(words.sum(dtype=np.uint64)) & 0xFFFFFFFF, size // 4]
            address += size
        self._processor.write(_HEADER, struct.pack(f"<{len(table)}I", *table))
        self._processor.write(self._block + 112, struct.pack("<I", _HEADER))


@lru_cache
def _image(binary: Path) -> Image:
    return read_aplx(binary.read_bytes())


def _loadable(region: Region) -> bytes:
    """Return the bytes of a region with what the host only knows when it loads."""
    words = np.frombuffer(region.content, "<u4").copy()
    if region.label.upper() == "RECORDING":  # the space of each channel: all that the chip has
        words[1::3] = np.minimum(words[1::3], _RECORDING_BYTES)
    elif region.label == _EXCHANGE_REGION:  # where the synaptic inputs lie
        words[0] = _EXCHANGE
    return words.tobytes()
