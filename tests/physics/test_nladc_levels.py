"""Thresholds, step counts and ideal errors against closed forms and the tables of the specs."""

import numpy as np
import pytest
from scipy.integrate import quad

from neuro.backends.crossbar.nladc import (
    FUNCTIONS,
    conversion_errors,
    design_ramp,
    function_named,
    ideal_codes,
    levels_of,
    uniform_inputs,
)

G_MAX = 150.0

# Specs, crossbar_nladc 2.4: function, bits, bias total, bias rows, sum of the ramp, smallest
# conductance (uS), ratio of the largest to the smallest step.
CONDUCTANCES = [
    ("sigmoid", 3, 344, 3, 689, 90.4, 1.7),
    ("sigmoid", 4, 533, 4, 1066, 49.5, 3.0),
    ("sigmoid", 5, 710, 5, 1419, 25.9, 5.8),
    ("sigmoid", 6, 876, 6, 1753, 13.2, 11.4),
    ("sigmoid", 8, 1192, 8, 2385, 3.4, 44),
    ("tanh", 5, 710, 5, 1419, 25.9, 5.8),
    ("softsign", 5, 527, 4, 1055, 6.7, 22),
    ("softplus", 5, 405, 3, 1245, 27.7, 5.4),
    ("elu", 5, 410, 3, 1313, 36.5, 4.1),
    ("selu", 5, 509, 4, 1439, 28.1, 5.3),
]

# Specs 2.11: mean squared error without device errors, schemes cell and mid, at 3, 4, 5, 6, 8 bit.
BITS = (3, 4, 5, 6, 8)
IDEAL_MSE = {
    ("sigmoid", "cell"): (1.759e-3, 3.771e-4, 8.154e-5, 1.852e-5, 1.301e-6),
    ("sigmoid", "mid"): (1.201e-3, 3.081e-4, 8.224e-5, 2.201e-5, 1.238e-6),
    ("tanh", "cell"): (1.123e-2, 2.657e-3, 6.266e-4, 1.473e-4, 8.036e-6),
    ("tanh", "mid"): (2.403e-3, 6.173e-4, 1.655e-4, 4.504e-5, 3.346e-6),
    ("softsign", "cell"): (4.586e-3, 1.046e-3, 2.527e-4, 6.253e-5, 3.895e-6),
    ("softsign", "mid"): (4.422e-3, 1.080e-3, 2.621e-4, 6.409e-5, 3.924e-6),
    ("softplus", "cell"): (2.554e-2, 5.897e-3, 1.389e-3, 3.346e-4, 2.040e-5),
    ("softplus", "mid"): (2.250e-2, 5.310e-3, 1.312e-3, 3.280e-4, 2.045e-5),
    ("elu", "cell"): (4.075e-2, 9.322e-3, 2.188e-3, 5.237e-4, 3.169e-5),
    ("elu", "mid"): (3.395e-2, 8.078e-3, 2.008e-3, 5.049e-4, 3.169e-5),
    ("selu", "cell"): (5.465e-2, 1.276e-2, 3.011e-3, 7.310e-4, 4.479e-5),
    ("selu", "mid"): (5.062e-2, 1.189e-2, 2.912e-3, 7.250e-4, 4.498e-5),
    ("linear", "cell"): (5.208e-3, 1.302e-3, 3.255e-4, 8.138e-5, 5.086e-6),
    ("linear", "mid"): (6.803e-3, 1.481e-3, 3.469e-4, 8.398e-5, 5.126e-6),
}


@pytest.mark.parametrize("scheme", ["cell", "floor"])
def test_sigmoid_thresholds_are_logits(scheme):
    share = np.arange(1, 32) / 32
    levels = levels_of(function_named("sigmoid"), 5, scheme)
    np.testing.assert_allclose(levels.thresholds, np.log(share / (1 - share)), atol=1e-9)
    assert levels.thresholds[levels.zero] == 0


def test_mid_levels_reach_both_ends_of_tanh():
    levels = levels_of(function_named("tanh"), 5, "mid")
    np.testing.assert_allclose(levels.values, np.linspace(-1, 1, 32), atol=1e-15)
    middles = -1 + (np.arange(1, 32) - 0.5) * 2 / 31
    np.testing.assert_allclose(levels.thresholds, np.arctanh(middles), atol=1e-9)


def test_floor_levels_lie_half_a_step_below_those_of_cells():
    cell, floor = (levels_of(function_named("sigmoid"), 4, name) for name in ("cell", "floor"))
    np.testing.assert_allclose(cell.values - floor.values, 1 / 32, atol=1e-15)
    assert floor.values[0] == 0


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("scheme", ["cell", "mid"])
def test_every_threshold_is_where_the_function_has_a_decision_value(name, scheme):
    function = function_named(name)
    levels = levels_of(function, 5, scheme)
    position = (function.value(levels.thresholds) - function.y_range[0]) / levels.lsb
    offset = 0.5 if scheme == "mid" else 0.0
    np.testing.assert_allclose(position + offset, np.rint(position + offset), atol=1e-9)
    assert (np.diff(levels.thresholds) > 0).all()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_error_stays_within_half_a_step_on_the_range_of_the_function(name):
    function = function_named(name)
    for bits in (3, 5, 6):
        levels = levels_of(function, bits)
        x = np.linspace(*function.inputs, 50_001)
        outputs = levels.outputs[np.searchsorted(levels.thresholds, x, side="right")]
        assert np.abs(outputs - function.value(x)).max() <= levels.lsb / 2 * (1 + 1e-5)


