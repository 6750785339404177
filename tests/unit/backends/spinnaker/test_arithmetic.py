"""The machine's operators against the check values and formats of specs, spinnaker section 1."""

import numpy as np
import pytest

from neuro.backends.spinnaker.arithmetic import (
    ONE,
    VANISHING,
    decay,
    decayed_trace,
    divide,
    encode,
    exponential_accum,
    exponential_fraction,
    multiply,
    raised_trace,
    trace_table,
    wrap,
)


# Section 1: dt 1 ms with tau 20 ms, and with tau 5 ms.
def test_exponential_gives_the_check_values() -> None:
    assert exponential_accum(-divide(encode(1.0), encode(20.0))) == 31170
    decay_factor = exponential_fraction(-divide(encode(1.0), encode(5.0)))
    assert decay_factor == 0xD1996247
    assert (5 * ONE * (0xFFFFFFFF - decay_factor)) >> 15 == 0xE8011498


def test_exponential_is_close_to_the_real_one() -> None:
    argument = np.arange(VANISHING, 0, 37, dtype=np.int64)
    exact = np.exp(argument / ONE)
    # The series starts from 5294 / 2^32 = 1.2e-6 instead of 0; s16.15 truncates to 2^-15.
    series = 1.3e-6
    assert np.abs(exponential_fraction(argument) / 2.0**32 - exact).max() < series
    accum = exponential_accum(argument) / ONE
    assert np.all((accum <= exact + series) & (accum > exact - 2.0**-15 - series))


def test_exponential_of_zero_is_one_and_far_below_zero_nothing() -> None:
    assert exponential_accum(np.array([0])).tolist() == [ONE]
    assert exponential_fraction(np.array([0])).tolist() == [0]
    assert exponential_accum(np.array([-340696, -(2**31)])).tolist() == [0, 0]


# Measured on the shipped binary: with dt 1 ms, time constants of 3151 / 32768 ms and less leave
# nothing of an input after a tick, 3152 / 32768 ms leave 5778 of 189114220.
@pytest.mark.parametrize(
    ("tau", "before", "after"), [(3151, 189059999, 0), (3152, 189114220, 5778)]
)
def test_synaptic_decay_vanishes_where_the_binary_lets_it(
    tau: int, before: int, after: int
) -> None:
    factor = exponential_fraction(-divide(np.array([ONE]), np.array([tau])))
    assert decay(np.array([before]), factor).tolist() == [after]


@pytest.mark.parametrize(
    ("value", "stored"),
    # Half a last bit goes to the even neighbour: 0.5, 1.5 and 2.5 last bits.
    [(1.0, 32768), (2.0**-16, 0), (3 * 2.0**-16, 2), (5 * 2.0**-16, 2), (-65536.0, -(2**31))],
)
def test_host_rounds_to_nearest_even(value: float, stored: int) -> None:
    assert encode(value) == stored


def test_multiplication_truncates_toward_minus_infinity_and_wraps() -> None:
    left = np.array([3, -3, 2**31 - 1])
    right = np.array([ONE // 2, ONE // 2, 2 * ONE])
    # 1.5 and -1.5 last bits; 2 * 65535.99997 leaves 32 bits.
    assert multiply(left, right).tolist() == [1, -2, -2]


def test_addition_wraps_to_32_bits() -> None:
    assert wrap(np.array([2**31 - 1 + 1])).tolist() == [-(2**31)]


def test_decay_of_the_extremes_stays_in_range() -> None:
    values = np.array([2**31 - 1, -(2**31), -1])
    assert decay(values, np.array(0xFFFFFFFF)).tolist() == [2**31 - 2, -(2**31), -1]


def test_division_truncates() -> None:
    assert divide(encode(2.0), encode(0.7)).tolist() == 2 * ONE * ONE // 22938


# Section 5: ceil((ln 2048 / lam) / 2) * 2 entries of floor(exp(-i lam) 2048).
def test_trace_table_has_an_even_number_of_floored_entries() -> None:
    table = trace_table(20.0, 1.0)
    assert table.size == 154  # ln 2048 * 20 = 152.5
    assert table[:3].tolist() == [2048, 1948, 1853]  # 2048 e^-0.05 = 1948.1, e^-0.1: 1853.1


def test_trace_is_zero_beyond_the_table() -> None:
    table = trace_table(3.0, 1.0)
    steps = np.array([0, 1, table.size - 1, table.size, 10**6])
    assert decayed_trace(np.full(5, 2048), table, steps).tolist() == [2048, 1467, 0, 0, 0]


def test_trace_wraps_at_sixteen_bits() -> None:
    assert raised_trace(np.array([30719, 30720])).tolist() == [32767, -32768]
