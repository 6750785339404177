"""Small studies, and workers that die, for the tests of sweeps."""

import os
import signal
from pathlib import Path
from typing import Any

from neuro.sweep.measure import run_job

VICTIMS = "NEURO_TEST_VICTIMS"
"""Environment variable with a folder: a worker dies at every trial that has a file there."""


def study(**changes: Any) -> dict[str, Any]:
    """Return a study of eight trials, a few milliseconds each; two of them have equal answers."""
    return {
        "model": "ca3",
        "unchecked": True,
        "program": {"operations": 6},
        "sweep": {"spacing": ["6 ms", "20 ms"], "seed": {"to": 3}},
        **changes,
    }


def deadly_job(text: str) -> str:
    """Run a job, but die if a file names its trial; once if the file says so."""
    record = run_job(text)
    for victim in Path(os.environ[VICTIMS]).iterdir():
        if victim.name in text:
            if victim.read_text() == "once":
                victim.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
    return record
