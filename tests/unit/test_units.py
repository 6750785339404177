import warnings
from typing import Any

import numpy as np
import pint
import pytest
import quantities as pq

from neuro.errors import UnitError, ValidationError
from neuro.units import format_value, to_coherent, whole_steps

EACH_DIMENSION = {
    "ms": ("2 s", 2e3),
    "mV": ("2 V", 2e3),
    "nA": ("2 uA", 2e3),
    "uS": ("2 mS", 2e3),
    "nF": ("2 uF", 2e3),
    "pW": ("2 nW", 2e3),
    "fJ": ("2 pJ", 2e3),
    "Hz": ("2 kHz", 2e3),
}


@pytest.fixture(scope="module")
def brian2() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("brian2")


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    return pint.UnitRegistry()


@pytest.mark.parametrize(("unit", "pair"), EACH_DIMENSION.items())
def test_string_with_prefix_becomes_coherent(unit: str, pair: tuple[str, float]) -> None:
    text, expected = pair
    assert to_coherent(text, unit, "x") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("unit", EACH_DIMENSION)
def test_string_in_the_coherent_unit_keeps_its_number(unit: str) -> None:
    assert to_coherent(f"0.3 {unit}", unit, "x") == 0.3


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("20 ms", "ms", 20.0),
        ("0.02 s", "ms", 20.0),
        ("100 us", "ms", 0.1),
        ("9 us", "ms", 0.009),
        ("1 ns", "ms", 1e-6),
        ("-65 mV", "mV", -65.0),
        ("-0.065 V", "mV", -65.0),
        ("250 pA", "nA", 0.25),
        ("1 uA", "nA", 1000.0),
        ("100 pF", "nF", 0.1),
        ("1 uF", "nF", 1000.0),
        ("6 nS", "uS", 0.006),
        ("5 pS", "uS", 5e-6),
        ("1 nW", "pW", 1000.0),
        ("1 pJ", "fJ", 1000.0),
    ],
)
def test_round_value_is_the_closest_double(text: str, unit: str, expected: float) -> None:
    assert to_coherent(text, unit, "x") == expected


@pytest.mark.parametrize("text", ["20ms", " 20  ms ", "+20 ms", "2e1 ms", "20. ms", ".02e3 ms"])
def test_string_may_be_spelled_in_several_ways(text: str) -> None:
    assert to_coherent(text, "ms", "x") == 20.0


def test_us_is_microseconds_and_not_microsiemens() -> None:
    assert to_coherent("20 us", "ms", "x") == 0.02
    with pytest.raises(UnitError):
        to_coherent("20 us", "uS", "x")


def test_usiemens_is_microsiemens_and_not_microseconds() -> None:
    assert to_coherent("20 uS", "uS", "x") == 20.0
    with pytest.raises(UnitError):
        to_coherent("20 uS", "ms", "x")


def test_wrong_dimension_names_thing_value_and_remedy() -> None:
    with pytest.raises(UnitError) as caught:
        to_coherent("20 mV", "ms", "population 'ca3'.tau_m")
    assert str(caught.value) == (
        "population 'ca3'.tau_m: expected a time, got '20 mV'. Write it like '20 ms'."
    )
    assert caught.value.value == "20 mV"


@pytest.mark.parametrize("text", ["", "ms", "twenty ms", "1,5 ms", "20 ms ms", "20 2 ms", "1 / ms"])
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="expected a time"):
        to_coherent(text, "ms", "x")


def test_text_is_never_executed() -> None:
    with pytest.raises(UnitError):
        to_coherent("1 __import__('os').system('true')", "ms", "x")


def test_bare_number_is_taken_in_the_coherent_unit() -> None:
    assert to_coherent(20, "ms", "x") == 20.0
    assert to_coherent("20", "ms", "x") == 20.0


@pytest.mark.parametrize("value", [20, 20.0, "20", np.array([1.0])])
def test_missing_unit_is_refused_where_bare_numbers_are(value: object) -> None:
    with pytest.raises(UnitError, match="Write it like '20 ms'"):
        to_coherent(value, "ms", "x", bare=False)


@pytest.mark.parametrize("value", ["0.5", 0.5, "50 %"])
def test_pure_number_needs_no_unit(value: object) -> None:
    assert to_coherent(value, "", "x", bare=False) == 0.5


def test_pure_number_with_a_unit_is_refused() -> None:
    with pytest.raises(UnitError, match="expected a pure number"):
        to_coherent("0.5 mV", "", "x")


@pytest.mark.parametrize(
    "value", [True, False, None, np.True_, [True, False], {}, object(), 1j, [[1], [1, 2]]]
)
def test_value_that_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="x: expected a time, got"):
        to_coherent(value, "ms", "x")


def test_complex_array_is_refused() -> None:
    with pytest.raises(ValidationError):
        to_coherent(np.array([1j]), "ms", "x")


def test_nan_text_is_nan_and_left_to_the_checks_of_the_network() -> None:
    assert np.isnan(to_coherent("nan ms", "ms", "x"))


def test_plain_array_becomes_floats() -> None:
    answer = to_coherent([1, 2], "ms", "x")
    assert answer.dtype == np.float64
    assert answer.tolist() == [1.0, 2.0]


def test_error_about_a_long_list_does_not_print_all_of_it() -> None:
    with pytest.raises(ValidationError) as caught:
        to_coherent(["a"] * 1000, "ms", "x")
    assert len(str(caught.value)) < 300


