from math import log

import numpy as np
import pytest

from neuro.analysis import MemoryDemand, plan_memory
from neuro.analysis.cliques import Faults, density
from neuro.analysis.confirm import add_faults
from neuro.analysis.planner import smallest
from neuro.errors import CapacityError, CheckError, UnsupportedError, ValidationError
from neuro.hardware_configs import load_target
from neuro.memories import CliqueMemory, Topology

CROSSBAR = "crossbar_rram_wan2022"


def planned(cues=1000, **demand):
    return plan_memory(MemoryDemand(**demand), load_target(CROSSBAR), cues=cues)


def test_plan_of_the_specification_is_eight_clusters_of_256():
    # Section 7, "side by side": 15 000 messages of 64 bits, half erased, at 2 %.
    plan = planned(5000, messages=15000, erased=4, error=0.02)
    assert plan.topology == Topology(n_clusters=8, cluster_size=256)
    assert plan.confirmed
    assert plan.confirmation.error == pytest.approx(0.018, abs=0.006)
    assert plan.confirmation.density == pytest.approx(0.2046, abs=0.001)
    assert plan.bits_per_synapse == pytest.approx(0.523 / 2, abs=0.001)
    assert plan.devices == 8 * 7 * 256**2


def test_energy_of_a_recall_is_that_of_its_reads():
    plan = planned(messages=500, erased=4, error=0.02)
    run, units = plan.confirmation, plan.topology.units
    others = units - plan.topology.cluster_size
    # Sums up to 8 take 4 bits: 16 clocks of 0.939 fJ a device and 72.3 fJ a column.
    expected = 16 * (run.spikes * others * 0.939 + run.rounds * units * 72.3)
    assert plan.energy.bases[0].energy == pytest.approx(expected)


def test_faults_make_the_network_larger():
    ideal = planned(messages=1000, erased=4, error=0.05)
    faulty = planned(
        messages=1000, erased=4, error=0.05, faults=Faults(stuck_off=0.03, read_noise=0.2)
    )
    assert faulty.topology.units > ideal.topology.units
    assert faulty.confirmed


def test_few_known_letters_need_letters_that_are_rare():
    # Another message with the same two letters cannot be told apart: M / l^2 <= error.
    shape = smallest(MemoryDemand(messages=2000, erased=6, error=0.02))
    assert shape.cluster_size >= (1999 / -log(0.98)) ** 0.5
    plan = planned(2000, messages=2000, erased=6, error=0.02)
    assert plan.confirmed


def test_a_network_too_large_to_simulate_is_not_confirmed():
    plan = planned(messages=2000, erased=7, error=0.02)
    assert plan.topology.cluster_size > 50_000
    assert plan.confirmation is None
    assert not plan.confirmed


def test_a_load_beyond_capacity_is_refused_before_the_run():
    with pytest.raises(CapacityError) as caught:
        planned(messages=20000, erased=4, error=0.02, units=2048)
    assert caught.value.value == 20000
    assert "They hold 150" in caught.value.limit


def test_faults_that_no_size_makes_up_for_are_said():
    with pytest.raises(CapacityError, match="no network reaches an error"):
        planned(messages=1000, erased=4, error=0.02, faults=Faults(stuck_off=0.9))


def test_every_number_out_of_range_is_named():
    with pytest.raises(CheckError) as caught:
        MemoryDemand(messages=0, erased=8, error=2)
    assert [issue.where for issue in caught.value.issues] == ["messages", "error", "erased"]


def test_faults_are_checked():
    with pytest.raises(ValidationError) as caught:
        Faults(stuck_off=0.7, stuck_on=0.6)
    assert caught.value.value == pytest.approx(1.3)


def test_a_target_without_costs_is_refused():
    with pytest.raises(UnsupportedError, match="cost_device"):
        plan_memory(MemoryDemand(messages=100, erased=4, error=0.05), load_target("cpu"), cues=50)


# HW-1: density d (1 - q0 - q1) + q1.
@pytest.mark.parametrize(("off", "on"), [(0.1, 0.0), (0.0, 0.05), (0.05, 0.02)])
def test_stuck_devices_change_the_density_by_the_law(off, on):
    shape = Topology(n_clusters=8, cluster_size=128)
    memory = CliqueMemory(shape)
    memory.store(np.random.default_rng(0).integers(0, 128, (2000, 8)))
    faults = Faults(stuck_off=off, stuck_on=on)
    add_faults(memory.links, faults, np.random.default_rng(1))
    expected = density(shape, 2000) * (1 - off - on) + on
    assert memory.links.fan_out().sum() / (2 * shape.pairs) == pytest.approx(expected, abs=0.002)
    rows = memory.links.rows(np.arange(128))
    assert not rows[:, :128].any()
