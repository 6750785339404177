from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuro.backend import Program
from neuro.errors import CheckError, SimulationError, UnsupportedError, ValidationError
from neuro.ir import (
    AllToAll,
    BinaryThresholdUnit,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    Network,
    OneToOne,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.program import EngineProgram
from neuro.results import Result
from neuro.run import compile_network, simulate

Plain = Callable[[Any], Any]
STRONG = Static(weight="20 mV", delay="1 ms")
"""Fires a delta LIF at rest: 15 mV from rest to threshold."""


def relay(semantics: str = "tick", *, times: Any = (), **changes: Any) -> Network:
    """Inputs in0 and in1, one strong synapse each onto the two neurons of population a."""
    parts: dict[str, Any] = {
        "name": "relay",
        "populations": [Population("a", 2, DeltaLIF(tau_refrac=0.0))],
        "inputs": [
            SpikeArray(name="in", size=2, times=times, indices=[0] * len(times)),
            SpikeArray(name="other", size=2),
            Poisson(name="noise", size=1, rate=0.0),
        ],
        "projections": [Projection("in", "a", OneToOne(), STRONG)],
        "probes": [Probe(population="in"), Probe(population="a")],
        "dt": 1.0 if semantics == "tick" else 0.1,
        "semantics": semantics,
    }
    return Network(**{**parts, **changes})


def spikes_of(result: Result, name: str) -> list[tuple[float, int]]:
    trains = result.spikes[name]
    times = np.round(trains.times, 6).tolist()
    return list(zip(times, trains.indices.tolist(), strict=True))


@pytest.fixture
def program() -> Iterator[Program]:
    with compile_network(relay()) as compiled:
        yield compiled


# --- runs in pieces ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces", [[20.0, 20.0], [0.1, 39.9], [0.0, 13.3, 0.1, 26.6], [25.1, 14.9]]
)
def test_run_in_pieces_equals_run_at_once(
    busy_network: Network, busy_result: Result, plain: Plain, pieces: list[float]
) -> None:
    with compile_network(busy_network) as program:
        for piece in pieces:
            program.run(piece)
        result = program.result()
    assert plain(result) == plain(busy_result)


def test_run_under_tick_in_pieces_equals_run_at_once(busy_network: Network, plain: Plain) -> None:
    network = replace(busy_network, semantics="tick")
    with compile_network(network) as program:
        program.run(7.7)
        program.run(32.3)
        assert plain(program.result()) == plain(simulate(network, 40.0))


def test_result_in_the_middle_is_that_of_a_shorter_run(busy_network: Network, plain: Plain) -> None:
    with compile_network(busy_network) as program:
        program.run(25.0)
        middle = program.result()
        program.run(15.0)
        program.result()
    assert plain(middle) == plain(simulate(busy_network, 25.0))


def test_time_axis_continues(program: Program) -> None:
    program.run(2.0)
    program.run(3.0)
    assert program.result().duration == 5.0


def test_result_before_any_run_is_empty(busy_network: Network) -> None:
    with compile_network(busy_network) as program:
        result = program.result()
    assert result.duration == 0.0
    assert spikes_of(result, "a") == []
    assert result.traces["b"]["v"].values.shape == (0, 2)
    assert result.weights["a->b"].values.tolist() == [0.2] * 12


def test_reset_returns_to_time_zero_with_the_first_weights(
    busy_network: Network, busy_result: Result, plain: Plain
) -> None:
    with compile_network(busy_network) as program:
        program.run(33.3)
        program.reset()
        program.run(40.0)
        assert plain(program.result()) == plain(busy_result)


def test_reset_forgets_added_spikes_and_their_notes(program: Program) -> None:
    program.run(5.0, inputs={"in": ([1.3], [0])})
    program.reset()
    program.run(5.0)
    assert spikes_of(program.result(), "a") == []
    assert program.result().provenance.notes == ()


def test_run_with_a_text_takes_its_unit(program: Program) -> None:
    program.run("0.003 s")  # type: ignore[arg-type]
    assert program.result().duration == 3.0


