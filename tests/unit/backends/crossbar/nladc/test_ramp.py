import numpy as np
import pytest

from neuro.backends.crossbar.nladc import (
    Conductances,
    design_ramp,
    function_named,
    given_levels,
    levels_of,
)
from neuro.errors import CapacityError, ValidationError

LINEAR = function_named("linear")


def levels(*thresholds):
    """Levels of which only the thresholds matter."""
    return given_levels(LINEAR, list(range(len(thresholds) + 1)), thresholds)


def test_steps_become_conductances_and_the_start_bias():
    # Steps 2 and 1: the larger takes the whole 100 uS, so 1 uS is 0.02; the start needs 50 uS.
    ramp = design_ramp(levels(-1.0, 1.0, 2.0), g_max=100.0)
    np.testing.assert_allclose(ramp.targets, [100.0, 50.0])
    assert ramp.gain == pytest.approx(0.02)
    assert (ramp.bias_total, ramp.bias_targets.tolist()) == (pytest.approx(50.0), [50.0])
    np.testing.assert_allclose(ramp.waveform(ramp.ideal()), [-1.0, 1.0, 2.0])


def test_ramp_that_starts_above_zero_has_bias_of_the_other_sign():
    ramp = design_ramp(levels(0.5, 1.5, 2.0), g_max=100.0)
    assert ramp.bias_total == pytest.approx(-50.0)
    np.testing.assert_allclose(ramp.thresholds(ramp.ideal()), [0.5, 1.5, 2.0])


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "exp", "relu_clip"])
@pytest.mark.parametrize("options", [{}, {"row_budget": 70}, {"bias_rows": 2}, {"headroom": 9.0}])
def test_conductances_without_errors_give_the_thresholds(name, options):
    ramp = design_ramp(levels_of(function_named(name), 5), g_max=150.0, **options)
    thresholds = ramp.thresholds(ramp.ideal())
    np.testing.assert_allclose(thresholds, ramp.levels.thresholds, atol=1e-12)
    assert ramp.targets.max() <= 150.0 - options.get("headroom", 0.0) + 1e-9
    assert ramp.bias_targets.max() <= 150.0 + 1e-9


def test_rows_go_to_the_largest_steps():
    # Steps 4, 2, 1 in 5 rows: 2 + 2 shares of the first, then 2 and 1; the largest is 2.
    ramp = design_ramp(levels(0.0, 4.0, 6.0, 7.0), g_max=100.0, row_budget=4)
    np.testing.assert_allclose(ramp.targets, [100.0, 100.0, 100.0, 50.0])
    assert ramp.ends.tolist() == [1, 2, 3]


def test_rows_that_help_nobody_are_left_out():
    # Of two equal steps both must be shared, or none.
    ramp = design_ramp(levels(0.0, 1.0, 2.0), g_max=100.0, row_budget=3)
    assert ramp.rows == 2


def test_no_larger_budgeted_gain_fits():
    # Any smaller gain needs more rows: the definition of the smallest one.
    ramp = design_ramp(levels_of(function_named("sigmoid"), 5), g_max=150.0, row_budget=48)
    steps = np.diff(ramp.levels.thresholds)
    assert np.ceil(steps / (ramp.gain * 150.0) - 1e-9).sum() <= 48
    assert np.ceil(steps / (ramp.gain * 150.0 * (1 - 1e-6))).sum() > 48


def test_budget_below_the_steps_is_refused():
    with pytest.raises(ValidationError, match="12 rows for 30 steps") as caught:
        design_ramp(levels_of(function_named("sigmoid"), 5), g_max=150.0, row_budget=12)
    assert caught.value.value == 12


def test_step_below_the_smallest_conductance_is_refused_with_a_budget_that_works():
    wanted = levels_of(function_named("sigmoid"), 5)
    with pytest.raises(CapacityError, match=r"needs 38\.79 uS.*row budget of 32") as caught:
        design_ramp(wanted, g_min=50.0, g_max=225.0)
    assert caught.value.value == pytest.approx(38.79, abs=0.005)
    ramp = design_ramp(wanted, g_min=50.0, g_max=225.0, row_budget=32)
    assert ramp.targets.min() >= 50.0


def test_bias_below_the_smallest_conductance_is_refused():
    with pytest.raises(CapacityError, match="bias device needs 10 uS"):
        design_ramp(levels(-0.1, 0.9, 1.9), g_min=20.0, g_max=100.0)


def test_few_bias_rows_get_several_pulses():
    ramp = design_ramp(levels_of(function_named("sigmoid"), 5), g_max=150.0, bias_rows=2)
    # 709.6 uS in two devices of 150 uS take three pulses each.
    assert (ramp.bias_pulses, ramp.bias_targets.size) == (3, 2)
    assert ramp.bias_targets.sum() * 3 == pytest.approx(709.6, abs=0.05)


@pytest.mark.parametrize(
    "arguments",
    [
        {"g_max": 0.0},
        {"g_max": 10.0, "g_min": 20.0},
        {"g_max": 10.0, "headroom": 10.0},
        {"g_max": 10.0, "g_min": -1.0},
        {"g_max": 10.0, "bias_rows": 0},
    ],
)
def test_empty_ranges_are_refused(arguments):
    with pytest.raises(ValidationError):
        design_ramp(levels(0.0, 1.0, 2.0), **arguments)


def test_ramp_that_falls_keeps_its_comparators():
    ramp = design_ramp(levels(0.0, 1.0, 2.0, 3.0), g_max=100.0)
    held = Conductances(np.array([100.0, -30.0, 50.0]), np.zeros(1), np.ones(1, dtype=np.int64))
    np.testing.assert_allclose(ramp.thresholds(held), [0.0, 1.0, 1.0, 1.2])
