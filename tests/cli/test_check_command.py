import json

import pytest

CHECK = ("check", "ca3", "--target", "spinnaker_spin5")


def test_check_of_the_published_memory_fits(neuro):
    done = neuro(*CHECK)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Fits: network 'ca3' on 'spinnaker_spin5', 2 notes." in done.stdout
    # Specs, ca3_cam section 7: ten cores of one chip, and 1/512 nA for NA at five cues.
    assert "application cores                         │ 10" in done.stdout
    assert "post spikes between two pre spikes" in done.stdout
    assert "QA->GATE.inhibition" in done.stdout and "…" not in done.stdout, "in full into a pipe"


def test_check_of_a_large_memory_fails_with_place_and_remedy(neuro, tmp_path):
    done = neuro(*CHECK, "--set", "cue_size=300", "--json", "check.json")
    assert done.returncode == 2
    for text in (
        "projection 'NB->QB'",
        "asked: a source reaches 256 plastic synapses on one core",
        "otherwise: SynapseRowTooBigException at mapping",
        "remedy: Use at most 254 neurons per core",
        "Would fail: network 'ca3' on 'spinnaker_spin5', 1 errors",
    ):
        assert text in done.stdout
    document = json.loads((tmp_path / "check.json").read_text())
    assert document["fails"] is True
    assert document["findings"][0]["where"] == "projection 'NB->QB'"
    assert {*document["tables"]} == {"machine", "memory", "load", "receptors", "weights"}


def test_check_with_another_option_passes(neuro):
    smaller = ("--set", "cue_size=300", "--option", "neurons_per_core=128")
    assert neuro(*CHECK, *smaller).returncode == 0


def test_check_prints_json_alone(neuro):
    done = neuro(*CHECK, "--json", "-")
    document = json.loads(done.stdout)
    grid = {
        (row["population"], row["receptor"]): row["last bit"]
        for row in document["tables"]["receptors"]
    }
    assert grid["NA", "excitatory"] == 1 / 512


def test_check_strictly_fails_on_warnings(neuro):
    busy = ("--set", "cue_size=250", "--set", "content_size=60")
    assert neuro(*CHECK, *busy).returncode == 0
    assert neuro(*CHECK, *busy, "--strict").returncode == 2


def test_check_on_this_computer_has_no_limits(neuro):
    done = neuro("check", "ca3", "--target", "cpu")
    assert (done.returncode, done.stdout) == (0, "Fits: network 'ca3' on 'cpu', 0 notes.\n")


BAD_CALLS = {
    "unknown target": (("check", "ca3", "--target", "spin5"), "no such target"),
    "option out of range": ((*CHECK, "--option", "neurons_per_core=257"), "From 1 to 256"),
    "no folder": ((*CHECK, "--json", "none/check.json"), "does not exist"),
}


@pytest.mark.parametrize("call,message", BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_call_is_one_error(neuro, call, message):
    done = neuro(*call)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


def test_run_prints_the_energy_of_the_emulated_board(neuro, program, tmp_path):
    energy = ("--backend", "spinnaker", "--energy", "--json", "answers.json")
    done = neuro("run", "ca3", "--program", "program.json", *energy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "per operation (9)" in done.stdout
    document = json.loads((tmp_path / "answers.json").read_text())["energy"]
    assert [basis["name"] for basis in document["bases"]] == [
        "whole boards",
        "used chips",
        "dynamic",
    ]
    assert document["events"] == {"operation": 9, "spike": 322, "synaptic event": 946}


def test_run_says_that_there_is_no_energy_model(neuro, program, tmp_path):
    done = neuro("run", "ca3", "--program", "program.json", "--energy", "--json", "answers.json")
    assert done.returncode == 0
    assert "No energy: target 'cpu': has no energy model." in done.stdout
    assert json.loads((tmp_path / "answers.json").read_text())["energy"] is None


def test_run_without_asking_has_no_energy(neuro, program, tmp_path):
    neuro("run", "ca3", "--program", "program.json", "--json", "answers.json")
    assert "energy" not in json.loads((tmp_path / "answers.json").read_text())


def test_run_takes_options_of_the_hardware(neuro, program, tmp_path):
    loaded = ("--backend", "spinnaker", "--option", "mode=loaded", "--json", "answers.json")
    assert neuro("run", "ca3", "--program", "program.json", *loaded).returncode == 0
    counters = json.loads((tmp_path / "answers.json").read_text())["counters"]
    assert "core_cycles" in counters["hardware"]
