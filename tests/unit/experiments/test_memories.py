from types import SimpleNamespace

import numpy as np
import pytest

from neuro.errors import CapacityError, CheckError, UnsupportedError
from neuro.experiments.memories.compare import (
    CONTESTANTS,
    Machines,
    Settings,
    compare,
    crossing,
    measured,
)
from neuro.experiments.memories.contestants import Budget
from neuro.experiments.memories.dense_contestants import Hopfield, ModernHopfield
from neuro.experiments.memories.devices import device_curve
from neuro.experiments.memories.noise import noise_curve
from neuro.experiments.memories.sparse_contestants import Cliques, Willshaw, log2_choose
from neuro.experiments.memories.spiking import SpikingCliques
from neuro.experiments.memories.work import (
    Work,
    crossbar_energy,
    processor_energy,
    spinnaker_energy,
)
from neuro.hardware_configs import load_target
from neuro.run import energy

SMALL = Budget(synapses=20_000, damage=0.5, seed=1)


@pytest.fixture(scope="module")
def machines():
    return Machines(
        processor=load_target("cpu_45nm"),
        spinnaker=load_target("spinnaker_spin5"),
        crossbar=load_target("crossbar_rram_wan2022"),
    )


@pytest.fixture(scope="module")
def found(machines):
    seen = []
    outcome = compare(Settings(synapses=20_000, cues=100), machines, progress=seen.append)
    return SimpleNamespace(comparison=outcome, progress=seen)


def test_every_memory_has_nearly_as_many_weights_and_never_more(found):
    assert len(found.comparison.outcomes) == len(CONTESTANTS) == 10
    for item in found.comparison.outcomes:
        assert 0.8 * 20_000 < item.synapses <= 20_000, item.name


def test_every_memory_recalls_few_items_and_fails_or_is_full(found):
    for item in found.comparison.outcomes:
        assert item.exact[0] > 0.7, item.name
        assert item.full or item.exact[-1] < 0.1, item.name
        assert list(item.loads) == sorted(set(item.loads))


def test_memories_rank_as_in_the_literature(found):
    stored = {item.name: item.stored for item in found.comparison.outcomes}
    bits = {item.name: item.bits_per_synapse for item in found.comparison.outcomes}
    # Specs, noisy_hebbian section 9: cliques before Willshaw before Amari, and before Hopfield.
    assert stored["clustered cliques"] > stored["Willshaw"] > stored["Amari"]
    assert bits["clustered cliques"] > bits["Hopfield"]
    # Learning under noise ends in the ideal network: the same capacity but for 100 cues a point.
    assert stored["noisy Hebbian"] == pytest.approx(stored["clustered cliques"], rel=0.4)
    assert stored["modern Hopfield"] == 20_000 // 64
    # Below the asymptote of auto-association with half a cue, ln 2 / 4 for a directed weight.
    assert bits["Willshaw"] < np.log(2) / 4


def test_progress_rises_to_one(found):
    assert found.progress == sorted(found.progress)
    assert found.progress[-1] == 1.0


def test_a_comparison_is_repeated_by_its_seed(machines):
    settings = Settings(synapses=5000, cues=30, seed=3)
    budget = Budget(synapses=5000, damage=0.5, seed=3)
    for kind in (Cliques, Willshaw, Hopfield):
        once, again = (measured(kind(budget), settings, machines, lambda _: None) for _ in range(2))
        assert once == again


def test_energies_are_counts_times_coefficients(machines):
    work = Work(
        rows=4.0,
        entries=100.0,
        reads=64.0,
        width=64.0,
        pulses=8.0,
        ticks=20.0,
        units=64,
        bits=1,
        levels=7,
    )
    # 4 rows of 64 bits at 100 pJ, 100 + 64 additions at 0.1 pJ, in fJ.
    assert processor_energy(work, machines.processor).energy == pytest.approx(4e5 + 164e2)
    # 2^3 clocks: 4 x 64 devices at 0.939 fJ, 64 columns at 72.3 fJ.
    expected = 8 * (256 * 0.939 + 64 * 72.3)
    assert crossbar_energy(work, machines.crossbar).energy == pytest.approx(expected)
    # 12 rows of 960 cycles, 612 synapses of 31, 1280 updates of 150; 34 mW at 200 MHz; 12 nJ.
    cycles = 12 * 960 + 612 * 31 + 1280 * 150
    expected = cycles / 200e6 * 0.034 * 1e15 + 12e6
    assert spinnaker_energy(work, machines.spinnaker).energy == pytest.approx(expected)


