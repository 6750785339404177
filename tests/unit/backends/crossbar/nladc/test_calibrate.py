import numpy as np
import pytest
from nladc_studies import columns, hardware

from neuro.backends.crossbar.nladc import Conductances, Options, function_named, levels_of, ramp_for
from neuro.backends.crossbar.nladc.calibrate import calibrate
from neuro.backends.crossbar.nladc.program import Column

EXACT = hardware(sigma=0.0)


def trimmed(name="sigmoid", *, change=0.0, bias_stuck=(), bias=None, **options):
    """Calibrate a column whose first device is off by `change` uS, with exact writes."""
    ramp = ramp_for(levels_of(function_named(name), 5), EXACT, Options(**options))
    held = ramp.targets.copy()
    held[0] += change
    bias = ramp.bias_targets if bias is None else np.asarray(bias)
    stuck = np.isin(np.arange(bias.size), bias_stuck)
    pulses = np.full((1, bias.size), ramp.bias_pulses)
    column = Column(Conductances(held[None], bias[None].copy(), pulses), stuck[None])
    method = options.get("calibration", "zero")
    rng = np.random.default_rng(0)
    found = calibrate(ramp, column, EXACT, method=method, tolerance=1e-9, iterations=50, rng=rng)
    return ramp, found


def deviation(ramp, found):
    return ramp.thresholds(found.conductances)[0] - ramp.levels.thresholds


@pytest.mark.parametrize("change", [-140.0, -3.0, 3.0, 40.0, 140.0])
def test_one_exact_trim_moves_the_zero_crossing_back(change):
    ramp, found = trimmed(change=change)
    assert found.iterations.tolist() == [1]
    assert abs(deviation(ramp, found)[ramp.levels.zero]) < 1e-12
    # What bias and pulses add up to follows the error of the ramp.
    total = (found.conductances.bias * found.conductances.pulses).sum()
    assert total == pytest.approx(ramp.bias_total + change)


def test_a_device_gets_a_second_pulse_where_one_is_too_little():
    _, found = trimmed(change=140.0)
    assert sorted(found.conductances.pulses[0].tolist()) == [1, 1, 1, 1, 2]
    assert found.conductances.bias.max() <= 150.0


def test_stuck_bias_devices_are_left_alone():
    ramp, found = trimmed(change=20.0, bias=[0.0, 0.0, 142.0, 142.0, 142.0], bias_stuck=[0, 1])
    assert found.conductances.bias[0, :2].tolist() == [0.0, 0.0]
    assert abs(deviation(ramp, found)[ramp.levels.zero]) < 1e-12


def test_nothing_happens_if_every_bias_device_is_stuck():
    ramp, found = trimmed(change=20.0, bias_stuck=range(5))
    assert found.iterations.tolist() == [0]
    assert deviation(ramp, found)[ramp.levels.zero] == pytest.approx(20 * ramp.gain)


def test_several_devices_are_lowered_where_one_is_not_enough():
    # 300 uS too little in the ramp: two devices of 142 uS go to zero, the third gives the rest.
    ramp, found = trimmed(change=-300.0)
    assert abs(deviation(ramp, found)[ramp.levels.zero]) < 1e-12
    assert np.sum(found.conductances.bias == 0) == 2


def test_ramp_above_zero_is_trimmed_too():
    ramp, found = trimmed("relu_clip", bias=[120.0])
    assert ramp.polarity == 1
    np.testing.assert_allclose(deviation(ramp, found), 0, atol=1e-12)


def test_without_calibration_nothing_changes():
    ramp, found = trimmed(change=20.0, calibration="none")
    assert deviation(ramp, found)[-1] == pytest.approx(20 * ramp.gain)
    assert found.iterations.tolist() == [0]


def test_least_squares_brings_the_mean_to_its_place():
    ramp, found = trimmed(change=20.0, calibration="lsq")
    errors = deviation(ramp, found)
    assert abs(errors.mean()) < 1e-12
    # The first threshold alone is not shifted by the first device: errors 0, 20, 20, ...
    assert errors[0] == pytest.approx(-20 * ramp.gain * 30 / 31)


def test_best_attempt_is_kept_if_none_is_good_enough():
    few, many = (columns(iterations=count, tolerance=1e-9, draws=2000) for count in (1, 30))
    zero = few.ramp.levels.zero

    def missed(found):
        return np.abs(found.thresholds[:, zero] - found.ramp.levels.thresholds[zero])

    assert missed(many).max() < missed(few).max() / 2
    # One write leaves the error of one device, twice if that needed a second pulse.
    error = missed(few).mean() / few.ramp.gain
    assert error < 2 * 2.67 * np.sqrt(2 / np.pi)
