import numpy as np
import pytest

from neuro.backends.crossbar.nladc import function_named, given_levels, levels_of
from neuro.errors import ValidationError

SIGMOID = function_named("sigmoid")


@pytest.mark.parametrize("bits", [0, 1, 11, 2.5])
def test_bits_out_of_range_are_refused(bits):
    with pytest.raises(ValidationError, match="from 2 to 10"):
        levels_of(SIGMOID, bits)


def test_unknown_scheme_is_refused():
    with pytest.raises(ValidationError, match="Known: cell, floor, mid"):
        levels_of(SIGMOID, 5, "round")


def test_given_levels_change_halfway_by_default():
    levels = given_levels(SIGMOID, [0.1, 0.3, 0.9])
    y = np.array([0.2, 0.6])
    np.testing.assert_allclose(levels.thresholds, np.log(y / (1 - y)), atol=1e-12)
    assert levels.lsb == pytest.approx(0.4)
    np.testing.assert_array_equal(levels.outputs, [0.1, 0.3, 0.9])


def test_given_thresholds_are_kept():
    levels = given_levels(SIGMOID, [0.1, 0.3, 0.9], [-2.0, 1.5])
    np.testing.assert_array_equal(levels.thresholds, [-2.0, 1.5])
    assert levels.lsb_x == 3.5 and levels.zero == 1


@pytest.mark.parametrize(
    ("values", "thresholds", "message"),
    [
        ([0.1, 0.2], None, "at least 3"),
        ([0.1, 0.3, 0.2], None, "do not ascend"),
        ([0.1, 0.3, np.inf], None, "do not ascend"),
        ([0.1, 0.2, 0.3], [0.0], "at least 2"),
        ([0.1, 0.2, 0.3, 0.4], [0.0, 1.0], "2 of them for 4 levels"),
        ([0.1, 0.2, 2.0], None, "Inside 0 to 1"),
    ],
)
def test_bad_levels_are_refused(values, thresholds, message):
    with pytest.raises(ValidationError, match=message):
        given_levels(SIGMOID, values, thresholds)


def test_counter_starts_where_the_function_is_left_of_the_ramp():
    # GELU begins near zero, falls to its minimum (code 0) and rises: specs 2.3.
    levels = levels_of(function_named("gelu"), 5)
    assert levels.codes[:3].tolist() == [1, 0, 1]
    start = np.floor((0.0 - levels.function.y_range[0]) / levels.lsb)
    assert levels.first_code == start
