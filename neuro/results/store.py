"""Results as HDF5 files, with a format version.

Layout: attributes ``format``, ``version``, ``dt`` and ``duration``; data sets ``network``,
``provenance`` and ``counters`` (JSON text); groups ``spikes/NAME``, ``traces/NAME/VARIABLE`` and
``weights/NAME`` with one data set for each array. Files are written atomically and nothing in them
is ever executed.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ResultError
from neuro.hdf5 import HDF5_ERRORS, read_array
from neuro.ir import Network, from_json
from neuro.results.counters import Counters
from neuro.results.provenance import Provenance
from neuro.results.result import Result, SpikeTrains, Trace, Weights
from neuro.results.writer import FORMAT, VERSION, ResultWriter


def save_result(result: Result, path: Path) -> None:
    """Write a result to one file; an older file of that name is replaced only when it is complete.

    Raises
    ------
    ValidationError
        If the folder cannot be written.
    """
    with ResultWriter(path) as writer:
        writer.append(result.spikes, result.traces)
        writer.finish(result)


def load_result(path: str | Path) -> Result:
    """Read a stored result.

    Raises
    ------
    ResultError
        If the file is missing, no HDF5 file, no result of neuro, of a later version, or damaged.
    """
    path = Path(path)
    where = f"result file {str(path)!r}"
    if not path.is_file():
        raise ResultError(where, "no such file", value=str(path), hint="Check the name")
    try:
        with h5py.File(path, "r") as file:
            _check_header(file, where)
            return _read_result(file)
    except RecursionError as error:
        raise ResultError(where, "damaged: nested too deeply", value=str(path)) from error
    except (OSError, RuntimeError, MemoryError) as error:
        raise ResultError(
            where,
            "not a readable HDF5 file",
            value=str(path),
            hint="It may be cut short or foreign",
        ) from error
    except NeuroError as error:
        if isinstance(error, ResultError) and error.where == where:
            raise
        raise ResultError(where, f"damaged: {error}", value=str(path)) from error
    except HDF5_ERRORS as error:
        raise ResultError(
            where, f"damaged or incomplete ({error})", value=str(path), hint="Run the model again"
        ) from error


def _check_header(file: h5py.File, where: str) -> None:
    if file.attrs.get("format") != FORMAT:
        raise ResultError(
            where,
            "an HDF5 file, but not a result of neuro",
            limit=f"Results carry the attribute format={FORMAT!r}",
            hint="Give a file written by 'neuro run --out'",
        )
    version = file.attrs.get("version")
    if not isinstance(version, np.integer) or not 1 <= int(version) <= VERSION:
        raise ResultError(
            where,
            f"format version {version}",
            value=version,
            limit=f"This neuro reads versions 1 to {VERSION}",
            hint="Update neuro-spiking-memory",
        )


FLAT = ("times", "indices", "sources", "targets")
WHOLE = ("indices", "sources", "targets")


def _read(group: h5py.Group, kind: type) -> Any:
    values: dict[str, Any] = {}
    for name in (item.name for item in fields(kind)):
        if name in group:
            values[name] = _checked_array(group, name)
        else:
            attribute = group.attrs[name]
            values[name] = str(attribute) if name == "unit" else int(attribute)
    part = kind(**values)
    if isinstance(part, SpikeTrains) and part.times.shape != part.indices.shape:
        raise ValueError(f"{group.name} has {part.times.size} times, {part.indices.size} indices")
    if isinstance(part, Trace) and part.values.shape != (part.times.size, part.indices.size):
        raise ValueError(f"{group.name} has values of shape {part.values.shape}")
    if isinstance(part, Weights) and not (
        part.sources.shape == part.targets.shape == part.values.shape
    ):
        raise ValueError(f"{group.name} has arrays of different lengths")
    return part


def _checked_array(group: h5py.Group, name: str) -> NDArray[Any]:
    """Read an array of the kind and, where it is known, the shape that it has in a result."""
    array = read_array(group[name])
    if array.dtype.kind != ("i" if name in WHOLE else "f"):
        raise ValueError(f"{group.name}/{name} has type {array.dtype}")
    if name in FLAT and array.ndim != 1:
        raise ValueError(f"{group.name}/{name} has {array.ndim} dimensions")
    return array


def _counters(tables: Any) -> Counters:
    """Make counters of plain values."""
    counters = Counters(**tables)
    parts = (counters.spikes, counters.synaptic_events, counters.plastic_updates)
    for counts in (*parts, *counters.hardware.values()):
        if any(type(count) is not int for count in counts.values()):
            raise ValueError("counts that are no whole numbers")
    return counters


def _read_result(file: h5py.File) -> Result:
    network = from_json(file["network"].asstr()[()])
    if not isinstance(network, Network):
        raise ValueError("the stored network is none")
    return Result(
        network=network,
        dt=float(file.attrs["dt"]),
        duration=float(file.attrs["duration"]),
        spikes={name: _read(group, SpikeTrains) for name, group in file["spikes"].items()},
        traces={
            name: {variable: _read(trace, Trace) for variable, trace in group.items()}
            for name, group in file["traces"].items()
        },
        weights={name: _read(group, Weights) for name, group in file["weights"].items()},
        counters=_counters(json.loads(file["counters"].asstr()[()])),
        provenance=Provenance.from_dict(json.loads(file["provenance"].asstr()[()])),
    )
