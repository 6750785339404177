"""Closed forms against the tables of specs, noisy_hebbian sections 4, 7, 8 and 9."""

import numpy as np
import pytest

from neuro.analysis import cliques, hopfield, willshaw
from neuro.analysis.cliques import Faults
from neuro.analysis.consolidation import (
    co_activity,
    critical_increment,
    learning_curve,
    steps_to_consolidate,
    trajectory,
)
from neuro.analysis.willshaw import Cue, Load
from neuro.memories import MAPS, SynapticChannel, Topology, analog_rates, gaussian_rates

NEVER = None
EPS = (0.13, 0.14, 0.141, 0.145, 0.15, 0.16, 0.18, 0.20, 0.22, 0.25, 0.30, 0.35, 0.40, 0.45, 0.51)
HALF = (NEVER, NEVER, 52, 21, 15, 10, 6, 5, 4, 3, 3, 2, 2, 2, 1)
ALMOST = (NEVER, NEVER, 54, 23, 17, 12, 8, 7, 6, 5, 4, 3, 3, 2, 2)


def test_critical_increment_of_both_maps():
    assert critical_increment(MAPS["tan_sigmoid"]) == pytest.approx(0.140109, abs=1e-5)
    assert critical_increment(MAPS["cubic"]) == pytest.approx(3**0.5 / 18, abs=1e-6)


@pytest.mark.parametrize(("eps", "half", "almost"), list(zip(EPS, HALF, ALMOST, strict=True)))
def test_steps_to_consolidate(eps, half, almost):
    assert steps_to_consolidate(eps) == half
    assert steps_to_consolidate(eps, goal=0.99) == almost


def test_steps_to_consolidate_of_the_cubic_map():
    eps = (0.10, 0.12, 0.15, 0.18, 0.20, 0.25, 0.30)
    assert [steps_to_consolidate(each, "cubic") for each in eps] == [35, 11, 7, 5, 4, 3, 2]


# Section 4, "Bits needed": 3 never, 4 distorted, 5 nearly right, 6 exact.
@pytest.mark.parametrize(
    ("bits", "steps"), [(3, [NEVER, NEVER]), (4, [5, 5]), (5, [7, 5]), (6, [6, 5])]
)
def test_steps_with_few_bits(bits, steps):
    assert [steps_to_consolidate(eps, bits=bits) for eps in (0.18, 0.20)] == steps


@pytest.mark.parametrize(
    ("eps", "expected"),
    [
        (0.18, [0.0410, 0.0830, 0.1368, 0.2145, 0.3344, 0.5227, 0.8144, 1]),
        (0.20, [0.0599, 0.1325, 0.2384, 0.4032, 0.6620, 0.9869, 1]),
    ],
)
def test_trajectory_of_uninterrupted_co_activity(eps, expected):
    assert trajectory(eps, len(expected)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("eps", "q", "expected"),
    [
        (0.18, 0.6084, {10: 0.159, 20: 0.429, 50: 0.822, 100: 0.975}),
        (0.18, 0.3, {20: 0.0107, 50: 0.0333, 100: 0.0692, 200: 0.137, 400: 0.262}),
        (0.20, 0.6084, {10: 0.388, 20: 0.746, 50: 0.983, 100: 0.9998}),
        (0.25, 0.05, {10: 0.0010, 50: 0.0061, 400: 0.051}),
        (0.30, 0.05, {10: 0.0043, 100: 0.0738, 400: 0.275}),
    ],
)
def test_random_co_activity(eps, q, expected):
    curve = learning_curve(eps, q, max(expected))
    found = [curve[steps - 1] for steps in expected]
    # The table is a simulation of 100 000 chains or more: 0.0016 is one standard deviation.
    assert found == pytest.approx(list(expected.values()), abs=0.004)


