"""The pages say what is true: their examples run and print what they show."""

import subprocess
import sys

import pytest
from pages import DOCS, blocks, commands, pages, run_command, run_examples

PAGES = {str(path.relative_to(DOCS)): path for path in pages()}


def having(language):
    return [name for name, path in PAGES.items() if blocks(path, language)]


@pytest.mark.parametrize("name", having("pycon"))
def test_examples_of_a_page_print_what_they_show(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    results = run_examples(PAGES[name])
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", having("console"))
def test_commands_of_a_page_print_what_they_show(name, tmp_path):
    for block in blocks(PAGES[name], "console"):
        for command, shown in commands(block):
            printed = run_command(command, tmp_path)
            for line in shown:
                assert line in printed, f"{command}\n{printed}"


@pytest.mark.parametrize("name", having("python"))
def test_scripts_of_a_page_run(name, tmp_path):
    for block in blocks(PAGES[name], "python"):
        command = [sys.executable, "-c", block]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_example_that_prints_something_else_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```pycon\n>>> 1 + 1\n3\n```\n")
    assert run_examples(page).failed == 1
