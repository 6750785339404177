"""Tables of sweeps as files: HDF5 in the layout of netCDF-4, and CSV.

HDF5: one data set for each column along the dimension ``trial``, with attributes ``units``,
``long_name`` and ``role``; wall times stand in a group of their own, for they are all that differs
between two runs. CSV leaves them out: two sweeps of one study give the same bytes.
"""

import csv
import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from neuro.errors import ResultError
from neuro.files import atomic_path, check_writable, write_text
from neuro.hdf5 import HDF5_ERRORS, read_array
from neuro.sweep.table import Column, Role, SweepTable

FORMAT, VERSION = "neuro-sweep", 1
TIMINGS = "timings"
ROLES: tuple[Role, ...] = ("trial", "setting", "metric", "outcome", "timing")
TABLE = "table.h5"
"""Name of the table in the folder of a sweep."""


def save_table(table: SweepTable, path: Path) -> None:
    """Write a table as HDF5; an older file is replaced only when it is complete.

    Raises
    ------
    ValidationError
        If the folder cannot be written.
    """
    check_writable(path, "sweep table")
    with atomic_path(path, durable=True) as temporary, h5py.File(temporary, "w") as file:
        for name, value in (("format", FORMAT), ("version", VERSION), ("study", table.study)):
            file.attrs[name] = value
        file.attrs["neuro"] = table.neuro
        file.attrs["axes"] = list(table.axes)
        timings = file.create_group(TIMINGS)
        for number, column in enumerate(table.columns):
            group = timings if column.role == "timing" else file
            _write(group, column, number)
        for column in table.columns:
            if column.role != "trial":
                place = f"{TIMINGS}/{column.name}" if column.role == "timing" else column.name
                file[place].dims[0].attach_scale(file["trial"])


def read_table(path: str | Path) -> SweepTable:
    """Read the table of a sweep.

    Parameters
    ----------
    path : str or Path
        The HDF5 file, or the folder of the sweep.

    Raises
    ------
    ResultError
        If the file is missing, no HDF5 file, no table of a sweep, of a later version, or damaged.
    """
    path = Path(path)
    path = path / TABLE if path.is_dir() else path
    where = f"sweep table {str(path)!r}"
    if not path.is_file():
        raise ResultError(where, "no such file", value=str(path), hint="Check the name")
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format"), file.attrs.get("version")
            if found != (FORMAT, VERSION):
                raise ResultError(
                    where,
                    f"holds {found[0]!r} {found[1]!r}",
                    value=str(path),
                    limit=f"This neuro reads {FORMAT!r} {VERSION}",
                    hint="Give a table that 'neuro sweep' has written",
                )
            return _read(file)
    except ResultError:
        raise
    except HDF5_ERRORS as error:
        hint = "Make it again: the same 'neuro sweep' puts it together from its trials"
        raise ResultError(where, f"damaged ({error})", value=str(path), hint=hint) from error


def is_table(path: Path) -> bool:
    """Return whether a file is the table of a sweep, whatever its version."""
    try:
        with h5py.File(path, "r") as file:
            return bool(file.attrs.get("format") == FORMAT)
    except HDF5_ERRORS:
        return False


def save_csv(table: SweepTable, path: Path) -> None:
    """Write a table as CSV, numbers in full; units stand in the heads, wall times are left out."""
    columns = table.of_role("trial", "setting", "metric", "outcome")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.title for column in columns)
    writer.writerows(zip(*(map(_cell, column.values.tolist()) for column in columns), strict=True))
    write_text(path, buffer.getvalue())


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value)
    return str(value)


def _write(group: h5py.Group, column: Column, number: int) -> None:
    kind = None if column.is_number else h5py.string_dtype()
    item = group.create_dataset(column.name, data=column.values, dtype=kind)
    item.attrs["role"] = column.role
    item.attrs["order"] = number
    if column.unit:
        item.attrs["units"] = column.unit
    if column.what:
        item.attrs["long_name"] = column.what
    if column.role == "trial":
        item.make_scale(column.name)


def _read(file: h5py.File) -> SweepTable:
    items = [item for item in file.values() if isinstance(item, h5py.Dataset)]
    items += list(file[TIMINGS].values())
    ordered = sorted(items, key=lambda item: int(item.attrs["order"]))
    columns = tuple(_column(item) for item in ordered)
    if len({len(column.values) for column in columns}) != 1 or columns[0].role != "trial":
        raise ValueError("columns of different lengths")
    return SweepTable(
        study=str(file.attrs["study"]),
        neuro=str(file.attrs["neuro"]),
        axes=tuple(str(name) for name in file.attrs["axes"]),
        columns=columns,
    )


def _column(item: h5py.Dataset) -> Column:
    role = next((role for role in ROLES if role == item.attrs["role"]), None)
    if role is None or item.ndim != 1:
        raise ValueError(f"{item.name} is no column")
    return Column(
        name=item.name.rpartition("/")[2],
        values=_values(item),
        role=role,
        unit=str(item.attrs.get("units", "")),
        what=str(item.attrs.get("long_name", "")),
    )


def _values(item: h5py.Dataset) -> NDArray[Any]:
    if h5py.check_string_dtype(item.dtype) is None:
        return read_array(item)
    if item.shape[0] > item.id.get_storage_size():
        raise ValueError(f"{item.name} has fewer bytes than texts")
    texts = np.empty(item.shape, dtype=object)
    texts[:] = item.asstr()[()]
    return texts
