"""Device errors of a nonlinear converter against the tables of the specs, section 2.11."""

import numpy as np
import pytest
from nladc_studies import SIGMA, columns, hardware, reading
from scipy.special import ndtr

from neuro.backends.crossbar.nladc import (
    Options,
    conversion_errors,
    function_named,
    levels_of,
    nonlinear_adc,
    ramp_for,
    uniform_inputs,
)
from neuro.backends.crossbar.nladc.metrics import inl
from neuro.backends.crossbar.nladc.program import Faults
from neuro.backends.crossbar.nladc.study import predicted_inl, read_jitter

DRAWS = 2500

# Function, bits, write error in uS, mean |INL| without and with calibration, in LSB; the first
# with 5 bias devices, however many are needed. Tolerance of the table: 5 %, beside its digits.
NOISE = [
    ("sigmoid", 3, 0.5, 0.009, 0.0036),  # the table has 0.003, its equation (2) 0.00355
    ("sigmoid", 3, 1.0, 0.019, 0.007),
    ("sigmoid", 3, 2.67, 0.050, 0.019),
    ("sigmoid", 3, 5.0, 0.093, 0.035),
    ("sigmoid", 4, 0.5, 0.019, 0.009),
    ("sigmoid", 4, 1.0, 0.039, 0.018),
    ("sigmoid", 4, 2.67, 0.104, 0.048),
    ("sigmoid", 4, 5.0, 0.194, 0.089),
    ("sigmoid", 5, 0.5, 0.047, 0.024),
    ("sigmoid", 5, 1.0, 0.093, 0.047),
    ("sigmoid", 5, 2.67, 0.249, 0.126),
    ("sigmoid", 5, 5.0, 0.466, 0.237),
    ("tanh", 5, 2.67, 0.249, 0.126),
    ("softsign", 5, 2.67, 0.579, 0.249),
    ("softplus", 5, 2.67, 0.281, 0.207),
    ("elu", 5, 2.67, 0.241, 0.166),
    ("selu", 5, 2.67, 0.214, 0.130),
]
LARGEST = [
    ("sigmoid", 3, 0.042),
    ("sigmoid", 4, 0.118),
    ("sigmoid", 5, 0.339),
    ("softsign", 5, 0.797),
    ("softplus", 5, 0.539),
    ("elu", 5, 0.415),
    ("selu", 5, 0.334),
    ("linear", 5, 0.095),
]

# Equation (2) per microsiemens of write error.
PREDICTED = [
    *(("sigmoid", bits, value) for bits, value in ((3, 0.0071), (4, 0.0181), (5, 0.0481))),
    *(("sigmoid", bits, value) for bits, value in ((6, 0.1317), (8, 1.0264))),
    *(("linear", bits, value) for bits, value in ((3, 0.0063), (4, 0.0096), (5, 0.0139))),
    *(("linear", bits, value) for bits, value in ((6, 0.0199), (8, 0.0400))),
    *(("softplus", 5, 0.0786), ("elu", 5, 0.0629), ("selu", 5, 0.0495), ("softsign", 5, 0.0947)),
]

# Function, bits, row budget, mean and mean largest |INL| with budget alone, with both.
IMPROVED = [
    ("sigmoid", 5, 48, 0.033, 0.09, 0.016, 0.05),
    ("sigmoid", 6, 96, 0.060, 0.17, 0.022, 0.08),
    ("softsign", 5, 48, 0.054, 0.17, 0.028, 0.13),
    ("softplus", 5, 48, 0.058, 0.14, 0.019, 0.06),
]
FEEDBACK = [
    ("sigmoid", 5, 0.059, 0.21),
    ("sigmoid", 6, 0.126, 0.48),
    ("softsign", 5, 0.129, 0.60),
    ("softplus", 5, 0.071, 0.24),
    ("elu", 5, 0.061, 0.19),
    ("selu", 5, 0.052, 0.17),
]


