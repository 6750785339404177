import json
import re
from pathlib import Path

import pytest

LADDER = ("ladder", "ca3", "--program", "program.json")
RUNGS = [
    "float tick",
    "quantised weights",
    "fixed-point state",
    "finite delays and history",
    "machine load",
]


@pytest.fixture
def forgetful(tmp_path: Path) -> tuple[str, ...]:
    """Write the program of hazard H5 (specs, ca3_cam section 9) and return its settings."""
    rows = [[30 * cue, "L", cue, [0], [cue], [0]] for cue in range(9)]
    rows.append([270, "C", 0, [], [0], [0]])
    (tmp_path / "program.json").write_text(json.dumps(rows))
    return ("--set", "cue_size=9", "--set", "content_size=2")


def test_ladder_of_the_published_program_changes_nothing(neuro, program, tmp_path):
    done = neuro(*LADDER, "--expected", "--json", "ladder.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No rung changes a spike of network 'ca3'." in done.stdout
    assert "All 9 answers stay as they are." in done.stdout
    document = json.loads((tmp_path / "ladder.json").read_text())
    assert [rung["name"] for rung in document["rungs"]] == RUNGS
    assert document["first_change"] is None
    for rung in document["rungs"]:
        assert rung["to_first"] == rung["to_after"] == {"distance": 0, "first": None}
        assert (rung["accuracy"], rung["ideal_accuracy"]) == (1.0, 1.0)
        assert rung["counters"]["spikes"]["total"] == 322


def test_ladder_names_the_first_rung_spike_and_answer(neuro, forgetful, tmp_path):
    done = neuro(*LADDER, *forgetful, "--expected", "--json", "ladder.json", "--out", "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "The first rung that changes a spike is 'finite delays and history': neuron 0 of NA no "
        "longer fires at 272 ms." in done.stdout
    )
    assert "1 of 10 operations are answered otherwise than in 'float tick', in rows: 9" in (
        done.stdout
    )
    document = json.loads((tmp_path / "ladder.json").read_text())
    assert document["first_change"] == "finite delays and history"
    changed = document["rungs"][3]
    assert changed["to_after"]["first"] == {
        "population": "NA",
        "neuron": 0,
        "tick": 272,
        "time": 272.0,
        "extra": False,
    }
    assert (changed["changed_answers"], changed["wrong_answers"]) == ([9], [9])
    # Energy is charged from the first rung on hardware on, by operation too.
    assert [rung["energy"] is None for rung in document["rungs"]] == [True, True] + [False] * 3
    assert changed["energy"]["events"]["operation"] == 10


def test_page_shows_the_differing_spikes_and_asks_nobody(neuro, forgetful, tmp_path):
    neuro(*LADDER, *forgetful, "--out", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 3, "distances, growth, and one raster"
    for text in ("spikes that differ", "differing spikes so far", "time (ms)", "answers (% of 10)"):
        assert text in page
    assert "missing in &#x27;finite" in page or "missing in 'finite delays" in page
    assert '<tr class="marked"><td>finite delays and history</td>' in page
    assert "neuro ladder ca3 --program program.json --set cue_size=9" in page
    # SVG names its vocabularies by address; nothing is fetched from them.
    addresses = set(re.findall(r'(?:src|href)="(https?:[^"]*)"', page))
    assert addresses == set()


def test_page_without_differences_has_no_raster(neuro, program, tmp_path):
    assert neuro(*LADDER, "--out", "page.html").returncode == 0
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 1
    assert "How differences grow" not in page


def test_ladder_climbs_a_crossbar_too(neuro, program, tmp_path):
    array = ("--backend", "crossbar", "--target", "crossbar_rram_milo2021", "--option")
    done = neuro(*LADDER, *array, "wires=false", "--json", "ladder.json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads((tmp_path / "ladder.json").read_text())
    after = {rung["name"]: rung["after"] for rung in document["rungs"]}
    assert after["ideal array"] == "float" and after["read noise"] == "ideal array"
    assert "wires" not in after and after["together"] == "ideal array"


def test_ladder_gives_the_same_document_every_time(neuro, program, tmp_path):
    spread = ("--set", "weight_spread=0.05", "--seed", "3")
    for name in ("first.json", "second.json"):
        assert neuro(*LADDER, *spread, "--json", name).returncode == 0
    first, second = ((tmp_path / f"{name}.json").read_bytes() for name in ("first", "second"))
    assert first == second
    quantised = json.loads(first)["rungs"][1]
    assert quantised["notes"], "drawn weights lie beside the grid"


BAD_CALLS = {
    "no ladder": ((*LADDER, "--backend", "cpu"), "backend 'cpu': has no ladder"),
    "unknown backend": ((*LADDER, "--backend", "spinaker"), "Did you mean 'spinnaker'"),
    "foreign target": ((*LADDER, "--target", "cpu"), "belongs to backend 'cpu'"),
    "bad option": ((*LADDER, "--option", "mode=busy"), "options.mode"),
    "unknown option": ((*LADDER, "--option", "modes=busy"), "Did you mean 'mode'"),
    "other semantics": ((*LADDER, "--semantics", "exact"), "semantics"),
    "missing program": (("ladder", "ca3", "--program", "none.json"), "cannot be read"),
    "no folder": ((*LADDER, "--out", "no/page.html"), "does not exist"),
    "one file for two": ((*LADDER, "--out", "x", "--json", "x"), "is also the --json file"),
    "output over program": ((*LADDER, "--json", "program.json"), "is also the --program file"),
}


@pytest.mark.parametrize("call,message", BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_call_is_one_error(neuro, program, tmp_path, call, message):
    assert_refused(neuro(*call), message, tmp_path)


BAD_ANSWERS = {
    "row without answer": ('[[0, "L", 0, [1]]]', "row 0: a row with its answer is a list"),
    "cues no list": ('[[0, "L", 0, [1], 0, [1]]]', "row 0.cues"),
    "bit as fraction": ('[[0, "L", 0, [1], [0], [1.5]]]', "row 0.content[0]"),
}


@pytest.mark.parametrize("text,message", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_bad_expected_answer_is_one_error(neuro, tmp_path, text, message):
    (tmp_path / "program.json").write_text(text)
    assert_refused(neuro(*LADDER, "--expected"), message, tmp_path)


def assert_refused(done, message: str, folder: Path) -> None:
    """One message, exit code 2, no traceback, nothing written."""
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in folder.iterdir()} <= {"program.json"}
