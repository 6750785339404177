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


def test_compare_puts_one_memory_on_many_targets(neuro, program, tmp_path):
    words = ("--program", "program.json", "--expected", "--backends", "cpu,pynn,spinnaker")
    done = neuro("compare", "ca3", *words, "--json", "figures.json", "--page", "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    # T1 has nine operations (specs, ca3_cam section 8); all are right on the machine.
    assert "spinnaker_spin5: works, 9 of 9 answers right." in done.stdout
    assert "pynn_nest: cannot run it." in done.stdout and "--semantics exact" in done.stdout
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert [item["accuracy"] for item in figures["targets"]] == [1.0, None, 1.0]
    assert figures["command"].startswith("neuro compare ca3 --program program.json")
    # The published spike counts of T1: 322 in all (section 8).
    assert figures["targets"][2]["counters"]["spikes"]["total"] == 322
    page = (tmp_path / "page.html").read_text()
    assert "35.78" in page, "322 spikes by nine operations"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ca3", "--program", "mixx"], "no file and no program 'mixx'. Did you mean 'mix'?"),
        (["ca3", "--program", "gone.json"], "program 'gone.json': cannot be read"),
        (["ca3", "--expected"], "holds no answers"),
        (["cliques"], "is no memory"),
        (["ca3", "--backends", "cpu,crosbar"], "Did you mean 'crossbar'?"),
        (["ca3", "--page", "nowhere/page.html"], "--page: folder 'nowhere' does not exist"),
        (["ca3", "--page", "same", "--json", "same"], "is also the --json file"),
    ],
)
def test_compare_refuses_bad_input_of_a_memory(neuro, tmp_path, words, message):
    done = neuro("compare", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