@pytest.mark.parametrize("duration", [0.5, -1.0, np.nan, np.inf])
def test_duration_that_is_no_multiple_is_refused(program: Program, duration: float) -> None:
    with pytest.raises(ValidationError) as caught:
        program.run(duration)
    assert caught.value.where == "duration"
    assert program.result().duration == 0.0


def test_progress_counts_the_steps_of_this_run(program: Program) -> None:
    seen: list[float] = []
    program.run(1000.0, progress=seen.append)
    assert len(seen) > 1
    assert seen == sorted(seen) and seen[-1] == 1.0


# --- spikes at time zero, and their delays -------------------------------------------------------


@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_input_spike_is_labelled_with_its_time(semantics: str) -> None:
    result = simulate(relay(semantics, times=[0.0, 3.0]), 5.0)
    assert spikes_of(result, "in") == [(0.0, 0), (3.0, 0)]


@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_delta_synapse_fires_its_target_after_the_delay(semantics: str) -> None:
    result = simulate(relay(semantics, times=[0.0, 3.0]), 5.0)
    assert spikes_of(result, "a") == [(1.0, 0), (4.0, 0)]


def test_spike_at_time_zero_reaches_a_current_after_its_delay_under_exact() -> None:
    # The current jumps at 0 + 0.1 ms and moves the membrane from then on.
    trace = current_response("exact", dt=0.1, delay=0.1)
    assert trace["i_excitatory"][:3] == pytest.approx([0.0, 1.0, np.exp(-0.1 / 5)])
    assert trace["v"][:2].tolist() == [-65.0, -65.0]
    assert trace["v"][2] > -65.0


def test_spike_at_time_zero_acts_in_the_tick_of_its_arrival_under_tick() -> None:
    # It arrives in tick 1 and moves the membrane there; a sample shows the start of its tick. The
    # charge of the first step is that of the decaying current.
    trace = current_response("tick", dt=1.0, delay=1.0)
    assert trace["v"][:2].tolist() == [-65.0, -65.0]
    current = 5.0 * (1 - np.exp(-1 / 5))
    assert trace["v"][2] == pytest.approx(-65 + 20 * current * (1 - np.exp(-1 / 20)))
    assert trace["i_excitatory"][:3] == pytest.approx([0.0, 0.0, current * np.exp(-1 / 5)])


def current_response(semantics: str, *, dt: float, delay: float) -> dict[str, Any]:
    """Traces of one current LIF that gets 1 nA from a spike at time 0."""
    network = relay(
        semantics,
        times=[0.0],
        populations=[Population("a", 2, CurrentExponentialLIF())],
        projections=[Projection("in", "a", OneToOne(), Static(weight="1 nA", delay=delay))],
        probes=[
            Probe(population="a", variable=name, indices=[0]) for name in ("v", "i_excitatory")
        ],
        dt=dt,
    )
    traces = simulate(network, 5.0).traces["a"]
    return {name: trace.values[:, 0] for name, trace in traces.items()}


# --- added input spikes --------------------------------------------------------------------------


def test_added_spike_acts_like_a_listed_one(program: Program, plain: Plain) -> None:
    program.run(3.0)
    program.run(5.0, inputs={"in": ([5.0, 3.0], [0, 0])})
    result = program.result()
    assert spikes_of(result, "in") == [(3.0, 0), (5.0, 0)]
    assert spikes_of(result, "a") == [(4.0, 0), (6.0, 0)]
    listed = simulate(relay(times=[3.0, 5.0]), 8.0)
    assert plain(result.counters) == plain(listed.counters)


def test_added_spike_may_lie_beyond_the_run(program: Program) -> None:
    program.run(2.0, inputs={"in": ([7.0], [1])})
    program.run(8.0)
    assert spikes_of(program.result(), "a") == [(8.0, 1)]


def test_added_spikes_join_earlier_ones_in_order(program: Program) -> None:
    program.run(1.0, inputs={"in": ([4.0], [1])})
    program.run(9.0, inputs={"in": ([4.0, 2.0], [0, 1])})
    assert spikes_of(program.result(), "in") == [(2.0, 1), (4.0, 0), (4.0, 1)]


