import subprocess
import sys
from typing import Any

import pytest
from pyNN import errors

import neuro.pynn as sim
from neuro.errors import ValidationError


def options() -> Any:
    return sim.simulator.state.target.options


def test_setup_sets_the_grid_and_forgets_the_network() -> None:
    sim.Population(1, sim.IF_curr_exp())
    sim.run(2.0)
    assert sim.setup(timestep=0.5, min_delay=1.0, max_delay=8.0, spike_precision="on_grid") == 0
    assert sim.get_current_time() == 0
    assert (sim.get_time_step(), sim.get_min_delay(), sim.get_max_delay()) == (0.5, 1.0, 8.0)
    assert (sim.rank(), sim.num_processes()) == (0, 1)
    assert sim.simulator.state.populations == []


def test_time_goes_on_from_run_to_run() -> None:
    assert sim.run(1.0) == 1.0
    assert sim.run_for(0.5) == 1.5
    assert sim.run_until(3.0) == 3.0
    with pytest.raises(ValueError, match="in the past"):
        sim.run_until(1.0)


def test_callbacks_are_called_when_they_ask_to_be() -> None:
    called: list[float] = []

    def every_ten(time: float) -> float:
        called.append(time)
        return time + 10.0

    sim.run(30.0, callbacks=[every_ten])
    assert called == pytest.approx([0.0, 10.0, 20.0, 30.0])


def test_callback_can_change_a_parameter(read: Any) -> None:
    cells = sim.Population(1, sim.IF_curr_exp())
    cells.record("spikes")

    def switch(time: float) -> float:
        if time:
            cells.set(i_offset=1.0)
        return time + 20.0

    sim.run(50.0, callbacks=[switch])
    assert read(cells) == [[47.8]]


def test_run_in_pieces_is_the_run_at_once(read: Any) -> None:
    found = []
    for pieces in ([200.0], [0.1, 99.9, 100.0]):
        sim.setup(timestep=0.1, seed=5)
        noise = sim.Population(20, sim.SpikeSourcePoisson(rate=50.0))
        cells = sim.Population(10, sim.IF_curr_exp())
        synapse = sim.StaticSynapse(weight=0.3, delay=1.7)
        sim.Projection(noise, cells, sim.AllToAllConnector(), synapse)
        cells.record("spikes")
        for piece in pieces:
            sim.run(piece)
        found.append(read(cells))
    assert sum(map(len, found[0])) > 20
    assert found[0] == found[1]


def test_seed_decides_the_poisson_spikes(read: Any) -> None:
    found = []
    for backend, seed in (("cpu", 1), ("spinnaker", 1), ("cpu", 2)):
        sim.setup(timestep=1.0, backend=backend, semantics="tick", rng_seed=seed)
        noise = sim.Population(5, sim.SpikeSourcePoisson(rate=50.0))
        cells = sim.Population(5, sim.IF_curr_exp())
        sim.Projection(noise, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=0.1))
        noise.record("spikes")
        sim.run(200.0)
        found.append(read(noise))
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_unknown_backend_and_target_are_refused_with_what_is_known() -> None:
    with pytest.raises(ValidationError, match="Did you mean 'cpu'"):
        sim.setup(backend="cpi")
    with pytest.raises(ValidationError, match="no such target"):
        sim.setup(target="cpu_float16")


def test_target_is_the_one_asked_for() -> None:
    sim.setup(target="cpu_float32")
    sim.Population(1, sim.IF_curr_exp())
    sim.run(1.0)
    assert "float32" in sim.simulator.state.result().provenance.engine


def test_network_that_a_backend_cannot_run_is_refused_with_what_it_can() -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    sim.Population(1, sim.IF_curr_delta(), label="cells")
    with pytest.raises(errors.NoModelAvailableError, match=r"'cells'.*On offer: Conductance"):
        sim.run(1.0)