@pytest.mark.parametrize(("bits", "expected"), [(4, 0.856), (5, 0.828)])
def test_random_rounding_saves_bits(bits, expected):
    curve = learning_curve(0.18, 0.6084, 50, bits=bits, stochastic=True)
    assert curve[-1] == pytest.approx(expected, abs=0.004)


def test_true_pairs_win_together_without_feedback():
    assert co_activity(0.20, 0.05, cluster_size=64) == pytest.approx(0.6084)
    wins = 0.8 * (1 - 0.95**64) / (64 * 0.05)
    assert co_activity(0.20, 0.05, cluster_size=64, by_neuron=True) == pytest.approx(wins**2)


# Section 2: exact, simulated with 400 000 draws, Gaussian.
@pytest.mark.parametrize(
    ("channel", "erase", "insert"),
    [
        ((10, 0.5, 2, 4), (0.0409, 0.0406, 0.0491), (0.1420, 0.1424, 0.1432)),
        ((5, 0.5, 1, 3), (0.2584, 0.2580, 0.2523), (0.0798, 0.0804, 0.0663)),
        ((15, 0.3, 2, 5), (0.1907, 0.1908, 0.1886), (0.0517, 0.0512, 0.0378)),
    ],
)
def test_noise_channel(channel, erase, insert):
    contacts, release, mean, threshold = channel
    given = SynapticChannel(
        contacts=contacts, release=release, activity=mean / 200 / release, threshold=threshold
    )
    exact, rough = given.rates(), gaussian_rates(given)
    assert (exact.erase, exact.insert) == pytest.approx((erase[0], insert[0]), abs=6e-5)
    assert (exact.erase, exact.insert) == pytest.approx((erase[1], insert[1]), abs=1e-3)
    assert (rough.erase, rough.insert) == pytest.approx((erase[2], insert[2]), abs=6e-5)


def test_analog_channel_agrees_with_draws():
    rng = np.random.default_rng(1)
    given = SynapticChannel(contacts=40, release=0.5)
    found = analog_rates(given, weight=0.5, mean=2.0, deviation=1.0, threshold=9.0)
    noise = rng.normal(2.0, 1.0, 200_000)
    driven = 0.5 * rng.binomial(40, 0.5, 200_000) + noise
    assert found.erase == pytest.approx((driven < 9).mean(), abs=0.005)
    assert found.insert == pytest.approx((noise >= 9).mean(), abs=0.0005)


ROWS = [
    (1024, 10, 3000, 5, 0, 1, 5, 9.54e-4, 1.21e-3, 0.295),
    (2048, 11, 5000, 6, 0, 1, 6, 5.87e-6, 9.05e-6, 0.982),
    (2048, 11, 10000, 6, 0, 1, 6, 2.48e-4, 3.01e-4, 0.541),
    (2048, 11, 10000, 11, 0, 1, 11, 2.45e-7, 4.83e-7, 0.9990),
    (4096, 12, 30000, 6, 0, 1, 6, 1.37e-4, 1.55e-4, 0.530),
    (4096, 12, 40000, 12, 0, 1, 12, 3.63e-7, 5.26e-7, 0.9979),
    (2048, 11, 5000, 9, 2, 1, 9, 6.05e-7, 1.50e-6, 0.9969),
    (2048, 11, 5000, 9, 4, 1, 9, 6.09e-6, 1.41e-5, 0.9716),
    (2048, 11, 10000, 11, 2, 1, 11, 1.13e-5, 2.06e-5, 0.9589),
    (2048, 20, 1500, 20, 0, 0.8, 11, 1.35e-6, 8.79e-6, 0.933),
    (2048, 20, 1500, 16, 3, 0.8, 9, 6.04e-5, 1.99e-4, 0.600),
    (2048, 20, 3000, 20, 0, 0.8, 12, 9.70e-5, 2.48e-4, 0.495),
]


