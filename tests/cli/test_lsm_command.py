import json

import pytest
from lsm_archives import archives, cochlea, written


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    import subprocess
    import sys
    from pathlib import Path

    folder = tmp_path_factory.mktemp("lsm")
    command = Path(sys.executable).with_name("neuro")
    arguments = ["run", "lsm", "--sample", "--reservoirs", "2", "--neurons", "200"]
    arguments += ["--relaxation", "0.05", "--report", "page.html"]
    done = subprocess.run(
        [str(command), *arguments, "--json", "figures.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return folder, done


def test_sample_is_learned_and_the_baseline_stands_beside_it(sampled):
    folder, done = sampled
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads((folder / "figures.json").read_text())
    assert len(figures["accuracies"]) == 2
    # One speaker, ten training takes: far above the 10 % of chance.
    assert figures["accuracy"] > 75
    assert figures["baseline"] == max(figures["baselines"].values())
    assert sum(map(sum, figures["confusion"])) == 2 * 40
    assert "without a reservoir" in done.stdout


def test_page_is_complete_and_stands_alone(sampled):
    folder, _ = sampled
    page = (folder / "page.html").read_text()
    assert page.count("<svg") == 4
    assert "src=" not in page and "array, event-driven" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--task", "letters"), "Known: association, digits, keywords, nmnist"),
        (("--task", "nmnist", "--sample"), "--sample: holds no nmnist"),
        (("--data", "nowhere"), "'nowhere' is no folder"),
        (
            ("--sample", "--backend", "crossbar", "--read-noise", "0.1"),
            "not on backend 'crossbar', only on cpu",
        ),
        (("--sample", "--preset", "best"), "preset: 'best' for 'digits'"),
        (("--sample", "--converted"), "not for 'digits', only for nmnist"),
        (("--sample", "--speakers-apart"), "no speakers in spoken digits, excerpt"),
        (("--task", "nmnist", "--speakers-apart"), "not for 'nmnist', only for digits"),
        (("--task", "association", "--relaxation", "0.1"), "not for 'association'"),
        (("--sample", "--law", "uniform"), "lsm.law: 'uniform'"),
    ],
)
def test_wrong_choices_are_one_message_and_exit_code_2(neuro, arguments, message):
    done = neuro("run", "lsm", *arguments)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


def test_readouts_are_brought_back_after_a_change_of_the_devices(sampled):
    folder, done = sampled
    aged = json.loads((folder / "figures.json").read_text())["aged"]
    assert aged["relaxation"] == 0.05
    methods = {name: item["accuracy"] for name, item in aged["methods"].items()}
    # Specs, section 6.4: every method gains, training on simulated fates most.
    untouched = methods.pop("readout untouched")
    assert len(methods) == 4 and min(methods.values()) >= untouched
    assert "After each device has changed by 5 %" in done.stdout
    assert "after 5 % change: readout untouched" in (folder / "page.html").read_text()


def test_damaged_data_are_one_message_before_any_work(neuro, tmp_path):
    path = written(archives(tmp_path) / "nmnist" / "nmnist_train.npz", cochlea())
    done = neuro("run", "lsm", "--task", "nmnist", "--data", str(tmp_path), "--json", "out.json")
    assert done.returncode == 2
    assert f"event file '{path}': a sensor of shape (64,)" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "out.json").exists()


def test_run_lists_experiments_and_still_takes_models(neuro):
    assert "lsm" in neuro("run", "--help").stdout
    done = neuro("run", "nosuch", "--program", "none.json")
    assert done.returncode == 2
