"""Networks on crossbars from the command line."""

import json
from pathlib import Path

import pytest


def test_run_on_a_crossbar_gives_answers_and_counters(neuro, program: Path, tmp_path: Path) -> None:
    sizes = ("--set", "cue_size=5", "--set", "content_size=10")
    common = ("run", "ca3", *sizes, "--program", str(program), "--json", "out.json")
    done = neuro(*common, "--backend", "crossbar")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["counters"]["hardware"]["writes"]["QA->NA"] > 0
    assert neuro(*common, "--backend", "cpu").returncode == 0
    here = json.loads((tmp_path / "out.json").read_text())
    assert found["operations"] == here["operations"]


def test_imperfections_are_options(neuro, program: Path) -> None:
    done = neuro(
        *("run", "ca3", "--set", "cue_size=5", "--set", "content_size=10"),
        *("--program", str(program), "--backend", "crossbar", "--target", "crossbar_rram_nladc"),
        *("--option", "programming_error=false", "--option", "age=1 day"),
    )
    assert done.returncode == 0, done.stderr


def test_check_shows_the_mapping(neuro) -> None:
    done = neuro("check", "ca3", "--target", "crossbar_rram_nladc", "--json", "-")
    assert done.returncode == 0, done.stderr
    tables = json.loads(done.stdout)["tables"]
    assert {row["projection"] for row in tables["tiles"]} >= {"QA->NA", "NB->QB", "all"}
    assert {row["option"]: row["is"] for row in tables["effects"]}["wires"] == "on"


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("tile_rows=5000", "tile_rows: 5000 do not fit"),
        ("mapping=diferential", "Did you mean 'differential'"),
        ("wire=true", "Did you mean 'wires'"),
        ("age=5", "expected a time"),
    ],
)
def test_bad_option_is_refused_without_a_traceback(neuro, option: str, says: str) -> None:
    done = neuro("check", "ca3", "--target", "crossbar_rram_nladc", "--option", option)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