def test_neurons_per_core_reach_the_board() -> None:
    sim.setup(timestep=1.0, backend="spinnaker", time_scale_factor=10)
    sim.set_number_of_neurons_per_core(sim.IF_curr_exp, 64)
    assert options()["neurons_per_core"] == 64
    assert options()["time_scale_factor"] == 10.0
    with pytest.raises(errors.InvalidParameterValueError, match="32 neurons per core after 64"):
        sim.set_number_of_neurons_per_core(sim.IF_cond_exp, 32)


def test_neurons_per_core_of_a_population_reach_the_board() -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    sim.Population(1, sim.IF_curr_exp(), additional_parameters={"neurons_per_core": 32, "seed": 1})
    assert options()["neurons_per_core"] == 32
    with pytest.raises(errors.InvalidParameterValueError, match="n_synapse_cores"):
        sim.Population(1, sim.IF_curr_exp(), additional_parameters={"n_synapse_cores": 2})


def test_neurons_per_core_mean_nothing_without_cores() -> None:
    sim.set_number_of_neurons_per_core(sim.IF_curr_exp, 64)
    assert "neurons_per_core" not in options()


def test_delay_extensions_cannot_be_forbidden() -> None:
    sim.set_allow_delay_extensions(sim.IF_curr_exp, True)
    with pytest.raises(errors.InvalidParameterValueError, match="cannot be forbidden"):
        sim.set_allow_delay_extensions(sim.IF_curr_exp, False)


def test_models_of_spynnaker_are_offered_or_refused_by_name() -> None:
    cells = sim.Population(3, sim.extra_models.IFCurDelta(tau_m=5.0))
    connector = sim.extra_models.AllButMeConnector()
    made = sim.Projection(cells, cells, connector, sim.StaticSynapse(weight=1.0, delay=1.0))
    assert len(made) == 6
    with pytest.raises(errors.NoModelAvailableError, match="StocExp is not offered"):
        sim.extra_models.StocExp()
    with pytest.raises(errors.InvalidParameterValueError, match="n_neurons_per_group"):
        sim.extra_models.AllButMeConnector(n_neurons_per_group=2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_procedural_functions_build_a_network(read: Any) -> None:
    cells = sim.create(sim.IF_curr_exp(), n=2)
    source = sim.create(sim.SpikeSourceArray(spike_times=[1.0]))
    sim.connect(source, cells[1], weight=10.0, delay=1.0)
    sim.set(cells, tau_m=10.0)
    sim.initialize(cells, v=-64.0)
    cells.record("spikes")
    sim.run(10.0)
    assert [len(train) > 0 for train in read(cells)] == [False, True]


def test_star_import_gives_the_whole_interface() -> None:
    # A star import takes the names that the module lists.
    assert {"setup", "Population", "IF_curr_exp", "HH_cond_exp", "NumpyRNG"} <= set(sim.__all__)
    assert [name for name in sim.__all__ if not hasattr(sim, name)] == []


def test_network_that_was_refused_can_be_mended() -> None:
    source = sim.Population(2, sim.SpikeSourcePoisson(rate=10.0, start=[1.0, 2.0]))
    with pytest.raises(errors.InvalidParameterValueError):
        sim.run(1.0)
    source.set(start=1.0)
    source.record("spikes")
    assert sim.run(1.0) == 1.0


def test_width_of_cores_of_a_running_network_is_refused() -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    sim.Population(1, sim.IF_curr_exp())
    sim.run(1.0)
    with pytest.raises(RuntimeError, match="neurons_per_core=64 at 1 ms"):
        sim.set_number_of_neurons_per_core(sim.IF_curr_exp, 64)


def test_missing_pynn_is_one_line_with_its_remedy() -> None:
    code = "import sys; sys.modules['pyNN'] = None; import neuro.pynn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "neuro.errors.UnavailableError: neuro.pynn: PyNN is not installed. Install it with: "
        'pip install "neuro-spiking-memory[pynn]".'
    )