def near(value: float, digits: int, share: float) -> object:
    """Accept a share of a published value, and half of its last digit."""
    return pytest.approx(value, abs=share * value + 0.5 * 10.0**-digits)


@pytest.mark.parametrize(("name", "bits", "sigma", "raw", "calibrated"), NOISE)
def test_write_errors_give_the_published_inl(name, bits, sigma, raw, calibrated):
    device = hardware(sigma=sigma)
    uncalibrated = columns(name, bits, on=device, draws=DRAWS, calibration="none", bias_rows=5)
    assert uncalibrated.mean == near(raw, 3, 0.05)
    # The table is calibrated exactly; what is left here is below its digits.
    exact = columns(name, bits, on=device, draws=DRAWS, tolerance=0.001, iterations=400)
    assert exact.mean == near(calibrated, 3, 0.05)


@pytest.mark.parametrize(("name", "bits", "expected"), LARGEST)
def test_largest_inl_is_the_published_one(name, bits, expected):
    assert columns(name, bits, draws=DRAWS).largest == near(expected, 3, 0.05)


def test_a_linear_ramp_needs_fifteen_bias_devices_whose_error_shows():
    # Ramp and bias of 15 steps and 15 x 150 uS: sqrt(15 + k) step errors at the threshold k, each
    # 2.67 / 150 LSB. The table has 0.062, from 5 devices that could not hold the 2250 uS.
    found = columns("linear", 5, draws=DRAWS, calibration="none")
    assert found.ramp.bias_targets.size == 15
    expected = np.sqrt(2 / np.pi) * SIGMA / 150 * np.sqrt(15 + np.arange(31)).mean()
    assert found.mean == pytest.approx(expected, rel=0.03)
    assert columns("linear", 5, draws=DRAWS).mean == near(0.037, 3, 0.05)


@pytest.mark.slow
def test_eight_bits_are_beyond_the_device_without_further_means():
    found = columns("sigmoid", 8, draws=DRAWS)
    assert found.mean == near(2.55, 2, 0.05)
    assert found.largest == near(7.6, 1, 0.05)


@pytest.mark.parametrize(("name", "bits", "expected"), PREDICTED)
def test_theory_gives_the_published_inl_per_microsiemens(name, bits, expected):
    device = hardware(sigma=1.0)
    ramp = ramp_for(levels_of(function_named(name), bits), device, Options())
    assert predicted_inl(ramp, device) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "elu", "selu", "linear"])
def test_studies_agree_with_theory(name):
    # Specs 2.11: within 3 % where the INL is below 0.3.
    device = hardware()
    found = columns(name, 5, draws=DRAWS)
    assert found.mean == pytest.approx(predicted_inl(found.ramp, device), rel=0.03)


def test_calibration_halves_the_inl_of_five_bit_sigmoid():
    raw = columns(calibration="none", draws=DRAWS).mean
    assert 1.8 <= raw / columns(draws=DRAWS).mean <= 2.2


def test_calibration_on_the_whole_ramp_is_a_tenth_better():
    gain = 1 - columns(calibration="lsq", draws=DRAWS).mean / columns(draws=DRAWS).mean
    assert 0.09 <= gain <= 0.13


@pytest.mark.parametrize(("bits", "options"), [(3, {}), (5, {}), (6, {"row_budget": 96})])
def test_calibrated_ramp_passes_zero_within_the_tolerance(bits, options):
    found = columns(bits=bits, tolerance=0.05, draws=1000, **options)
    levels = found.ramp.levels
    deviation = found.thresholds[:, levels.zero] - levels.thresholds[levels.zero]
    assert np.abs(deviation).max() <= 0.05 * levels.lsb_x


