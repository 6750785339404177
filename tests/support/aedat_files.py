"""AEDAT 4 files written byte by byte, for tests of what reads them.

Layout: iniVation's AEDAT 4.0 description: a magic line, a FlatBuffers table with the streams in
XML, then packets, each a FlatBuffers table with a vector of events of 16 bytes.
"""

import struct
from collections.abc import Sequence

STREAMS = (
    '<dv version="2.0"><node name="outInfo" path="/o/"><node name="0" path="/o/0/">'
    '<attr key="compression" type="string">NONE</attr>'
    '<attr key="typeIdentifier" type="string">EVTS</attr>'
    '<node name="info" path="/o/0/info/"><attr key="sizeX" type="int">{width}</attr>'
    '<attr key="sizeY" type="int">{height}</attr></node></node></node></dv>'
)

Event = tuple[int, int, int, bool]


def aedat_file(width: int, height: int, packets: Sequence[Sequence[Event]]) -> bytes:
    """Return a file with one stream of events (time in us, x, y, on)."""
    xml = STREAMS.format(width=width, height=height).encode()
    # Offsets: root table at 20, its fields compression, position of the table of data, XML.
    vtable = struct.pack("<HHHHHH", 10, 20, 4, 8, 16, 0)
    table = struct.pack("<iiqI", 12, 0, -1, 4)
    text = struct.pack("<I", len(xml)) + xml + b"\0"
    body = struct.pack("<I4s", 20, b"IOHE") + vtable + table + text
    return b"#!AER-DAT4.0\r\n" + _sized(body) + b"".join(map(_packet, packets))


def _packet(events: Sequence[Event]) -> bytes:
    # Root table at 16, its vector at 24 with the size prefix: events lie on multiples of 8.
    head = struct.pack("<I4sHHHHiII", 16, b"EVTS", 6, 8, 4, 0, 8, 8, 0)
    body = head + struct.pack("<I", len(events))
    body += b"".join(struct.pack("<qhh?3x", *event) for event in events)
    data = _sized(body)
    return struct.pack("<ii", 0, len(data)) + data


def _sized(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body
