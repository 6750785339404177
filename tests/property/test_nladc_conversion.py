"""Conversion cycle by cycle and at once, for any ramp and any input."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuro.backends.crossbar.nladc import (
    Conductances,
    design_ramp,
    function_named,
    given_levels,
)
from neuro.backends.crossbar.nladc.convert import Reading, steps_at_once, steps_by_cycle

STEPS = st.lists(st.floats(0.01, 5.0), min_size=2, max_size=12)
START = st.floats(-5.0, 5.0)


def ramp_of(start, steps, extra):
    thresholds = start + np.concatenate([[0.0], np.cumsum(steps)])
    levels = given_levels(
        function_named("linear"), list(range(thresholds.size + 1)), thresholds.tolist()
    )
    return design_ramp(levels, g_max=100.0, row_budget=len(steps) + extra)


@given(start=START, steps=STEPS, extra=st.integers(0, 9), data=st.data())
def test_both_conversions_count_the_same_steps(start, steps, extra, data):
    ramp = ramp_of(start, steps, extra)
    # Conductances as read: noise may make them negative, so that the ramp falls back.
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    factor = data.draw(st.sampled_from([0.0, 0.1, 1.0, 3.0]))
    conversions = data.draw(st.integers(1, 4))
    held = Conductances(
        ramp.targets * (1 + factor * rng.standard_normal((conversions, ramp.rows))),
        ramp.bias_targets * (1 + factor * rng.standard_normal((conversions, 1))),
        np.full(ramp.bias_targets.size, ramp.bias_pulses),
    )
    # Values among and exactly at the thresholds, and at the neighbouring numbers.
    places = ramp.thresholds(held)
    values = np.concatenate(
        [
            rng.uniform(places.min() - 1, places.max() + 1, (conversions, 20)),
            places,
            np.nextafter(places, -np.inf),
        ],
        axis=1,
    )
    reading = Reading(increments=held, values=values)
    at_once = steps_at_once(ramp, reading)
    np.testing.assert_array_equal(at_once, steps_by_cycle(ramp, reading))
    # Both are the number of thresholds reached, of the ramp with its comparators latched.
    reached = (places[:, None, :] <= values[:, :, None]).sum(axis=2)
    np.testing.assert_array_equal(at_once, reached)


@given(start=START, steps=STEPS, extra=st.integers(0, 9))
def test_every_ramp_is_within_the_device_and_meets_its_thresholds(start, steps, extra):
    ramp = ramp_of(start, steps, extra)
    assert ramp.rows <= len(steps) + extra
    assert ramp.targets.min() > 0 and ramp.targets.max() <= 100.0 * (1 + 1e-9)
    assert ramp.bias_targets.max() <= 100.0 * (1 + 1e-9)
    np.testing.assert_allclose(
        ramp.thresholds(ramp.ideal()), ramp.levels.thresholds, rtol=1e-9, atol=1e-9
    )
