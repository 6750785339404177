import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.resistive import (
    Change,
    Forming,
    LogNormalLaw,
    MeasuredLaw,
    NormalLaw,
    Pairs,
    changed,
    difference_sd,
    draw_pairs,
    measured_conductances,
)

MACRO = (512, 512)


# Specs, resistive_lsm section 7, test 7: the mean breakdown voltage forms half of the devices.
def test_the_mean_breakdown_voltage_forms_half_of_a_macro():
    formed = Forming(voltage=3.433).draw(np.random.default_rng(1), MACRO)
    assert formed.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("sigmas", [-1.0, 1.0, 2.0])
def test_formed_fraction_is_the_normal_distribution_function(sigmas):
    expected = {-1.0: 0.1587, 1.0: 0.8413, 2.0: 0.9772}[sigmas]  # any table of the normal law
    forming = Forming(voltage=3.433 + 0.114 * sigmas)
    assert forming.formed_fraction == pytest.approx(expected, abs=1e-4)


# Test 8: sd^2 = 2 [(1 - q)(sigma^2 + mu^2) - (1 - q)^2 mu^2].
@pytest.mark.parametrize(("sparsity", "sigmas"), [(0.0, np.inf), (0.25, 0.67449), (0.5, 0.0)])
def test_sparse_pairs_have_the_spread_of_the_formula(sparsity, sigmas):
    law = NormalLaw(mean=27.0, sd=4.7)
    forming = Forming(voltage=3.433 + 0.114 * sigmas)
    difference = draw_pairs(MACRO, law, np.random.default_rng(2), forming).difference
    formed = 1 - sparsity
    expected = np.sqrt(2 * (formed * (4.7**2 + 27**2) - formed**2 * 27**2))
    assert difference.std() == pytest.approx(expected, rel=0.01)
    assert difference_sd(law, sparsity) == pytest.approx(expected, rel=1e-12)


def test_dense_pairs_have_the_spread_of_the_chip():
    assert difference_sd(NormalLaw()) == pytest.approx(6.65, abs=0.02)


def test_measured_values_have_the_published_moments():
    values = measured_conductances()
    assert values.mean() == pytest.approx(12.34, abs=0.02)
    assert values.std() == pytest.approx(1.84, abs=0.03)
    assert (values.min(), values.max()) == pytest.approx((7.6, 18.8), abs=0.1)


def test_lognormal_law_has_its_moments_and_the_measured_skewness():
    drawn = LogNormalLaw().draw(np.random.default_rng(3), MACRO)
    z = (drawn - drawn.mean()) / drawn.std()
    assert drawn.mean() == pytest.approx(12.34, rel=0.002)
    assert drawn.std() == pytest.approx(1.84, rel=0.01)
    assert (z**3).mean() == pytest.approx(0.5, abs=0.1)


def test_bootstrap_draws_only_measured_values():
    law = MeasuredLaw(np.array([1.0, 2.0, 4.0]))
    assert set(law.draw(np.random.default_rng(0), (100,)).tolist()) == {1.0, 2.0, 4.0}


def test_change_moves_drifts_and_sticks():
    pairs = Pairs(plus=np.full(MACRO, 20.0), minus=np.full(MACRO, 20.0))
    change = Change(
        relaxation=0.05, drift=0.1, elapsed=100.0, stuck_off=0.1, stuck_on=0.2, stuck_conductance=80
    )
    after = changed(pairs, change, np.random.default_rng(4)).plus
    moved = after[(after > 0) & (after != 80)]
    assert (after == 0).mean() == pytest.approx(0.1, abs=0.003)
    assert (after == 80).mean() == pytest.approx(0.2, abs=0.003)
    # 100 ** -0.1 = 0.631
    assert moved.mean() == pytest.approx(20 * 0.631, rel=0.001)
    assert moved.std() / moved.mean() == pytest.approx(0.05, rel=0.02)


def test_no_change_changes_nothing():
    pairs = draw_pairs((4, 5), NormalLaw(), np.random.default_rng(5))
    same = changed(pairs, Change(), np.random.default_rng(6))
    assert np.array_equal(same.plus, pairs.plus)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Forming(voltage=float("nan")),
        lambda: NormalLaw(mean=-1.0),
        lambda: MeasuredLaw(np.array([])),
        lambda: Change(relaxation=-0.1),
        lambda: Change(stuck_off=0.6, stuck_on=0.6),
    ],
)
def test_what_is_no_device_is_refused_with_a_limit(make):
    with pytest.raises(ValidationError) as caught:
        make()
    assert caught.value.limit
