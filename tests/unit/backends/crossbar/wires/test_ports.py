import numpy as np
import pytest

from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    effective_conductance,
    sparse_operating_point,
)
from neuro.backends.crossbar.wires import ports as module
from neuro.backends.crossbar.wires.ports import Block

WIRES = Wires(row=2 * OHM, column=1 * OHM, driver=30 * OHM, sense=5 * OHM)


def columns_one_by_one(conductance, wires):
    """The definition: currents of unit voltages on one row at a time."""
    return sparse_operating_point(conductance, np.eye(len(conductance)), wires).column_current


@pytest.mark.parametrize(
    "shape",
    [(1, 1), (1, 2), (2, 1), (3, 5), (15, 17), (16, 64), (65, 9), (1, 130), (130, 1), (67, 129)],
)
def test_entry_is_the_current_of_a_unit_voltage(shape):
    # Sizes beside powers of two: leaves of every size, padding, and blocks without a partner.
    conductance = np.random.default_rng(4).uniform(0, 150, shape)
    expected = columns_one_by_one(conductance, WIRES)
    found = effective_conductance(conductance, WIRES)
    assert found.shape == shape
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("leaf", [1, 2, 4, 16])
@pytest.mark.parametrize("at_once", [1, 600, 10**6])
def test_how_the_array_is_cut_changes_nothing(monkeypatch, leaf, at_once):
    conductance = np.random.default_rng(5).uniform(0, 150, (36, 50))
    expected = effective_conductance(conductance, WIRES)
    monkeypatch.setattr(module, "LARGEST_LEAF", leaf)
    monkeypatch.setattr(module, "FEWEST_LEAVES", 2)
    monkeypatch.setattr(module, "CELLS_AT_ONCE", at_once)
    assert effective_conductance(conductance, WIRES) == pytest.approx(expected, rel=1e-12)


def test_result_owns_its_memory():
    found = effective_conductance(np.ones((4, 4)), WIRES)
    assert found.base is None
    assert found.flags.c_contiguous


def test_input_is_left_alone():
    conductance = np.ones((20, 20))
    effective_conductance(conductance, WIRES)
    assert (conductance == 1).all()


@pytest.mark.parametrize("eliminate", [module._eliminate_each, module._eliminate_together])
def test_star_of_three_becomes_a_triangle(eliminate):
    # Star-mesh by hand: branches of 1, 2 and 3 uS give 1*2/6, 1*3/6 and 2*3/6.
    mesh = np.zeros((4, 4))
    mesh[0, 1:] = mesh[1:, 0] = 1.0, 2.0, 3.0
    found = eliminate(mesh, 1)
    assert found[0, 1] == found[1, 0] == pytest.approx(1 / 3)
    assert found[0, 2] == pytest.approx(1 / 2)
    assert found[1, 2] == pytest.approx(1)


def test_joining_two_cells_in_a_row_leaves_the_order_of_the_sides():
    # Word line 1 uS a segment, no cells: left to right through both segments is 1/2 uS.
    mesh = np.zeros((4, 4))
    mesh[0, 1] = mesh[1, 0] = 1.0
    mesh[2, 3] = mesh[3, 2] = 5.0
    cell = Block(mesh, (1, 1, 1, 1))
    joined = module._join(cell, cell, "row", module._eliminate_together)
    assert joined.sides == (1, 1, 2, 2)
    expected = np.zeros((6, 6))
    expected[0, 1] = expected[1, 0] = 0.5
    expected[2, 4] = expected[4, 2] = expected[3, 5] = expected[5, 3] = 5.0
    assert joined.mesh == pytest.approx(expected)
