from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from neuro import run as run_module
from neuro.errors import CheckError, SemanticsWarning, UnitError, UnsupportedError, ValidationError
from neuro.ir import CurrentExponentialLIF, DeltaLIF, Network, Population, Probe
from neuro.registry import load_backend
from neuro.run import compile_network, lower, simulate
from neuro.target import Capabilities, Target

Make = Callable[..., Network]


def test_simulate_fires_at_the_closed_form_time() -> None:
    # tau_m ln(RI / (RI - 15 mV)) with RI = 20 mV: 27.726 ms, seen at the next grid point.
    network = Network(
        name="one",
        populations=[Population("a", 1, CurrentExponentialLIF(i_offset="1 nA"))],
        probes=[Probe(population="a")],
    )
    assert simulate(network, "50 ms").spikes["a"].times == pytest.approx([27.8])


@pytest.mark.parametrize("duration", [12.0, "12 ms", "0.012 s"])
def test_duration_may_be_a_number_or_a_text(network: Make, duration: Any) -> None:
    assert simulate(network(), duration).duration == pytest.approx(12.0)


@pytest.mark.parametrize("duration", [0.25, -1.0, "nan ms", "0.25 ms"])
def test_duration_that_is_no_multiple_of_the_step_is_refused(network: Make, duration: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        simulate(network(), duration)
    assert caught.value.where == "duration"
    assert caught.value.limit == "A multiple of the time step, 0.1 ms, not negative"


@pytest.mark.parametrize("duration", ["5 mV", "long"])
def test_duration_of_another_dimension_is_refused(network: Make, duration: str) -> None:
    with pytest.raises(UnitError, match="duration: expected a time"):
        simulate(network(), duration)


def test_duration_is_one_number(network: Make) -> None:
    with pytest.raises(ValidationError) as caught:
        simulate(network(), [1.0, 2.0])  # type: ignore[arg-type]
    assert caught.value.where == "duration"


def test_result_says_what_ran(network: Make) -> None:
    mine = network(seed=9)
    result = simulate(mine, 1.0)
    provenance = result.provenance
    assert (result.network, result.dt, result.duration) == (mine, 0.1, 1.0)
    assert (provenance.backend, provenance.target, provenance.seed) == ("cpu", "cpu", 9)
    assert (provenance.designed_semantics, provenance.semantics) == ("exact", "exact")


def test_progress_ends_at_one(network: Make) -> None:
    seen: list[float] = []
    simulate(network(), 60.0, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 1


# --- lowering ------------------------------------------------------------------------------------


def test_lower_applies_all_passes(network: Make) -> None:
    assert lower(network()).passes == ("expand", "discretise")


def test_lower_stops_after_a_pass(network: Make) -> None:
    assert lower(network(), stop_after="expand").passes == ("expand",)
    assert lower(network(), stop_after="discretise").passes == ("expand", "discretise")


def test_unknown_pass_is_refused_with_a_suggestion(network: Make) -> None:
    with pytest.raises(ValidationError, match="Did you mean 'expand'") as caught:
        lower(network(), stop_after="expan")
    assert caught.value.where == "stop_after"


@pytest.mark.parametrize("semantics", ["tock", 3])
def test_unknown_semantics_are_refused(network: Make, semantics: Any) -> None:
    with pytest.raises(ValidationError, match="Known: exact, tick") as caught:
        lower(network(), semantics=semantics)
    assert caught.value.where == "semantics"


# --- semantics -----------------------------------------------------------------------------------


def test_own_semantics_leave_no_trace(network: Make) -> None:
    plan = lower(network(), semantics="exact")
    assert (plan.notes, plan.warnings) == ((), ())


def test_other_semantics_warn_and_leave_a_note(network: Make) -> None:
    with pytest.warns(SemanticsWarning, match="designed for 'exact', runs under 'tick'"):
        plan = lower(network(), semantics="tick")
    [note] = plan.notes
    assert note.where == "network 'net'.semantics"
    assert (note.requested, note.stored, note.relative_error) == ("exact", "tick", None)


def test_other_semantics_land_in_the_provenance(network: Make) -> None:
    with pytest.warns(SemanticsWarning) as warned:
        provenance = simulate(network(), 1.0, semantics="tick").provenance
    assert provenance.warnings == (str(warned[0].message),)
    assert (provenance.designed_semantics, provenance.semantics) == ("exact", "tick")
    assert [note.where for note in provenance.notes] == ["network 'net'.semantics"]


def test_other_semantics_warn_once(network: Make) -> None:
    with pytest.warns(SemanticsWarning) as warned:
        simulate(network(), 1.0, semantics="tick")
    assert len(warned) == 1


# --- backends and targets ------------------------------------------------------------------------


def test_unknown_backend_is_refused(network: Make) -> None:
    with pytest.raises(ValidationError, match="Did you mean 'cpu'"):
        simulate(network(), 1.0, backend="cpx")


def test_unknown_target_is_refused(network: Make) -> None:
    with pytest.raises(ValidationError, match="no such target") as caught:
        simulate(network(), 1.0, target="cpx")
    assert caught.value.where == "target 'cpx'"


def test_target_of_another_backend_is_refused(
    network: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Target(name="spin5", backend="spinnaker", description="a board")
    monkeypatch.setattr(run_module, "load_target", lambda name: board)
    with pytest.raises(ValidationError) as caught:
        simulate(network(), 1.0, target="spin5")
    assert caught.value.problem == "belongs to backend 'spinnaker', not to 'cpu'"
    assert caught.value.hint == "Use backend 'spinnaker', or target 'cpu'"


def test_everything_that_a_backend_lacks_is_reported_before_the_run(
    network: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = load_backend("cpu")

    def little(self: Any, target: Target) -> Capabilities:
        nothing: frozenset[str] = frozenset({"Static"})
        return Capabilities(
            semantics=frozenset({"exact"}), cells=nothing, synapses=nothing, inputs=nothing
        )

    monkeypatch.setattr(type(backend), "capabilities", little)
    with pytest.raises(CheckError) as caught:
        compile_network(network())
    assert caught.value.where == "network 'net' on backend 'cpu'"
    assert {type(issue) for issue in caught.value.issues} == {UnsupportedError}
    assert [issue.where for issue in caught.value.issues] == [
        "population 'a'.cell",
        "population 'b'.cell",
        "population 'd'.cell",
        "input 'in'.type",
    ]


def test_same_network_and_seed_give_the_same_bits(
    busy_network: Network, plain: Callable[[Any], Any]
) -> None:
    one, other = (simulate(busy_network, 40.0) for _ in range(2))
    assert plain(one) == plain(other)


def test_other_seed_gives_other_spikes(busy_network: Network) -> None:
    one = simulate(busy_network, 40.0).spikes["noise"]
    other = simulate(replace(busy_network, seed=12), 40.0).spikes["noise"]
    assert one.times.tolist() != other.times.tolist()


def test_warning_points_at_the_line_of_the_user(recwarn: pytest.WarningsRecorder) -> None:
    net = Network(name="a", semantics="tick", dt=1.0, populations=[Population("p", 1, DeltaLIF())])
    for call in (
        lambda: lower(net, semantics="exact"),
        lambda: simulate(net, 1.0, semantics="exact"),
    ):
        with pytest.warns(SemanticsWarning) as caught:
            call()
        assert caught[0].filename == __file__