def test_added_spike_at_time_zero_is_accepted_before_the_first_step() -> None:
    with compile_network(relay("exact")) as program:
        program.run(5.0, inputs={"in": ([0.0], [0])})
        assert spikes_of(program.result(), "a") == [(1.0, 0)]


def test_added_spike_in_the_past_is_refused(program: Program) -> None:
    program.run(3.0)
    with pytest.raises(ValidationError) as caught:
        program.run(1.0, inputs={"in": ([2.0, 5.0], [0, 0])})
    assert caught.value.where == "input 'in'.times"
    assert caught.value.problem == "a spike at 2 ms lies in the past"
    assert caught.value.limit == "The run has reached 3 ms: spikes come not before that time"


def test_added_spike_at_the_time_reached_is_too_late_under_exact() -> None:
    # A spike of that time ends the step that is just done.
    with compile_network(relay("exact")) as program:
        program.run(3.0)
        with pytest.raises(ValidationError):
            program.run(1.0, inputs={"in": ([3.0], [0])})
        program.run(2.0, inputs={"in": ([3.1], [0])})
        assert spikes_of(program.result(), "a") == [(4.1, 0)]


def test_added_spike_off_the_grid_leaves_a_note(program: Program) -> None:
    program.run(5.0, inputs={"in": ([1.3], [0])})
    result = program.result()
    assert spikes_of(result, "in") == [(1.0, 0)]
    [note] = result.provenance.notes
    assert (note.where, note.requested, note.stored) == ("input 'in'.times", 1.3, 1.0)


