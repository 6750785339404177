"""What the benchmark of wires says when currents disagree or the peer is missing."""

import numpy as np
import pytest

from benchmarks import wires, wires_peer

OURS = [
    {"256 vectors": 50.0, "next 256 vectors": 0.5, "single vector": 5.0},
    {"256 vectors": 60.0, "next 256 vectors": 0.4, "single vector": 6.0},
    {"256 vectors": 40.0, "next 256 vectors": 0.6, "single vector": 7.0},
]
THEIRS = {"256 vectors": 600.0, "next 256 vectors": 600.0, "single vector": 210.0}


def table(deviation: float, reason: str = "") -> list[tuple[str, ...]]:
    theirs = [THEIRS | {"deviation": deviation} for _ in OURS]
    return wires._ratios(OURS, theirs, reason)


def test_ratios_are_medians_over_rounds():
    # 600 over 50, 60, 40; over 0.5, 0.4, 0.6; 210 over 5, 6, 7.
    assert [row[3] for row in table(1e-9)] == ["12", "1.2e+03", "35"]
    assert [row[1] for row in table(1e-9)] == ["50", "0.5", "6"]


def test_ratio_is_void_where_currents_differ():
    assert {row[3] for row in table(2e-6)} == {"void"}


def test_missing_peer_is_told_with_the_reason():
    rows = table(0.0, "ModuleNotFoundError: No module named 'badcrossbar'")
    assert {row[2] for row in rows} == {"ModuleNotFoundError: No module named 'badcrossbar'"}
    assert [row[1] for row in rows] == ["50", "0.5", "6"]


def test_peer_is_asked_in_its_own_units():
    asked = {}

    class Found:
        class currents:
            output = np.array([[2e-6]])

    def solver(voltage, resistance, **options):
        asked.update(options, voltage=voltage, resistance=resistance)
        return Found

    conductance, voltage = np.array([[100.0], [0.0]]), np.array([[200.0, 0.0]])
    found = wires_peer.column_currents(solver, conductance, voltage, (1.0, 2.0))
    assert found == pytest.approx(np.array([[2000.0]]))  # 2 uA in nA
    assert asked["voltage"] == pytest.approx(np.array([[0.2], [0.0]]))  # V, a column a vector
    assert asked["resistance"].tolist() == [[1e4], [np.inf]]
    assert (asked["r_i_word_line"], asked["r_i_bit_line"]) == (1.0, 2.0)
    assert asked["node_voltages"] is asked["all_currents"] is False