def test_pint_quantity_is_converted(registry: pint.UnitRegistry) -> None:
    assert to_coherent(registry.Quantity(2, "s"), "ms", "x") == 2000.0


def test_pint_array_is_converted(registry: pint.UnitRegistry) -> None:
    value = registry.Quantity(np.array([1.0, 2.0]), "s")
    assert to_coherent(value, "ms", "x").tolist() == [1000.0, 2000.0]


def test_pint_quantity_of_another_dimension_is_refused(registry: pint.UnitRegistry) -> None:
    with pytest.raises(UnitError, match="expected a time"):
        to_coherent(registry.Quantity(2, "mV"), "ms", "x")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (2 * pq.s, "ms", 2e3),
        (2 * pq.V, "mV", 2e3),
        (2 * pq.uA, "nA", 2e3),
        (2 * pq.S, "uS", 2e6),
        (2 * pq.uF, "nF", 2e3),
        (2e-9 * pq.W, "pW", 2e3),
        (2e-12 * pq.J, "fJ", 2e3),
        (2 * pq.kHz, "Hz", 2e3),
        (2 * pq.dimensionless, "", 2.0),
    ],
)
def test_quantities_quantity_is_converted(value: Any, unit: str, expected: float) -> None:
    assert to_coherent(value, unit, "x") == pytest.approx(expected, rel=1e-15)


def test_quantities_array_is_converted() -> None:
    assert to_coherent(np.array([1.0, 2.0]) * pq.s, "ms", "x").tolist() == [1000.0, 2000.0]


def test_quantities_quantity_of_another_dimension_is_refused() -> None:
    with pytest.raises(UnitError, match="expected a time"):
        to_coherent(2 * pq.mV, "ms", "x")


@pytest.mark.parametrize(
    ("number", "symbol", "unit", "expected"),
    [
        (20, "ms", "ms", 20.0),
        (2, "volt", "mV", 2e3),
        (2, "uA", "nA", 2e3),
        (2, "siemens", "uS", 2e6),
        (2, "ufarad", "nF", 2e3),
        (2, "watt", "pW", 2e12),
        (2, "joule", "fJ", 2e15),
        (2, "kHz", "Hz", 2e3),
    ],
)
def test_brian2_quantity_is_converted(
    brian2: Any, number: float, symbol: str, unit: str, expected: float
) -> None:
    value = number * getattr(brian2, symbol)
    assert to_coherent(value, unit, "x") == pytest.approx(expected, rel=1e-15)


def test_brian2_array_is_converted(brian2: Any) -> None:
    value = np.array([1.0, 2.0]) * brian2.second
    assert to_coherent(value, "ms", "x").tolist() == [1000.0, 2000.0]


@pytest.mark.parametrize("symbol", ["mV", "kelvin", "Hz"])
def test_brian2_quantity_of_another_dimension_is_refused(brian2: Any, symbol: str) -> None:
    with pytest.raises(UnitError, match="expected a time"):
        to_coherent(2 * getattr(brian2, symbol), "ms", "x")


def test_brian2_temperature_is_no_pure_number(brian2: Any) -> None:
    with pytest.raises(UnitError, match="expected a pure number"):
        to_coherent(2 * brian2.kelvin, "", "x")


def test_list_of_strings_is_converted_one_by_one() -> None:
    assert to_coherent(["1 s", "2 ms"], "ms", "x").tolist() == [1000.0, 2.0]


def test_list_of_brian2_quantities_keeps_its_unit(brian2: Any) -> None:
    value = [1 * brian2.second, 2 * brian2.ms]
    assert to_coherent(value, "ms", "x").tolist() == [1000.0, 2.0]


def test_list_of_quantities_quantities_keeps_its_unit() -> None:
    assert to_coherent([1 * pq.s, 2 * pq.ms], "ms", "x").tolist() == [1000.0, 2.0]


def test_list_of_pint_quantities_keeps_its_unit(registry: pint.UnitRegistry) -> None:
    value = [registry.Quantity(1, "s"), registry.Quantity(2, "ms")]
    assert to_coherent(value, "ms", "x").tolist() == [1000.0, 2.0]


def test_list_is_refused_where_its_members_need_a_unit() -> None:
    with pytest.raises(UnitError):
        to_coherent(["1 ms", 2.0], "ms", "x", bare=False)


def test_whole_steps_forgives_the_rounding_of_decimals() -> None:
    assert whole_steps(0.3, 0.1, "x") == 3
    assert whole_steps(0.7, 0.1, "x") == 7
    assert whole_steps(100_000.1, 0.1, "x") == 1_000_001


def test_whole_steps_of_zero_is_zero() -> None:
    assert whole_steps(0.0, 0.1, "x") == 0


@pytest.mark.parametrize("time", [0.25, -0.1, np.nan, np.inf])
def test_whole_steps_refuses_what_is_no_multiple(time: float) -> None:
    with pytest.raises(ValidationError) as caught:
        whole_steps(time, 0.1, "duration")
    assert caught.value.where == "duration"
    assert caught.value.limit == "A multiple of the time step, 0.1 ms, not negative"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(20.0, "ms", "20 ms"), (0.1, "nA", "0.1 nA"), (0.5, "", "0.5"), (1e-9, "uS", "1e-09 uS")],
)
def test_format_value_writes_number_and_unit(value: float, unit: str, text: str) -> None:
    assert format_value(value, unit) == text
