"""Shifts and stored weights against the numbers measured on the tool (spinnaker, section 3.2)."""

import numpy as np
import pytest

from neuro.backends.spinnaker.grids import weight_grids
from neuro.backends.spinnaker.weights import shift, stored_weights, weight_scale


def shift_of(layout, receptor: int = 0) -> int:
    return layout.populations[0].shifts[receptor]


def test_shift_grows_with_fan_in(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(1.0), sources=1000), neurons_per_core=1)
    assert shift_of(layout) == 10
    assert 1.0 / layout.populations[0].scales[0] == 0.03125


def test_spread_delays_lower_the_shift(one_target, laid_out, static) -> None:
    assert shift_of(laid_out(one_target(static(0.1), sources=100))) == 4
    spread = static(0.1, [1.0 + k % 8 for k in range(100)])
    assert shift_of(laid_out(one_target(spread, sources=100))) == 1


# The tool takes the variance of each projection's delays, with 0 for the mean of each.
def test_delays_that_differ_only_between_projections_do_not_count_as_spread(
    one_target, laid_out, static
) -> None:
    early, late = static(0.1, 1.0), static(0.1, 8.0)
    assert shift_of(laid_out(one_target(early, late, sources=50))) == 4  # 100 * 0.1 = 10 < 16


def test_one_large_weight_takes_the_resolution_of_the_others(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static([500.0, 0.02, 0.0001]), sources=3))
    stored = layout.projections[0].weights / layout.populations[0].scales[0]
    # 3 * 500 nA could arrive, S = 11; the spec's figures hold for a receptor of its own, S = 9.
    assert shift_of(layout) == 11
    assert stored.tolist() == [500.0, 0.0, 0.0]
    scale = weight_scale(shift(500.0))
    assert (stored_weights(np.array([0.02, 0.0001]), scale) / scale).tolist() == [0.015625, 0.0]


def test_conductances_are_scaled_for_the_largest_weight_only(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(0.1), sources=100, conductance=True))
    assert shift_of(layout) == 7
    assert 65535 / layout.populations[0].scales[0] == pytest.approx(0.25, rel=1e-4)


def test_plastic_weights_count_as_if_all_were_at_the_bound(one_target, laid_out, plastic) -> None:
    # 4 * 2 nA = 8, which needs one bit more than log2 8.
    assert shift_of(laid_out(one_target(plastic(weight=0.1), sources=4))) == 4


def test_receptor_without_input_has_no_shift(one_target, laid_out, static) -> None:
    assert shift_of(laid_out(one_target(static(5.0))), receptor=1) == 0


@pytest.mark.parametrize(("bound", "expected"), [(0.99, 0), (1.0, 1), (2.0, 2), (3.99, 2)])
def test_shift_leaves_room_for_the_bound_itself(bound: float, expected: int) -> None:
    assert shift(bound) == expected


def test_stored_weights_round_half_to_even_and_keep_low_bits_without_sign() -> None:
    asked = np.array([0.5, 1.5, 2.5, -3.0, 65537.0])
    assert stored_weights(asked, 1.0).tolist() == [0, 2, 2, 3, 1]


def test_equal_weights_are_stored_once(one_target, laid_out, static) -> None:
    assert laid_out(one_target(static(1.0), size=3, sources=5)).projections[0].weights.size == 1


def test_weight_grids_reproduce_the_stored_weights(one_target, laid_out, static) -> None:
    asked = np.array([0.3, 0.123, 0.0001])
    layout = laid_out(one_target(static(asked), sources=3))
    grid = weight_grids(layout)["p0"]
    assert grid.codes(asked).tolist() == layout.projections[0].weights.tolist()


# A Monte-Carlo of the sum that the tool has in closed form: variance of weights times mean count.
def test_spread_of_weights_raises_the_bound(one_target, laid_out, static) -> None:
    delays = [1.0 + k % 2 for k in range(400)]
    equal = laid_out(one_target(static([1.0] * 400, delays), sources=400))
    mixed = laid_out(one_target(static([0.1, 1.9] * 200, delays[::-1]), sources=400))
    # lambda = 12: 12 + 5 sqrt(12) = 29.3 < 32, and 12 + 5 sqrt(12 + 12 * 0.81) = 35.3 > 32.
    assert (shift_of(equal), shift_of(mixed)) == (5, 6)
