"""AEDAT 4 files, as event cameras of iniVation record them; read by the package `aedat`.

Older AEDAT files are refused: that package reads version 4, and iniVation's DV converts the others.
"""

from pathlib import Path

import numpy as np

from neuro.errors import ResultError, UnavailableError, ValidationError
from neuro.io.events import Recordings


def read_aedat(path: str | Path, label: int = 0) -> Recordings:
    """Read the events of one AEDAT 4 file as one recording.

    Parameters
    ----------
    path : str or Path
        The file; its first stream of events is read.
    label : int
        Its class, which the format does not know.

    Returns
    -------
    Recordings
        Times in us since the first event; the sensor has the size that the file states and two
        polarities, 1 for an event that the camera calls on.

    Raises
    ------
    ResultError
        If the file cannot be read, or holds no events, or they are out of order or place.
    UnavailableError
        If the package `aedat` is missing.
    """
    where = f"event file {str(path)!r}"
    try:
        import aedat
    except ImportError as error:
        raise UnavailableError(
            where,
            "AEDAT files need the package aedat",
            hint='Install it with: pip install "neuro-spiking-memory[aedat]"',
        ) from error
    try:
        decoder = aedat.Decoder(path)
        streams = decoder.id_to_stream()
        stream = next((key for key, one in streams.items() if one["type"] == "events"), None)
        packets = [one["events"] for one in decoder if one["stream_id"] == stream]
    except RuntimeError as error:
        raise ResultError(
            where, f"is no readable AEDAT 4 file ({error})", limit="Version 4 of the format"
        ) from error
    if stream is None or not sum(map(len, packets)):
        raise ResultError(where, "holds no events", hint="Record a camera's polarity events")
    events = np.concatenate(packets)
    shape = (int(streams[stream]["height"]), int(streams[stream]["width"]), 2)
    x, y, on = (events[name].astype(np.int64) for name in ("x", "y", "on"))
    if x.max() >= shape[1] or y.max() >= shape[0]:
        raise ResultError(
            where,
            f"an event at x {x.max()}, y {y.max()}",
            value=(int(x.max()), int(y.max())),
            limit=f"The camera has {shape[1]} by {shape[0]} pixels",
        )
    times = events["t"].astype(np.int64)
    try:
        return Recordings(
            times=times - times[0],
            addresses=(y * shape[1] + x) * 2 + on,
            offsets=np.array([0, times.size]),
            labels=np.array([label]),
            shape=shape,
        )
    except ValidationError as error:
        raise ResultError(where, str(error).rstrip(".")) from error
