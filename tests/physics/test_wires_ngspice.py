"""Wires against ngspice: linear and non-linear arrays, each written as a netlist (3.6).

ngspice is a Debian package (``apt-get install ngspice``); no code of neuro makes the netlist.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro.backends.crossbar.devices import CubicConduction, SinhConduction
from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    effective_conductance,
    linear_operating_point,
    operating_point,
)

pytestmark = pytest.mark.skipif(
    shutil.which("ngspice") is None, reason="ngspice is not installed: apt-get install ngspice"
)

FloatArray = NDArray[np.float64]
AGREEMENT = 1e-6


@dataclass(frozen=True)
class Circuit:
    """One array: uS, mV, ohm (row, column, driver, sense); `law` is the current of a cell.

    The law is an expression in ``V``, the voltage across the cell in volts, and ``G``, its
    conductance in siemens; None is a resistor.
    """

    conductance: FloatArray
    voltage: FloatArray
    ohms: tuple[float, float, float, float]
    law: str | None = None


def conductances(kind: str, rows: int, columns: int) -> FloatArray:
    rng = np.random.default_rng(rows * 100 + columns)
    return {
        "uniform": np.full((rows, columns), 100.0),
        "random": rng.uniform(0, 150, (rows, columns)),
        "binary": 150.0 * rng.integers(0, 2, (rows, columns)),
        "decades": 10 ** rng.uniform(-3, 2, (rows, columns)),
        "high": rng.uniform(50, 225, (rows, columns)),
    }[kind]


def circuit(kind, rows, columns, *ohms, law=None) -> Circuit:
    voltage = np.random.default_rng(columns).uniform(-100, 200, rows)
    resistances = (*ohms, 0.0, 0.0)[:4]
    return Circuit(conductances(kind, rows, columns), voltage, resistances, law)


def sinh(v_0: float) -> str:
    """The law of `SinhConduction`, v_0 in volts."""
    return f"G*{v_0}*sinh(V/{v_0})"


CUBIC = "G*V + 1e-4*V*V + 1e-3*V*V*V"
CIRCUITS = {
    "one cell": circuit("uniform", 1, 1, 1.0, 1.0),
    "uniform 8 x 8": circuit("uniform", 8, 8, 1.0, 1.0),
    "random 16 x 16": circuit("random", 16, 16, 1.0, 1.0),
    "random 24 x 40": circuit("random", 24, 40, 2.0, 0.5),
    "random 40 x 24, strong": circuit("random", 40, 24, 5.0, 5.0),
    "binary 32 x 32, weak": circuit("binary", 32, 32, 0.1, 0.1),
    "binary 9 x 31": circuit("binary", 9, 31, 1.0, 3.0),
    "decades 20 x 12": circuit("decades", 20, 12, 1.0, 2.0),
    "one row": circuit("random", 1, 25, 1.0, 1.0),
    "one column": circuit("random", 25, 1, 1.0, 1.0),
    "driver and sense": circuit("random", 16, 12, 1.0, 2.0, 150.0, 60.0),
    "sinh 8 x 8": circuit("random", 8, 8, 1.0, 1.0, law=sinh(0.25)),
    "sinh 20 x 32": circuit("random", 20, 32, 5.0, 1.0, law=sinh(0.25)),
    "sinh 16 x 10, steep": circuit("random", 16, 10, 1.0, 1.0, law=sinh(0.05)),
    "sinh, driver and sense": circuit("random", 12, 14, 1.0, 1.0, 200.0, 80.0, law=sinh(0.1)),
    "cubic 12 x 20": circuit("high", 12, 20, 2.0, 1.0, law=CUBIC),
}


def netlist(given: Circuit) -> str:
    """Write the array in SI units; an ammeter ends each bit line."""
    rows, columns = given.conductance.shape
    row, column, driver, sense = given.ohms
    lines = ["wires of a crossbar"]
    for i in range(rows):
        lines.append(f"Vin{i} w{i}_0 0 {1e-3 * float(given.voltage[i])!r}")
        for j in range(columns):
            ohm = row + driver * (j == 0)
            lines.append(f"Rw{i}_{j} w{i}_{j} w{i}_{j + 1} {ohm!r}")
    for j in range(columns):
        lines.append(f"Vout{j} b{rows}_{j} 0 0")
        for i in range(rows):
            ohm = column + sense * (i == rows - 1)
            lines.append(f"Rb{i}_{j} b{i}_{j} b{i + 1}_{j} {ohm!r}")
            lines += cell(f"{i}_{j}", f"w{i}_{j + 1}", f"b{i}_{j}", given, (i, j))
    shown = "\n".join(f"print i(vout{j})" for j in range(columns))
    options = ".options reltol=1e-10 abstol=1e-16 vntol=1e-13 gmin=1e-20 itl1=1000"
    control = f".control\nset numdgt=15\nop\n{shown}\nquit\n.endc"
    return "\n".join([*lines, options, control, ".end", ""])


def cell(name: str, above: str, below: str, given: Circuit, place: tuple[int, int]) -> list[str]:
    siemens = 1e-6 * float(given.conductance[place])
    if given.law is None:
        return [f"Rc{name} {above} {below} {1 / siemens!r}"] if siemens else []
    law = given.law.replace("G", repr(siemens)).replace("V", f"v({above},{below})")
    return [f"Bc{name} {above} {below} I={law}"]


def ngspice_currents(given: Circuit, folder: Path) -> FloatArray:
    """Return the column currents, nA."""
    path = folder / "array.cir"
    path.write_text(netlist(given), encoding="ascii")
    command = ["ngspice", "-b", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.findall(r"^i\(vout(\d+)\) = (\S+)$", done.stdout, flags=re.MULTILINE)
    assert [int(j) for j, _ in found] == list(range(given.conductance.shape[1])), done.stderr
    return 1e9 * np.array([float(value) for _, value in found])


def our_currents(given: Circuit) -> list[FloatArray]:
    row, column, driver, sense = (OHM * ohm for ohm in given.ohms)
    wires = Wires(row=row, column=column, driver=driver, sense=sense)
    conductance, voltage = given.conductance, given.voltage
    if given.law is None:
        point = linear_operating_point(conductance, voltage, wires)
        return [voltage @ effective_conductance(conductance, wires), point.column_current]
    if given.law == CUBIC:
        law = CubicConduction(square=(1e-4,), cube=(1e-3,), limit=500.0)
        return [operating_point(conductance, voltage, wires, law).column_current]
    bend = SinhConduction(voltage=1e3 * float(given.law.split("*")[1]))
    return [operating_point(conductance, voltage, wires, bend).column_current]


@pytest.mark.parametrize("name", CIRCUITS)
def test_currents_are_those_of_ngspice(name, tmp_path):
    expected = ngspice_currents(CIRCUITS[name], tmp_path)
    scale = np.abs(expected).max()
    for currents in our_currents(CIRCUITS[name]):
        assert currents == pytest.approx(expected, rel=AGREEMENT, abs=1e-9 * scale)
