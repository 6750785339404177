"""The state of a program as an HDF5 file, so that a run can be continued bit for bit.

Everything is kept: state variables, spikes and weights under way, traces, learned weights, added
input spikes, injected currents, and what was recorded so far. Poisson inputs need nothing: their
spikes depend on the seed and the time alone.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np
from numpy.typing import NDArray

from neuro.engine import Recording
from neuro.errors import ResultError
from neuro.files import atomic_path, check_writable
from neuro.hdf5 import CHECKED, HDF5_ERRORS, read_array
from neuro.plan import PlannedArray, PlannedInput

VERSION = 2
Kind = Literal["neuro-state", "neuro-checkpoint", "neuro-recording"]
WHAT: dict[Kind, str] = {
    "neuro-state": "state",
    "neuro-checkpoint": "checkpoint",
    "neuro-recording": "recording",
}
Arrays = dict[str, NDArray[Any]]
SMALL = 4096
"""Bytes that are not worth compressing."""

COUNTS = ("synaptic_events", "plastic_updates", "spike_counts")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a file holds.

    Parameters
    ----------
    header : dict
        Plain values; `identity` is what the program must share.
    groups : dict of str to dict of str to array
        Arrays by group, then by name.
    """

    header: dict[str, Any]
    groups: dict[str, Arrays]


def write_state(path: Path, state: State, kind: Kind = "neuro-state") -> None:
    """Write a state file, complete or not at all.

    Raises
    ------
    ValidationError
        If the folder cannot be written.
    """
    check_writable(path, f"{WHAT[kind]} file")
    with (
        atomic_path(path, durable=True) as temporary,
        h5py.File(temporary, "w", libver=CHECKED) as file,
    ):
        write_header(file, kind, state.header)
        for name, arrays in state.groups.items():
            group = file.create_group(name)
            for key, values in arrays.items():
                filters = {"compression": "gzip", "shuffle": True} if values.nbytes > SMALL else {}
                group.create_dataset(key, data=values, **filters)


def write_header(file: h5py.File, kind: Kind, header: dict[str, Any]) -> None:
    """Say what a file is, and what it belongs to."""
    file.attrs["format"] = kind
    file.attrs["version"] = VERSION
    file["header"] = json.dumps(header)


def read_state(path: Path, kind: Kind = "neuro-state") -> State:
    """Read a state file.

    Raises
    ------
    ResultError
        If the file is missing, foreign, damaged, or of another version.
    """
    with _opened(path, kind) as file:
        groups = {
            name: {key: read_array(values) for key, values in group.items()}
            for name, group in file.items()
            if isinstance(group, h5py.Group)
        }
        return State(header=_header(file), groups=groups)


def read_header(path: Path, kind: Kind = "neuro-state") -> dict[str, Any]:
    """Read what a state file says of itself; raises as `read_state` does."""
    with _opened(path, kind) as file:
        return _header(file)


@contextmanager
def _opened(path: Path, kind: Kind) -> Iterator[h5py.File]:
    """Open a file of one kind, and say what is wrong if reading it fails."""
    where = f"{WHAT[kind]} file {str(path)!r}"
    if not path.is_file():
        raise ResultError(where, "no such file", value=str(path), hint="Check the name")
    try:
        with h5py.File(path, "r") as file:
            _check_format(file, kind, where)
            yield file
    except ResultError:
        raise
    except HDF5_ERRORS as error:
        hint = "It may be cut short or foreign"
        raise ResultError(where, f"cannot be read ({error})", hint=hint) from error


def _header(file: h5py.File) -> dict[str, Any]:
    header = json.loads(file["header"].asstr()[()])
    if not isinstance(header, dict) or not isinstance(header["identity"], dict):
        raise ValueError("its header is no table")
    return header


def _check_format(file: h5py.File, kind: Kind, where: str) -> None:
    if file.attrs.get("format") != kind:
        hint = f"Give a saved {WHAT[kind]}"
        raise ResultError(where, f"no {WHAT[kind]} of a neuro program", hint=hint)
    version = file.attrs.get("version")
    if version != VERSION:
        limit = f"This neuro reads version {VERSION}"
        raise ResultError(where, f"format version {version}", limit=limit)


