import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("neuro")
DEFAULT_SIGINT = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)

STUDY = """
model = "ca3"
unchecked = true
program = {operations = 6}

[sweep]
spacing = ["6 ms", "20 ms"]
seed = {to = 3}
"""


@pytest.fixture
def study(tmp_path) -> Path:
    path = tmp_path / "close.toml"
    path.write_text(STUDY)
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def stored(folder: Path) -> int:
    return len(list(folder.glob("close.sweep/trials/??/*.json")))


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a sweep that is long enough to be stopped, in a session of its own."""
    (folder / "close.toml").write_text(STUDY.replace("to = 3", "to = 99"))
    return subprocess.Popen(
        # A job in the background starts with the signal ignored, and hands that on.
        [sys.executable, "-c", DEFAULT_SIGINT, str(COMMAND), "sweep", "close.toml", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(folder: Path, trials: int) -> None:
    deadline = time.monotonic() + 100
    while stored(folder) < trials:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def session(leader: int) -> list[str]:
    """Return the processes that are left of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(path.parent.name)
    return found


def test_sweep_prints_means_writes_tables_and_a_page(neuro, study, tmp_path):
    done = neuro("sweep", "close.toml", "--page", "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Sweep 'close', 8 trials: mean ± standard deviation over seeds" in done.stdout
    assert re.search(r"│ 20 +│ 4 +│ 1 +│ 1 +│", done.stdout)
    assert files(tmp_path) == {"close.toml", "close.sweep", "page.html"}
    assert files(tmp_path / "close.sweep") == {
        "trials",
        "journal.jsonl",
        "lock",
        "table.h5",
        "table.csv",
    }
    page = (tmp_path / "page.html").read_text()
    assert "Against spacing" in page
    assert "neuro sweep close.toml --page page.html" in page
    assert not re.findall(r"(?:src|href)=[\"'](?!data:|#)", page)
    shown = neuro("show", "close.sweep/table.h5")
    assert (
        shown.stdout.splitlines()[2:]
        == done.stdout.splitlines()[2 : len(shown.stdout.splitlines())]
    )

    again = neuro("sweep", "close.toml")
    assert again.stdout.startswith("8 of 8 trials are finished already.")
    assert stored(tmp_path) == 8


def test_dry_run_lists_trials_and_estimates_without_a_trace(neuro, study, tmp_path):
    done = neuro("sweep", "close.toml", "--dry-run")
    assert done.returncode == 0
    assert "8 trials of 'close'" in done.stdout
    assert len(re.findall(r"│ to be run │", done.stdout)) == 8
    assert re.search(
        r"8 to be run: about \d+ s with 1 worker, estimated from 2 trials. Nothing was stored.",
        done.stdout,
    )
    assert files(tmp_path) == {"close.toml"}


def test_one_trial_is_run_alone_by_the_command_of_its_row(neuro, study, tmp_path):
    neuro("sweep", "close.toml")
    last = (tmp_path / "close.sweep" / "table.csv").read_text().splitlines()[-1]
    command = last.rpartition(",")[2].split()
    assert command[:3] == ["neuro", "sweep", "close.toml"]
    done = neuro(*command[1:])
    assert done.returncode == 0
    assert "Trial 7 of 'close'" in done.stdout
    assert done.stdout.endswith("Equal to the stored one.\n")
    missing = neuro("sweep", "close.toml", "--trial", "zz")
    assert missing.returncode == 2
    assert missing.stderr.startswith("ValidationError: --trial: 0 trials of study 'close.toml'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model = ", "study 'close.toml': not TOML (Invalid value (at end of document))"),
        (STUDY + 'set.tau_plus = ["3 ms", 4]\n', "sweep.set.tau_plus[1]: expected a time, got '4'"),
        (STUDY + 'set.tau_pluss = "3 ms"\n', "sweep.set.tau_pluss: unknown parameter"),
        (STUDY + "sed = 3\n", "sweep.sed: unknown key. Did you mean 'seed'?"),
        (STUDY.replace("ca3", "ca4"), "model 'ca4': no such model. Did you mean 'ca3'?"),
        (STUDY.replace("unchecked = true", ""), "To run it all the same, set unchecked = true."),
    ],
)
def test_wrong_study_is_one_message_and_no_file(neuro, study, tmp_path, text, message):
    study.write_text(text)
    done = neuro("sweep", "close.toml", "--page", "page.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert files(tmp_path) == {"close.toml"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.toml"], "study 'none.toml': cannot be read"),
        (["close.toml", "--out", "close.toml"], "sweep folder 'close.toml': is a file"),
        (["close.toml", "--out", "no/where"], "folder 'no' does not exist"),
        (["close.toml", "--page", "close.toml"], "--page: 'close.toml' is also the STUDY file"),
        (
            ["close.toml", "--workers", "2", "--scheduler", "tcp://h:1"],
            "workers: 2 and a scheduler",
        ),
    ],
)
def test_wrong_arguments_are_one_message_and_no_file(neuro, study, tmp_path, arguments, message):
    done = neuro("sweep", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert files(tmp_path) == {"close.toml"}


def test_changed_study_is_refused_until_asked_for(neuro, study, tmp_path):
    neuro("sweep", "close.toml")
    study.write_text(STUDY.replace('"20 ms"', '"22 ms"'))
    done = neuro("sweep", "close.toml")
    assert done.returncode == 2
    assert "has 4 finished trials that are not of study 'close.toml' as it is now; 4 match" in (
        done.stderr
    )
    done = neuro("sweep", "close.toml", "--reuse")
    assert done.returncode == 0
    assert done.stdout.startswith("4 of 8 trials are finished already.")
    assert stored(tmp_path) == 12


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupt_says_what_is_stored_and_how_to_go_on(tmp_path, workers):
    process = start(tmp_path, "--workers", workers)
    wait_for(tmp_path, 3)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    count = stored(tmp_path)
    assert f"Interrupted: {count} of 200 trials are stored in 'close.sweep'." in output
    assert f"The same command goes on: neuro sweep close.toml --workers {workers}" in output
    assert "Traceback" not in output
    assert not (tmp_path / "close.sweep" / "table.h5").exists()


@pytest.mark.slow
def test_killed_sweep_takes_its_workers_along_and_goes_on(neuro, tmp_path):
    process = start(tmp_path, "--workers", "2")
    wait_for(tmp_path, 3)
    process.kill()
    process.communicate(timeout=60)
    count = stored(tmp_path)
    deadline = time.monotonic() + 30
    while session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert session(process.pid) == []
    assert stored(tmp_path) == count
    done = neuro("sweep", "close.toml")
    assert done.stdout.startswith(f"{count} of 200 trials are finished already.")
    lines = (tmp_path / "close.sweep" / "journal.jsonl").read_text().splitlines()
    trials = [json.loads(line)["trial"] for line in lines]
    assert len(set(trials)) == len(trials)
    assert stored(tmp_path) == 200