@pytest.mark.parametrize(
    ("sigma", "calibration", "expected"),
    [
        (1.0, "zero", 8.34e-5),
        (2.67, "zero", 9.47e-5),
        (5.0, "zero", 1.28e-4),
        (1.0, "none", 8.86e-5),
        (2.67, "none", 1.32e-4),
        (5.0, "none", 2.57e-4),
    ],
)
def test_mean_squared_error_is_the_published_one(sigma, calibration, expected):
    found = columns(on=hardware(sigma=sigma), calibration=calibration, draws=DRAWS)
    errors = conversion_errors(found.ramp.levels, found.thresholds, uniform_inputs(-6.0, 6.0))
    assert errors.mse.mean() == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("stuck", "expected"),
    [
        (0.0, (0.126, 0.100, 0.082, 0.070)),
        (0.01, (0.167, 0.119, 0.091, 0.075)),
        (0.05, (0.344, 0.232, 0.160, 0.116)),
    ],
)
def test_best_of_several_copies_has_the_published_inl(stuck, expected):
    for copies, value in zip((1, 2, 4, 8), expected, strict=True):
        found = columns(on=hardware(stuck_off=stuck), copies=copies)
        assert found.mean == pytest.approx(value, rel=0.08)


def one_stuck_off(draws: int) -> Faults:
    """Return columns each of which has lost one row; every row as often."""
    stuck = np.zeros((draws, 30), dtype=bool)
    stuck[np.arange(draws), np.arange(draws) % 30] = True
    return Faults(stuck, np.zeros(stuck.shape))


def test_a_lost_step_is_mended_by_calibration():
    faults = one_stuck_off(3000)
    raw = columns(draws=3000, faults=faults, calibration="none")
    assert raw.mean == pytest.approx(0.736, rel=0.08)
    assert columns(draws=3000, faults=faults).mean == pytest.approx(0.267, rel=0.08)


def test_a_lost_step_without_other_errors_shifts_what_follows_by_a_step():
    faults = one_stuck_off(30)
    found = columns(on=hardware(sigma=0.0), draws=30, faults=faults, calibration="none")
    steps = np.diff(found.ramp.levels.thresholds)
    shift = found.thresholds[:, -1] - found.ramp.levels.thresholds[-1]
    np.testing.assert_allclose(shift, -steps, atol=1e-12)


@pytest.mark.parametrize(("name", "bits", "mean", "largest"), FEEDBACK)
def test_feedback_gives_the_published_inl(name, bits, mean, largest):
    found = columns(name, bits, error_feedback=True)
    assert found.mean == near(mean, 3, 0.08)
    assert found.largest == near(largest, 2, 0.08)


@pytest.mark.parametrize(("name", "bits", "rows", "mean", "largest", "both", "most"), IMPROVED)
def test_more_rows_give_the_published_inl(name, bits, rows, mean, largest, both, most):
    budget = columns(name, bits, row_budget=rows)
    assert budget.ramp.rows == rows
    assert budget.mean == near(mean, 3, 0.08)
    assert budget.largest == near(largest, 2, 0.08)
    found = columns(name, bits, row_budget=rows, error_feedback=True)
    assert found.mean == near(both, 3, 0.08)
    assert found.largest == near(most, 2, 0.08)


@pytest.mark.parametrize(
    ("name", "budget", "both"), [("elu", 0.047, 0.022), ("selu", 0.043, 0.020)]
)
def test_equal_steps_need_fewer_rows_than_published_and_err_less(name, budget, both):
    # 25 equal steps of the straight part are the largest ones. The table splits some of them (45
    # and 46 rows), which helps none of the others; the exact optimum has 40 and 38.
    found = columns(name, row_budget=48)
    assert found.ramp.rows == {"elu": 40, "selu": 38}[name]
    assert 0.85 * budget < found.mean <= budget
    assert 0.7 * both < columns(name, row_budget=48, error_feedback=True).mean <= both


def test_five_bits_with_48_rows_and_feedback_meet_the_goal():
    assert columns(row_budget=48, error_feedback=True).mean <= 0.02


