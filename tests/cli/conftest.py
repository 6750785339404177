"""The real command, run in a temporary folder."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ca3_vectors import VECTORS

COMMAND = Path(sys.executable).with_name("neuro")

Neuro = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def neuro(tmp_path: Path) -> Neuro:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(COMMAND), *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.json"
    path.write_text(json.dumps(VECTORS["T1"]))
    return path
