import pytest

from neuro.config import parse_options, parse_target
from neuro.errors import CheckError, UnitError, ValidationError
from neuro.hardware_configs import load_target
from neuro.target import Coefficient, Target

HEAD = 'backend = "spinnaker"\ndescription = "a board"\n'
PLACE = "hardware file 'board.toml'.coefficients"


def board(*lines: str) -> Target:
    return parse_target("board", HEAD + "\n".join(lines))


# Expected values by hand: 1 W = 1e12 pW, 1 J = 1e15 fJ, so 1 nJ = 1e6 fJ.
@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ('"0.35 W"', 3.5e11, "pW"),
        ('"1.8 nJ"', 1.8e6, "fJ"),
        ('"200 MHz"', 2e8, "Hz"),
        ('"5 us"', 5e-3, "ms"),
        ("1023", 1023.0, ""),
        ("0.1", 0.1, ""),
    ],
)
def test_coefficient_is_kept_in_its_coherent_unit(text: str, value: float, unit: str) -> None:
    target = board("[coefficients]", f'name = {{value = {text}, source = "a paper"}}')
    assert target.coefficients == {"name": Coefficient(value=value, unit=unit, source="a paper")}


def test_coefficient_may_be_a_table_of_its_own() -> None:
    target = board("[coefficients.idle]", 'value = "3.5 W"', 'source = "a meter"')
    assert target.coefficients["idle"].value == 3.5e12


@pytest.mark.parametrize("text", ['"25"', '"25 lumen"', '"W"'])
def test_coefficient_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="no unit that is known here") as caught:
        board("[coefficients]", f'name = {{value = {text}, source = "a paper"}}')
    assert caught.value.where == f"{PLACE}.name.value"


def test_coefficient_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValidationError, match="Finite"):
        board("[coefficients]", 'name = {value = "inf W", source = "a paper"}')


def test_every_fault_of_the_coefficients_is_named_with_its_place() -> None:
    with pytest.raises(CheckError) as caught:
        board(
            "[coefficients]",
            "bare = 3",
            'silent = {value = "1 W"}',
            'empty = {value = 1, source = ""}',
            'more = {value = 1, source = "s", unit = "W"}',
        )
    assert {issue.where for issue in caught.value.issues} == {
        f"{PLACE}.bare",
        f"{PLACE}.silent.source",
        f"{PLACE}.empty.source",
        f"{PLACE}.more.unit",
    }


def test_numbers_are_the_values_that_the_backend_names() -> None:
    target = board("[coefficients]", 'idle = {value = "2 mW", source = "a meter"}')
    assert target.numbers({"idle": "pW"}) == {"idle": 2e9}


def test_numbers_names_what_is_missing_unknown_or_of_another_dimension() -> None:
    target = board(
        "[coefficients]",
        'idel = {value = "2 mW", source = "a meter"}',
        'packet = {value = "1 W", source = "a paper"}',
    )
    with pytest.raises(CheckError) as caught:
        target.numbers({"idle": "pW", "packet": "fJ"})
    missing, unknown, dimension = caught.value.issues
    assert (missing.where, missing.limit) == (f"{PLACE}.idle", "A value in pW")
    assert unknown.limit == "Did you mean 'idle'? Known: idle, packet."
    assert isinstance(dimension, UnitError)
    assert dimension.problem == "is in pW"


def test_options_of_a_file_keep_their_kinds() -> None:
    target = board("[options]", 'mode = "ideal"', "cores = 4", "share = 0.5", "strict = false")
    assert target.options == {"mode": "ideal", "cores": 4, "share": 0.5, "strict": False}
    assert type(target.options["strict"]) is bool and type(target.options["cores"]) is int


KNOWN = {"mode": "ideal", "cores": 4, "share": 0.5, "strict": False}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mode=loaded", "loaded"),
        ('mode="loaded"', "loaded"),
        ("mode=3", "3"),
        ("cores = 128", 128),
        ("share=1", 1.0),
        ("strict=true", True),
    ],
)
def test_option_is_read_in_the_kind_of_the_present_value(setting: str, value: object) -> None:
    read = parse_options(KNOWN, [setting], "t")[setting.partition("=")[0].strip()]
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("setting", ["cores=1.5", "cores=many", "strict=1", "share=true", "cores="])
def test_option_of_another_kind_is_refused(setting: str) -> None:
    with pytest.raises(ValidationError, match="Must be of type"):
        parse_options(KNOWN, [setting], "t")


def test_every_wrong_option_is_reported_at_once() -> None:
    with pytest.raises(CheckError) as caught:
        parse_options(KNOWN, ["core=3", "mode", "share=2", "share=3"], "target 't'.options")
    assert [issue.problem for issue in caught.value.issues] == [
        "unknown option 'core'",
        "option 'mode'",
        "is set twice",
    ]


def test_option_of_a_named_target_is_changed() -> None:
    assert load_target("spinnaker_spin5", ["neurons_per_core=64"]).options["neurons_per_core"] == 64


def test_target_without_options_refuses_any() -> None:
    with pytest.raises(ValidationError, match="unknown option 'cores'"):
        load_target("cpu", ["cores=3"])


# Constants of spinn_machine 1!7.4.1, version_spin1.py, version_5.py and version_3.py.
@pytest.mark.parametrize(
    ("name", "board_watts", "chips"), [("spinnaker_spin5", 26.84, 48), ("spinnaker_spin3", 3.56, 4)]
)
def test_board_files_hold_the_constants_of_the_toolchain(
    name: str, board_watts: float, chips: int
) -> None:
    held = load_target(name).coefficients
    assert held["idle_board"].value == pytest.approx(board_watts * 1e12, rel=1e-12)
    assert held["chips_per_board"].value == chips
    assert held["packet"].value == pytest.approx(40 * 25e3)
    assert all(item.source.startswith("[") for item in held.values())
