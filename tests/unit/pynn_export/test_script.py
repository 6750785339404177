"""Structure of the scripts: what is written as a rule, which sign, amplitude and time it has."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuro.errors import CheckError, NeuroError, UnsupportedError
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    FixedProbability,
    Network,
    OneToOne,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.passes import discretise, expand
from neuro.pynn_export import Script, to_script

SIMULATORS = {"spiNNaker": "tick", "nest": "exact", "brian2": "exact"}
CELL = CurrentExponentialLIF()


def script(simulator: str, *, per_core: int | None = None, **parts: Any) -> Script:
    members = {"populations": [Population("a", 4, CELL), Population("b", 4, CELL)], **parts}
    semantics = SIMULATORS[simulator]
    network = Network(**{"name": "net", "dt": 1.0, "semantics": semantics, **members})
    plan = discretise(expand(network, semantics))
    return to_script(plan, simulator, duration=50.0, neurons_per_core=per_core)


def calls(made: Script, name: str) -> list[dict[str, str]]:
    """Return the arguments of every call of ``sim.<name>``, as text; positional ones by number."""
    found = []
    for node in ast.walk(ast.parse(made.text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"sim.{name}":
            places = {f"{place}": ast.unparse(item) for place, item in enumerate(node.args)}
            names = {str(item.arg): ast.unparse(item.value) for item in node.keywords}
            found.append({**places, **names})
    return found


def join(rule: Any, synapse: Any = None, receptor: str = "excitatory", **ends: str) -> Projection:
    ends = {"source": "a", "target": "b", **ends}
    chosen = synapse or Static(weight=0.5, delay=2.0)
    return Projection(ends["source"], ends["target"], rule, chosen, receptor=receptor)


def plastic(**changes: Any) -> PairSTDP:
    members: dict[str, Any] = {
        "weight": 0.5,
        "rule": "additive",
        "amplitude": "absolute",
        "a_plus": 0.2,
        "a_minus": 0.1,
        "w_max": 4.0,
    }
    return PairSTDP(**{**members, **changes})


@pytest.mark.parametrize(
    ("rule", "ends", "connector"),
    [
        (OneToOne(), {}, "sim.OneToOneConnector()"),
        (AllToAll(), {}, "sim.AllToAllConnector()"),
        (
            AllToAll(skip_equal_index=True),
            {"target": "a"},
            "sim.AllToAllConnector(allow_self_connections=False)",
        ),
    ],
)
def test_connections_that_follow_a_rule_stay_a_rule(
    rule: Any, ends: Mapping[str, str], connector: str
) -> None:
    (made,) = calls(script("nest", projections=[join(rule, **ends)]), "Projection")
    assert made["2"] == connector


def test_pairs_between_populations_that_leave_out_equal_indices_are_listed() -> None:
    made = script("nest", projections=[join(AllToAll(skip_equal_index=True))])
    (listed,) = calls(made, "FromListConnector")
    rows = ast.literal_eval(listed["0"])
    assert rows[:4] == [(0, 1, 0.5, 2.0), (0, 2, 0.5, 2.0), (0, 3, 0.5, 2.0), (1, 0, 0.5, 2.0)]
    assert listed["column_names"] == "['weight', 'delay']"


def test_spinnaker_gets_a_list_where_it_would_count_left_out_pairs() -> None:
    made = script("spiNNaker", projections=[join(AllToAll(skip_equal_index=True), target="a")])
    assert calls(made, "AllToAllConnector") == []


def test_different_weights_are_listed_with_their_bits() -> None:
    weights = np.array([0.1, 0.2, 0.3, 1 / 3])
    made = script("nest", projections=[join(OneToOne(), Static(weight=weights, delay=1.0))])
    (listed,) = calls(made, "FromListConnector")
    assert [row[2] for row in ast.literal_eval(listed["0"])] == weights.tolist()


@pytest.mark.parametrize(
    ("simulator", "connector"),
    [("spiNNaker", "sim.OneToOneConnector()"), ("nest", "sim.AllToAllConnector()")],
)
def test_one_to_one_of_single_neurons_avoids_the_connector_that_fails(
    simulator: str, connector: str
) -> None:
    singles = [Population("a", 1, CELL), Population("b", 1, CELL)]
    made = script(simulator, populations=singles, projections=[join(OneToOne())])
    assert calls(made, "Projection")[0]["2"] == connector


@pytest.mark.parametrize(
    ("simulator", "cell", "weight"),
    [
        ("spiNNaker", CELL, "0.5"),
        ("nest", CELL, "-0.5"),
        ("brian2", CELL, "-0.5"),
        ("nest", ConductanceExponentialLIF(), "0.5"),
    ],
)
def test_inhibition_has_the_sign_that_the_simulator_wants(
    simulator: str, cell: Any, weight: str
) -> None:
    populations = [Population("a", 4, CELL), Population("b", 4, cell)]
    links = [join(AllToAll(), receptor="inhibitory")]
    (synapse,) = calls(
        script(simulator, populations=populations, projections=links), "StaticSynapse"
    )
    assert synapse["weight"] == weight


# Amplitudes 0.2 and 0.1 with w_max 4: absolute ones are weights, relative ones fractions of 4.
@pytest.mark.parametrize(
    ("simulator", "amplitude", "a_plus", "a_minus"),
    [
        ("spiNNaker", "absolute", 0.2, 0.1),
        ("spiNNaker", "relative", 0.8, 0.4),
        ("nest", "absolute", 0.05, 0.025),
        ("nest", "relative", 0.2, 0.1),
    ],
)
def test_additive_amplitudes_are_in_the_unit_of_the_simulator(
    simulator: str, amplitude: str, a_plus: float, a_minus: float
) -> None:
    links = [join(AllToAll(), plastic(amplitude=amplitude))]
    (rule,) = calls(script(simulator, projections=links), "SpikePairRule")
    assert float(rule["A_plus"]) == pytest.approx(a_plus)
    assert float(rule["A_minus"]) == pytest.approx(a_minus)


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_multiplicative_amplitudes_are_fractions_everywhere(simulator: str) -> None:
    links = [join(AllToAll(), plastic(rule="multiplicative", amplitude="relative"))]
    made = script(simulator, projections=links)
    (rule,) = calls(made, "SpikePairRule")
    assert (float(rule["A_plus"]), float(rule["A_minus"])) == (0.2, 0.1)
    assert len(calls(made, "MultiplicativeWeightDependence")) == 1


@pytest.mark.parametrize(
    ("simulator", "fraction"), [("spiNNaker", "1.0"), ("nest", "1.0"), ("brian2", "0.0")]
)
def test_dendritic_share_of_the_delay_is_the_only_one_accepted(
    simulator: str, fraction: str
) -> None:
    made = script(simulator, projections=[join(AllToAll(), plastic())])
    assert calls(made, "STDPMechanism")[0]["dendritic_delay_fraction"] == fraction


def test_nest_spikes_fall_on_the_grid() -> None:
    (setup,) = calls(script("nest"), "setup")
    assert ast.literal_eval(setup["spike_precision"]) == "on_grid"


def test_brian2_does_not_compile() -> None:
    assert 'brian2.prefs.codegen.target = "numpy"' in script("brian2").text


def test_parameters_that_differ_are_arrays_and_the_start_is_set() -> None:
    cell = CurrentExponentialLIF(tau_m=np.array([1.0, 2.0, 3.0, 4.0]), v_init=-60.0)
    made = script("nest", populations=[Population("a", 4, cell)])
    assert calls(made, "IF_curr_exp")[0]["tau_m"] == "np.array([1.0, 2.0, 3.0, 4.0])"
    assert calls(made, "Population")[0]["initial_values"] == "{'v': -60.0}"


# PyNN's Brian2 module fails on an array of them, after the network has been built.
def test_refractory_times_that_differ_are_refused_for_brian2_alone() -> None:
    cells = [Population("a", 4, CurrentExponentialLIF(tau_refrac=[1.0, 1.0, 2.0, 5.0]))]
    with pytest.raises(UnsupportedError, match="from 1 ms to 5 ms") as caught:
        script("brian2", populations=cells)
    assert caught.value.where == "population 'a'.tau_refrac"
    for simulator in ("nest", "spiNNaker"):
        assert calls(script(simulator, populations=cells), "IF_curr_exp")
    same = [Population("a", 4, CurrentExponentialLIF(tau_refrac=[2.0] * 4))]
    assert calls(script("brian2", populations=same), "IF_curr_exp")


# Brian2 counts the step of the spike as the first one of the refractory time.
@pytest.mark.parametrize(("simulator", "time"), [("nest", "1.5"), ("brian2", "3.0")])
def test_refractory_time_holds_as_many_steps_everywhere(simulator: str, time: str) -> None:
    cell = CurrentExponentialLIF(tau_refrac=1.5)
    made = script(simulator, populations=[Population("a", 4, cell)])
    assert calls(made, "IF_curr_exp")[0]["tau_refrac"] == time


def test_cores_get_as_many_neurons_as_asked_for_and_sources_a_limit() -> None:
    source = SpikeArray(name="in", size=300, times=[1.0], indices=[0])
    made = script("spiNNaker", per_core=100, inputs=[source])
    assert [(c["0"], c["1"]) for c in calls(made, "set_number_of_neurons_per_core")] == [
        ("sim.IF_curr_exp", "100"),
        ("sim.SpikeSourceArray", "256"),
    ]
    assert "per_core" not in script("nest", per_core=100, inputs=[source]).text


def test_short_time_steps_keep_neurons_and_synapses_on_one_core() -> None:
    made = script("spiNNaker", dt=0.5)
    (call,) = calls(made, "set_number_of_synapse_cores")
    assert (call["0"], call["1"]) == ("sim.IF_curr_exp", "0")
    assert calls(script("spiNNaker"), "set_number_of_synapse_cores") == []


def test_poisson_sources_stop_when_the_network_says() -> None:
    noise = Poisson(name="noise", size=3, rate=20.0, start=10.0, stop=40.0)
    made = script("spiNNaker", inputs=[noise])
    (source,) = calls(made, "SpikeSourcePoisson")
    assert source == {"rate": "20.0", "start": "10.0", "duration": "30.0"}
    assert "draws Poisson spikes of its own" in made.text


def test_probes_are_recorded_under_the_names_of_the_simulator() -> None:
    probes = [Probe(population="a"), Probe(population="a", variable="i_excitatory")]
    text = script("spiNNaker", probes=probes).text
    assert 'populations["a"].record(["gsyn_exc", "spikes"])' in text
    assert 'populations["a"].record(["spikes"])' in script("nest", probes=probes).text


def test_long_lists_go_to_a_data_file_that_is_read_without_pickle(tmp_path: Path) -> None:
    synapse = Static(weight=Uniform(0.1, 0.2), delay=1.0)
    populations = [Population("a", 30, CELL), Population("b", 30, CELL)]
    links = [join(FixedProbability(probability=0.5), synapse)]
    made = script("nest", populations=populations, projections=links)
    written = made.write(tmp_path / "net.py")
    assert [path.name for path in written] == ["net.py", "net.npz"]
    with np.load(tmp_path / "net.npz", allow_pickle=False) as data:
        rows = data["a->b.synapses"]
    assert rows.shape[0] > 300
    assert rows.shape[1] == 4
    assert "DATA = np.load(Path(__file__)" in made.text


def test_short_networks_need_no_data_file(tmp_path: Path) -> None:
    made = script("nest", projections=[join(AllToAll())])
    assert [path.name for path in made.write(tmp_path / "net.py")] == ["net.py"]
    assert "DATA" not in made.text


def test_early_spikes_get_a_lead_in_on_nest() -> None:
    early = SpikeArray(name="in", size=1, times=[1.0], indices=[0])
    # PyNN takes one minimal delay off, and NEST cannot fire at 0: the first time is 2 ms.
    assert "LEAD_IN = 1.0" in script("nest", inputs=[early]).text
    assert "LEAD_IN" not in script("spiNNaker", inputs=[early]).text


def refusal(simulator: str, **parts: Any) -> NeuroError:
    with pytest.raises(UnsupportedError) as caught:
        script(simulator, **parts)
    return caught.value


def test_lead_in_is_refused_for_neurons_that_do_not_rest() -> None:
    early = SpikeArray(name="in", size=1, times=[1.0], indices=[0])
    restless = Population("a", 4, CurrentExponentialLIF(i_offset=0.5))
    error = refusal("nest", populations=[restless], inputs=[early])
    assert "1 ms later" in str(error)


def test_unknown_cell_is_refused_with_the_supported_and_the_nearest() -> None:
    error = refusal("nest", populations=[Population("a", 4, DeltaLIF())])
    assert error.where == "population 'a'.cell"
    assert error.limit == "Supported: ConductanceExponentialLIF, CurrentExponentialLIF"
    assert "CurrentExponentialLIF with a short tau_syn_E" in str(error.hint)


def test_lower_bound_other_than_zero_is_refused_on_nest() -> None:
    error = refusal("nest", projections=[join(AllToAll(), plastic(w_min=0.1))])
    assert (error.where, error.value) == ("projection 'a->b'.synapse.w_min", 0.1)


def test_immediate_pairing_is_refused_everywhere() -> None:
    rule = plastic(pairing="immediate")
    assert refusal("spiNNaker", projections=[join(AllToAll(), rule)]).value == "immediate"


def test_repeated_spikes_are_refused_on_brian2() -> None:
    twice = SpikeArray(name="in", size=1, times=[5.0, 5.0], indices=[0, 0])
    assert refusal("brian2", inputs=[twice]).value == 1


def test_plastic_inhibition_is_refused_on_brian2() -> None:
    links = [join(AllToAll(), plastic(), receptor="inhibitory")]
    assert "inhibitory currents" in str(refusal("brian2", projections=links))


def test_plan_of_other_semantics_is_refused() -> None:
    network = Network(name="net", dt=1.0, semantics="tick", populations=[Population("a", 1, CELL)])
    with pytest.raises(UnsupportedError) as caught:
        to_script(discretise(expand(network)), "nest", duration=10.0)
    assert caught.value.value == "tick"


def test_every_obstacle_is_named() -> None:
    with pytest.raises(CheckError) as caught:
        script("nest", populations=[Population("a", 4, DeltaLIF()), Population("b", 4, DeltaLIF())])
    assert len(caught.value.issues) == 2
