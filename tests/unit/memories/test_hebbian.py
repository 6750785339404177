import numpy as np
import pytest

from neuro.errors import CheckError, NeuroWarning, ValidationError
from neuro.memories import (
    ERASED,
    ConsolidationMap,
    HebbianParameters,
    NoisyHebbianMemory,
    SynapticChannel,
    coyac2017_reconstruction,
)
from neuro.memories.native import kernels

SMALL = {"n_clusters": 8, "cluster_size": 16, "eps": 0.20, "steps_per_presentation": 40}
MESSAGES = np.random.default_rng(2).integers(0, 16, (20, 8))


def learned(kernels="fastest", messages=MESSAGES, seed=5, **changes):
    memory = NoisyHebbianMemory(
        HebbianParameters(**{**SMALL, **changes}), seed=seed, kernels=kernels
    )
    memory.store(messages)
    return memory


def state_of(memory):
    """Links, what is in flight in any order, and counters."""
    flight = sorted(zip(*(part.tolist() for part in memory.in_flight()), strict=True))
    return memory.links.words.tobytes(), flight, memory.counters


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"eps": 0.18, "p_erase": 0.0, "p_insert": 0.4},
        {"insert_scope": "neuron", "p_insert": 0.01},
        {"reset_state": False, "gap_steps": 3},
        {"consolidation": "cubic"},
        {"consolidation": "clip", "steps_per_presentation": 10},
        {"cluster_size": 16, "activity_floor": 1.5},
        {"weight_bits": 6},
        {"weight_bits": 4, "eps": 0.3, "p_insert": 0.4},
    ],
)
def test_compiled_and_numpy_kernels_learn_the_same_bits(changes):
    if kernels() is None:
        pytest.skip("the compiled kernels were not built")
    assert state_of(learned(**changes)) == state_of(learned("reference", **changes))


@pytest.mark.parametrize("changes", [{}, {"release_prob": 0.8}, {"weight_bits": 5}])
def test_list_in_flight_and_full_matrix_learn_the_same_bits(changes):
    short, full = (
        learned("reference", MESSAGES[:6], form=form, **changes) for form in ("in_flight", "dense")
    )
    assert state_of(short) == state_of(full)


def test_lazy_links_learn_the_same_edges():
    # They differ only where a weight within 5e-4 of 1/2 waits for more than 16 steps.
    assert learned(form="lazy").links.words.tobytes() == learned().links.words.tobytes()


def test_list_in_flight_stays_short():
    assert 0 < learned().stats()["in_flight_most"] <= 96


def test_what_is_learned_does_not_depend_on_how_messages_are_cut():
    at_once, one_by_one = learned(), NoisyHebbianMemory(HebbianParameters(**SMALL), seed=5)
    for message in MESSAGES:
        one_by_one.present(message)
    assert state_of(at_once) == state_of(one_by_one)


def test_another_seed_gives_other_noise():
    assert state_of(learned(seed=6)) != state_of(learned())


def test_links_are_symmetric_and_between_clusters_only():
    memory = learned()
    rows = memory.links.rows(np.arange(128))
    assert (rows == rows.T).all()
    cluster = np.arange(128) // 16
    assert not rows[cluster[:, None] == cluster].any()


def test_synaptic_events_are_those_of_links_with_an_active_unit():
    # One message, clean: from the second step on 8 units are active; the first step of a message
    # starts silent. 56 links carry a spike in each of the steps after it.
    memory = learned(messages=MESSAGES[:1], p_erase=0, p_insert=0, steps_per_presentation=9)
    assert memory.counters.synaptic_events == 8 * 56
    assert memory.stats()["spikes_per_step"] == 8
    assert memory.counters.weight_writes == 28


def test_a_budget_limits_spikes_and_counts_their_links():
    rng = np.random.default_rng(0)
    patterns = np.array([rng.choice(64, 6, replace=False) for _ in range(5)])
    given = HebbianParameters(
        n_clusters=1,
        cluster_size=64,
        eps=0.2,
        p_erase=0,
        p_insert=0,
        energy_limit="budget",
        budget=6,
        steps_per_presentation=9,
    )
    free = NoisyHebbianMemory(given)
    free.store(patterns)
    assert free.stats()["spikes_per_step"] == 6
    assert free.links.count() == len({frozenset(p) for row in patterns for p in pairs(row)})
    dear = NoisyHebbianMemory(
        HebbianParameters(
            n_clusters=1,
            cluster_size=64,
            eps=0.2,
            p_erase=0,
            p_insert=0,
            energy_limit="budget",
            budget=6,
            event_cost=0.1,
            steps_per_presentation=9,
        )
    )
    dear.store(patterns)
    assert dear.stats()["spikes_per_step"] < 6


def pairs(row):
    return [(a, b) for k, a in enumerate(row.tolist()) for b in row.tolist()[:k]]


