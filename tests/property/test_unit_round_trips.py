from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuro.units import DIMENSIONS, format_value, to_coherent, whole_steps

SHORT = st.builds(
    lambda digits, exponent: float(f"{digits}e{exponent}"),
    st.integers(-999_999, 999_999),
    st.integers(-12, 6),
)
"""Numbers of at most six digits, which is what `format_value` writes."""

PREFIXES = {"p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6}
BASES = {"s": "ms", "V": "mV", "A": "nA", "S": "uS", "F": "nF", "W": "pW", "J": "fJ", "Hz": "Hz"}
COHERENT = {"ms": -3, "mV": -3, "nA": -9, "uS": -6, "nF": -9, "pW": -12, "fJ": -15, "Hz": 0}


@given(SHORT, st.sampled_from(sorted(DIMENSIONS)))
def test_formatted_value_is_read_back(value: float, unit: str) -> None:
    assert to_coherent(format_value(value, unit), unit, "x", bare=False) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(sorted(DIMENSIONS)))
def test_any_double_is_read_back_from_all_its_digits(value: float, unit: str) -> None:
    assert to_coherent(f"{value!r} {unit}", unit, "x") == value


@given(
    st.integers(1, 9999),
    st.integers(-3, 1),
    st.sampled_from(sorted(PREFIXES)),
    st.sampled_from(sorted(BASES)),
)
def test_prefixed_value_is_the_closest_double(
    digits: int, exponent: int, prefix: str, base: str
) -> None:
    number, unit = Decimal(digits).scaleb(exponent), BASES[base]
    expected = float(number.scaleb(PREFIXES[prefix] - COHERENT[unit]))
    assert to_coherent(f"{number:f} {prefix}{base}", unit, "x") == expected


@given(st.lists(st.floats(-1e9, 1e9), max_size=20))
def test_array_keeps_its_numbers(values: list[float]) -> None:
    assert to_coherent(np.array(values), "mV", "x").tolist() == values


@given(st.integers(0, 10**7), st.sampled_from([0.001, 0.01, 0.025, 0.1, 0.25, 0.5, 1.0]))
def test_multiple_of_the_step_has_that_many_steps(steps: int, dt: float) -> None:
    assert whole_steps(steps * dt, dt, "x") == steps


@given(st.integers(0, 10**5), st.floats(1e-3, 1 - 1e-3))
def test_fraction_of_a_step_is_refused(steps: int, fraction: float) -> None:
    with pytest.raises(ValueError, match="A multiple of the time step"):
        whole_steps((steps + fraction) * 0.1, 0.1, "x")
