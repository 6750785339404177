"""Wires against reference numbers (crossbar_nladc 3.6), Kirchhoff's laws and one another."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq

from neuro.backends.crossbar.devices import CubicConduction, LinearConduction, SinhConduction
from neuro.backends.crossbar.devices.interface import Conduction
from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    effective_conductance,
    first_order,
    first_order_conductance,
    linear_operating_point,
    operating_point,
    sparse_operating_point,
)
from neuro.backends.crossbar.wires.sparse import node_matrix
from neuro.errors import UnsupportedError

# Specification 3.6: total current over ideal, uniform 100 uS, 0.2 V on all rows.
TOTALS = {
    (4, 0.1): 0.99985002,
    (4, 1.0): 0.99850235,
    (4, 2.0): 0.99700939,
    (16, 0.1): 0.99813378,
    (16, 1.0): 0.98167088,
    (16, 2.0): 0.96405360,
    (64, 0.1): 0.97287928,
    (64, 1.0): 0.78546046,
    (64, 2.0): 0.65078479,
    (128, 0.1): 0.90139239,
    (128, 1.0): 0.49229384,
    (128, 2.0): 0.33501248,
    (256, 0.1): 0.70205959,
    (256, 1.0): 0.21064268,
    (256, 2.0): 0.12445387,
}
ENDS = {
    4: (0.99885151, 0.99825296),
    16: (0.98919464, 0.97754952),
    64: (0.87571768, 0.74006290),
    128: (0.66193355, 0.41115688),
    256: (0.38158964, 0.13818102),
}


def ohms(row: float, column: float, driver: float = 0.0, sense: float = 0.0) -> Wires:
    return Wires(row=row * OHM, column=column * OHM, driver=driver * OHM, sense=sense * OHM)


def pattern(rows: int, columns: int):
    """Conductances and voltages of the specification's pattern test."""
    i, j = np.mgrid[:rows, :columns]
    conductance = 1 + 149 * ((7 * i + 13 * j + 3 * i * j) % 32) / 31
    return conductance, 200 * ((5 * np.arange(rows)) % 32) / 31


def array(kind: str, rows: int, columns: int, seed: int = 1):
    """Conductances of a kind, and row voltages of both signs."""
    rng = np.random.default_rng(seed)
    conductance = {
        "uniform": np.full((rows, columns), 100.0),
        "random": rng.uniform(0, 150, (rows, columns)),
        "binary": 150.0 * rng.integers(0, 2, (rows, columns)),
        "sparse": 150.0 * (rng.random((rows, columns)) < 0.02),
        "decades": 10 ** rng.uniform(-6, 2, (rows, columns)),
    }[kind]
    return conductance, rng.uniform(-100, 200, rows)


@pytest.mark.parametrize(("size", "ohm"), TOTALS)
def test_uniform_array_gives_the_reference_total(size, ohm):
    conductance, voltage = np.full((size, size), 100.0), np.full(size, 200.0)
    wires = ohms(ohm, ohm)
    ideal = 100.0 * 200.0 * size
    current = voltage @ effective_conductance(conductance, wires)
    point = linear_operating_point(conductance, voltage, wires)
    assert current.sum() / ideal / size == pytest.approx(TOTALS[size, ohm], abs=1e-8)
    assert point.column_current.sum() / ideal / size == pytest.approx(TOTALS[size, ohm], abs=1e-8)
    if ohm == 1.0:
        assert current[[0, -1]] / ideal == pytest.approx(ENDS[size], abs=1e-8)


