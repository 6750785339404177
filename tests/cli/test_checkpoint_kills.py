"""`kill -9` at random moments of a run with checkpoints: nothing is lost, nothing half-written."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from neuro import load_result
from neuro.program.checkpoint import reached

COMMAND = Path(sys.executable).with_name("neuro")
KILLS = 20
ROWS = [
    [90 * number, *(("L", number % 5, [number % 9]) if number % 4 == 0 else ("C", number % 5, []))]
    for number in range(250)
]
FILES = ("--program", "program.json", "--json", "answers.json", "--out", "result.h5")
CALL = [str(COMMAND), "run", "ca3", *FILES, "--checkpoint", "kept", "--every", "3 s"]


def start(folder: Path) -> "subprocess.Popen[bytes]":
    quiet = subprocess.DEVNULL
    return subprocess.Popen(CALL, cwd=folder, stdout=quiet, stderr=subprocess.PIPE)


def answers(folder: Path) -> Any:
    return json.loads((folder / "answers.json").read_text())


def stored(folder: Path) -> Any:
    result = load_result(folder / "result.h5")
    spikes = {name: (t.times.tobytes(), t.indices.tobytes()) for name, t in result.spikes.items()}
    weights = {name: item.values.tobytes() for name, item in result.weights.items()}
    return spikes, weights, result.counters, result.provenance.as_dict(timings=False)


def folder_with_program(path: Path) -> Path:
    path.mkdir()
    (path / "program.json").write_text(json.dumps(ROWS))
    return path


@pytest.mark.slow
def test_killed_run_ends_as_one_that_was_left_alone(tmp_path: Path) -> None:
    whole = folder_with_program(tmp_path / "whole")
    begun = time.monotonic()
    with start(whole) as process:
        assert process.wait() == 0
    taken = time.monotonic() - begun
    expected = answers(whole), stored(whole)
    assert expected[0]["counters"]["spikes"]["total"] > 1000

    killed = folder_with_program(tmp_path / "killed")
    moments, kills, furthest = random.Random(9), 0, 0.0
    while kills < KILLS:
        with start(killed) as process:
            try:
                process.wait(moments.uniform(0.2 * taken, taken))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            else:
                assert process.returncode == 0, process.stderr and process.stderr.read()
        # What is there is whole, and no checkpoint is ever taken back.
        written = (killed / "answers.json").exists(), (killed / "result.h5").exists()
        assert not written[0] or answers(killed) == expected[0]
        assert not written[1] or stored(killed) == expected[1]
        now = reached(killed / "kept")
        if now is not None:
            assert now >= furthest
            furthest = now
        elif all(written):
            # The run had ended and its checkpoint is gone: begin another one.
            for name in ("answers.json", "result.h5"):
                (killed / name).unlink()
            furthest = 0.0
        else:
            assert furthest == 0.0
    with start(killed) as process:
        assert process.wait() == 0
    assert (answers(killed), stored(killed)) == expected
    left = {path.name for path in killed.iterdir()}
    assert left == {"program.json", "answers.json", "result.h5"}
