from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from neuro.errors import ValidationError
from neuro.ir import (
    AllToAll,
    DeltaLIF,
    DiscreteLIF,
    Network,
    Poisson,
    Population,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.passes import array_steps, discretise, expand
from neuro.plan import Plan, PlannedArray


def lowered(
    *,
    tau_refrac: Any = 0.1,
    delay: Any = 1.0,
    times: Any = (),
    dt: float = 0.1,
    semantics: str = "exact",
) -> Plan:
    network = Network(
        name="net",
        populations=[Population("a", 2, DeltaLIF(tau_refrac=tau_refrac))],
        inputs=[SpikeArray(name="in", size=2, times=times, indices=[0] * len(times))],
        projections=[Projection("in", "a", AllToAll(), Static(weight=1.0, delay=delay))],
        dt=dt,
    )
    return discretise(expand(network, semantics))


def steps_of(plan: Plan) -> list[int]:
    source = plan.inputs[0]
    assert isinstance(source, PlannedArray) and source.steps is not None
    steps: list[int] = source.steps.tolist()
    return steps


# --- delays --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("delay", "steps"), [(0.1, 1), (0.3, 3), (0.7, 7), ("1.1 ms", 11)])
def test_delay_on_the_grid_is_exact_and_leaves_no_note(delay: Any, steps: int) -> None:
    plan = lowered(delay=delay)
    assert plan.projections[0].delay_steps == steps
    assert plan.notes == ()


@pytest.mark.parametrize(("delay", "steps"), [(1.44, 14), (1.46, 15), (0.14, 1)])
def test_delay_goes_to_the_nearest_step(delay: float, steps: int) -> None:
    assert lowered(delay=delay).projections[0].delay_steps == steps


def test_moved_delay_leaves_a_note_with_both_values() -> None:
    [note] = lowered(delay=0.44).notes
    assert note.where == "projection 'in->a'.delay"
    assert note.requested == 0.44
    assert note.stored == pytest.approx(0.4, rel=1e-15)
    assert note.relative_error == pytest.approx(0.04 / 0.44)
    assert note.unit == "ms"
    assert note.reason == "1 of 1 not on the grid of 0.1 ms."


def test_note_shows_the_worst_entry_of_an_array() -> None:
    # Relative errors: 0, 0.04 / 10.04, 0.03 / 0.23.
    network_delays = np.array([[1.0, 10.04]]), np.array([[0.23, 2.0]])
    [note] = lowered(delay=np.concatenate(network_delays)).notes
    assert note.requested == pytest.approx(0.23)
    assert note.stored == pytest.approx(0.2)
    assert note.reason == "2 of 4 not on the grid of 0.1 ms."


def test_array_of_delays_keeps_its_order() -> None:
    plan = lowered(delay=[[0.1, 0.2], [0.5, 0.4]])
    assert plan.projections[0].delay_steps.tolist() == [1, 2, 5, 4]


def test_array_of_delays_is_kept_in_steps_only() -> None:
    projection = lowered(delay=[[0.1, 0.2], [0.5, 0.4]]).projections[0]
    assert projection.delays is None
    assert projection.delay_steps.dtype == np.int32


def test_delay_beyond_32_bits_is_refused_with_the_limit() -> None:
    with pytest.raises(ValidationError) as caught:
        lowered(delay=3e8)  # ms: 3e9 steps of 0.1 ms
    assert caught.value.where == "projection 'in->a'.delay"
    assert caught.value.limit == "A delay has at most 2147483647 steps"


@pytest.mark.parametrize("block", [1, 2, 3])
def test_blocks_of_delays_leave_one_note_of_the_worst(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    delay = [[0.3, 0.44], [0.23, 2.02]]
    whole = lowered(delay=delay)
    # The package holds the function of this name, not the module.
    monkeypatch.setattr(import_module("neuro.passes.discretise"), "BLOCK", block)
    plan = lowered(delay=delay)
    assert plan.notes == whole.notes
    assert plan.notes[0].requested == pytest.approx(0.23)
    assert plan.notes[0].reason == "3 of 4 not on the grid of 0.1 ms."
    assert plan.projections[0].delay_steps.tolist() == [3, 4, 2, 20]


def test_drawn_delays_are_noted_once() -> None:
    notes = lowered(delay=Uniform("0.2 ms", "2 ms")).notes
    assert [note.where for note in notes] == ["projection 'in->a'.delay"]
    assert notes[0].reason == "4 of 4 not on the grid of 0.1 ms."


def test_delay_that_rounds_to_no_step_is_refused() -> None:
    network = lowered().network
    plan = expand(network)
    drawn = replace(plan.projections[0], delays=np.array([1.0, 0.04, 1.0, 1.0]))
    with pytest.raises(ValidationError) as caught:
        discretise(replace(plan, projections=(drawn,)))
    assert caught.value.where == "projection 'in->a'.delay"
    assert caught.value.problem == "a delay of 0.04 ms was drawn"
    assert caught.value.limit == "A delay is at least one time step, 0.1 ms"
    assert caught.value.hint == "Give the distribution a lower bound of one time step"


# --- refractory times ----------------------------------------------------------------------------


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize(("time", "steps"), [(0.0, 0), (0.2, 2), (0.21, 3), (0.29, 3), (0.3, 3)])
def test_refractory_time_goes_up_to_a_whole_step(semantics: str, time: float, steps: int) -> None:
    plan = lowered(tau_refrac=time, semantics=semantics)
    assert plan.populations[0].refractory_steps == steps


@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_lengthened_refractory_time_leaves_a_note(semantics: str) -> None:
    [note] = lowered(tau_refrac=0.21, semantics=semantics).notes
    assert note.where == "population 'a'.tau_refrac"
    assert (note.requested, note.stored) == (pytest.approx(0.21), pytest.approx(0.3))
    assert note.relative_error == pytest.approx(0.09 / 0.21)


def test_refractory_time_of_each_neuron_is_kept() -> None:
    plan = lowered(tau_refrac=[0.1, 0.5])
    assert plan.populations[0].refractory_steps.tolist() == [1, 5]


def test_cell_without_a_refractory_time_has_no_steps() -> None:
    network = Network(name="net", populations=[Population("a", 1, DiscreteLIF())])
    assert discretise(expand(network)).populations[0].refractory_steps is None


# --- listed spikes -------------------------------------------------------------------------------


def test_listed_spike_under_exact_is_emitted_by_the_step_that_ends_at_its_time() -> None:
    assert steps_of(lowered(times=[0.0, 0.1, 0.7])) == [-1, 0, 6]


def test_listed_spike_under_tick_is_emitted_in_its_tick() -> None:
    assert steps_of(lowered(times=[0.0, 1.0, 7.0], dt=1.0, semantics="tick")) == [0, 1, 7]


def test_listed_spike_off_the_grid_is_moved_and_noted() -> None:
    plan = lowered(times=[0.1, 0.24, 0.26])
    assert steps_of(plan) == [0, 1, 2]
    [note] = plan.notes
    assert note.where == "input 'in'.times"
    assert note.requested == 0.24
    assert note.stored == pytest.approx(0.2)
    assert note.reason == "2 of 3 not on the grid of 0.1 ms."


@pytest.mark.parametrize(("offset", "expected"), [(0, [0, 3]), (1, [-1, 2])])
def test_array_steps_subtracts_the_label(offset: int, expected: list[int]) -> None:
    steps, notes = array_steps([0.0, 0.3], 0.1, offset, "x")
    assert (steps.tolist(), notes) == (expected, [])


def test_no_spikes_leave_no_note() -> None:
    assert lowered().notes == ()
    assert steps_of(lowered()) == []


# --- the plan ------------------------------------------------------------------------------------


def test_earlier_notes_are_kept_before_the_new_ones() -> None:
    plan = lowered(delay=0.44)
    again = discretise(replace(plan, passes=("expand",)))
    assert again.notes == plan.notes * 2


def test_pass_leaves_its_name() -> None:
    assert lowered().passes == ("expand", "discretise")


def test_poisson_source_is_left_in_continuous_time() -> None:
    source = Poisson(name="in", size=1, rate=5.0, start="0.13 ms")
    plan = expand(Network(name="net", populations=[], inputs=[source]))
    assert discretise(plan).inputs == plan.inputs
    assert discretise(plan).notes == ()
