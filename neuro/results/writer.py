"""Writes a result file piece by piece, so that a long run need not be held in memory.

The layout is that of `neuro.results.store`. The file appears under its name when it is complete.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np

from neuro.files import atomic_path, check_writable
from neuro.hdf5 import CHECKED
from neuro.ir import to_json
from neuro.results.counters import Counters
from neuro.results.result import Result, SpikeTrains, Trace, Weights

FORMAT = "neuro-result"
VERSION = 1

GROWING = ("times", "indices", "values")
"""Arrays to which later pieces are added."""


class ResultWriter:
    """A result file under way; a context manager.

    Parameters
    ----------
    path : Path
        Final name.

    Raises
    ------
    ValidationError
        If the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        check_writable(path, "result file")
        self._path = path

    def __enter__(self) -> Self:
        """Open a temporary file beside the final name."""
        with ExitStack() as stack:
            temporary = stack.enter_context(atomic_path(self._path))
            self._file = stack.enter_context(h5py.File(temporary, "w", libver=CHECKED))
            self._stack = stack.pop_all()
        for group in ("spikes", "traces", "weights"):
            self._file.create_group(group)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the file its name, or remove it if anything failed."""
        self._stack.__exit__(kind, error, traceback)

    def append(
        self, spikes: Mapping[str, SpikeTrains], traces: Mapping[str, Mapping[str, Trace]]
    ) -> None:
        """Add what was recorded since the last call."""
        for name, trains in spikes.items():
            self._add(f"spikes/{name}", trains, GROWING)
        for name, variables in traces.items():
            for variable, trace in variables.items():
                self._add(f"traces/{name}/{variable}", trace, ("times", "values"))

    def finish(self, result: Result) -> None:
        """Add everything but spikes and traces, which were appended."""
        self._file.attrs["format"] = FORMAT
        self._file.attrs["version"] = VERSION
        self._file.attrs["dt"] = result.dt
        self._file.attrs["duration"] = result.duration
        # As data sets: an attribute holds at most 64 KiB.
        self._file["network"] = to_json(result.network)
        self._file["provenance"] = json.dumps(result.provenance.as_dict())
        self._file["counters"] = json.dumps(_counts(result.counters))
        for name, weights in result.weights.items():
            self._add(f"weights/{name}", weights, ())

    def _add(
        self, place: str, part: SpikeTrains | Trace | Weights, growing: tuple[str, ...]
    ) -> None:
        new = place not in self._file
        group = self._file.require_group(place)
        for item in fields(part):
            value = getattr(part, item.name)
            if not new and item.name in growing:
                _extend(group[item.name], value)
            elif new and isinstance(value, np.ndarray):
                longest = (None, *value.shape[1:]) if item.name in growing else None
                group.create_dataset(
                    item.name, data=value, maxshape=longest, compression="gzip", shuffle=True
                )
            elif new:
                group.attrs[item.name] = value


def _extend(dataset: Any, values: Any) -> None:
    length = dataset.shape[0]
    dataset.resize(length + values.shape[0], axis=0)
    dataset[length:] = values


def _counts(counters: Counters) -> dict[str, Any]:
    return asdict(counters)