@pytest.mark.parametrize("row", ROWS)
def test_willshaw_error_probabilities(row):
    n, k, m, hits, inserted, release, level, naive, corrected, exact = row
    load = Load(units=n, ones=k, patterns=m)
    cue = Cue(hits=hits, inserted=inserted, release=release, threshold=level)
    assert willshaw.false_positive(load, cue, corrected=False) == pytest.approx(naive, rel=0.005)
    assert willshaw.false_positive(load, cue) == pytest.approx(corrected, rel=0.005)
    assert willshaw.exact_recall(load, cue) == pytest.approx(exact, abs=0.001)


def test_best_threshold_is_above_that_of_the_naive_formula():
    # Section 7: the naive p01 picks a threshold too low by about one.
    assert (
        willshaw.best_threshold(Load(units=2048, ones=20, patterns=3000), Cue(hits=20, release=0.8))
        == 12
    )


@pytest.mark.parametrize(
    ("n", "k", "most", "share", "good", "good_share"),
    [
        (256, 8, 0.579, 0.65, 0.346, 0.366),
        (1024, 10, 0.607, 0.64, 0.396, 0.398),
        (2048, 11, 0.617, 0.635, 0.416, 0.409),
        (65536, 16, 0.648, 0.615, 0.488, 0.446),
        (2**20, 20, 0.660, 0.605, 0.524, 0.461),
        (2**30, 30, 0.675, 0.58, 0.576, 0.480),
    ],
)
def test_willshaw_efficiency(n, k, most, share, good, good_share):
    best, load = willshaw.most_information(n, k)
    assert best == pytest.approx(most, abs=0.001)
    assert willshaw.density(load) == pytest.approx(share, abs=0.006)
    faithful = willshaw.fidelity_load(n, k, hits=k, wrong=0.01)
    assert willshaw.information(faithful) == pytest.approx(good, abs=0.0025)
    assert willshaw.density(faithful) == pytest.approx(good_share, abs=0.001)


def test_willshaw_load_of_the_public_benchmark():
    # 10 000 x 1 600 units would be another formula; here the auto-associative densities of 7.
    densities = [
        willshaw.density(Load(units=1024, ones=10, patterns=m), auto=True)
        for m in (1000, 2000, 3000)
    ]
    assert densities == pytest.approx([0.0823, 0.1579, 0.2272], abs=5e-5)


@pytest.mark.parametrize(
    ("c", "size", "erased", "messages", "d", "naive", "corrected", "simulated"),
    [
        (8, 256, 4, 5000, 0.0735, 0.029, 0.038, 0.037),
        (8, 256, 4, 8000, 0.1149, 0.163, 0.188, 0.183),
        (8, 256, 4, 10000, 0.1415, 0.336, 0.371, 0.362),
        (8, 256, 4, 12000, 0.1673, 0.551, 0.588, 0.577),
        (8, 256, 1, 15000, 0.2046, 0.0038, 0.0050, 0.0053),
        (8, 256, 1, 20000, 0.2630, 0.0220, 0.0264, 0.0264),
        (8, 128, 4, 2000, 0.1149, 0.085, 0.113, 0.111),
        (8, 64, 4, 500, 0.1149, 0.043, 0.074, 0.069),
        (8, 64, 4, 750, 0.1673, 0.179, 0.248, 0.240),
    ],
)
def test_clique_error_after_one_round(c, size, erased, messages, d, naive, corrected, simulated):
    shape = Topology(n_clusters=c, cluster_size=size)
    error = cliques.one_shot_error(shape, messages, erased)
    assert cliques.density(shape, messages) == pytest.approx(d, abs=1e-4)
    assert cliques.one_shot_error(shape, messages, erased, corrected=False) == pytest.approx(
        naive, abs=6e-4
    )
    assert error == pytest.approx(corrected, abs=6e-4)
    assert error == pytest.approx(simulated, abs=0.015)


