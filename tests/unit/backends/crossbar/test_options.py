"""Options: what they switch off, and what is refused."""

from dataclasses import replace

import pytest

from neuro.backends.crossbar.devices import ExactProgramming, ExactWriting, NoReadNoise
from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.options import Options, described, target_options, with_effects
from neuro.errors import CheckError, UnitError, UnsupportedError, ValidationError
from neuro.hardware_configs import load_target

HARDWARE = hardware_from(load_target("crossbar_rram_nladc"))


def test_options_of_the_file_are_read_with_their_units() -> None:
    target = load_target("crossbar_rram_nladc", ["age=1 day", "tile_rows=64", "mapping=offset"])
    found = target_options(target)
    assert (found.age, found.tile_rows, found.mapping) == (86_400e3, 64, "offset")
    assert found.temperature == 300.0


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("programming_error", {"programming": ExactProgramming(), "write": ExactWriting()}),
        ("read_noise", {"read_noise": NoReadNoise(), "thermal_noise": False}),
        ("faults", {"stuck_off": 0.0, "stuck_on": 0.0}),
        ("wires", {"wire_row": 0.0, "wire_column": 0.0}),
    ],
)
def test_effect_that_is_off_does_not_exist_and_the_others_stay(name: str, members) -> None:
    found = with_effects(HARDWARE, Options(**{name: False}))
    assert found == replace(HARDWARE, **members)
    assert found != HARDWARE


def test_all_effects_on_is_the_hardware_itself() -> None:
    assert with_effects(HARDWARE, Options()) == HARDWARE


@pytest.mark.parametrize(
    ("mapping", "across"), [("differential", 128), ("offset", 255), ("single", 256)]
)
def test_weights_across_a_tile_depend_on_the_mapping(mapping, across: int) -> None:
    assert Options(mapping=mapping, tile_columns=256).weights_across == across


def test_tile_larger_than_the_array_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        with_effects(HARDWARE, Options(tile_rows=634))
    assert caught.value.where == "options.tile_rows" and caught.value.value == 634
    assert "633 rows" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"mapping": "diferential"}, "options.mapping"),
        ({"tile_rows": 0}, "options.tile_rows"),
        ({"tile_columns": 1}, "options.tile_columns"),
        ({"rows_max": -1}, "options.rows_max"),
        ({"levels": 1}, "options.levels"),
        ({"scale_by": "row"}, "options.scale_by"),
        ({"converter_rows": 0}, "options.converter_rows"),
        ({"age": -1.0}, "options.age"),
        ({"temperature": 0.0}, "options.temperature"),
    ],
)
def test_option_out_of_range_is_refused(changes, where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Options(**changes)
    assert caught.value.where == where


def test_every_bad_option_is_named() -> None:
    with pytest.raises(CheckError) as caught:
        Options(levels=1, rows_max=-2)
    assert len(caught.value.issues) == 2


def test_time_without_a_unit_is_refused_with_the_place() -> None:
    target = replace(load_target("crossbar_ideal"), options={"age": "12"})
    with pytest.raises(UnitError, match=r"crossbar_ideal\.toml'\.options\.age"):
        target_options(target)


def test_option_of_another_kind_is_refused() -> None:
    target = replace(load_target("crossbar_ideal"), options={"wires": 1})
    with pytest.raises(ValidationError, match=r"options\.wires: 1"):
        target_options(target)


def test_file_is_described_as_a_whole() -> None:
    target = load_target("crossbar_rram_nladc")
    assert described(target) == (HARDWARE, target_options(target))


def test_tile_larger_than_the_array_is_refused_with_the_place() -> None:
    target = load_target("crossbar_rram_nladc", ["tile_rows=634"])
    # 633 rows: Table 1 of Yang et al.
    with pytest.raises(ValidationError, match=r"nladc\.toml'\.options\.tile_rows: 634 do not fit"):
        described(target)


def test_target_of_another_backend_has_no_devices() -> None:
    with pytest.raises(UnsupportedError, match="'cpu', which has no devices"):
        described(load_target("cpu"))
