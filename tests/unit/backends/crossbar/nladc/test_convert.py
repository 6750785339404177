import numpy as np
import pytest
from nladc_studies import hardware, reading

from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.nladc import (
    Options,
    function_named,
    levels_of,
    nonlinear_adc,
    ramp_for,
)
from neuro.backends.crossbar.nladc.convert import comparator_noise
from neuro.errors import ValidationError
from neuro.hardware_configs import load_target

BAD = {"stuck_off": 0.02, "comparator_offset": 0.05, "comparator_noise": 0.02}


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "relu_clip"])
@pytest.mark.parametrize("options", [{}, {"row_budget": 60, "error_feedback": True}])
def test_both_modes_give_the_same_codes_with_all_errors_on(name, options):
    # Read noise of 40 % makes steps negative now and then.
    device = hardware(sigma=5.0, read_noise=reading(0.4), **BAD)
    x = np.random.default_rng(1).uniform(-6, 6, 100_000)
    fast, cycle = (
        nonlinear_adc(name, device, options=Options(**options), seed=4).convert(x, mode=mode)
        for mode in ("fast", "cycle")
    )
    np.testing.assert_array_equal(fast[0], cycle[0])
    np.testing.assert_array_equal(fast[1], cycle[1])


def test_both_modes_agree_on_many_columns_without_noise():
    x = np.random.default_rng(1).uniform(-6, 6, (2000, 50))
    adc = nonlinear_adc("tanh", hardware(**BAD), columns=50)
    fast, cycle = (adc.convert(x, mode=mode, noise=False)[0] for mode in ("fast", "cycle"))
    np.testing.assert_array_equal(fast, cycle)


def test_columns_of_one_conversion_share_its_ramp():
    device = hardware(read_noise=reading(0.1), comparator_offset=0.0, comparator_noise=0.0)
    adc = nonlinear_adc("sigmoid", device, columns=8)
    x = np.repeat(np.random.default_rng(1).uniform(-4, 4, (500, 1)), 8, axis=1)
    codes, _ = adc.convert(x)
    # kT/C noise is far below a code: 0.0005 of x.
    assert np.mean(codes != codes[:, :1]) < 0.02
    again, _ = adc.convert(x)
    assert np.mean(codes != again) > 0.2


def test_threshold_itself_counts_as_reached():
    adc = nonlinear_adc("linear", hardware(sigma=0.0, comparator_offset=0.0), bits=3)
    codes, values = adc.convert(adc.thresholds, noise=False)
    assert codes.tolist() == [1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_allclose(values, (codes + 0.5) / 4 - 1)


def test_offsets_shift_the_thresholds_of_their_column():
    adc = nonlinear_adc("sigmoid", hardware(comparator_offset=0.1), columns=3, seed=2)
    above = adc.thresholds[10] + adc.offsets + 1e-9
    assert adc.convert(above, noise=False)[0].tolist() == [11, 11, 11]
    assert adc.convert(above - 2e-9, noise=False)[0].tolist() == [10, 10, 10]


def test_offset_in_volts_weighs_more_at_a_lower_read_voltage():
    adc = nonlinear_adc("sigmoid", hardware(comparator_offset=0.1), seed=2)
    place = adc.thresholds[10] + adc.offsets[0] / 0.75
    codes, _ = adc.convert(np.array([place - 1e-9, place + 1e-9]), noise=False, v_ratio=0.75)
    assert codes.tolist() == [10, 11]


def test_thermal_noise_of_both_capacitors():
    # kT/C at 100 fF and 300 K: 0.20 mV (specs 2.6); C_mac is 22.5 times that. One microsiemens is
    # 2 mV on the ramp (200 mV, 1 ns, 100 fF) and 0.00484 of x.
    device = hardware(comparator_noise=0.0)
    ramp = ramp_for(levels_of(function_named("sigmoid"), 5), device, Options())
    millivolts = np.hypot(0.2035, 0.2035 / np.sqrt(22.5))
    noise = comparator_noise(ramp, device, 1 / 150, 1 / 31)
    assert noise == pytest.approx(millivolts / 2 * ramp.gain, rel=1e-3)


def test_same_seed_converts_alike():
    x = np.linspace(-4, 4, 1000)
    first, second = (nonlinear_adc("sigmoid", hardware(), seed=7).convert(x) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])


def test_waveform_ends_at_the_last_threshold():
    adc = nonlinear_adc("sigmoid", hardware(), seed=7)
    times, values = adc.waveform()
    # 30 cycles of 1 ns.
    assert times[-1] == pytest.approx(30e-6)
    np.testing.assert_array_equal(values, adc.thresholds)


def test_report_of_a_perfect_column_has_the_ideal_figures():
    report = nonlinear_adc("sigmoid", hardware(sigma=0.0)).report()
    # Specs 2.2, 2.4 and 2.11.
    assert report["mse"] == pytest.approx(8.154e-5, rel=0.01)
    assert report["beta"] == pytest.approx(22.5, abs=0.05)
    assert (report["rows"], report["devices"], report["missing_codes"]) == (30, 37, 0)
    assert report["max_abs_inl"] < 1e-9


def test_column_that_lost_a_step_misses_a_code():
    adc = nonlinear_adc("sigmoid", hardware(sigma=0.0, stuck_off=0.04), seed=3)
    lost = int(np.sum(adc.held.ramp == 0))
    assert lost > 0
    assert adc.report()["missing_codes"] == lost


def test_aged_columns_follow_the_drift_of_the_device():
    # (t / 20 s)^-nu, t = 2000 s, nu = 0.049 to 0.052 for g from 1 to 0.17, spread 0.008 to 0.016
    # (Nandakumar et al., ICECS 2019): 100^-0.05 = 0.79; three standard errors of 30 devices, 0.03.
    device = hardware_from(load_target("crossbar_pcm_nandakumar2019"))
    adc = nonlinear_adc("sigmoid", device)
    old = adc.aged(1980e3)
    ratio = old.held.ramp / adc.held.ramp
    assert ratio.max() < 1
    assert ratio.mean() == pytest.approx(100**-0.05, abs=0.03)
    assert np.ptp(old.thresholds) < np.ptp(adc.thresholds)
    np.testing.assert_array_equal(old.thresholds, adc.aged(1980e3).thresholds)


@pytest.mark.parametrize(
    ("x", "arguments"),
    [
        (np.zeros((4, 2)), {}),
        (np.zeros(()), {}),
        (np.full((4, 3), np.nan), {}),
        (np.zeros((4, 3)), {"v_ratio": 0.0}),
    ],
)
def test_bad_values_are_refused(x, arguments):
    adc = nonlinear_adc("sigmoid", hardware(), columns=3)
    with pytest.raises(ValidationError):
        adc.convert(x, **arguments)
