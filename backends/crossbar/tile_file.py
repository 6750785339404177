"""A programmed tile as an HDF5 file: its arrays, and hardware and options as JSON."""

import json
from pathlib import Path
from typing import Any

import h5py
from numpy.typing import NDArray

from neuro.errors import ResultError
from neuro.files import atomic_path, check_writable
from neuro.hdf5 import CHECKED, HDF5_ERRORS, read_array

FORMAT = "neuro-crossbar-tile"
VERSION = 1


def write_tile(path: Path, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Write a tile file, complete or not at all.

    Raises
    ------
    ValidationError
        If the folder cannot be written.
    """
    check_writable(path, "tile file")
    with atomic_path(path) as temporary, h5py.File(temporary, "w", libver=CHECKED) as file:
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        file["header"] = json.dumps(header)
        for name, values in arrays.items():
            file.create_dataset(f"arrays/{name}", data=values)


def read_tile(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read a tile file.

    Raises
    ------
    ResultError
        If it is missing, foreign, damaged or of another version.
    """
    where = f"tile file {str(path)!r}"
    if not path.is_file():
        raise ResultError(where, "no such file", value=str(path), hint="Check the name")
    try:
        with h5py.File(path, "r") as file:
            found = (file.attrs.get("format"), file.attrs.get("version"))
            if found == (FORMAT, VERSION):
                header = json.loads(file["header"].asstr()[()])
                return header, {name: read_array(item) for name, item in file["arrays"].items()}
    except HDF5_ERRORS as error:
        hint = "It may be cut short or foreign"
        raise ResultError(where, f"cannot be read ({error})", hint=hint) from error
    limit = f"This neuro reads {FORMAT!r} of version {VERSION}"
    raise ResultError(where, f"format {found[0]!r}, version {found[1]}", value=found, limit=limit)