@pytest.mark.parametrize(
    ("size", "messages", "erased", "wrong", "expected"),
    [
        (128, 1000, 2, 1, 0.0025),
        (128, 2000, 2, 1, 0.0382),
        (128, 2000, 1, 2, 0.0520),
        (256, 5000, 2, 1, 0.0085),
        (256, 8000, 2, 1, 0.0610),
        (256, 8000, 1, 2, 0.0834),
    ],
)
def test_clique_error_with_wrong_letters(size, messages, erased, wrong, expected):
    shape = Topology(n_clusters=8, cluster_size=size)
    error = cliques.one_shot_error(shape, messages, erased, wrong=wrong)
    assert error == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize(
    ("messages", "d", "blind"),
    [
        (63343, 0.186, 0.0020),
        (90009, 0.254, 0.0294),
        (130008, 0.345, 0.3579),
        (156674, 0.400, 0.8021),
    ],
)
def test_sparse_messages(messages, d, blind):
    shape = Topology(n_clusters=100, cluster_size=64)
    assert cliques.sparse_density(shape, messages, 12) == pytest.approx(d, abs=6e-4)
    assert cliques.blind_error(shape, messages, 12, 3) == pytest.approx(blind, abs=6e-5)


# Section 8, simulated: eight rounds of sum-of-max, 500 to 2000 queries.
@pytest.mark.parametrize(
    ("messages", "simulated"), [(15000, 0.024), (18000, 0.072), (20000, 0.110)]
)
def test_error_that_no_round_removes(messages, simulated):
    shape = Topology(n_clusters=8, cluster_size=256)
    error = cliques.iterated_error(shape, messages, 4)
    assert error == pytest.approx(simulated, abs=0.02)


# Section 10.3: stuck-off devices hurt about three times more than stuck-on ones.
def test_missing_links_hurt_more_than_extra_ones():
    shape = Topology(n_clusters=8, cluster_size=128)
    off = cliques.iterated_error(shape, 2000, 4, Faults(stuck_off=0.05))
    on = cliques.iterated_error(shape, 2000, 4, Faults(stuck_on=0.05))
    assert off > 3 * on > 0


def test_clique_capacity_and_efficiency():
    shape = Topology(n_clusters=8, cluster_size=256)
    assert cliques.efficient_messages(shape) == 28672
    assert cliques.efficiency(shape, 15000) == pytest.approx(0.523, abs=5e-4)
    held = cliques.capacity(shape, 4, 0.02)
    assert cliques.iterated_error(shape, held, 4) <= 0.02
    assert cliques.iterated_error(shape, held + 1, 4) > 0.02


def test_a_random_message_is_taken_for_a_stored_one():
    shape = Topology(n_clusters=4, cluster_size=64)
    assert cliques.false_acceptance(shape, 1000) == pytest.approx(1.0e-4, rel=0.05)
    assert cliques.false_acceptance(shape, 2000) == pytest.approx(3.3e-3, rel=0.05)


@pytest.mark.parametrize("theory", [cliques, willshaw])
def test_asymptotic_loads(theory):
    assert theory.critical_load() == pytest.approx(0.4587, abs=5e-5)
    assert theory.critical_load(0.5) == pytest.approx(0.1454, abs=5e-5)


def test_hopfield_critical_load():
    assert hopfield.critical_load() == pytest.approx((0.137906, 0.9674), abs=1e-4)


@pytest.mark.parametrize(
    ("load", "expected"), [(0.05, 1.0), (0.10, 0.9980), (0.12, 0.9932), (0.13, 0.9872)]
)
def test_hopfield_overlap(load, expected):
    assert hopfield.overlap(load) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("load", [0.145, 0.16, 0.20])
def test_hopfield_forgets_everything_beyond(load):
    assert hopfield.overlap(load) is None


@pytest.mark.parametrize(
    ("load", "expected"), [(0.08, 2.0e-4), (0.10, 7.8e-4), (0.138, 3.55e-3), (0.20, 1.27e-2)]
)
def test_hopfield_bit_error(load, expected):
    assert hopfield.bit_error(load) == pytest.approx(expected, rel=0.02)
