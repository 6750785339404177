"""The state of a program as an HDF5 file, so that a run can be continued bit for bit.

Everything is kept: state variables, spikes and weights under way, traces, learned weights, added
input spikes, and what was recorded so far. Poisson inputs need nothing: their spikes depend on the
seed and the time alone.
"""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from neuro.engine import Recording
from neuro.errors import ResultError
from neuro.files import atomic_path, check_writable

FORMAT = "neuro-state"
VERSION = 1
Arrays = dict[str, NDArray[Any]]


def write_state(path: Path, header: dict[str, Any], groups: dict[str, Arrays]) -> None:
    """Write a state file, complete or not at all.

    Raises
    ------
    ValidationError
        If the folder cannot be written.
    """
    check_writable(path, "state file")
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["version"] = VERSION
        file["header"] = json.dumps(header)
        for name, arrays in groups.items():
            group = file.create_group(name)
            for key, values in arrays.items():
                group.create_dataset(key, data=values, compression="gzip", shuffle=True)


def read_state(path: Path, expected: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """Read a state file that fits a program.

    Parameters
    ----------
    path : Path
        The file.
    expected : dict
        What its header must say, such as the digest of the network.

    Raises
    ------
    ResultError
        If the file is missing, foreign, damaged, or of another network, engine or precision.
    """
    where = f"state file {str(path)!r}"
    if not path.is_file():
        raise ResultError(where, "no such file", value=str(path), hint="Check the name")
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise ResultError(where, "no state of a neuro program", hint="Give a saved state")
            if file.attrs.get("version") != VERSION:
                version = file.attrs.get("version")
                limit = f"This neuro reads version {VERSION}"
                raise ResultError(where, f"format version {version}", limit=limit)
            header = json.loads(file["header"].asstr()[()])
            groups = {
                name: {key: values[()] for key, values in group.items()}
                for name, group in file.items()
                if isinstance(group, h5py.Group)
            }
    except ResultError:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        hint = "It may be cut short or foreign"
        raise ResultError(where, f"cannot be read ({error})", hint=hint) from error
    for name, value in expected.items():
        if header.get(name) != value:
            raise ResultError(
                where,
                f"{name} is {header.get(name)!r}",
                value=header.get(name),
                limit=f"This program has {value!r}",
                hint="Restore into the same network on the same target",
            )
    return header, groups


def recording_arrays(recording: Recording) -> Arrays:
    """Take a recording apart into arrays."""
    arrays: Arrays = {
        "synaptic_events": np.array(recording.synaptic_events, dtype=np.int64),
        "plastic_updates": np.array(recording.plastic_updates, dtype=np.int64),
        "spike_counts": np.array(recording.spike_counts, dtype=np.int64),
    }
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
    KeyError
        If an array is missing.
    """

    def pairs(kind: str, count: int) -> list[Any]:
        names = [f"{kind}{position}" for position in range(count)]
        return [(arrays[f"{name}.steps"], arrays[f"{name}.values"]) for name in names]

    return Recording(
        spikes=pairs("spikes", len(like.spikes)),
        traces=pairs("traces", len(like.traces)),
        synaptic_events=arrays["synaptic_events"].tolist(),
        plastic_updates=arrays["plastic_updates"].tolist(),
        spike_counts=arrays["spike_counts"].tolist(),
    )