def test_energy_of_cliques_is_near_that_of_the_emulated_machine(machines):
    contestant = Cliques(Budget(synapses=30_000, damage=0.5, seed=1))
    contestant.fill(80)
    work = contestant.ask(np.arange(40)).work
    cues = contestant.items[:4].copy()
    cues[:, 4:] = -1
    run = SpikingCliques(contestant.memory.links, "spinnaker").recall(
        cues, rounds=round(work.reads / work.units)
    )
    (dynamic,) = (
        basis
        for basis in energy(run.result, target=machines.spinnaker).bases
        if basis.name == "dynamic"
    )
    estimate = spinnaker_energy(work, machines.spinnaker).energy
    # The network has silencing neurons and resets on top.
    assert estimate == pytest.approx(dynamic.energy / len(cues), rel=0.3)


def test_rows_of_real_numbers_have_no_energy_in_spikes(machines):
    contestant = ModernHopfield(SMALL)
    contestant.fill(20)
    work = contestant.ask(np.arange(20)).work
    assert spinnaker_energy(work, machines.spinnaker) is None


def test_a_target_without_coefficients_is_refused(machines):
    contestant = Willshaw(SMALL)
    contestant.fill(4)
    work = contestant.ask(np.arange(4)).work
    with pytest.raises(UnsupportedError, match="target 'cpu': has no coefficient 'fetch'"):
        processor_energy(work, load_target("cpu"))


def test_cues_lack_the_share_that_was_asked_for():
    lost = Hopfield(SMALL).damaged(50, 8)
    assert (lost.sum(axis=1) == 4).all()
    assert 10 < lost[:, 0].sum() < 40  # others in each row


def test_capacity_is_interpolated_in_the_logarithm():
    assert crossing([10, 1000], [1.0, 0.0], 0.5) == pytest.approx(100)
    assert crossing([10, 20], [0.9, 0.0], 0.95) == 0
    assert crossing([10, 20], [1.0, 0.99], 0.95) == 20


def test_bits_of_a_sparse_pattern_are_those_of_the_binomial():
    assert log2_choose(10, 3) == pytest.approx(np.log2(120))


# Specs, noisy_hebbian section 6, M=4000, 10 iterations, 6000 cues: 0.109, 0.020, 0.909; all maxima
# 0.016. Three standard deviations of 200 cues.
def test_some_noise_helps_a_decoder_with_single_winners():
    curve = noise_curve(2, sigmas=(0.0, 0.2, 1.0), cues=200)
    assert curve.errors == pytest.approx((0.109, 0.020, 0.909), abs=0.07)
    assert curve.errors[1] < curve.errors[0] < curve.errors[2]
    assert curve.all_maxima == pytest.approx(0.016, abs=0.03)


# Specs, noisy_hebbian 10.3: 0.0045, 0.0135 and 0.73 of 2000 queries at an infinite on/off ratio.
# Three standard deviations of 200 cues, and of one draw of devices at the last point.
def test_spread_of_devices_costs_answers(machines):
    curve = device_curve(machines.crossbar, 2, spreads=(0.0, 0.2, 0.5), cues=200)
    assert curve.errors[:2] == pytest.approx((0.0045, 0.0135), abs=0.03)
    assert curve.errors[2] == pytest.approx(0.73, abs=0.12)
    assert curve.published < 0.05  # 1.1 uS of write error in 40, 1 % of read noise
    # Both directions of the links: density 0.1149 of 28 x 128 x 128 pairs.
    assert curve.sets == pytest.approx(2 * 0.1149 * 28 * 128**2, rel=0.01)


def test_too_few_weights_are_refused():
    with pytest.raises(CapacityError, match="At least 1024"):
        Willshaw(Budget(synapses=1000, damage=0.5, seed=0))


def test_settings_are_refused_together():
    with pytest.raises(CheckError, match="3 problems"):
        Settings(synapses=0, damage=1.0, memories=("Wilshaw",))