@pytest.mark.parametrize(
    ("shape", "wires", "columns", "expected", "total"),
    [
        ((32, 32), ohms(1, 1), (0, 15, 31), (233.488848, 269.251876, 251.222633), 7737.612667),
        ((24, 40), ohms(2, 0.5), (0, 20, 39), (169.122688, 164.526804, 153.951582), 6563.451259),
        ((1, 1), ohms(1, 1), (0,), (19.99600080,), 19.99600080),
    ],
)
def test_pattern_gives_the_reference_currents(shape, wires, columns, expected, total):
    conductance, voltage = pattern(*shape)
    if shape == (1, 1):
        conductance, voltage = np.array([[100.0]]), np.array([200.0])
    for current in (
        voltage @ effective_conductance(conductance, wires),
        linear_operating_point(conductance, voltage, wires).column_current,
        sparse_operating_point(conductance, voltage, wires).column_current,
    ):
        assert current[list(columns)] / 1e3 == pytest.approx(expected, rel=1e-8)
        assert current.sum() / 1e3 == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("wires", [ohms(0.1, 0.1), ohms(1, 3), ohms(5, 0.2, 100, 50)], ids=str)
@pytest.mark.parametrize("shape", [(7, 1), (1, 9), (33, 33), (24, 40), (70, 18)])
@pytest.mark.parametrize("kind", ["uniform", "random", "binary", "sparse", "decades"])
def test_solvers_agree(kind, shape, wires):
    conductance, voltage = array(kind, *shape)
    reference = sparse_operating_point(conductance, voltage, wires)
    point = linear_operating_point(conductance, voltage, wires)
    scale = np.abs(reference.column_current).max()
    ports = voltage @ effective_conductance(conductance, wires)
    assert ports == pytest.approx(reference.column_current, abs=1e-9 * scale)
    assert point.column_current == pytest.approx(reference.column_current, abs=1e-9 * scale)
    assert point.word == pytest.approx(reference.word, abs=1e-9 * 200)
    assert point.bit == pytest.approx(reference.bit, abs=1e-9 * 200)
    assert point.residual <= 1e-9


def test_vectors_of_any_leading_shape_are_solved_alike():
    conductance, _ = array("random", 12, 9)
    voltages = np.random.default_rng(3).uniform(0, 200, (2, 5, 12))
    voltages[0, 0] = 0.0
    wires = ohms(1, 1)
    point = linear_operating_point(conductance, voltages, wires)
    bent = operating_point(conductance, voltages, wires, SinhConduction(voltage=100.0))
    alone = operating_point(conductance, voltages[1, 3], wires, SinhConduction(voltage=100.0))
    expected = voltages @ effective_conductance(conductance, wires)
    assert point.column_current == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert bent.column_current.shape == (2, 5, 9)
    assert bent.column_current[1, 3] == pytest.approx(alone.column_current, rel=1e-8)
    none = linear_operating_point(conductance, np.zeros((0, 12)), wires)
    assert none.column_current.shape == (0, 9)


def wire_losses(point, wires: Wires) -> float:
    """Power in both lines from the node voltages alone, pW."""
    words = np.concatenate([point.voltage[:, None], point.word], axis=1)
    bits = np.concatenate([point.bit, np.zeros((1, point.bit.shape[1]))])
    rows = np.diff(words, axis=1) ** 2
    columns = np.diff(bits, axis=0) ** 2
    first = rows[:, 0].sum() / (wires.row + wires.driver)
    last = columns[-1].sum() / (wires.column + wires.sense)
    return first + last + rows[:, 1:].sum() / wires.row + columns[:-1].sum() / wires.column


@pytest.mark.parametrize("conduction", [LinearConduction(), SinhConduction(voltage=60.0)])
@pytest.mark.parametrize("wires", [ohms(0.1, 0.1), ohms(1, 3), ohms(5, 0.2, 100, 50)], ids=str)
def test_sources_deliver_what_cells_and_wires_dissipate(wires, conduction):
    conductance, voltage = array("random", 40, 30)
    point = operating_point(conductance, voltage, wires, conduction)
    cells = float((point.cell_voltage * conduction.current(conductance, point.cell_voltage)).sum())
    first_segment = (voltage - point.word[:, 0]) / (wires.row + wires.driver)
    delivered = float(voltage @ first_segment)
    assert delivered == pytest.approx(cells + wire_losses(point, wires), rel=1e-9)
    assert point.source_power == pytest.approx(delivered, rel=1e-9)
    assert point.cell_power == pytest.approx(cells, rel=1e-9)
    assert point.wire_power(wires) == pytest.approx(wire_losses(point, wires), rel=1e-9)


