import numpy as np
import pytest

from neuro.backends.crossbar.devices import SinhConduction
from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    linear_operating_point,
    nonlinear,
    operating_point,
    pcg,
)
from neuro.backends.crossbar.wires.pcg import correct, line_modes, norms, uniform_array
from neuro.errors import SimulationError

WIRES = Wires(row=1 * OHM, column=1 * OHM)


def line(count: int, segment: float, end: float):
    """Conductance matrix of a line from a source through `end`, by its definition."""
    matrix = np.zeros((count, count))
    matrix[0, 0] = 1 / (segment + end)
    for k in range(count - 1):
        matrix[k : k + 2, k : k + 2] += np.array([[1, -1], [-1, 1]]) / segment
    return matrix


@pytest.mark.parametrize("end", [0.0, 0.5, 100.0])
@pytest.mark.parametrize("count", [1, 2, 3, 16, 127])
def test_modes_diagonalise_a_line(count, end):
    modes = line_modes(count, 2.0, end)
    assert modes.vectors.T @ modes.vectors == pytest.approx(np.eye(count), abs=1e-12)
    restored = modes.vectors / modes.resistance @ modes.vectors.T
    assert restored == pytest.approx(line(count, 2.0, end), abs=1e-12)


def test_eigenvalues_are_those_of_the_closed_form():
    k, count = np.arange(40), 40
    expected = 2 / 3.0 * (1 - np.cos((2 * k + 1) * np.pi / (2 * count + 1)))
    assert 1 / line_modes(count, 3.0).resistance == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("wires", [WIRES, Wires(row=1e-6, column=3e-6, driver=1e-4, sense=5e-5)])
def test_correction_solves_its_equation(wires):
    rng = np.random.default_rng(0)
    slope = rng.uniform(0, 150, (12, 17))
    right = rng.standard_normal((3, 12, 17))
    right[1] = 0
    array = uniform_array(12, 17, wires)
    found = correct(array, slope, right, 1e-12 * norms(right))
    # R in full, from the two lines: the bit line's first node is the last row.
    word = np.linalg.inv(line(17, wires.row, wires.driver))
    bit = np.linalg.inv(line(12, wires.column, wires.sense))[::-1, ::-1]
    through = found.current @ word + bit @ found.current
    assert through == pytest.approx(found.voltage, rel=1e-8, abs=1e-12)
    assert found.current + slope * found.voltage == pytest.approx(right, rel=1e-8, abs=1e-10)
    assert not found.voltage[1].any()


# Specification 3.6: 3 to 7 iterations to 1e-8, whatever the size and the resistance.
@pytest.mark.parametrize("ohm", [0.1, 1.0, 5.0])
@pytest.mark.parametrize("size", [16, 64, 128])
def test_iterations_are_few_at_any_size(size, ohm):
    wires = Wires(row=ohm * OHM, column=ohm * OHM)
    rng = np.random.default_rng(size)
    slope = rng.uniform(0, 150, (size, size))
    array = uniform_array(size, size, wires)
    voltage = rng.uniform(0, 200, (1, size))
    current = pcg.uniform_currents(array, voltage, slope)
    missing = current - slope * pcg.cell_voltages(voltage, current, wires)
    assert correct(array, slope, missing, 1e-8 * norms(current)).iterations <= 8


def test_uniform_array_needs_no_iteration(monkeypatch):
    monkeypatch.setattr(pcg, "MOST_ITERATIONS", 0)
    point = linear_operating_point(np.full((30, 20), 100.0), np.linspace(0, 200, 30), WIRES)
    assert point.residual <= 1e-10


def test_currents_that_do_not_settle_are_an_error_with_the_residual(monkeypatch):
    monkeypatch.setattr(pcg, "MOST_ITERATIONS", 0)
    conductance = np.random.default_rng(1).uniform(0, 150, (30, 20))
    with pytest.raises(SimulationError) as caught:
        linear_operating_point(conductance, np.full(30, 200.0), WIRES)
    assert caught.value.where == "array.wires"
    assert caught.value.value > 1e-10
    assert caught.value.limit == "The tolerance is 1e-10"
    assert "Raise the tolerance" in caught.value.hint


def test_newton_that_does_not_settle_is_an_error_with_the_residual(monkeypatch):
    monkeypatch.setattr(nonlinear, "MOST_STEPS", 1)
    conductance = np.random.default_rng(1).uniform(0, 150, (30, 20))
    law = SinhConduction(voltage=50.0)
    with pytest.raises(SimulationError, match="after 1 steps") as caught:
        operating_point(conductance, np.full(30, 200.0), WIRES, law)
    assert caught.value.value > 1e-10


def test_looser_tolerance_is_met_and_not_exceeded():
    conductance = np.random.default_rng(1).uniform(0, 150, (64, 64))
    voltage = np.full(64, 200.0)
    loose, tight = (
        linear_operating_point(conductance, voltage, WIRES, tolerance=tolerance).residual
        for tolerance in (1e-4, 1e-12)
    )
    assert 1e-12 < loose <= 1e-4
    assert tight <= 1e-12


def test_batches_of_vectors_change_nothing(monkeypatch):
    conductance = np.random.default_rng(1).uniform(0, 150, (12, 9))
    voltages = np.random.default_rng(2).uniform(0, 200, (7, 12))
    expected = linear_operating_point(conductance, voltages, WIRES)
    monkeypatch.setattr(pcg, "LARGEST_BATCH", 2 * conductance.size)
    found = linear_operating_point(conductance, voltages, WIRES)
    assert found.column_current == pytest.approx(expected.column_current, rel=1e-9)