def test_units_without_clusters_are_erased_and_inserted():
    rng = np.random.default_rng(0)
    patterns = np.array([rng.choice(200, 8, replace=False) for _ in range(4)])
    given = HebbianParameters(
        n_clusters=1,
        cluster_size=200,
        eps=0.2,
        energy_limit="k_wta",
        winners=8,
        p_erase=0.2,
        p_insert=0.5 / 200,
        insert_scope="neuron",
    )
    memory = NoisyHebbianMemory(given, seed=1)
    memory.store(patterns)
    cues = patterns.copy()
    cues[:, 5:] = ERASED
    assert memory.recall(cues).exact(patterns).all()


def test_an_increment_below_the_critical_one_warns_and_stores_nothing():
    with pytest.warns(NeuroWarning, match="no link will consolidate"):
        memory = learned(eps=0.14)
    assert memory.links.count() == 0


# Section 4: with 6 bits a link passes 1/2 after as many steps as with real numbers, 6 and 5.
@pytest.mark.parametrize("bits", [None, 6])
@pytest.mark.parametrize(("eps", "steps"), [(0.18, 6), (0.20, 5)])
def test_links_of_six_bits_form_as_fast_as_those_of_real_numbers(bits, eps, steps):
    clean = {"p_erase": 0, "p_insert": 0, "weight_bits": bits, "eps": eps}
    before = learned(messages=MESSAGES[:1], steps_per_presentation=steps - 1, **clean)
    after = learned(messages=MESSAGES[:1], steps_per_presentation=steps, **clean)
    assert (before.links.count(), after.links.count()) == (0, 28)


def test_weights_in_flight_have_so_many_bits():
    # Three clean steps: of the trajectory 0.0599, 0.1325, 0.2384 (section 4) with 6 bits.
    weights = learned(weight_bits=6, p_erase=0, p_insert=0, steps_per_presentation=3).in_flight()[2]
    assert weights.size >= 28
    assert np.array_equal(weights, np.rint(weights * 63) / 63)


# Section 4: 3 bits never consolidate at these increments.
@pytest.mark.parametrize("eps", [0.18, 0.20])
def test_too_few_bits_warn_and_store_nothing(eps):
    with pytest.warns(NeuroWarning, match="weight_bits: with 3 an increment"):
        memory = learned(weight_bits=3, eps=eps)
    assert memory.links.count() == 0


def test_preset_has_the_values_of_the_reconstruction():
    preset = coyac2017_reconstruction()
    values = (preset.n_clusters, preset.cluster_size, preset.eps, preset.p_erase, preset.p_insert)
    assert values == (8, 256, 0.18, 0.20, 0.05)
    assert (preset.gain, preset.map.name, preset.energy_limit) == (8, "tan_sigmoid", "cluster_wta")


def test_channel_gives_the_rates():
    given = HebbianParameters().with_channel(SynapticChannel())
    assert (given.p_erase, given.p_insert) == pytest.approx((0.1907, 0.0517), abs=1e-4)


def test_a_map_of_the_users_own_learns():
    steep = ConsolidationMap("steep", lambda x: min(1.0, max(0.0, 2 * x - 0.5)), 1e-9)
    memory = learned(messages=MESSAGES[:3], consolidation=steep, eps=0.45, p_erase=0, p_insert=0)
    assert memory.links.count() > 70


def test_a_map_that_does_not_consolidate_is_refused():
    flat = ConsolidationMap("flat", lambda x: 0.25 + 0.5 * x)
    with pytest.raises(CheckError) as caught:
        HebbianParameters(consolidation=flat)
    texts = " ".join(str(issue) for issue in caught.value.issues)
    assert "does not keep 0 and 1" in texts
    assert "is not steep at 1/2" in texts


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"p_erase": 1.2}, "Hebbian memory.p_erase"),
        ({"n_clusters": 0}, "Hebbian memory.n_clusters"),
        ({"energy_limit": "none"}, "Hebbian memory.energy_limit"),
        ({"consolidation": "tanh"}, "consolidation"),
        ({"weight_bits": 0}, "Hebbian memory.weight_bits"),
        ({"weight_bits": 6.5}, "bits"),
    ],
)
def test_parameters_out_of_range_are_named(changes, where):
    with pytest.raises(ValidationError) as caught:
        HebbianParameters(**changes)
    assert caught.value.where == where


def test_a_letter_outside_the_alphabet_is_named_and_nothing_is_learned():
    memory = NoisyHebbianMemory(HebbianParameters(**SMALL))
    bad = MESSAGES.copy()
    bad[3, 2] = 16
    with pytest.raises(ValidationError) as caught:
        memory.store(bad)
    assert caught.value.where == "patterns[3, 2]"
    assert caught.value.value == 16
    assert memory.presented == 0


@pytest.mark.parametrize("bad", [MESSAGES[:, :7], MESSAGES * 0.5])
def test_messages_of_another_form_are_refused(bad):
    with pytest.raises(ValidationError, match="patterns"):
        NoisyHebbianMemory(HebbianParameters(**SMALL)).store(bad)


def test_an_erased_letter_cannot_be_stored():
    bad = MESSAGES.copy()
    bad[0, 0] = ERASED
    with pytest.raises(ValidationError, match="outside the alphabet"):
        learned(messages=bad)
