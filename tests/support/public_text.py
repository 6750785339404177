"""A text of more than a megabyte in the public domain, where a program carries one."""

import shutil
import subprocess
from pathlib import Path

import pytest

CHARACTERS = 1_150_000


def public_text(folder: Path) -> Path:
    """Write the first books of the King James Bible to a file, or skip the test with the reason.

    The text is that of the Debian package `bible-kjv`, without the places of the verses.
    """
    program = shutil.which("bible")
    if program is None:
        pytest.skip("no text: the Debian package bible-kjv is not installed")
    verses = subprocess.run(
        [program, "-f", "gen1:1-1sam30:31"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.splitlines()
    path = folder / "kjv.txt"
    text = "\n".join(verse.partition(" ")[2] for verse in verses)
    path.write_text(text[:CHARACTERS], encoding="utf-8")
    return path
