import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from neuro.config import (
    ProgramRow,
    parameter_rows,
    parse_options,
    parse_program,
    parse_settings,
    parse_target,
    read_program,
)
from neuro.errors import CheckError, ResultError, UnitError, ValidationError
from neuro.hardware_configs import load_target, target_names
from neuro.ir.description import Description, parameter
from neuro.target import Target


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameters(Description):
    """Parameters of some model."""

    count: int = 3
    noisy: bool = False
    tau: Any = parameter("ms", 20.0, above=0)
    gain: Any = parameter("", 0.5)


# --- program files -------------------------------------------------------------------------------


def test_program_file_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    path.write_text('[[0, "L", 0, [1, 2]], [14.5, "C", null, []]]')
    assert read_program(path) == [
        ProgramRow(0.0, "L", 0, (1, 2)),
        ProgramRow(14.5, "C", None, ()),
    ]


def test_missing_program_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.json"
    with pytest.raises(ValidationError, match="cannot be read") as caught:
        read_program(path)
    assert caught.value.where == f"program {str(path)!r}"


@pytest.mark.parametrize("text", ["", "[[0,", "[" * 100_000, f"[{'9' * 5000}]"])
def test_program_file_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "program.json"
    path.write_text(text)
    with pytest.raises(ValidationError, match="not JSON") as caught:
        read_program(path)
    assert str(caught.value.hint).startswith("A program looks like [[")


def test_program_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValidationError, match="cannot be read"):
        read_program(path)


def test_example_in_the_hint_is_a_program() -> None:
    with pytest.raises(ValidationError) as caught:
        parse_program([])
    text = str(caught.value.hint).removeprefix("A program looks like ")
    assert [row.op for row in parse_program(json.loads(text))] == ["L", "C"]


def test_further_columns_of_a_row_are_ignored() -> None:
    assert parse_program([[0, "L", 1, [2], "note", 7]]) == [ProgramRow(0.0, "L", 1, (2,))]


def test_missing_content_is_empty() -> None:
    assert parse_program([[0, "R", 1, None]]) == [ProgramRow(0.0, "R", 1, ())]


@pytest.mark.parametrize("rows", [{}, "L", 3, None])
def test_program_must_be_a_list(rows: object) -> None:
    with pytest.raises(ValidationError, match="expected a list of rows"):
        parse_program(rows)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("L", ""),
        ([0, "L", 0], ""),
        ([-1, "L", 0, []], ".t"),
        (["0", "L", 0, []], ".t"),
        ([True, "L", 0, []], ".t"),
        ([float("nan"), "L", 0, []], ".t"),
        ([float("inf"), "L", 0, []], ".t"),
        ([0, 3, 0, []], ".op"),
        ([0, "L", 0.5, []], ".cue"),
        ([0, "L", True, []], ".cue"),
        ([0, "L", 0, [1, 1.5]], ".content[1]"),
        ([0, "L", 0, 3], ".content"),
        ([0, "L", 0, "12"], ".content"),
    ],
)
def test_malformed_row_is_named_to_the_column(row: object, place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse_program([[0, "L", 0, []], row])
    assert caught.value.where == f"program row 1{place}"


def test_all_malformed_rows_are_named_at_once() -> None:
    with pytest.raises(CheckError) as caught:
        parse_program([[-1, "L", "x", []], [0, "L", 0, []], [0, 3, 0, []]])
    places = [issue.where for issue in caught.value.issues]
    assert places == ["program row 0.t", "program row 0.cue", "program row 2.op"]


# --- settings ------------------------------------------------------------------------------------


def test_settings_replace_defaults() -> None:
    made = parse_settings(Parameters, ["tau=0.003 s", "count = 4", "noisy=true"], "model 'm'")
    assert (made.tau, made.count, made.noisy, made.gain) == (3.0, 4, True, 0.5)


def test_physical_setting_needs_its_unit() -> None:
    with pytest.raises(UnitError) as caught:
        parse_settings(Parameters, ["tau=3"], "model 'm'")
    assert str(caught.value) == "model 'm'.tau: expected a time, got '3'. Write it like '20 ms'."


def test_pure_number_needs_no_unit() -> None:
    assert parse_settings(Parameters, ["gain=0.25"], "model 'm'").gain == 0.25


def test_unknown_setting_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValidationError, match="unknown parameter 'tauu'") as caught:
        parse_settings(Parameters, ["tauu=3 ms"], "model 'm'")
    assert caught.value.limit == "Did you mean 'tau'? Known: count, gain, noisy, tau."


