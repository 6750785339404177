import json

import pytest

QUICK = [
    "--synapses",
    "5e3",
    "--cues",
    "40",
    "--memory",
    "clustered cliques",
    "--memory",
    "Hopfield",
]


def test_compare_prints_a_table_and_writes_curves_and_a_page(neuro, tmp_path):
    done = neuro("compare", "memories", *QUICK, "--json", "table.json", "--out", "table.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Memories with 5,000 weights, cues that lack 50 %" in done.stdout
    assert "Noise that helps" in done.stdout
    assert "Devices that differ" in done.stdout
    figures = json.loads((tmp_path / "table.json").read_text())
    assert [item["name"] for item in figures["memories"]] == ["clustered cliques", "Hopfield"]
    for item in figures["memories"]:
        assert item["synapses"] <= 5000
        assert len(item["loads"]) == len(item["exact"])
        assert item["bits_per_synapse"] == pytest.approx(
            item["stored"] * item["item_bits"] / item["synapses"]
        )
    page = (tmp_path / "table.html").read_text()
    assert page.count("<svg") == 4
    assert "Memories with 5,000 weights" in page
    assert "<script" not in page
    assert 'src="http' not in page
    assert ' href="http' not in page


def test_compare_prints_what_energies_are_made_of(neuro):
    done = neuro("compare", "memories", *QUICK, "--breakdown")
    assert done.returncode == 0
    assert "Horowitz 2014" in done.stdout
    assert "packets in routers" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--synapses", "100"], "CapacityError: --synapses: 100 make"),
        (["--synapses", "1.5"], "--synapses: 1.5"),
        (["--synapses", "1e9"], "--synapses: 1000000000. 1 to 10000000"),
        (["--damage", "1"], "--damage: 1.0"),
        (["--memory", "Wilshaw"], "Did you mean 'Willshaw'?"),
        (["--crossbar", "spinnaker_spin5"], "has no coefficient 'adc_bits'"),
        (["--json", "nowhere/table.json"], "--json"),
    ],
)
def test_compare_refuses_bad_input(neuro, words, message):
    done = neuro("compare", "memories", "--cues", "5", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_compare_names_its_commands(neuro):
    done = neuro("compare", "--help")
    assert done.returncode == 0
    assert "memories" in done.stdout
