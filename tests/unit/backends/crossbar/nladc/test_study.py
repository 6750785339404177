import numpy as np
import pytest
from nladc_studies import hardware

from neuro.backends.crossbar.nladc import (
    Options,
    conversion_errors,
    function_named,
    levels_of,
    ramp_for,
    sampled_inputs,
    study,
)
from neuro.backends.crossbar.nladc.metrics import dnl, inl, inl_x, missing_codes
from neuro.errors import ValidationError

SIGMOID = levels_of(function_named("sigmoid"), 5)


def studied(device=None, *, draws=600, **arguments):
    device = device or hardware()
    ramp = ramp_for(SIGMOID, device, Options())
    return study(ramp, device, Options(), draws=draws, seed=0, **arguments)


def test_each_rung_has_more_errors_than_the_one_before():
    found = studied(hardware(stuck_off=0.02))
    means = [rung.figures["mean_abs_inl"].mean for rung in found.rungs]
    assert means[0] < 1e-12 and means == sorted(means)
    assert len(set(means)) == 4


def test_rungs_share_their_write_errors():
    found = studied()
    np.testing.assert_array_equal(found.programmed.thresholds, found.faulty.thresholds)


def test_first_columns_do_not_depend_on_how_many_follow():
    few, many = studied(draws=500), studied(draws=700)
    np.testing.assert_array_equal(few.programmed.thresholds, many.programmed.thresholds[:500])


def test_offset_alone_gives_the_published_error():
    # Specs 2.11: 0.088 LSB for an offset of 0.02, beside kT/C noise of 0.0005.
    device = hardware(sigma=0.0, comparator_offset=0.02)
    found = studied(device, draws=4000)
    from neuro.backends.crossbar.devices import NoReadNoise

    quiet = studied(
        hardware(sigma=0.0, comparator_offset=0.02, read_noise=NoReadNoise()), draws=4000
    )
    assert quiet.operated.figures["mean_abs_inl"].mean == pytest.approx(0.088, rel=0.04)
    assert found.operated.figures["mean_abs_inl"].mean > 0.1


def test_figures_are_those_of_the_thresholds():
    found = studied()
    errors = np.abs(inl(SIGMOID, found.programmed.thresholds))
    figure = found.programmed.figures["max_abs_inl"]
    assert figure.mean == pytest.approx(errors.max(axis=1).mean())
    assert figure.deviation == pytest.approx(errors.max(axis=1).std())
    figures = found.programmed.as_dict()
    assert figures["draws"] == 600
    # The definition of effective bits, of the mean error.
    assert figures["enob"] == pytest.approx(-0.5 * np.log2(12 * figures["mse"]))


def test_progress_reaches_one():
    fractions = []
    studied(draws=1100, progress=fractions.append)
    assert fractions == pytest.approx([500 / 1100, 1000 / 1100, 1.0])


def test_single_draw_is_refused():
    with pytest.raises(ValidationError, match="At least two"):
        studied(draws=1)


def test_errors_over_samples_are_those_of_each_sample():
    samples = np.random.default_rng(0).normal(0, 2, (40, 50))
    thresholds = SIGMOID.thresholds + 0.05
    outputs = SIGMOID.outputs[np.searchsorted(thresholds, samples, side="right")]
    deviation = np.abs(outputs - SIGMOID.function.value(samples))
    errors = conversion_errors(SIGMOID, thresholds, sampled_inputs(samples))
    assert errors.mse == pytest.approx(np.mean(deviation**2), rel=1e-12)
    assert errors.mae == pytest.approx(deviation.mean(), rel=1e-12)


@pytest.mark.parametrize("samples", [[], [0.0, np.inf]])
def test_bad_samples_are_refused(samples):
    with pytest.raises(ValidationError, match="Finite, at least one"):
        sampled_inputs(np.array(samples))


def test_nonlinearity_of_a_linear_converter_by_hand():
    # Thresholds -0.5, 0, 0.5 of a two-bit converter of LSB 0.5; the second is 0.1 late, and the
    # third lies upon it.
    levels = levels_of(function_named("linear"), 2)
    actual = np.array([-0.5, 0.1, 0.1])
    np.testing.assert_allclose(inl(levels, actual), [0.0, 0.2, -0.8], atol=1e-12)
    np.testing.assert_allclose(inl_x(levels, actual), [0.0, 0.2, -0.8], atol=1e-12)
    np.testing.assert_allclose(dnl(levels, actual), [0.2, -1.0], atol=1e-12)
    assert missing_codes(levels, actual) == 1


def test_code_at_a_turn_is_missing_only_if_its_thresholds_meet():
    levels = levels_of(function_named("gelu"), 5)
    assert missing_codes(levels, levels.thresholds) == 0
    actual = levels.thresholds.copy()
    actual[1] = actual[0]
    assert missing_codes(levels, actual) == 1
