import pytest

from neuro.backends.crossbar.wires import LINES, OHM, Wires, line_resistance, wires_of_node
from neuro.errors import ValidationError


# Specification 3.4, from NeuroSim's wire table: ohm by micrometre.
@pytest.mark.parametrize(("node", "ohms"), [(65, 1.19), (32, 13.3), (22, 23.2), (14, 55.9)])
def test_resistance_by_length_is_that_of_the_table(node, ohms):
    assert line_resistance(node, 1.0) / OHM == pytest.approx(ohms, rel=5e-3)
    assert line_resistance(node, 2.5) == pytest.approx(2.5 * line_resistance(node, 1.0))


def test_segments_follow_the_pitch_in_wire_widths():
    # 22 nm: width 0.032 um, so 10 widths are 0.32 um of 23.2 ohm/um.
    wires = wires_of_node(22, row_pitch=10.0, column_pitch=4.0)
    assert wires.row / OHM == pytest.approx(0.32 * 23.2, rel=5e-3)
    assert wires.column == pytest.approx(0.4 * wires.row)
    assert wires == Wires(row=wires.row, column=wires.column)


def test_resistance_rises_with_temperature():
    # Copper, 0.0045 by kelvin: 100 K more are 45 %.
    warm, cool = (line_resistance(65, 1.0, temperature=t) for t in (400.0, 300.0))
    assert warm / cool == pytest.approx(1.45)


def test_unknown_node_is_refused_with_those_known():
    with pytest.raises(ValidationError) as caught:
        wires_of_node(28, row_pitch=4.0, column_pitch=4.0)
    assert caught.value.where == "wires.node"
    assert caught.value.value == 28
    assert caught.value.limit == "Known nodes: 65 nm, 32 nm, 22 nm, 14 nm"
    assert set(LINES) == {65, 32, 22, 14}


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan"), float("inf")])
def test_length_has_to_be_positive(length):
    with pytest.raises(ValidationError, match=r"wires\.length: .* um\. It is positive and finite"):
        line_resistance(65, length)


@pytest.mark.parametrize("temperature", [0.0, 50.0, float("inf"), float("nan")])
def test_temperature_below_the_linear_law_is_refused(temperature):
    # 1 + 0.0045 (T - 300) is zero at 77.8 K.
    with pytest.raises(ValidationError) as caught:
        line_resistance(65, 1.0, temperature=temperature)
    assert caught.value.where == "wires.temperature"
    assert caught.value.limit == "The linear law of the resistivity needs more than 77.8 K"
