import numpy as np
import pytest
from nladc_studies import columns, hardware

from neuro.backends.crossbar.nladc import Options, function_named, levels_of, ramp_for
from neuro.backends.crossbar.nladc.program import Faults, program, repaired, streams
from neuro.errors import CheckError, ValidationError


def ramp(**options):
    return ramp_for(levels_of(function_named("sigmoid"), 5), hardware(), Options(**options))


def test_write_errors_have_the_deviation_of_the_hardware():
    found = program(ramp(), hardware(), draws=4000, random=streams(1))
    errors = found.conductances.ramp - ramp().targets
    # 120,000 draws; the deviation of a deviation is 1 / sqrt(2 n).
    assert errors.std() == pytest.approx(2.67, rel=0.01)
    assert abs(errors.mean()) < 4 * 2.67 / np.sqrt(errors.size)


def test_conductances_are_never_negative():
    found = program(ramp(), hardware(sigma=60.0), draws=500, random=streams(1))
    assert found.conductances.ramp.min() == 0


def test_share_of_stuck_devices_is_that_of_the_hardware():
    device = hardware(sigma=0.0, stuck_off=0.05, stuck_on=0.1)
    held = program(ramp(), device, draws=4000, random=streams(1)).conductances.ramp
    inner = held[:, 1:-1]  # the outer two hold the largest conductance when they work, too
    assert np.mean(inner == 0) == pytest.approx(0.05, rel=0.05)
    assert np.mean(inner == 150.0) == pytest.approx(0.1, rel=0.05)


def test_spare_rows_replace_the_first_stuck_ones_as_far_as_they_work():
    stuck = np.array([[1, 0, 1, 1, 0, 1], [1, 0, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=bool)
    used = repaired(Faults(stuck, np.zeros(stuck.shape)), 4)
    # One working spare, two, none.
    assert used.stuck.astype(int).tolist() == [[0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1]]


def test_one_spare_row_mends_one_stuck_row():
    # Specs 2.11: back to 0.129 from 0.267 LSB, the INL without stuck devices.
    rows = 31
    stuck = np.zeros((2000, rows), dtype=bool)
    stuck[np.arange(2000), np.arange(2000) % 30] = True
    used = repaired(Faults(stuck, np.zeros(stuck.shape)), 30)
    assert columns(faults=used).mean == pytest.approx(0.129, rel=0.08)


def test_spare_rows_help_where_devices_are_stuck():
    device = hardware(stuck_off=0.01)
    assert columns(on=device, spare_rows=4).mean == pytest.approx(columns().mean, rel=0.03)


def test_feedback_leaves_the_error_of_one_device_however_long_the_ramp():
    # White error: the deviation of a threshold is that of the last write, 2.67 uS, whatever was
    # before it; with exact verification.
    found = columns(error_feedback=True, verify_noise=0.0, draws=4000)
    zero = found.ramp.levels.zero
    deviation = (found.thresholds - found.thresholds[:, [zero]]) - (
        found.ramp.levels.thresholds - found.ramp.levels.thresholds[zero]
    )
    others = np.delete(deviation, zero, axis=1)
    np.testing.assert_allclose(others.std(axis=0) / found.ramp.gain, 2.67, rtol=0.06)


def test_feedback_leaves_room_for_corrections():
    # All steps of a linear ramp are equal; at the limit of the device they could only shrink.
    found = columns("linear", error_feedback=True)
    assert found.ramp.targets.max() == pytest.approx(150.0 - 2 * 2.67)
    # Equation (2) with one device's error at each threshold but the calibrated one.
    expected = np.sqrt(2 / np.pi) * 2.67 / 144.66 * 30 / 31
    assert found.mean == pytest.approx(expected, rel=0.15)
    assert found.mean < columns("linear").mean / 2


def test_copies_keep_the_best_column():
    both = columns(copies=2, draws=500)
    single = columns(draws=1000)
    best = np.abs(single.inl).mean(axis=1).reshape(500, 2).min(axis=1)
    # The write errors are the same; the trims of the bias differ.
    np.testing.assert_allclose(np.abs(both.inl).mean(axis=1), best, atol=0.02)


def test_same_seed_gives_the_same_columns_and_another_one_does_not():
    first, again, other = columns(draws=20), columns(draws=20), columns(draws=20, seed=1)
    np.testing.assert_array_equal(first.thresholds, again.thresholds)
    assert not np.array_equal(first.thresholds, other.thresholds)


@pytest.mark.parametrize(
    "wrong",
    [
        {"calibration": "best"},
        {"copies": 0},
        {"spare_rows": -1},
        {"iterations": -1},
        {"tolerance": 0.0},
        {"verify_noise": -0.5},
    ],
)
def test_bad_options_are_refused(wrong):
    with pytest.raises(ValidationError):
        Options(**wrong)


def test_all_bad_options_are_named_at_once():
    with pytest.raises(CheckError) as caught:
        Options(copies=0, calibration="zro")
    assert len(caught.value.issues) == 2
    assert "Did you mean 'zero'" in str(caught.value)
