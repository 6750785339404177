import json
import re
from importlib.resources import files

import pytest


def figures(neuro, tmp_path, *arguments):
    done = neuro("crossbar", "nladc", *arguments, "--json", "figures.json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads((tmp_path / "figures.json").read_text()), done.stdout


def test_five_bit_sigmoid_has_the_published_figures(neuro, tmp_path):
    found, printed = figures(neuro, tmp_path)
    # Specs, crossbar_nladc 2.11 and 2.4; 5 %.
    assert found["mean_abs_inl"] == pytest.approx(0.126, rel=0.05)
    assert found["max_abs_inl"] == pytest.approx(0.339, rel=0.05)
    assert found["mse"] == pytest.approx(9.47e-5, rel=0.05)
    assert found["ideal"]["mse"] == pytest.approx(8.154e-5, rel=0.01)
    assert found["with_faults"]["mean_abs_inl"] > found["mean_abs_inl"]
    assert (found["draws"], found["rows"], found["bias_rows"]) == (4000, 30, 5)
    assert found["beta"] == pytest.approx(22.5, abs=0.05)
    for text in ("mean |INL| (LSB)", "ENOB", "22.5 = C_mac / C_rmp", "[assumption]"):
        assert text in printed


def test_eight_bits_with_feedback_and_rows_meet_the_goal(neuro, tmp_path):
    found, _ = figures(
        neuro,
        tmp_path,
        *("--bits", "8", "--error-feedback", "--row-budget", "512", "--draws", "200"),
    )
    assert found["mean_abs_inl"] <= 0.04
    assert found["rows"] == 512


def test_page_shows_all_plots_and_asks_nothing_of_the_network(neuro, tmp_path):
    assert neuro("crossbar", "nladc", "--draws", "50", "--out", "page.html").returncode == 0
    page = (tmp_path / "page.html").read_text()
    for label in (
        "time since the first threshold (ns)",
        "input x (weighted sum)",
        "INL (output LSB)",
        "DNL (output LSB)",
        "mean |INL| of a column (output LSB)",
        "conductance (µS)",
    ):
        assert label in page
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert all(link.startswith(("data:", "#")) for link in links)


def test_same_seed_gives_the_same_figures_and_page(neuro, tmp_path):
    runs = []
    for _ in range(2):
        found, _ = figures(neuro, tmp_path, "--draws", "20", "--seed", "3")
        runs.append((found, (tmp_path / "neuro-nladc.html").read_text()))
    assert runs[0] == runs[1]


def test_function_and_levels_of_the_user(neuro, tmp_path):
    (tmp_path / "table.json").write_text('{"x": [-1, 0, 2], "y": [0, 1, 2]}')
    found, _ = figures(neuro, tmp_path, "--table", "table.json", "--bits", "2", "--draws", "10")
    assert found["thresholds"] == pytest.approx([-0.5, 0.0, 1.0])
    (tmp_path / "levels.json").write_text('{"levels": [0.1, 0.5, 0.9], "thresholds": [-2, 2]}')
    found, _ = figures(neuro, tmp_path, "--levels", "levels.json", "--draws", "10")
    assert (found["thresholds"], found["scheme"]) == ([-2.0, 2.0], "levels")


def test_ideal_hardware_has_no_write_errors(neuro, tmp_path):
    found, _ = figures(neuro, tmp_path, "--target", "crossbar_ideal", "--draws", "20")
    assert found["mean_abs_inl"] < 1e-9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--bits", "11"), "bits: 11. A whole number from 2 to 10."),
        (("--function", "relu_clip", "--range", "2", "3"), "has no inverse on its range"),
        (("--row-budget", "12"), "12 rows for 30 steps"),
        (("--sigma", "2.67"), "--sigma: expected a conductance"),
        (("--target", "cpu"), "Devices belong to backend 'crossbar'"),
        (("--target", "crossbar_rram_milo2021"), "Use a row budget of 32 or more"),
        (("--table", "list.json"), "has other members"),
        (("--levels", "words.json"), "is no list of numbers"),
        (("--out", "no/page.html"), "does not exist"),
        (("--out", "a", "--json", "a"), "is also the --out file"),
    ],
)
def test_mistakes_are_one_message(neuro, tmp_path, arguments, message):
    (tmp_path / "list.json").write_text("[1, 2]")
    (tmp_path / "words.json").write_text('{"levels": ["a", "b"]}')
    done = neuro("crossbar", "nladc", *arguments)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "neuro-nladc.html").exists()


# One mistake in a hardware file, and what is said about it.
MISTAKES = [
    (
        "g_min = {",
        'g_mni = {value = "1 uS", source = "x"}\ng_min = {',
        ".g_mni: is not known",
    ),
    ('"150 uS"', "150", ".coefficients.g_max: is in a pure number. Its unit is that of uS"),
    ('"0 uS"', '"-3 uS"', ".coefficients.g_min: -3 uS. Not negative"),
    ('"0 uS"', '"200 uS"', ".coefficients.g_min: 200 uS. Below g_max, 150 uS"),
    (
        'v_write = {value = "1.5 V", source = "[assumption] usual for filamentary oxides"}',
        'v_write = {value = "1.5 V"}',
        ".coefficients.v_write.source: field required",
    ),
    ("tile_columns = 256", "tile_columns = 9999", ".options.tile_columns: 9999 do not fit"),
    ("wires = true", "wirse = true", ".options.wirse: is not known. Did you mean 'wires'"),
    ('backend = "crossbar"', "backend = crossbar", "not TOML (Invalid value (at line 5"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_mistake_in_a_hardware_file_is_one_error_with_its_place(
    neuro, tmp_path, right, wrong, message
):
    text = files("neuro.hardware_configs").joinpath("crossbar_rram_nladc.toml").read_text()
    assert right in text
    (tmp_path / "mine.toml").write_text(text.replace(right, wrong, 1))
    done = neuro("crossbar", "nladc", "--target", "mine.toml", "--draws", "2")
    assert done.returncode == 2
    assert "hardware file 'mine.toml'" in done.stderr
    assert message in done.stderr
    assert done.stderr.count("Error:") == 1


def test_help_has_an_example(neuro):
    assert "  neuro crossbar nladc --function sigmoid" in neuro("crossbar", "nladc", "-h").stdout
    assert "nladc" in neuro("crossbar", "--help").stdout