@pytest.mark.slow
def test_eight_bits_with_512_rows_and_feedback_meet_the_goal():
    found = columns(bits=8, row_budget=512, error_feedback=True)
    assert found.mean <= 0.04
    assert found.mean == near(0.027, 3, 0.08)
    assert found.largest == near(0.11, 2, 0.08)
    assert columns(bits=8, row_budget=512).mean == near(0.110, 3, 0.08)
    feedback = columns(bits=8, error_feedback=True)
    assert feedback.mean == near(0.655, 3, 0.08)
    assert feedback.largest == near(2.6, 1, 0.08)


@pytest.mark.parametrize(
    ("ratio", "expected"), [(0.005, 0.029), (0.01, 0.058), (0.02, 0.117), (0.05, 0.294)]
)
def test_read_noise_gives_the_published_jitter(ratio, expected):
    device = hardware(read_noise=reading(ratio))
    ramp = ramp_for(levels_of(function_named("sigmoid"), 5), device, Options())
    assert read_jitter(ramp, device) == near(expected, 3, 0.01)


def test_jitter_of_noisy_conversions_is_the_predicted_one():
    # 2 sd of an rms of 20,000 draws are 1 %; comparators without noise.
    device = hardware(sigma=0.0, read_noise=reading(0.01), comparator_offset=0.0)
    adc = nonlinear_adc("sigmoid", device, seed=3)
    middle = np.full(20_000, adc.levels.thresholds[25])
    up, _ = adc.convert(middle + 0.02)
    share = np.mean(up >= 26)
    # A threshold is a sum of independent normal reads: all devices before it, the bias included.
    variance = (adc.ramp.targets[:25] ** 2).sum() + (adc.ramp.bias_targets**2).sum()
    deviation = 0.01 * adc.ramp.gain * np.sqrt(variance)
    expected = ndtr(0.02 / deviation)
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 20_000))


@pytest.mark.parametrize(("offset", "expected"), [(0.01, 0.044), (0.02, 0.088), (0.05, 0.219)])
def test_comparator_offsets_give_the_published_error(offset, expected):
    device = hardware(sigma=0.0, comparator_offset=offset)
    adc = nonlinear_adc("sigmoid", device, columns=4000, seed=1)
    shifted = adc.thresholds + adc.offsets[:, None]
    assert np.abs(inl(adc.levels, shifted)).mean() == pytest.approx(expected, rel=0.03)


# Specs 2.11: read voltage over the nominal 0.2 V, mean squared error and mean |INL|.
@pytest.mark.parametrize(
    ("volts", "mse", "deviation"),
    [(0.15, 1.76e-3, 1.38), (0.175, 4.16e-4, 0.65), (0.225, 3.10e-4, 0.57), (0.25, 8.54e-4, 1.07)],
)
def test_a_fixed_ramp_goes_wrong_with_the_read_voltage(volts, mse, deviation):
    adc = nonlinear_adc("sigmoid", hardware(sigma=0.0, comparator_offset=0.0))
    x = uniform_inputs(-6.0, 6.0, 20_000).x
    _, values = adc.convert(x, noise=False, v_ratio=volts / 0.2, ramp_source="fixed")
    assert np.mean((values - adc.levels.function.value(x)) ** 2) == pytest.approx(mse, rel=0.01)
    shifted = adc.thresholds * 0.2 / volts
    assert np.abs(inl(adc.levels, shifted)).mean() == pytest.approx(deviation, abs=0.006)


@pytest.mark.parametrize("volts", [0.15, 0.175, 0.2, 0.225, 0.25])
def test_a_memristive_ramp_follows_the_read_voltage(volts):
    adc = nonlinear_adc("sigmoid", hardware(comparator_offset=0.0), seed=2)
    x = np.random.default_rng(2).uniform(-6, 6, 100_000)
    nominal, _ = adc.convert(x, noise=False)
    codes, _ = adc.convert(x, noise=False, v_ratio=volts / 0.2)
    np.testing.assert_array_equal(codes, nominal)