@pytest.mark.parametrize("name", ["inn", "noise", "a"])
def test_spikes_for_what_is_no_spike_array_are_refused(program: Program, name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        program.run(1.0, inputs={name: ([1.0], [0])})
    assert caught.value.where == f"input {name!r}"
    assert "Known: in, other." in str(caught.value.limit)


@pytest.mark.parametrize("index", [-1, 2])
def test_added_index_out_of_range_is_refused(program: Program, index: int) -> None:
    with pytest.raises(ValidationError) as caught:
        program.run(1.0, inputs={"in": ([1.0], [index])})
    assert caught.value.where == "input 'in'.indices"
    assert caught.value.limit == "Indices run from 0 to 1"


@pytest.mark.parametrize("time", [np.nan, np.inf, -np.inf, -1.0])
def test_impossible_added_time_is_refused(program: Program, time: float) -> None:
    with pytest.raises(ValidationError) as caught:
        program.run(1.0, inputs={"in": ([time], [0])})
    assert caught.value.where == "input 'in'.times"


def test_added_lists_of_different_lengths_are_refused(program: Program) -> None:
    with pytest.raises(ValidationError, match="2 times and 1 indices"):
        program.run(1.0, inputs={"in": ([1.0, 2.0], [0])})


def test_all_wrong_inputs_are_reported_at_once(program: Program) -> None:
    with pytest.raises(CheckError) as caught:
        program.run(1.0, inputs={"in": ([1.0], [9]), "x": ([1.0], [0])})
    assert [issue.where for issue in caught.value.issues] == ["input 'in'.indices", "input 'x'"]


def test_refused_inputs_change_nothing(program: Program) -> None:
    with pytest.raises(ValidationError):
        program.run(5.0, inputs={"in": ([1.3], [0]), "other": ([1.0], [9])})
    program.run(5.0)
    result = program.result()
    assert spikes_of(result, "in") == []
    assert result.provenance.notes == ()


# --- several spikes of one source in one step ----------------------------------------------------


def heap(synapse: Any) -> Network:
    """A perfect integrator that adds up its weights: tau_m is 10^9 ms, the threshold far."""
    cell = DeltaLIF(tau_m=1e9, v_thresh="1 V")
    return Network(
        name="heap",
        populations=[Population("a", 1, cell)],
        inputs=[Poisson(name="in", size=1, rate="5 kHz", stop="9 ms")],
        projections=[Projection("in", "a", OneToOne(), synapse)],
        probes=[Probe(population="in"), Probe(population="a", variable="v")],
        dt=1.0,
    )


FROZEN = PairSTDP(
    weight="0.5 mV", rule="additive", amplitude="absolute", a_plus=0.0, a_minus=0.0, w_max="1 mV"
)


@pytest.mark.parametrize("synapse", [Static(weight="0.5 mV"), FROZEN])
def test_all_spikes_of_a_source_in_one_step_are_delivered(synapse: Any) -> None:
    result = simulate(heap(synapse), 12.0)
    steps = result.spikes["in"].ticks(1.0)
    assert np.bincount(steps).max() > 1
    assert result.traces["a"]["v"].values[-1, 0] == pytest.approx(-65 + 0.5 * steps.size)
    assert result.counters.synaptic_events["in->a"] == steps.size


def taught(semantics: str, *, teacher: float, times: list[float], **rule: Any) -> Result:
    """A teacher fires the neuron 1 ms after its spike; a plastic synapse sees it 1 ms later."""
    learn = PairSTDP(
        **{
            "weight": "1 mV",
            "rule": "additive",
            "amplitude": "absolute",
            "a_plus": "0.3 mV",
            "a_minus": "0.1 mV",
            "w_max": "2 mV",
            **rule,
        }
    )
    network = relay(
        semantics,
        populations=[Population("a", 1, DeltaLIF())],
        inputs=[
            SpikeArray(name="teacher", size=1, times=[teacher], indices=[0]),
            SpikeArray(name="in", size=1, times=times, indices=[0] * len(times)),
        ],
        projections=[
            Projection("teacher", "a", OneToOne(), STRONG),
            Projection("in", "a", OneToOne(), learn),
        ],
        probes=[Probe(population="a")],
    )
    result = simulate(network, 10.0)
    assert spikes_of(result, "a") == [(teacher + 1.0, 0)]
    return result


@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_each_of_two_spikes_in_one_step_depresses(semantics: str) -> None:
    # The post spike of 1 ms reaches the synapse at 2 ms; both pre spikes come at 5 ms.
    result = taught(semantics, teacher=0.0, times=[5.0, 5.0], tau_minus="20 ms")
    expected = 1.0 - 2 * 0.1 * np.exp(-3 / 20)
    assert result.weights["in->a"].values == pytest.approx([expected], rel=1e-14)
    assert result.counters.plastic_updates == {"in->a": 2}


@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_plastic_spike_at_time_zero_leaves_its_trace(semantics: str) -> None:
    # Pre at 0 ms; the post spike of 3 ms reaches the synapse at 4 ms.
    result = taught(semantics, teacher=2.0, times=[0.0], tau_plus="20 ms")
    expected = 1.0 + 0.3 * np.exp(-4 / 20)
    assert result.weights["in->a"].values == pytest.approx([expected], rel=1e-14)


# --- what is recorded ----------------------------------------------------------------------------


def test_trace_holds_the_chosen_neurons_at_the_chosen_interval(busy_result: Result) -> None:
    trace = busy_result.traces["b"]["v"]
    assert trace.indices.tolist() == [2, 0]
    assert trace.times == pytest.approx(np.arange(80) * 0.5)
    assert trace.unit == "mV"


def test_trace_columns_follow_the_indices(busy_network: Network, busy_result: Result) -> None:
    everyone = replace(busy_network, probes=[Probe(population="b", variable="v")])
    whole = simulate(everyone, 40.0).traces["b"]["v"].values
    assert busy_result.traces["b"]["v"].values.tolist() == whole[::5, [2, 0]].tolist()


def test_probe_of_no_neurons_records_none() -> None:
    probe = Probe(population="a", variable="v", indices=[])
    trace = simulate(relay(probes=[probe]), 5.0).traces["a"]["v"]
    assert trace.values.shape == (5, 0)


def test_spikes_are_sorted_by_time_then_neuron(busy_result: Result) -> None:
    for name in ("noise", "a", "b"):
        pairs = spikes_of(busy_result, name)
        assert pairs == sorted(pairs)


def test_counters_count_spikes_and_synapses(busy_result: Result) -> None:
    # noise -> a joins 4 targets, a -> b joins 3.
    spikes = {name: trains.times.size for name, trains in busy_result.spikes.items()}
    counters = busy_result.counters
    assert counters.spikes == spikes
    assert counters.synaptic_events == {"noise->a": 4 * spikes["noise"], "a->b": 3 * spikes["a"]}
    assert counters.plastic_updates == {"a->b": 3 * spikes["a"]}


def test_weights_are_given_for_plastic_projections_only(busy_result: Result) -> None:
    assert set(busy_result.weights) == {"a->b"}
    weights = busy_result.weights["a->b"]
    assert weights.sources.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert weights.targets.tolist() == [0, 1, 2] * 4
    assert weights.unit == "nA"


def test_result_is_independent_of_the_running_program(busy_network: Network) -> None:
    with compile_network(busy_network) as program:
        program.run(20.0)
        result = program.result()
        before = result.weights["a->b"].values.copy()
        program.run(20.0)
    assert result.weights["a->b"].values.tolist() == before.tolist()


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "synapse", "receptor"),
    [
        (CurrentExponentialLIF(), Static(weight=1.7e308), "inhibitory"),
        (DeltaLIF(), Static(weight=1.7e308), "inhibitory"),
        (DeltaLIF(i_offset=-1e308, cm=1e-3), Static(weight=0.0), "excitatory"),
        (DiscreteLIF(decay=1e200, threshold=1e308), Static(weight=-1e200), "input"),
    ],
)
def test_state_that_is_not_finite_names_population_and_variable(
    cell: Any, synapse: Static, receptor: str
) -> None:
    network = relay(
        times=[1.0, 1.0, 2.0],
        populations=[Population("calm", 1, DeltaLIF()), Population("wild", 2, cell)],
        projections=[Projection("in", "wild", AllToAll(), synapse, receptor)],
        probes=[],
    )
    with pytest.raises(SimulationError) as caught:
        simulate(network, 10.0)
    population, variable = caught.value.where.split(".")
    assert population == "population 'wild'"
    assert variable in cell.variables
    assert "not finite" in caught.value.problem


