from typing import Any

import numpy as np
import pytest
from pyNN import errors

import neuro.pynn as sim


def driven(size: int = 2) -> Any:
    return sim.Population(size, sim.IF_curr_exp(i_offset=1.0), label="cells")


def test_segment_says_where_its_spikes_are_from() -> None:
    cells = driven()
    cells.record("spikes")
    sim.run(60.0)
    block = cells.get_data()
    train = block.segments[0].spiketrains[1]
    assert block.name == "cells"
    assert block.annotations["simulator"] == "neuro"
    assert train.annotations["source_index"] == 1
    assert train.annotations["channel_id"] == int(cells[1])
    assert float(train.t_stop) == 60.0


def test_trace_holds_the_first_and_the_last_state() -> None:
    cells = driven()
    cells.record("v")
    sim.run(5.0)
    signal = cells.get_data().segments[0].analogsignals[0]
    # V(t) = -65 + 20 (1 - exp(-t / 20)) mV, exact on the grid.
    expected = -65.0 + 20.0 * -np.expm1(-np.arange(51) * 0.1 / 20.0)
    np.testing.assert_allclose(signal.magnitude[:, 0], expected, rtol=1e-12)
    assert str(signal.units.dimensionality) == "mV"
    assert float(signal.t_stop.rescale("ms")) == pytest.approx(5.1)


def test_reading_in_the_middle_changes_nothing() -> None:
    values = []
    for read in (False, True):
        sim.setup(timestep=0.1)
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[9.0, 20.0]))
        cells = driven()
        synapse = sim.StaticSynapse(weight=0.3, delay=2.0)
        sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
        cells.record(["v", "isyn_exc"])
        sim.run(10.0)
        if read:
            cells.get_data()
        sim.run(30.0)
        values.append(cells.get_data().segments[0].analogsignals[0].magnitude)
    assert np.array_equal(*values)


def test_sampling_interval_thins_the_trace() -> None:
    cells = driven()
    cells.record("v", sampling_interval=0.5)
    sim.run(2.0)
    signal = cells.get_data().segments[0].analogsignals[0]
    assert signal.shape == (5, 2)
    assert float(signal.sampling_period.rescale("ms")) == 0.5
    assert signal.magnitude[4, 0] == pytest.approx(-65.0 + 20.0 * -np.expm1(-0.1))


def test_view_reads_its_own_neurons_only(read: Any) -> None:
    cells = driven(4)
    cells[1:3].record("spikes")
    cells[2:].record("v")
    sim.run(30.0)
    assert read(cells) == [[27.8], [27.8]]
    assert read(cells[2:]) == [[27.8]]
    assert cells.get_data("v").segments[0].analogsignals[0].shape == (301, 2)


def test_inhibitory_current_is_negative_by_one_name_and_a_magnitude_by_the_other() -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    cells = sim.Population(1, sim.IF_curr_exp(tau_syn_I=4.0))
    synapse = sim.StaticSynapse(weight=-0.5, delay=1.0)
    sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")
    cells.record(["isyn_inh", "gsyn_inh"])
    sim.run(6.0)
    found = {s.name: s.magnitude[-1, 0] for s in cells.get_data().segments[0].analogsignals}
    # Arrives at 2 ms; 4 ms later one time constant has passed.
    assert found["isyn_inh"] == pytest.approx(-0.5 * np.exp(-1.0))
    assert found["gsyn_inh"] == pytest.approx(0.5 * np.exp(-1.0))


def test_data_that_were_cleared_are_gone(read: Any) -> None:
    cells = driven(1)
    cells.record(["spikes", "v"])
    sim.run(40.0)
    first = cells.get_data(clear=True).segments[0]
    sim.run(40.0)
    second = cells.get_data().segments[0]
    assert first.spiketrains[0].magnitude.round(3).tolist() == [27.8]
    # The next spike follows after a refractory step and 27.73 ms more.
    assert second.spiketrains[0].magnitude.round(3).tolist() == [55.7]
    assert float(second.analogsignals[0].t_start.rescale("ms")) == 40.0
    assert second.analogsignals[0].shape == (401, 1)
    assert second.analogsignals[0].magnitude[0] == first.analogsignals[0].magnitude[-1]


def test_reset_begins_a_segment() -> None:
    cells = driven(1)
    cells.record("spikes")
    sim.run(30.0)
    sim.reset(annotations={"trial": 1})
    cells.set(i_offset=2.0)
    sim.run(30.0)
    block = cells.get_data()
    assert [segment.name for segment in block.segments] == ["segment000", "segment001"]
    assert block.segments[0].annotations["trial"] == 1
    # 20 ln(40 / 25) = 9.40 ms, and so on.
    counts = [segment.spiketrains[0].magnitude.round(3).tolist() for segment in block.segments]
    assert counts == [[27.8], [9.5, 19.1, 28.7]]


def test_spike_counts_are_by_neuron() -> None:
    cells = sim.Population(2, sim.IF_curr_exp(i_offset=[0.0, 1.0]))
    cells.record("spikes")
    sim.run(60.0)
    assert cells.get_spike_counts() == {int(cells[0]): 0, int(cells[1]): 2}
    assert cells.mean_spike_count() == 1.0


def test_variable_that_a_cell_has_not_is_refused() -> None:
    with pytest.raises(errors.RecordingError, match="Available variables are spikes,v"):
        driven().record("w")


def test_recording_more_of_a_running_network_is_refused() -> None:
    cells = driven()
    sim.run(1.0)
    with pytest.raises(RuntimeError, match=r"record\('v'\) at 1 ms"):
        cells.record("v")


def test_data_are_written_at_the_end(tmp_path: Any) -> None:
    cells = driven(1)
    path = tmp_path / "spikes.pkl"
    cells.record("spikes", to_file=str(path))
    sim.run(30.0)
    assert not path.exists()
    sim.end()
    assert path.stat().st_size > 0


def test_spinnaker_trace_ends_with_the_state_before_the_last_tick() -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    cells = driven()
    cells.record("v")
    sim.run(10.0)
    assert cells.get_data().segments[0].analogsignals[0].shape == (10, 2)


def test_reading_in_the_middle_does_not_disturb_noisy_hardware() -> None:
    values = []
    for read in (False, True):
        sim.setup(timestep=1.0, backend="crossbar", target="crossbar_pcm_hermes", seed=2)
        noise = sim.Population(20, sim.SpikeSourcePoisson(rate=50.0))
        cells = sim.Population(10, sim.IF_curr_exp())
        synapse = sim.StaticSynapse(weight=0.15, delay=1.0)
        sim.Projection(noise, cells, sim.AllToAllConnector(), synapse)
        cells.record("v")
        cells[:5].inject(sim.DCSource(amplitude=0.3, start=10.0, stop=30.0))
        for _ in range(4):
            sim.run(10.0)
            if read:
                cells.get_data()
        values.append(cells.get_data().segments[0].analogsignals[0].magnitude)
    # All get the same input through devices that differ, and half of them a current.
    assert len(np.unique(values[0][9])) == 10
    assert values[0][20, :5].min() > values[0][20, 5:].max()
    assert np.array_equal(*values)