# Specs 2.3: steps up and down.
@pytest.mark.parametrize(
    ("name", "bits", "up", "down"),
    [("gelu", 5, 31, 1), ("gelu", 6, 63, 2), ("swish", 5, 31, 1), ("swish", 6, 63, 3)],
)
def test_functions_that_turn_have_the_published_steps(name, bits, up, down):
    levels = levels_of(function_named(name), bits)
    assert (levels.directions == 1).sum() == up
    assert (levels.directions == -1).sum() == down
    assert levels.codes[-1] == 2**bits - 1 and levels.codes.min() == 0


@pytest.mark.parametrize("row", CONDUCTANCES, ids=lambda row: f"{row[0]}-{row[1]}")
def test_ramp_has_the_published_conductances(row):
    name, bits, bias, bias_rows, total, smallest, ratio = row
    ramp = design_ramp(levels_of(function_named(name), bits), g_max=G_MAX)
    assert ramp.bias_total == pytest.approx(bias, abs=0.5)
    assert ramp.bias_targets.size == bias_rows
    assert ramp.targets.sum() == pytest.approx(total, abs=0.6)
    assert ramp.targets.min() == pytest.approx(smallest, abs=0.051)
    # The table divides conductances that are already rounded.
    tolerance = (0.05 if ratio < 20 else 0.5) + 150 / smallest**2 * 0.05
    assert ramp.targets.max() / ramp.targets.min() == pytest.approx(ratio, abs=tolerance)
    assert ramp.rows == 2**bits - 2


def test_five_bit_sigmoid_has_the_column_of_the_paper_and_its_gain():
    ramp = design_ramp(levels_of(function_named("sigmoid"), 5), g_max=G_MAX)
    # 32 ramp devices and 5 bias devices: Yang et al. 2025, Fig. 3.
    assert (ramp.devices, ramp.bias_targets.size) == (37, 5)
    # Specs 2.2: the largest step, 0.7263, and C_mac / C_rmp.
    assert ramp.gain * G_MAX == pytest.approx(0.7259, abs=5e-4)
    assert ramp.feedback_ratio(1 / 150, 1 / 31) == pytest.approx(22.5, abs=0.05)


@pytest.mark.parametrize(("name", "scheme"), IDEAL_MSE)
def test_error_without_device_errors_is_the_published_one(name, scheme):
    function = function_named(name)
    for bits, expected in zip(BITS, IDEAL_MSE[name, scheme], strict=True):
        levels = levels_of(function, bits, scheme)
        errors = conversion_errors(levels, levels.thresholds, uniform_inputs(*function.inputs))
        assert errors.mse == pytest.approx(expected, rel=0.01)


def test_mean_squared_error_is_that_of_an_independent_integration():
    levels = levels_of(function_named("gelu"), 4)
    edges = np.concatenate([[-4.0], levels.thresholds, [4.0]])
    total = sum(
        quad(lambda x, y=y: (levels.function.value(np.array(x)) - y) ** 2, low, high)[0]
        for low, high, y in zip(edges[:-1], edges[1:], levels.outputs, strict=True)
    )
    errors = conversion_errors(levels, levels.thresholds, uniform_inputs(-4.0, 4.0))
    assert errors.mse == pytest.approx(total / 8, rel=1e-6)


def test_linear_converter_is_the_uniform_quantiser():
    levels = levels_of(function_named("linear"), 5)
    x = np.random.default_rng(5).uniform(-1.2, 1.2, 100_000)
    codes = levels.codes[np.searchsorted(levels.thresholds, x, side="right")]
    np.testing.assert_array_equal(codes, np.clip(np.floor((x + 1) / 2 * 32), 0, 31))
    # Its effective bits are its bits, from the definition.
    errors = conversion_errors(levels, levels.thresholds, uniform_inputs(-1.0, 1.0))
    assert errors.enob == pytest.approx(5, abs=1e-4)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("scheme", ["cell", "floor", "mid"])
def test_closed_form_gives_the_codes_of_the_thresholds(name, scheme):
    function = function_named(name)
    levels = levels_of(function, 5, scheme)
    x = np.random.default_rng(6).uniform(-9, 9, 20_000)
    # Beyond the range of x the closed form keeps the last code there, as a comparator would.
    x = np.clip(x, *function.x_range)
    codes = levels.codes[np.searchsorted(levels.thresholds, x, side="right")]
    np.testing.assert_array_equal(ideal_codes(levels, x), codes)