def test_binary_unit_fires_in_the_step_in_which_its_input_arrives() -> None:
    network = relay(
        times=[1.0],
        populations=[Population("a", 2, BinaryThresholdUnit(threshold=1.0))],
        projections=[Projection("in", "a", OneToOne(), Static(weight=1.0), "input")],
    )
    assert spikes_of(simulate(network, 5.0), "a") == [(2.0, 0)]


# --- continuing another program ------------------------------------------------------------------


def test_program_that_continues_another_goes_on_as_that_one(
    busy_network: Network, plain: Plain
) -> None:
    with compile_network(busy_network) as one, compile_network(busy_network) as other:
        assert isinstance(one, EngineProgram) and isinstance(other, EngineProgram)
        one.run("30 ms")
        other.continue_from(one)
        one.run("30 ms")
        other.run("30 ms")
        assert plain(other.result()) == plain(one.result())


def charging(current: float, **changes: Any) -> Network:
    cell = CurrentExponentialLIF(tau_m=10.0, i_offset=current, v_thresh=0.0)
    parts: dict[str, Any] = {
        "name": "charging",
        "populations": [Population("a", 1, cell)],
        "probes": [Probe(population="a", variable="v")],
    }
    return Network(**{**parts, **changes})


def test_changed_parameters_hold_from_where_a_program_continues() -> None:
    with compile_network(charging(1.0)) as one, compile_network(charging(0.0)) as other:
        assert isinstance(one, EngineProgram) and isinstance(other, EngineProgram)
        one.run("10 ms")
        other.continue_from(one)
        other.run("10 ms")
        trace = other.result().traces["a"]["v"]
    # Charged through 10 megaohm for one time constant, then left alone.
    peak = 10.0 * -np.expm1(-1.0)
    times = trace.times
    expected = np.where(times <= 10.0, -10.0 * np.expm1(-times / 10), peak * np.exp(1 - times / 10))
    np.testing.assert_allclose(trace.values[:, 0] + 65.0, expected, rtol=1e-9, atol=1e-12)


