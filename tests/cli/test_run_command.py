import json
from pathlib import Path

import pytest
from ca3_vectors import VECTORS, expected_spikes

from neuro import load_result

RUN = ("run", "ca3", "--program", "program.json")


def test_run_writes_the_answers_of_the_published_program(neuro, program, tmp_path):
    settings = ("--set", "cue_size=5", "--set", "content_size=10", "--backend", "cpu")
    done = neuro(*RUN, *settings, "--out", "result.h5", "--json", "answers.json")
    assert (done.returncode, done.stderr) == (0, "")
    answers = json.loads((tmp_path / "answers.json").read_text())
    rows = VECTORS["T1"]
    got = [
        [a["t"], a["op"], a["cue"], a["query"], a["cues"], a["content"], a["dropped"]]
        for a in answers["operations"]
    ]
    assert got == rows
    spikes = {
        (name, tick, neuron)
        for name, pairs in answers["populations"].items()
        for tick, neuron in pairs
    }
    assert spikes == expected_spikes(rows)
    assert answers["counters"]["spikes"]["total"] == 322
    assert answers["provenance"]["semantics"] == "tick"


def test_run_stores_the_same_spikes_in_hdf5(neuro, program, tmp_path):
    neuro(*RUN, "--out", "result.h5", "--json", "answers.json")
    result = load_result(tmp_path / "result.h5")
    answers = json.loads((tmp_path / "answers.json").read_text())
    for name, pairs in answers["populations"].items():
        trains = result.spikes[name]
        ticks = trains.ticks(result.dt).tolist()
        assert [list(p) for p in zip(ticks, trains.indices.tolist(), strict=True)] == pairs
    assert result.counters.as_dict() == answers["counters"]


def test_run_gives_identical_answers_every_time(neuro, program, tmp_path):
    spread = ("--set", "weight_spread=0.05", "--seed", "3")
    for name in ("first.json", "second.json"):
        assert neuro(*RUN, *spread, "--json", name).returncode == 0
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()


def test_run_prints_a_row_for_each_operation(neuro, program):
    done = neuro(*RUN)
    assert "9 operations" in done.stdout
    assert "322 spikes" in done.stdout


def test_run_under_other_semantics_warns_and_says_why(neuro, program, tmp_path):
    done = neuro(*RUN, "--semantics", "exact", "--json", "answers.json")
    assert done.returncode == 0
    assert "SemanticsWarning" in done.stderr and "designed for 'tick'" in done.stderr
    provenance = json.loads((tmp_path / "answers.json").read_text())["provenance"]
    assert provenance["semantics"] == "exact"
    assert len(provenance["warnings"]) == 1 and len(provenance["notes"]) == 1


def test_run_unchecked_runs_what_the_guard_refuses(neuro, tmp_path):
    (tmp_path / "program.json").write_text('[[0,"L",0,[1]],[30,"L",0,[]],[60,"K",null,[1]]]')
    assert neuro(*RUN).returncode == 2
    done = neuro(*RUN, "--unchecked", "--json", "answers.json")
    assert done.returncode == 0
    answers = json.loads((tmp_path / "answers.json").read_text())
    assert answers["operations"][2]["cues"] == [0]


def test_run_replaces_an_older_file_only_by_a_complete_one(neuro, program, tmp_path):
    (tmp_path / "answers.json").write_text("old")
    assert neuro(*RUN, "--set", "cue_size=1", "--json", "answers.json").returncode == 2
    assert (tmp_path / "answers.json").read_text() == "old"
    assert neuro(*RUN, "--json", "answers.json").returncode == 0
    assert json.loads((tmp_path / "answers.json").read_text())["operations"]


BAD_SETTINGS = {
    "unknown parameter": (
        "cue_sise=5",
        "ca3: unknown parameter 'cue_sise'. Did you mean 'cue_size'",
    ),
    "wrong unit": ("tau_plus=3 mV", "ca3.tau_plus: expected a time, got '3 mV'"),
    "missing unit": ("tau_plus=3", "Write it like '20 ms'"),
    "unknown unit": ("tau_plus=3 parsec", "ca3.tau_plus: expected a time"),
    "NaN weight": ("gate_weight=nan nA", "ca3.gate_weight"),
    "negative weight": ("gate_weight=-1 nA", "Must be at least 0 nA"),
    "no number": ("cue_size=many", "ca3.cue_size"),
    "fraction": ("cue_size=2.5", "ca3.cue_size"),
    "size zero": ("cue_size=0", "A whole number, at least 1"),
    "no equals sign": ("cue_size", "Write it as name=value"),
    "set twice": ("cue_size=5=5", "ca3.cue_size"),
}