def test_setting_given_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="is set twice") as caught:
        parse_settings(Parameters, ["tau=1 ms", "tau=2 ms"], "model 'm'")
    assert caught.value.where == "model 'm'.tau"


@pytest.mark.parametrize("setting", ["count=4.5", "count=four", "count="])
def test_setting_of_the_wrong_kind_is_refused(setting: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse_settings(Parameters, [setting], "model 'm'")
    assert caught.value.where == "model 'm'.count"


def test_setting_without_a_value_says_how_to_write_it() -> None:
    with pytest.raises(ValidationError) as caught:
        parse_settings(Parameters, ["tau"], "model 'm'")
    assert caught.value.hint == "Write it as name=value"


def test_all_wrong_settings_are_reported_at_once() -> None:
    with pytest.raises(CheckError) as caught:
        parse_settings(Parameters, ["tau=3", "count=x", "who=1"], "model 'm'")
    places = [issue.where for issue in caught.value.issues]
    assert places == ["model 'm'.tau", "model 'm'.count", "model 'm'"]


def test_parameter_rows_list_name_default_and_unit() -> None:
    assert parameter_rows(Parameters) == [
        ("count", "3", ""),
        ("noisy", "False", ""),
        ("tau", "20.0", "ms"),
        ("gain", "0.5", ""),
    ]


# --- hardware files ------------------------------------------------------------------------------


def test_hardware_file_becomes_a_target() -> None:
    target = parse_target("board", 'backend = "spinnaker"\ndescription = "a board"')
    assert target == Target(name="board", backend="spinnaker", description="a board")


def test_hardware_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(ValidationError, match="not TOML") as caught:
        parse_target("board", "backend")
    assert caught.value.where == "hardware file 'board.toml'"


def test_all_faults_of_a_hardware_file_are_reported_at_once() -> None:
    with pytest.raises(CheckError) as caught:
        parse_target("board", "backend = 3\ncores = 16")
    assert {issue.where for issue in caught.value.issues} == {
        "hardware file 'board.toml'.backend",
        "hardware file 'board.toml'.description",
        "hardware file 'board.toml'.cores",
    }


def test_every_hardware_file_of_the_package_is_valid() -> None:
    targets = [load_target(name) for name in target_names()]
    assert [target.name for target in targets] == target_names()
    assert "cpu" in target_names()


@pytest.mark.parametrize("name", ["cpuu", "../cpu"])
def test_unknown_target_is_refused_with_a_suggestion(name: str) -> None:
    with pytest.raises(ValidationError, match="no such target") as caught:
        load_target(name)
    assert ", cpu, " in str(caught.value.limit)
    assert "'.toml'" in str(caught.value.hint)


def test_hardware_file_of_the_user_is_named_by_its_path(tmp_path) -> None:
    text = files("neuro.hardware_configs").joinpath("cpu.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    found, ours = load_target(str(path)), load_target("cpu")
    assert (found.name, found.backend, found.options) == ("mine", "cpu", ours.options)
    assert found.coefficients == ours.coefficients


def test_hardware_file_that_cannot_be_read_is_one_error(tmp_path) -> None:
    with pytest.raises(ResultError, match=r"nowhere\.toml': cannot be read"):
        load_target(str(tmp_path / "nowhere.toml"))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ResultError, match="cannot be read"):
        load_target(str(tmp_path / "binary.toml"))


@pytest.mark.parametrize("value", ["[" * 3000, "9" * 5000, "[" * 3000 + "]" * 3000])
def test_toml_that_the_parser_cannot_hold_is_one_error(value: str) -> None:
    with pytest.raises(ValidationError, match="not TOML"):
        parse_target("mine", f"backend = {value}")
    with pytest.raises(ValidationError, match="Must be of type int"):
        parse_options({"cores": 4}, [f"cores={value}"], "target")


def test_whole_number_beyond_floats_is_one_error() -> None:
    text = f"""
        backend = "cpu"
        description = "mine"
        [coefficients]
        rows = {{value = {"9" * 400}, source = "none"}}
    """
    with pytest.raises(ValidationError, match=r"coefficients\.rows\.value: too large a number"):
        parse_target("mine", text)
    with pytest.raises(ValidationError, match="too large a number"):
        parse_options({"factor": 1.0}, ["factor=" + "9" * 400], "target")
