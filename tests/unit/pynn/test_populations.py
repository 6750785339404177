from typing import Any

import numpy as np
import pytest
from pyNN import errors
from pyNN.parameters import Sequence

import neuro.pynn as sim


def test_parameters_come_back_as_set() -> None:
    cells = sim.Population(3, sim.IF_curr_exp(tau_m=[10.0, 20.0, 30.0], cm=0.5))
    assert cells.get("cm") == 0.5
    assert cells.get("tau_m").tolist() == [10.0, 20.0, 30.0]


def test_view_of_a_view_changes_the_population() -> None:
    cells = sim.Population(6, sim.IF_curr_exp())
    cells[1:5][[0, 3]].set(tau_m=5.0)
    assert cells.get("tau_m").tolist() == [20.0, 5.0, 20.0, 20.0, 5.0, 20.0]
    assert cells[4].tau_m == 5.0


def test_one_neuron_takes_a_parameter_by_its_name() -> None:
    cells = sim.Population(2, sim.IF_cond_exp())
    cells[1].e_rev_I = -80.0
    assert cells.get("e_rev_I").tolist() == [-70.0, -80.0]


def test_assembly_sets_all_its_members() -> None:
    one, two = sim.Population(2, sim.IF_curr_exp()), sim.Population(3, sim.IF_curr_exp())
    (one + two[1:]).set(tau_m=7.0)
    assert one.get("tau_m") == 7.0
    assert two.get("tau_m").tolist() == [20.0, 7.0, 7.0]


def test_spike_times_of_one_source_are_replaced() -> None:
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[1.0, 2.0]))
    source[1:].set(spike_times=Sequence([5.0]))
    first, second = source.get("spike_times")
    assert (first.value.tolist(), second.value.tolist()) == ([1.0, 2.0], [5.0])


def test_single_source_takes_a_list_of_one_list(read: Any) -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[[0.0, 2.0]]))
    source.record("spikes")
    sim.run(5.0)
    assert read(source) == [[0.0, 2.0]]
    source.set(spike_times=[[7.0]])
    sim.run(5.0)
    assert read(source) == [[0.0, 2.0, 7.0]]


def test_unknown_parameter_is_named_with_what_is_known() -> None:
    cells = sim.Population(2, sim.IF_curr_exp())
    with pytest.raises(errors.NonExistentParameterError, match=r"tau_x .*tau_m"):
        cells.set(tau_x=1.0)
    with pytest.raises(errors.NonExistentParameterError, match="tau_x"):
        cells.get("tau_x")


def test_initial_potentials_are_where_the_trace_begins() -> None:
    cells = sim.Population(3, sim.IF_curr_exp(), initial_values={"v": -60.0})
    cells[1:].initialize(v=-70.0)
    cells[2].set_initial_value("v", -55.0)
    cells.record("v")
    sim.run(1.0)
    trace = cells.get_data().segments[0].analogsignals[0].magnitude
    assert trace[0].tolist() == [-60.0, -70.0, -55.0]
    assert cells[1].get_initial_value("v") == -70.0


def test_initial_synaptic_state_other_than_zero_is_refused() -> None:
    cells = sim.Population(1, sim.IF_cond_exp())
    with pytest.raises(errors.InvalidParameterValueError, match="gsyn_exc other than 0"):
        cells.initialize(gsyn_exc=0.1)


def test_initial_values_of_a_running_network_are_refused() -> None:
    cells = sim.Population(1, sim.IF_curr_exp())
    sim.run(1.0)
    with pytest.raises(RuntimeError, match=r"at 1 ms: .*after reset"):
        cells.initialize(v=-60.0)


def test_population_of_a_running_network_is_refused() -> None:
    sim.Population(1, sim.IF_curr_exp())
    sim.run(1.0)
    with pytest.raises(RuntimeError, match=r"Population 'late' at 1 ms: .*after reset"):
        sim.Population(1, sim.IF_curr_exp(), label="late")
    sim.reset()
    assert sim.Population(1, sim.IF_curr_exp(), label="late").size == 1


def test_cell_type_of_another_simulator_is_refused() -> None:
    from pyNN.mock import IF_curr_exp

    with pytest.raises(errors.InvalidModelError, match="Offered: IF_curr_exp"):
        sim.Population(1, IF_curr_exp())


def test_parameters_of_a_running_network_hold_from_then_on(read: Any) -> None:
    cells = sim.Population(1, sim.IF_curr_exp(tau_refrac=2.0))
    cells.record("spikes")
    sim.run(50.0)
    cells.set(i_offset=1.0)
    sim.run(50.0)
    # From rest, V reaches threshold after 20 ln(20 / (20 - 15)) = 27.73 ms, on the grid 27.8.
    assert read(cells) == [[77.8]]


def test_poisson_rate_of_a_running_network_can_change() -> None:
    source = sim.Population(200, sim.SpikeSourcePoisson(rate=0.0))
    source.record("spikes")
    sim.run(500.0)
    assert source.mean_spike_count() == 0
    source.set(rate=40.0)
    sim.run(500.0)
    # 200 sources, 20 spikes each: a standard deviation of 0.32 in the mean.
    assert source.mean_spike_count() == pytest.approx(20.0, abs=4 * 0.32)


def test_poisson_sources_start_and_stop() -> None:
    source = sim.Population(50, sim.SpikeSourcePoisson(rate=100.0, start=20.0, duration=30.0))
    source.record("spikes")
    sim.run(100.0)
    found = np.concatenate([np.asarray(t) for t in source.get_data().segments[0].spiketrains])
    assert found.size > 50
    assert found.min() >= 20.0 and found.max() <= 50.0 + 0.1


def test_poisson_start_that_differs_between_sources_is_refused() -> None:
    sim.Population(2, sim.SpikeSourcePoisson(rate=10.0, start=[1.0, 2.0]), label="noise")
    with pytest.raises(errors.InvalidParameterValueError, match="start of population 'noise'"):
        sim.run(1.0)


def test_poisson_rate_above_the_limit_of_spynnaker_is_refused() -> None:
    with pytest.raises(errors.InvalidParameterValueError, match="200 Hz is above max_rate 100 Hz"):
        sim.SpikeSourcePoisson(rate=200.0, max_rate=100.0)


def test_labels_need_not_be_names_nor_differ(read: Any) -> None:
    cells = [sim.Population(1, sim.IF_curr_exp(i_offset=1.0), label="é 1/2") for _ in range(2)]
    for item in cells:
        item.record("spikes")
    sim.run(30.0)
    assert [read(item) for item in cells] == [[[27.8]], [[27.8]]]


def test_grid_gives_positions() -> None:
    cells = sim.Population((2, 3), sim.IF_curr_exp())
    assert cells.size == 6
    assert cells.positions.shape == (3, 6)
    assert cells.nearest((1.0, 2.0, 0.0)) == cells[5]


def test_class_and_parameters_apart_are_taken_as_pynn_takes_them() -> None:
    with pytest.warns(DeprecationWarning, match="celltype"):
        cells = sim.Population(2, sim.IF_curr_exp, {"cm": 0.3}, label="old")
    assert cells.get("cm") == 0.3
