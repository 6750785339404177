from neuro.backends.crossbar.backend import Crossbar
from neuro.hardware_configs import load_target
from neuro.models.ca3 import ca3
from neuro.run import lower

SWITCHES = ("programming_error", "read_noise", "faults", "wires", "converter")


def rungs(*options: str):
    return Crossbar().rungs(lower(ca3()), load_target("crossbar_rram_wan2022", options))


def on(rung) -> list[str]:
    return [name for name in SWITCHES if rung.target.options[name]]


def test_effects_come_alone_and_then_together() -> None:
    first, ideal, *alone, together = rungs()
    assert (first.after, first.target, ideal.after) == (None, None, first.name)
    assert on(ideal) == []
    assert [on(rung) for rung in alone] == [[name] for name in SWITCHES]
    assert on(together) == list(SWITCHES)
    assert {rung.after for rung in (*alone, together)} == {ideal.name}


def test_effects_that_are_switched_off_have_no_rung() -> None:
    names = [rung.name for rung in rungs("wires=false", "faults=false")]
    assert "wires" not in names and "stuck faults" not in names
    assert on(rungs("wires=false")[-1]) == [name for name in SWITCHES if name != "wires"]


def test_age_and_levels_are_effects_if_the_target_has_them() -> None:
    plain = {rung.name for rung in rungs()}
    more = rungs("age=1 hour", "levels=8")
    assert {rung.name for rung in more} - plain == {"levels", "ageing"}
    by_name = {rung.name: rung.target for rung in more}
    assert by_name["ideal array"].options["levels"] == 0
    assert by_name["levels"].options["levels"] == by_name["together"].options["levels"] == 8
    assert by_name["ageing"].options["age"] == by_name["together"].options["age"] != "0 ms"
    assert by_name["wires"].options["age"] == "0 ms"
