"""What a user meets before any work: help, misspelt words, completion in a shell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from neuro.cli import app


def commands(command, path=()):
    """Walk over all commands that do something."""
    for name, sub in getattr(command, "commands", {}).items():
        yield from commands(sub, (*path, name))
    if not getattr(command, "commands", None):
        yield " ".join(path), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_of_every_command_has_an_example(name):
    text = COMMANDS[name].help
    assert "Example" in text
    # The example is of this command, whatever model stands for MODEL.
    assert f"neuro {name.removesuffix(' MODEL')}" in text


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_says_what_it_is(name):
    assert [item.name for item in COMMANDS[name].params if not getattr(item, "help", "")] == []


def test_no_words_give_help(neuro):
    for words in ((), ("run",), ("compare",)):
        done = neuro(*words)
        assert "Usage: neuro" in done.stdout + done.stderr
        assert "Commands:" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["chek"], "Did you mean 'check'?"),
        (["run", "lsmm"], "Did you mean 'lsm'?"),
        (["run", "ca33", "--program", "p.json"], "Did you mean 'ca3"),
        (["compare", "memoris"], "Did you mean 'memories'?"),
        (["check", "ca3", "--target", "spinaker_spin5"], "Did you mean 'spinnaker_spin5'?"),
        (["run", "ca3", "--program", "p.json", "--bakend", "cpu"], "--backend"),
    ],
)
def test_misspelt_words_suggest_the_near_one(neuro, words, meant):
    done = neuro(*words)
    assert done.returncode == 2
    assert meant in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("neuro che", ["check"]),
        ("neuro compare ca", ["ca3", "ca3_robust"]),
        ("neuro run ca3 --backend spi", ["spinnaker"]),
        ("neuro compare ca3 --backends cpu,cr", ["cpu,crossbar"]),
    ],
)
def test_bash_completes_words(tmp_path, words, offered):
    done = subprocess.run(
        [str(Path(sys.executable).with_name("neuro"))],
        cwd=tmp_path,
        env={
            **os.environ,
            "_NEURO_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (offered, "")