def test_sources_and_sinks_may_change_places():
    # Turned by half a turn and transposed, bit lines become word lines and grounds sources.
    conductance, _ = array("random", 24, 37)
    there = effective_conductance(conductance, ohms(2, 0.5, 30, 7))
    back = effective_conductance(conductance[::-1, ::-1].T, ohms(0.5, 2, 7, 30))
    assert back == pytest.approx(there[::-1, ::-1].T, rel=1e-12)


def test_every_entry_keeps_its_relative_accuracy_with_next_to_no_resistance():
    # Segments of 1e-9 ohm: the second order is below 1e-19 of the first, so the first is exact.
    conductance, _ = array("decades", 64, 48)
    wires = ohms(1e-9, 1e-9)
    expected = first_order_conductance(conductance, wires)
    assert effective_conductance(conductance, wires) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("ohm", [1e-6, 1e-3, 10.0, 1e3, 1e6])
def test_solvers_settle_far_outside_the_usual_resistances(ohm):
    conductance, voltage = array("random", 96, 96)
    wires = ohms(ohm, ohm)
    exact = voltage @ effective_conductance(conductance, wires)
    linear = linear_operating_point(conductance, voltage, wires)
    bent = operating_point(conductance, voltage, wires, SinhConduction(voltage=250.0))
    assert linear.column_current == pytest.approx(exact, abs=1e-9 * np.abs(exact).max())
    assert max(linear.residual, bent.residual) <= 1e-9


@pytest.mark.parametrize("conductance", [np.zeros((20, 30)), np.zeros((1, 1))])
def test_open_cells_carry_nothing(conductance):
    wires, voltage = ohms(1, 1), np.full(conductance.shape[0], 200.0)
    assert not effective_conductance(conductance, wires).any()
    point = linear_operating_point(conductance, voltage, wires)
    assert not point.current.any()
    assert point.word == pytest.approx(np.full(conductance.shape, 200.0))
    bent = operating_point(conductance, voltage, wires, SinhConduction(voltage=50.0))
    assert bent.column_current == pytest.approx(np.zeros(conductance.shape[1]), abs=1e-12)


# The fit that the hardware file of Milo et al. carries has terms of this size: at 0.2 V and
# 100 uS the quadratic one adds 4 uA and the cubic one 8 uA to 20 uA.
CUBIC = CubicConduction(square=(1e-4,), cube=(1e-3,), limit=500.0)
LAWS = [SinhConduction(voltage=250.0), SinhConduction(voltage=10.0), CUBIC]


@pytest.mark.parametrize("wires", [ohms(0.1, 0.1), ohms(1, 3), ohms(5, 0.2, 100, 50)], ids=str)
@pytest.mark.parametrize("conduction", LAWS, ids=str)
def test_bending_cells_obey_the_node_equations(conduction, wires):
    conductance = np.random.default_rng(2).uniform(50, 150, (20, 32))
    voltage = np.random.default_rng(3).uniform(0, 200, 20)
    point = operating_point(conductance, voltage, wires, conduction)
    drawn = conduction.current(conductance, point.cell_voltage)
    injected = np.zeros((2, 20, 32))
    injected[0, :, 0] = voltage / (wires.row + wires.driver)
    lines = node_matrix(np.zeros((20, 32)), wires)
    nodes = np.stack([point.word, point.bit]).ravel()
    left = lines @ nodes + np.stack([drawn, -drawn]).ravel() - injected.ravel()
    # The matrix multiplies voltages of 200 mV by 1e7 uS: 1e-16 of that is 1e-7 nA.
    assert np.linalg.norm(left) <= 1e-9 * np.linalg.norm(drawn) + 1e-6 * np.sqrt(left.size)
    assert np.linalg.norm(point.current - drawn) <= 1e-9 * np.linalg.norm(drawn)
    assert point.residual <= 1e-9