def recording_arrays(recording: Recording) -> Arrays:
    """Take a recording apart into arrays."""
    arrays: Arrays = {name: np.array(getattr(recording, name), dtype=np.int64) for name in COUNTS}
    for kind, items in (("spikes", recording.spikes), ("traces", recording.traces)):
        for position, (steps, values) in enumerate(items):
            arrays[f"{kind}{position}.steps"] = steps
            arrays[f"{kind}{position}.values"] = values
    return arrays


def recording_from(arrays: Arrays, like: Recording) -> Recording:
    """Put a recording together again.

    Parameters
    ----------
    arrays : dict of array
        What `recording_arrays` gave.
    like : Recording
        A recording of the same program.

    Raises
    ------
    KeyError, ValueError
        If an array is missing, or of another kind or shape.
    """

    def pairs(kind: str, items: list[Any]) -> list[Any]:
        found = []
        for position, (_, values) in enumerate(items):
            name = f"{kind}{position}"
            pair = (
                _like(arrays, f"{name}.steps", np.zeros(0, np.int64)),
                _like(arrays, f"{name}.values", values),
            )
            if len(pair[0]) != len(pair[1]):
                raise ValueError(f"{name} has {len(pair[0])} steps, {len(pair[1])} values")
            found.append(pair)
        return found

    def counts(name: str) -> list[int]:
        expected = np.zeros(len(getattr(like, name)), dtype=np.int64)
        values = _like(arrays, name, expected)
        if values.shape != expected.shape:
            raise ValueError(f"array {name} has {values.size} counts")
        return [int(value) for value in values]

    return Recording(
        spikes=pairs("spikes", like.spikes),
        traces=pairs("traces", like.traces),
        synaptic_events=counts("synaptic_events"),
        plastic_updates=counts("plastic_updates"),
        spike_counts=counts("spike_counts"),
    )


def input_arrays(inputs: list[PlannedInput]) -> Arrays:
    """Take the spikes of spike arrays apart into arrays."""
    arrays: Arrays = {}
    for item in inputs:
        if isinstance(item, PlannedArray) and item.steps is not None:
            arrays[f"{item.name}.steps"] = item.steps
            arrays[f"{item.name}.indices"] = item.indices
    return arrays


def inputs_from(arrays: Arrays, like: tuple[PlannedInput, ...]) -> list[PlannedInput]:
    """Put inputs together again; `like` are those of the plan.

    Raises
    ------
    KeyError, ValueError
        If an array is missing, or no list of spikes of that source.
    """
    return [_input_from(arrays, item) if isinstance(item, PlannedArray) else item for item in like]


def _input_from(arrays: Arrays, like: PlannedArray) -> PlannedArray:
    nothing = np.zeros(0, dtype=np.int64)
    steps = _like(arrays, f"{like.name}.steps", nothing)
    indices = _like(arrays, f"{like.name}.indices", nothing)
    inside = np.all((indices >= 0) & (indices < like.size))
    if steps.shape != indices.shape or np.any(np.diff(steps) < 0) or not inside:
        raise ValueError(f"array {like.name}.steps does not fit its source")
    return PlannedArray(
        name=like.name, size=like.size, times=np.zeros(0), indices=indices, steps=steps
    )


def check_kinds(arrays: Arrays, like: Arrays) -> None:
    """Refuse a snapshot whose arrays are of other types than those that an engine gives.

    Raises
    ------
    KeyError, ValueError
        If one is missing, or would have to be cast.
    """
    for name, expected in like.items():
        if arrays[name].dtype != expected.dtype:
            raise ValueError(f"array {name} has type {arrays[name].dtype}")


def _like(arrays: Arrays, name: str, expected: NDArray[Any]) -> NDArray[Any]:
    """Return an array that has the kind and, but for its length, the shape that is expected."""
    values = arrays[name]
    if values.dtype != expected.dtype or values.shape[1:] != expected.shape[1:] or not values.ndim:
        raise ValueError(f"array {name} has another shape or type")
    return values