@pytest.mark.parametrize("setting,message", BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_setting_is_one_error(neuro, program, tmp_path, setting, message):
    done = neuro(*RUN, "--set", setting, "--out", "r.h5", "--json", "a.json")
    assert_refused(done, message, tmp_path)


BAD_PROGRAMS = {
    "not JSON": ("[[0, ", "not JSON"),
    "no list": ('{"t": 0}', "expected a list of rows"),
    "empty": ("[]", "has no rows"),
    "short row": ('[[0, "L", 0]]', "row 0: a row is a list [t, op, cue, content]"),
    "row no list": ("[5]", "row 0"),
    "time as text": ('[["0", "L", 0, [1]]]', "row 0.t"),
    "negative time": ('[[-1, "L", 0, [1]]]', "row 0.t"),
    "NaN time": ('[[NaN, "L", 0, [1]]]', "row 0.t"),
    "time off the grid": ('[[0.5, "L", 0, [1]]]', "A multiple of the time step, 1 ms"),
    "unknown operation": ('[[0, "R", 0, [1]]]', "no operation 'R'"),
    "cue out of range": ('[[0, "C", 5, []]]', "takes a cue from 0 to 4"),
    "cue missing": ('[[0, "L", null, [1]]]', "takes a cue from 0 to 4"),
    "cue as text": ('[[0, "C", "1", []]]', "row 0.cue"),
    "bit out of range": ('[[0, "L", 0, [10]]]', "Content bits run from 0 to 9"),
    "bit as fraction": ('[[0, "L", 0, [1.5]]]', "row 0.content[0]"),
    "empty content": ('[[0, "L", 0, []]]', "is empty"),
    "overlap": ('[[0, "L", 0, [1]], [6, "C", 0, []]]', "overlaps it"),
    "two cues": ('[[0, "C", 0, []], [0, "C", 1, []]]', "cues 0 and 1 at once"),
    "deep nesting": ("[" * 100_000, "not JSON"),
}


@pytest.mark.parametrize("text,message", BAD_PROGRAMS.values(), ids=BAD_PROGRAMS)
def test_bad_program_is_one_error(neuro, tmp_path, text, message):
    (tmp_path / "program.json").write_text(text)
    done = neuro(*RUN, "--out", "r.h5", "--json", "a.json")
    assert_refused(done, message, tmp_path)


def test_program_with_many_bad_rows_names_each(neuro, tmp_path):
    (tmp_path / "program.json").write_text('[[0,"C",9,[]],[14,"L",0,[77]],[28,"Q",0,[]]]')
    done = neuro(*RUN)
    assert_refused(done, "program: 3 problems", tmp_path)
    for row in ("row 0 (t=0).cue", "row 1 (t=14).content", "row 2 (t=28).op"):
        assert row in done.stderr


BAD_CALLS = {
    "unknown model": (("run", "ca33", "--program", "program.json"), "Did you mean 'ca3'"),
    "unknown backend": ((*RUN, "--backend", "cpuu"), "Did you mean 'cpu'"),
    "unknown target": ((*RUN, "--target", "spin"), "target 'spin': no such target"),
    "unknown semantics": ((*RUN, "--semantics", "tock"), "Did you mean 'tick'"),
    "missing program": (("run", "ca3", "--program", "none.json"), "cannot be read"),
    "program is a folder": (("run", "ca3", "--program", "."), "cannot be read"),
    "folder for output": ((*RUN, "--out", "."), "is a folder"),
    "no such folder": ((*RUN, "--json", "no/a.json"), "does not exist"),
    "one file for two": ((*RUN, "--out", "x", "--json", "x"), "is also the --out file"),
    "output over program": ((*RUN, "--json", "program.json"), "is also the --program file"),
}


@pytest.mark.parametrize("call,message", BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_call_is_one_error(neuro, program, tmp_path, call, message):
    assert_refused(neuro(*call), message, tmp_path)


@pytest.mark.parametrize(
    "call", [("run", "ca3"), (*RUN, "--sett", "a=1"), (*RUN, "--seed", "-1"), ("fly",)]
)
def test_bad_usage_exits_2_and_shows_usage(neuro, program, tmp_path, call):
    assert_refused(neuro(*call), "Usage", tmp_path)


def assert_refused(done, message: str, folder: Path) -> None:
    """One message, exit code 2, no traceback, nothing written."""
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in folder.iterdir()} <= {"program.json"}


@pytest.mark.parametrize("size", ["1000000", "100000000000", "9223372036854775808"])
def test_memory_too_large_for_any_computer_is_one_error(neuro, tmp_path, size):
    (tmp_path / "program.json").write_text('[[1, "L", 0, [1]]]')
    done = neuro("run", "ca3", "--program", "program.json", "--set", f"cue_size={size}")
    assert done.returncode == 2 and "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["program.json"]