def test_program_of_another_size_is_not_continued() -> None:
    larger = charging(1.0, populations=[Population("a", 2, CurrentExponentialLIF())])
    with compile_network(charging(1.0)) as one, compile_network(larger) as other:
        assert isinstance(one, EngineProgram) and isinstance(other, EngineProgram)
        one.run("1 ms")
        with pytest.raises(ValidationError, match=r"cannot continue .*same parts, sizes, delays"):
            other.continue_from(one)
        other.run("1 ms")
        assert other.result().duration == pytest.approx(1.0)


def test_present_state_is_the_next_sample() -> None:
    with compile_network(charging(1.0)) as program:
        assert isinstance(program, EngineProgram)
        program.run("5 ms")
        present = program.present()["a"]["v"]
        program.run("0.1 ms")
        assert program.result().traces["a"]["v"].values[-1].tolist() == present.tolist()
    assert present[0] + 65.0 == pytest.approx(10.0 * -np.expm1(-0.5))


def test_looking_at_the_present_state_changes_nothing(busy_network: Network, plain: Plain) -> None:
    with compile_network(busy_network) as program:
        assert isinstance(program, EngineProgram)
        program.run("30 ms")
        program.present()
        program.run("30 ms")
        assert plain(program.result()) == plain(simulate(busy_network, "60 ms"))


# --- injected currents ---------------------------------------------------------------------------

CELLS = (CurrentExponentialLIF, ConductanceExponentialLIF, DeltaLIF)


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize("target", ["cpu", "cpu_reference"])
@pytest.mark.parametrize("cell", CELLS)
def test_injected_current_adds_to_the_offset(cell: Any, target: str, semantics: str) -> None:
    def network(offset: Any) -> Network:
        return Network(
            name="driven",
            populations=[
                Population("other", 1, cell(i_offset=0.3)),
                Population("a", 2, cell(tau_m=10.0, v_thresh=0.0, i_offset=offset)),
            ],
            probes=[Probe(population="a", variable="v"), Probe(population="other", variable="v")],
            semantics=semantics,
        )

    with compile_network(network(0.1), target=target) as program:
        assert isinstance(program, EngineProgram)
        program.inject("a", np.array([0.4, -0.2]))
        program.run("5 ms")
        program.inject("a", 0.2)
        program.run("100 ms")
        found = program.result().traces
        program.reset()
        program.run("1 ms")
        after = program.result().traces["a"]["v"].values
    first = simulate(network([0.5, -0.1]), "5 ms", target=target).traces["a"]["v"].values
    assert np.array_equal(found["a"]["v"].values[:50], first)
    # 10 megaohm, and 99 ms are ten time constants.
    np.testing.assert_allclose(found["a"]["v"].values[-1] + 65.0, 3.0, atol=1e-3)
    assert found["other"]["v"].values[-1, 0] + 65.0 > 5.9
    plain = simulate(network(0.1), "1 ms", target=target).traces["a"]["v"].values
    assert np.array_equal(after, plain)


def test_current_of_another_shape_or_place_is_refused() -> None:
    with compile_network(charging(0.0)) as program:
        assert isinstance(program, EngineProgram)
        with pytest.raises(ValidationError, match=r"shape \(2,\).*one for each of the 1 neurons"):
            program.inject("a", np.zeros(2))
        with pytest.raises(ValidationError, match="One finite value"):
            program.inject("a", np.nan)
        with pytest.raises(ValidationError, match=r"no population with an i_offset.*Known: a"):
            program.inject("b", 1.0)


def test_engine_that_takes_no_current_says_so() -> None:
    network = charging(0.0, dt=1.0, semantics="tick")
    with compile_network(network, backend="spinnaker") as program:
        assert isinstance(program, EngineProgram)
        assert not program.takes_current
        with pytest.raises(UnsupportedError, match="current into population 'a': is not offered"):
            program.inject("a", 1.0)
