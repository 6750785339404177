"""Wires against badcrossbar 1.1.0 (Joksas and Mehonic, SoftwareX 2020) on linear arrays.

``pip install --no-deps badcrossbar==1.1.0``: what it depends on serves its plots. It runs in a
process of its own, as the benchmark runs it.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    effective_conductance,
    linear_operating_point,
    sparse_operating_point,
)

pytestmark = pytest.mark.skipif(
    find_spec("badcrossbar") is None,
    reason="badcrossbar is not installed: pip install --no-deps badcrossbar==1.1.0",
)

ROOT = Path(__file__).parents[2]
ARRAYS = {
    "one cell": ("uniform", 1, 1, 1.0, 1.0),
    "uniform 16 x 16": ("uniform", 16, 16, 1.0, 1.0),
    "random 32 x 32": ("random", 32, 32, 1.0, 1.0),
    "random 24 x 40": ("random", 24, 40, 2.0, 0.5),
    "random 40 x 24, strong": ("random", 40, 24, 5.0, 5.0),
    "random 64 x 64, weak": ("random", 64, 64, 0.1, 0.1),
    "binary 48 x 30": ("binary", 48, 30, 1.0, 3.0),
    "binary 9 x 70": ("binary", 9, 70, 1.0, 1.0),
    "one row": ("random", 1, 25, 1.0, 1.0),
    "one column": ("random", 25, 1, 1.0, 1.0),
}


def array(name: str):
    """Conductances, uS, three vectors of row voltages, mV, and resistances, ohm."""
    kind, rows, columns, row, column = ARRAYS[name]
    rng = np.random.default_rng(rows * 100 + columns)
    conductance = {
        "uniform": np.full((rows, columns), 100.0),
        "random": rng.uniform(1, 150, (rows, columns)),
        "binary": 150.0 * rng.integers(0, 2, (rows, columns)),
    }[kind]
    return conductance, rng.uniform(-100, 200, (3, rows)), (row, column)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Return column currents of badcrossbar by name of the array, nA."""
    folder = tmp_path_factory.mktemp("badcrossbar")
    members = {}
    for k, name in enumerate(ARRAYS):
        conductance, voltage, ohms = array(name)
        members |= {f"conductance_{k}": conductance, f"voltage_{k}": voltage, f"ohms_{k}": ohms}
    np.savez(folder / "arrays.npz", **members)
    command = [sys.executable, "-m", "benchmarks.wires_peer"]
    files = [str(folder / "arrays.npz"), str(folder / "currents.npz")]
    subprocess.run([*command, *files], cwd=ROOT, check=True, timeout=120)
    with np.load(folder / "currents.npz") as found:
        return {name: found[f"current_{k}"] for k, name in enumerate(ARRAYS)}


@pytest.mark.parametrize("name", ARRAYS)
def test_currents_are_those_of_badcrossbar(name, expected):
    conductance, voltage, (row, column) = array(name)
    wires = Wires(row=row * OHM, column=column * OHM)
    scale = 1e-9 * np.abs(expected[name]).max()
    for currents in (
        voltage @ effective_conductance(conductance, wires),
        linear_operating_point(conductance, voltage, wires).column_current,
        sparse_operating_point(conductance, voltage, wires).column_current,
    ):
        assert currents == pytest.approx(expected[name], rel=1e-6, abs=scale)
