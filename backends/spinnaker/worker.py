"""Runs PyNN scripts one after the other in a process of its own, and says how each ended.

sPyNNaker takes its configuration from the home and the working folder, and importing it takes
longer than mapping a small network: `toolchain` prepares the folders and starts this module once.
Every folder holds ``script.py``; ``outcome.json`` and ``results.json`` are written beside it.
"""

import contextlib
import importlib
import json
import os
import runpy
import sys
import time
import traceback
from pathlib import Path
from typing import Any


def main(folders: list[str]) -> None:
    """Run the script of each folder; one that fails does not keep the next from running."""
    for name in folders:
        folder = Path(name)
        outcome = _run(folder)
        (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


def _run(folder: Path) -> dict[str, Any]:
    os.chdir(folder)
    sys.argv = ["script.py", "results.json"]
    begun = time.perf_counter()
    try:
        runpy.run_path("script.py", run_name="__main__")
    except Exception as error:  # whatever the toolchain raises is reported, not lost
        _clear()
        return {
            "seconds": time.perf_counter() - begun,
            "kind": type(error).__name__,
            "text": str(error),
            "traceback": traceback.format_exc(),
        }
    return {"seconds": time.perf_counter() - begun}


def _clear() -> None:
    """End a run that failed, so that the next one can be set up."""
    with contextlib.suppress(Exception):
        importlib.import_module("pyNN.spiNNaker").end()


if __name__ == "__main__":
    main(sys.argv[1:])
