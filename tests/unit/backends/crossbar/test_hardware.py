"""Hardware files: every one loads, their fits are the published ones, and bad ones are named."""

import re
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from neuro.backends.crossbar.cost_units import COST_UNITS
from neuro.backends.crossbar.hardware import Hardware, hardware_from
from neuro.backends.crossbar.options import target_options
from neuro.config import parse_target
from neuro.errors import CheckError, NeuroError, UnitError, ValidationError
from neuro.hardware_configs import load_target, target_names

NAMES = [name for name in target_names() if name.startswith("crossbar_")]


def text_of(name: str) -> str:
    return files("neuro.hardware_configs").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def changed(pattern: str, replacement: str, name: str = "crossbar_rram_nladc") -> Hardware:
    text, count = re.subn(pattern, replacement, text_of(name), flags=re.MULTILINE)
    assert count == 1, "the pattern is not in the file"
    return hardware_from(parse_target(name, text))


def hardware(name: str) -> Hardware:
    return hardware_from(load_target(f"crossbar_{name}"))


def test_there_are_the_eight_files_of_the_specification() -> None:
    assert set(NAMES) == {
        "crossbar_ideal",
        "crossbar_rram_nladc",
        "crossbar_rram_wan2022",
        "crossbar_rram_milo2021",
        "crossbar_rram_cmo_hfox",
        "crossbar_pcm_joshi2020",
        "crossbar_pcm_nandakumar2019",
        "crossbar_pcm_hermes",
    }


@pytest.mark.parametrize("name", NAMES)
def test_hardware_survives_json_and_can_be_hashed(name: str) -> None:
    target = load_target(name)
    found = hardware_from(target)
    again = Hardware.from_json(found.to_json())
    assert again == found and hash(again) == hash(found)
    assert target_options(target).tile_rows <= found.array_rows
    assert {cost for cost, _ in found.costs} == set(COST_UNITS)


# Specs, crossbar_nladc section 3.4: range and standard deviation of the error at the upper end.
@pytest.mark.parametrize(
    ("name", "low", "high", "sigma"),
    [
        ("ideal", 0, 100, 0.0),
        ("rram_nladc", 0, 150, 2.67),
        ("rram_wan2022", 0, 40, 0.348 + 16.030 - 43.853 + 45.393 - 16.815),
        ("rram_milo2021", 50, 225, 4.782 - 0.00911 * 225),
        ("rram_cmo_hfox", 10, 90, 0.0112 + 0.01129 * 90),
        ("pcm_joshi2020", 0.25, 25, 0.2864 + 0.0759 * 25 - 0.00179 * 625),
        ("pcm_nandakumar2019", 0, 25, 0.26348 + 1.9650 - 1.1731),
        ("pcm_hermes", 0, 20.7, 0.16603222 + 4.71806468 - 8.48101252 + 4.68961419),
    ],
)
def test_range_and_write_error_are_the_published_ones(name, low, high, sigma) -> None:
    found = hardware(name)
    assert (found.g_min, found.g_max) == (low, high)
    assert found.programming_sigma(np.array([high]))[0] == pytest.approx(sigma, rel=1e-12)


# Half of the range, from the published polynomials by hand.
@pytest.mark.parametrize(
    ("name", "target", "sigma"),
    [
        # 0.348 + 8.015 - 10.96325 + 5.674125 - 1.0509375
        ("rram_wan2022", 20.0, 2.0229375),
        # 0.26348 + 0.9825 - 0.293275
        ("pcm_nandakumar2019", 12.5, 0.952705),
        # 0.16603222 + 2.35903234 - 2.12025313 + 0.58620177
        ("pcm_hermes", 10.35, 0.9910132),
    ],
)
def test_write_error_in_the_middle_follows_the_published_polynomial(name, target, sigma) -> None:
    found = hardware(name).programming_sigma(np.array([target]))[0]
    assert found == pytest.approx(sigma, rel=1e-7)


def test_quantities_are_in_coherent_units() -> None:
    found = hardware("rram_nladc")
    assert (found.v_read, found.clock, found.wire_row) == (200.0, 1e-6, 1e-6)
    assert found.integrator_capacitance == pytest.approx(1e-4)  # 100 fF in nF
    assert found.cost("cost_column").value == pytest.approx(72.3)
    assert found.cost("cost_device_area").unit == "um^2"


@pytest.mark.parametrize(
    ("pattern", "replacement", "kind", "place", "says"),
    [
        ("^g_max =", "g_mox =", CheckError, "coefficients", "g_mox: is not known"),
        ('"150 uS"', "150", UnitError, "coefficients.g_max", "Its unit is that of uS"),
        ('"150 uS"', '"150 mV"', UnitError, "coefficients.g_max", "is in mV"),
        ('"0 uS"', '"-1 uS"', ValidationError, "coefficients.g_min", "Not negative"),
        ('"0 uS"', '"151 uS"', ValidationError, "coefficients.g_min", "Below g_max, 150 uS"),
        (
            '^(stuck_off = .value = 0.002), source = "[^"]*"',
            r"\1",
            ValidationError,
            "coefficients.stuck_off.source",
            "required",
        ),
        ("value = 0.002", "value = 1.5", ValidationError, "stuck_on", "at most 1"),
        ("value = 633", "value = 63.5", ValidationError, "array_rows", "whole number"),
        (
            '^iv_law = "linear"',
            'iv_law = "linaer"',
            ValidationError,
            "options.iv_law",
            "Did you mean 'linear'",
        ),
        (
            '^iv_law = "linear"',
            'iv_law = "sinh"',
            ValidationError,
            "coefficients.iv_voltage",
            "is missing",
        ),
        (
            '^(wire_row = .value = )"1 ohm"',
            r'\1"0 ohm"',
            ValidationError,
            "coefficients.wire_row",
            "Both wires",
        ),
        (
            '^(write_step = .value = )"3.75 uS"',
            r'\1"0 uS"',
            ValidationError,
            "coefficients.write_step",
            "Positive",
        ),
    ],
)
def test_bad_file_is_one_error_with_its_place(pattern, replacement, kind, place, says) -> None:
    with pytest.raises(kind) as caught:
        changed(pattern, replacement)
    assert isinstance(caught.value, NeuroError)
    assert "hardware file 'crossbar_rram_nladc.toml'" in str(caught.value)
    assert place in str(caught.value) and says in str(caught.value)


def test_unknown_option_of_a_file_is_named() -> None:
    text = text_of("crossbar_ideal").replace("tile_rows", "tile_row")
    with pytest.raises(ValidationError, match=r"options\.tile_row: is not known.*'tile_rows'"):
        target_options(parse_target("crossbar_ideal", text))


def test_cost_that_a_file_lacks_is_named() -> None:
    found = replace(hardware("ideal"), costs=())
    with pytest.raises(ValidationError, match="cost_column: is missing"):
        found.cost("cost_column")


@pytest.mark.parametrize("text", ["{}", "[]", "no json", '{"name": "x"}'])
def test_foreign_json_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="not a hardware of this version"):
        Hardware.from_json(text)
