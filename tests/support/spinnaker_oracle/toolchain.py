"""Maps networks with the installed toolchain, in a process of its own and a temporary home.

Virtual-board mode: everything is generated that a real board would be loaded with, and nothing is
run (specs, spinnaker section 10).
"""

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinnaker_oracle.core import Region
from spinnaker_oracle.recipe import Recipe

_HOME_CONFIGURATION = """[Machine]
virtual_board = True
version = 5
"""
_CONFIGURATION = """[Mode]
mode = Debug
[Reports]
write_network_graph = False
"""
_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The part of a population that lives on one core.

    Parameters
    ----------
    first, stop : int
        Its neurons.
    core : (x, y, processor)
    binary : Path
        The application of that core.
    key : int or None
        Of neuron `first` at time colour 0; None if its spikes go nowhere.
    """

    first: int
    stop: int
    core: tuple[int, int, int]
    binary: Path
    key: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A network as the toolchain would load it.

    Parameters
    ----------
    recipe : Recipe
    slices : dict
        By population or source.
    relays : dict
        By population or source: the delay extension of its spikes, empty without one.
    database : Path
        The data of all cores.
    """

    recipe: Recipe
    slices: dict[str, tuple[Slice, ...]]
    relays: dict[str, tuple[Slice, ...]]
    database: Path

    def regions(self, core: tuple[int, int, int]) -> dict[int, Region]:
        """Return the data of a core by region number."""
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute(
                "SELECT region_num, region_label, content, size FROM region"
                " WHERE x = ? AND y = ? AND p = ?",
                core,
            ).fetchall()
        connection.close()
        return {number: Region(label, data or b"", size) for number, label, data, size in rows}


def missing() -> str | None:
    """Return what must be installed before anything here works, or None."""
    needed = {"unicorn": "unicorn", "spynnaker": "sPyNNaker"}
    absent = [name for module, name in needed.items() if importlib.util.find_spec(module) is None]
    if not absent:
        return None
    return f"needs {' and '.join(absent)}. Install with: pip install 'neuro-spiking-memory[oracle]'"


def map_networks(recipes: Sequence[Recipe], folder: Path) -> list[Mapped]:
    """Map networks together, as independent parts of one simulation for each time step.

    Raises
    ------
    RuntimeError
        If the toolchain fails; the message is the end of what it printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".spynnaker.cfg").write_text(_HOME_CONFIGURATION)
    (folder / "spynnaker.cfg").write_text(_CONFIGURATION)
    question, answer = folder / "recipes.json", folder / "answer.json"
    question.write_text(json.dumps([recipe.to_plain() for recipe in recipes]))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("mapper.py")), question.name, answer.name],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the toolchain failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    found = json.loads(answer.read_text())
    return [
        Mapped(
            recipe=recipe,
            slices=_slices(found[recipe.name]["slices"]),
            relays=_slices(found[recipe.name]["relays"]),
            database=Path(found[recipe.name]["database"]),
        )
        for recipe in recipes
    ]


def _slices(found: dict[str, list[dict[str, Any]]]) -> dict[str, tuple[Slice, ...]]:
    return {
        name: tuple(
            Slice(
                first=row["first"],
                stop=row["stop"],
                core=tuple(row["core"]),
                binary=Path(row["binary"]),
                key=row["key"],
            )
            for row in rows
        )
        for name, rows in found.items()
    }
