"""`neuro deploy` without the toolchain: scripts, refusals, and a board that is played."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from faithful_toolchain import faithful
from typer.testing import CliRunner

from neuro import simulate
from neuro.backends.spinnaker import board, toolchain, virtual
from neuro.backends.spinnaker.comparison import compare
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.toolchain import Outcome
from neuro.backends.spinnaker.virtual import Deployment
from neuro.cli import app
from neuro.errors import UnavailableError
from neuro.models.ca3 import ca3
from neuro.tasks.written import with_program

Neuro = Callable[..., subprocess.CompletedProcess[str]]

ROWS = [[0, "L", 1, [2, 3]], [20, "C", 1, []]]


def test_script_for_another_simulator_is_written_and_nothing_else(
    neuro: Neuro, tmp_path: Path
) -> None:
    done = neuro("deploy", "ca3", "--simulator", "nest", "--script", "out.py")
    assert (done.returncode, done.stdout) == (0, "Written: out.py\n")
    assert "SemanticsWarning" in done.stderr
    assert "import pyNN.nest as sim" in (tmp_path / "out.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "cpu"), "belongs to backend 'cpu', to which nothing is deployed"),
        (("--target", "spinnaker_spin6"), "Did you mean 'spinnaker_spin"),
        (("--simulator", "nset", "--script", "out.py"), "Did you mean 'nest'?"),
        (("--simulator", "nest"), "Name the file with --script"),
        (("--script", "nowhere/out.py"), "folder 'nowhere' does not exist"),
        (("--script", "out.npz"), "is also the"),
        (("--duration", "5"), "--duration"),
        (("--set", "cue_size=0"), "A whole number, at least 1"),
        (("--option", "neurons_per_core=300"), "From 1 to 256"),
        (("--option", "speed=3"), "unknown option 'speed'"),
    ],
)
def test_mistake_is_one_message_and_exit_code_two(
    neuro: Neuro, arguments: tuple[str, ...], message: str
) -> None:
    done = neuro("deploy", "ca3", "--virtual", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_program_that_would_corrupt_the_memory_is_refused(neuro: Neuro, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(json.dumps([[0, "L", 1, [2]], [3, "C", 1, []]]))
    done = neuro("deploy", "ca3", "--virtual", "--program", "bad.json")
    assert done.returncode == 2
    assert "overlaps it" in done.stderr


def test_help_has_examples(neuro: Neuro) -> None:
    done = neuro("deploy", "--help")
    assert "neuro deploy ca3 --target spinnaker_spin5 --virtual" in done.stdout


def test_difference_is_printed_with_both_numbers_and_is_exit_code_two(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def differ(plan: Any, target: Any, *, duration: float) -> Deployment:
        layout = lay_out(plan)
        generated = faithful(layout)
        wider = replace(generated.populations["QB"], shifts=(7, 10))
        generated = replace(generated, populations={**generated.populations, "QB": wider})
        differences = compare(layout, generated)
        return Deployment(layout=layout, generated=generated, differences=differences, seconds=2.0)

    monkeypatch.setattr(virtual, "deploy_virtual", differ)
    monkeypatch.setattr(toolchain, "require_toolchain", lambda: "1!7.4.1")
    path = tmp_path / "report.json"
    done = CliRunner().invoke(app, ["deploy", "ca3", "--virtual", "--json", str(path)])
    assert done.exit_code == 2
    line = "population 'QB'.shift[inhibitory]: predicted 9, generated 10"
    assert f"Differs: {line}" in done.output
    assert "7, 9 predicted, 7, 10 generated" in done.output
    assert "1 difference between prediction and sPyNNaker 1!7.4.1" in done.output
    assert [row["text"] for row in json.loads(path.read_text())["differences"]] == [line]


def test_without_a_board_the_command_says_that_nothing_is_simulated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> str:
        raise UnavailableError("deployment to SpiNNaker", "needs sPyNNaker")

    monkeypatch.setattr(toolchain, "configured_board", lambda: None)
    monkeypatch.setattr(toolchain, "require_toolchain", refuse)
    done = CliRunner().invoke(app, ["deploy", "ca3"])
    assert "No board is configured in ~/.spynnaker.cfg: virtual mode" in done.output
    assert isinstance(done.exception, UnavailableError)


@pytest.fixture
def played_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a board answer with the spikes of the emulator."""

    def play(script: Any, folder: Path) -> Outcome:
        written = with_program(ca3(), ROWS)
        result = simulate(written.network, written.duration, backend="spinnaker")
        spikes = {
            name: {"times": item.times.tolist(), "indices": item.indices.tolist()}
            for name, item in result.spikes.items()
        }
        return Outcome(reports=folder, results={"spikes": spikes, "weights": {}}, seconds=1.0)

    monkeypatch.setattr(toolchain, "configured_board", lambda: "192.168.240.253")
    monkeypatch.setattr(board, "run_on_board", play)
    monkeypatch.setattr(board, "require_toolchain", lambda: "1!7.4.1")


def test_answers_of_a_board_are_written_like_those_of_a_run(
    played_board: None, tmp_path: Path
) -> None:
    program, answers = tmp_path / "program.json", tmp_path / "answers.json"
    program.write_text(json.dumps(ROWS))
    command = ["deploy", "ca3", "--program", str(program), "--json", str(answers)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "2 operations on 192.168.240.253" in done.output
    document = json.loads(answers.read_text())
    recalled = document["operations"][1]
    assert (recalled["op"], recalled["content"]) == ("C", [2, 3])
    assert document["counters"]["spikes"]["total"] > 20
    assert document["provenance"]["engine"] == "SpiNNaker board, sPyNNaker 1!7.4.1"
