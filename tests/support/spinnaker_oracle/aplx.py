"""APLX, the format of the toolchain's application binaries.

A table of four-word commands, then the bytes that they copy (specs, spinnaker section 11).
"""

import struct
from dataclasses import dataclass

_ABSOLUTE, _RELATIVE, _FILL, _START = 1, 2, 3, 4
_ENTRY_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What a binary puts into memory: (address, bytes) pairs, and where it starts."""

    segments: tuple[tuple[int, bytes], ...]
    entry: int


def read_aplx(data: bytes) -> Image:
    """Interpret a binary.

    Raises
    ------
    ValueError
        At a command that is not one of the four.
    """
    segments: list[tuple[int, bytes]] = []
    for position in range(0, len(data), _ENTRY_BYTES):
        command, first, second, third = struct.unpack_from("<4I", data, position)
        if command == _START:
            return Image(segments=tuple(segments), entry=first)
        if command == _FILL:
            segments.append((first, struct.pack("<I", third) * (second // 4)))
        elif command in (_ABSOLUTE, _RELATIVE):
            begin = second + (position if command == _RELATIVE else 0)
            segments.append((first, data[begin : begin + third]))
        else:
            raise ValueError(f"APLX command {command} at byte {position}")
    raise ValueError("APLX table without a start command")