@pytest.mark.parametrize("v_0", [250.0, 50.0, 10.0, 2.0])
def test_one_bending_cell_solves_its_scalar_equation(v_0):
    def excess(current: float) -> float:
        # Inverted, so that the root is found where the sinh would overflow.
        return v_0 * np.arcsinh(current / (100.0 * v_0)) - (200.0 - 2e-6 * current)

    expected = brentq(excess, 0.0, 1e8, xtol=1e-9, rtol=1e-14)
    law = SinhConduction(voltage=v_0)
    point = operating_point(np.array([[100.0]]), np.array([200.0]), ohms(1, 1), law)
    assert point.column_current[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("kind", ["uniform", "random", "binary", "sparse", "decades"])
def test_cells_that_hardly_bend_are_linear(kind):
    conductance, voltage = array(kind, 30, 41)
    wires = ohms(2, 1)
    bent = operating_point(conductance, voltage, wires, SinhConduction(voltage=1e9))
    linear = linear_operating_point(conductance, voltage, wires)
    scale = np.abs(linear.column_current).max()
    assert bent.column_current == pytest.approx(linear.column_current, abs=1e-9 * scale)


def test_weaker_bending_approaches_linear_cells_by_the_square():
    # sinh(x) = x + x^3 / 6: ten times V_0, a hundredth of the difference.
    conductance, voltage = array("random", 24, 24)
    linear = linear_operating_point(conductance, voltage, ohms(1, 1)).column_current
    far, near = (
        np.abs(
            operating_point(
                conductance, voltage, ohms(1, 1), SinhConduction(voltage=v_0), tolerance=1e-13
            ).column_current
            - linear
        ).max()
        for v_0 in (2000.0, 20000.0)
    )
    assert far / near == pytest.approx(100, rel=0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Falling(Conduction):
    """A cell whose current falls above 100 mV."""

    def current(self, conductance, voltage):
        return conductance * voltage * (1 - voltage / 200.0)

    def differential(self, conductance, voltage):
        return conductance * (1 - voltage / 100.0)


def test_falling_current_is_refused_with_the_cell():
    with pytest.raises(UnsupportedError) as caught:
        operating_point(np.full((2, 3), 10.0), np.array([50.0, 150.0]), ohms(1, 1), Falling())
    assert caught.value.where == "array.cell at row 1, column 0"
    assert caught.value.value == pytest.approx(150.0, rel=1e-2)


@pytest.mark.parametrize("wires", [ohms(0.01, 0.02), ohms(0.1, 0.1), ohms(1, 3, 20, 10)], ids=str)
@pytest.mark.parametrize("kind", ["uniform", "random", "binary", "sparse"])
def test_first_order_is_within_the_error_that_it_reports(kind, wires):
    conductance, voltage = array(kind, 30, 41)
    estimate = first_order(conductance, voltage, wires)
    exact = voltage @ effective_conductance(conductance, wires)
    missed = np.abs(estimate.current - exact)
    assert (missed <= estimate.error).all()
    assert missed.max() > 0
    closed = voltage @ first_order_conductance(conductance, wires)
    assert closed == pytest.approx(estimate.current, rel=1e-10, abs=1e-9 * np.abs(exact).max())


def test_first_order_misses_by_the_second_order():
    conductance, voltage = array("random", 32, 32)
    missed = [
        np.abs(
            first_order(conductance, voltage, ohms(ohm, ohm)).current
            - voltage @ effective_conductance(conductance, ohms(ohm, ohm))
        ).max()
        for ohm in (0.01, 0.001)
    ]
    assert missed[0] / missed[1] == pytest.approx(100, rel=0.05)
