"""badcrossbar, the published solver for wires, run on arrays from a file.

``python -m benchmarks.wires_peer IN.npz OUT.npz`` solves every array of the one file and writes
column currents and CPU seconds to the other. Its plots need cairo, its solver does not, and both
would fail to import without pathvalidate, which only names files: so a stand-in takes its place.
This module imports nothing of neuro.
"""

import importlib.util
import logging
import sys
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

OHM_PER_SIEMENS_IN_MICRO = 1e6


def load_solver() -> Callable[..., Any]:
    """Return `badcrossbar.compute`.

    Raises
    ------
    ModuleNotFoundError
        If badcrossbar is not installed.
    """
    if importlib.util.find_spec("pathvalidate") is None:
        stand_in = types.ModuleType("pathvalidate")
        stand_in.sanitize_filepath = lambda path, **_: path  # type: ignore[attr-defined]
        sys.modules["pathvalidate"] = stand_in
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from badcrossbar.compute import compute
    logging.disable(logging.INFO)  # it logs each step to standard output
    solver: Callable[..., Any] = compute
    return solver


def column_currents(
    solver: Callable[..., Any],
    conductance: np.ndarray[Any, np.dtype[np.float64]],
    voltage: np.ndarray[Any, np.dtype[np.float64]],
    ohms: tuple[float, float],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Solve one array.

    Parameters
    ----------
    solver : callable
        See `load_solver`.
    conductance : array, shape (rows, columns)
        uS; a cell of 0 becomes an open one.
    voltage : array, shape (vectors, rows)
        mV.
    ohms : tuple of float
        Segment resistance of word lines and bit lines, ohm.

    Returns
    -------
    array, shape (vectors, columns)
        nA.
    """
    with np.errstate(divide="ignore"):
        resistance = OHM_PER_SIEMENS_IN_MICRO / conductance
    row, column = ohms
    found = solver(
        1e-3 * voltage.T,
        resistance,
        r_i_word_line=row,
        r_i_bit_line=column,
        node_voltages=False,
        all_currents=False,
    )
    return np.asarray(1e9 * found.currents.output)


def main(source: str, target: str) -> None:
    """Solve the arrays ``conductance_k``, ``voltage_k``, ``ohms_k`` of a file."""
    solver = load_solver()
    found = {}
    with np.load(source) as given:
        for k in range(len(given.files) // 3):
            conductance, voltage = given[f"conductance_{k}"], given[f"voltage_{k}"]
            row, column = given[f"ohms_{k}"].tolist()
            begun = time.process_time()
            found[f"current_{k}"] = column_currents(solver, conductance, voltage, (row, column))
            found[f"seconds_{k}"] = np.array(time.process_time() - begun)
    np.savez(target, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
