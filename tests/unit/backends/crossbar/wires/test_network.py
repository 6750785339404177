import numpy as np
import pytest

from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    effective_conductance,
    first_order,
    first_order_conductance,
    linear_operating_point,
    sparse_operating_point,
)
from neuro.backends.crossbar.wires.network import bit_voltage, cell_voltages, word_voltage
from neuro.errors import CheckError, ValidationError

WIRES = Wires(row=1 * OHM, column=1 * OHM)
SOLVERS = [linear_operating_point, sparse_operating_point, first_order]


@pytest.mark.parametrize("name", ["row", "column"])
@pytest.mark.parametrize("value", [0.0, -1e-6, np.nan, np.inf])
def test_segment_resistance_has_to_be_positive(name, value):
    with pytest.raises(ValidationError) as caught:
        Wires(**{"row": 1e-6, "column": 1e-6, name: value})
    assert caught.value.where == f"wires.{name}"
    assert caught.value.limit == "A segment has a positive and finite resistance"
    assert (caught.value.hint == "Leave the wires out for ideal ones") == (value == 0)


@pytest.mark.parametrize("name", ["driver", "sense"])
def test_resistance_of_an_end_may_be_zero_but_not_negative(name):
    assert getattr(Wires(row=1e-6, column=1e-6, **{name: 0.0}), name) == 0
    with pytest.raises(ValidationError, match=rf"wires\.{name}: -3 ohm"):
        Wires(row=1e-6, column=1e-6, **{name: -3e-6})


def test_all_wrong_resistances_are_named_at_once():
    with pytest.raises(CheckError) as caught:
        Wires(row=0.0, column=-1.0, sense=-1.0)
    assert [issue.where for issue in caught.value.issues] == [
        "wires.row",
        "wires.column",
        "wires.sense",
    ]


@pytest.mark.parametrize("value", [-3.0, np.nan, np.inf])
@pytest.mark.parametrize("solve", [effective_conductance, first_order_conductance])
def test_conductance_is_refused_with_its_place(solve, value):
    conductance = np.full((4, 6), 10.0)
    conductance[2, 5] = conductance[3, 1] = value
    with pytest.raises(ValidationError) as caught:
        solve(conductance, WIRES)
    assert caught.value.where == "array.conductance"
    assert "at index (2, 5), and 1 more like it" in str(caught.value)
    assert caught.value.limit == "Conductances are finite and not negative"
    assert caught.value.hint == "Map a signed weight to a differential pair"


@pytest.mark.parametrize("solve", SOLVERS)
def test_every_solver_checks_conductances_and_voltages(solve):
    with pytest.raises(ValidationError, match=r"array\.conductance: -1 uS at index \(0, 0\)"):
        solve(np.full((1, 1), -1.0), np.ones(1), WIRES)
    with pytest.raises(ValidationError, match=r"array\.voltage: nan mV at index \(1,\)"):
        solve(np.ones((2, 3)), np.array([1.0, np.nan]), WIRES)
    with pytest.raises(ValidationError, match=r"has shape \(3,\). The last axis .* the 2 rows"):
        solve(np.ones((2, 3)), np.ones(3), WIRES)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (0, 5), (5, 0), ()])
def test_conductances_are_rows_by_columns(shape):
    with pytest.raises(ValidationError, match=r"The shape is \(rows, columns\)"):
        effective_conductance(np.zeros(shape), WIRES)


def test_integers_and_lists_are_taken_as_numbers():
    expected = effective_conductance(np.array([[1.0, 2.0], [3.0, 4.0]]), WIRES)
    assert (effective_conductance([[1, 2], [3, 4]], WIRES) == expected).all()


# By hand, rows of two cells that draw 1 and 2 nA, and 3 and 4 nA; 1, 2, 10 and 20 Mohm.
def test_lines_drop_what_their_segments_carry():
    wires = Wires(row=1.0, column=2.0, driver=10.0, sense=20.0)
    current = np.array([[1.0, 2.0], [3.0, 4.0]])
    word = word_voltage(np.array([100.0, 200.0]), current, wires)
    # First segments carry 3 and 7 nA through 11 Mohm, second ones 2 and 4 nA through 1 Mohm.
    assert word == pytest.approx(np.array([[67.0, 65.0], [123.0, 119.0]]))
    bit = bit_voltage(current, wires)
    # Last segments carry 4 and 6 nA through 22 Mohm, first ones 1 and 2 nA through 2 Mohm.
    assert bit == pytest.approx(np.array([[90.0, 136.0], [88.0, 132.0]]))
    both = cell_voltages(np.array([100.0, 200.0]), current, wires)
    assert both == pytest.approx(word - bit)
    drop = np.array([100.0, 200.0]) @ current.sum(axis=1) - (current * both).sum()
    point = linear_operating_point(np.ones((2, 2)), np.array([100.0, 200.0]), wires)
    own = np.array([100.0, 200.0]) @ point.current.sum(axis=1) - point.cell_power
    # 11 Mohm (9 + 49) + 1 Mohm (4 + 16) + 22 Mohm (16 + 36) + 2 Mohm (1 + 4)
    assert drop == pytest.approx(638 + 20 + 1144 + 10)
    assert own == pytest.approx(point.wire_power(wires))
