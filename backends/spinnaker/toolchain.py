"""sPyNNaker, run as a subprocess: in virtual-board mode, or on the board that the user configured.

In virtual mode it maps the network and generates every byte that the cores would get, but
simulates nothing (specs, spinnaker section 10). Its exceptions come back as errors of neuro, with
an explanation above the toolchain's own words.
"""

import importlib.util
import json
import os
import site
import subprocess
import sys
from collections.abc import Sequence
from configparser import ConfigParser, Error
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import neuro
from neuro.errors import CapacityError, NeuroError, SimulationError, UnavailableError
from neuro.errors import UnsupportedError as Unsupported
from neuro.pynn_export import Script

SIMULATOR = "spiNNaker"
SUPPORTED_VERSION = "1!7.4.1"
INSTALL = 'pip install "neuro-spiking-memory[spinnaker]"'
USER_CONFIGURATION = ".spynnaker.cfg"
BOARD_KEYS = ("machine_name", "spalloc_server", "remote_spinnaker_url")

VIRTUAL_CONFIGURATION = """\
[Machine]
virtual_board = True
version = {version}
"""

REPORTS_CONFIGURATION = """\
[Mode]
mode = Info
[Reports]
write_network_graph = False
keep_data_spec_database = True
max_reports_kept = 60
"""

EXPLANATIONS: dict[str, tuple[type[NeuroError], str, str]] = {
    "DelayExtensionException": (
        CapacityError,
        "a delay is longer than the ring buffer and eight stages of delay extension hold",
        "Shorten the delay, take a larger dt, or set fewer neurons per core",
    ),
    "SynapseRowTooBigException": (
        CapacityError,
        "a source has more synapses onto one core than a row of 256 words holds",
        "Set fewer neurons per core: at most 254 for all-to-all plastic projections",
    ),
    "SynapticConfigurationException": (
        Unsupported,
        "the plastic projections onto one population do not share one rule, or its tables overflow",
        "Give all plastic projections of a population the same rule, bounds and amplitudes",
    ),
    "SynapticMaxIncomingAtomsSupportException": (
        CapacityError,
        "too many neurons project onto one core",
        "Split the target population, or set fewer neurons per core",
    ),
    "InvalidParameterType": (
        Unsupported,
        "sPyNNaker does not take a value of this kind",
        "See the toolchain's words for the parameter",
    ),
    "PacmanPartitionException": (
        CapacityError,
        "a part of the network does not fit on one core",
        "Set fewer neurons per core",
    ),
    "PacmanPlaceException": (
        CapacityError,
        "the network needs more cores or SDRAM than the machine has",
        "Take a larger machine, a smaller network or a shorter recording",
    ),
    "PacmanTooBigToPlace": (
        CapacityError,
        "a part of the network needs more SDRAM than a chip has",
        "Set fewer neurons per core, or fewer synapses for each source",
    ),
    "PacmanConfigurationException": (
        CapacityError,
        "a part of the network needs more cores or SDRAM than a chip has",
        "Set fewer neurons per core, or fewer synapses for each source",
    ),
    "MinimisationFailedError": (
        CapacityError,
        "the routing table of a chip needs more than its 1023 entries",
        "Use fewer populations and projections, or a larger machine",
    ),
    "ExecutableNotFoundException": (
        Unsupported,
        "sPyNNaker ships no binary for this combination of cell type and learning rule",
        "With conductance-based cells use the additive rule",
    ),
    "AttributeError": (
        Unsupported,
        "sPyNNaker lacks something that the script asks for",
        f"The script is written for sPyNNaker {SUPPORTED_VERSION}",
    ),
    "SpallocBoardUnavailableException": (
        UnavailableError,
        "no board is free",
        "Wait, or run with --virtual",
    ),
    "SpinnmanIOException": (
        UnavailableError,
        "the board does not answer",
        f"Check [Machine] in ~/{USER_CONFIGURATION} and the network, or run with --virtual",
    ),
    "SpinnmanTimeoutException": (
        UnavailableError,
        "the board does not answer in time",
        f"Check [Machine] in ~/{USER_CONFIGURATION} and the network, or run with --virtual",
    ),
    "SpiNNManCoresNotInStateException": (
        SimulationError,
        "cores stopped during the run, which is what a core out of data memory does at its start",
        "Run 'neuro check' for the memory of each core, and set fewer neurons per core",
    ),
}
"""What the toolchain's exceptions mean, and what helps (specs, spinnaker section 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one script left behind.

    Parameters
    ----------
    reports : Path
        Folder of the reports and data bases of its run.
    results : dict
        What the script recorded: spikes, traces, weights; empty lists after a virtual run.
    seconds : float
        How long it took, without the import of the toolchain.
    """

    reports: Path
    results: dict[str, Any]
    seconds: float


def require_toolchain() -> str:
    """Return the version of sPyNNaker.

    Raises
    ------
    UnavailableError
        If it is not installed.
    """
    if importlib.util.find_spec("spynnaker") is None or importlib.util.find_spec("pyNN") is None:
        raise UnavailableError(
            "deployment to SpiNNaker", "needs sPyNNaker", hint=f"Install it with: {INSTALL}"
        )
    return version("sPyNNaker")


def configured_board(home: Path | None = None) -> str | None:
    """Return the address of the board or server in the user's configuration; None without one."""
    parser = ConfigParser(interpolation=None)
    try:
        parser.read((home or Path.home()) / USER_CONFIGURATION, encoding="utf-8")
        if parser.getboolean("Machine", "virtual_board", fallback=False):
            return None
    except (Error, ValueError, UnicodeDecodeError):
        return None
    for key in BOARD_KEYS:
        value = parser.get("Machine", key, fallback="None").strip()
        if value not in ("", "None"):
            return value
    return None


def run_virtual(
    scripts: Sequence[Script], folder: Path, *, board_version: int = 5
) -> list[Outcome | NeuroError]:
    """Run scripts in virtual-board mode, all in one process.

    Parameters
    ----------
    scripts : sequence of Script
        For ``pyNN.spiNNaker``.
    folder : Path
        Empty; takes a numbered folder for each script, and a home with a configuration.
    board_version : {3, 5}
        Boards of 4 or of 48 chips.

    Returns
    -------
    list of Outcome or NeuroError
        For each script what it left behind, or why it failed.

    Raises
    ------
    UnavailableError
        If sPyNNaker is not installed.
    """
    require_toolchain()
    home = folder / "home"
    home.mkdir()
    configuration = VIRTUAL_CONFIGURATION.format(version=board_version)
    (home / USER_CONFIGURATION).write_text(configuration, encoding="utf-8")
    return _run(scripts, folder, {"HOME": str(home), "USERPROFILE": str(home)})


def run_on_board(script: Script, folder: Path) -> Outcome:
    """Run a script on the board of the user's configuration.

    Raises
    ------
    NeuroError
        If sPyNNaker is not installed, or the run fails.
    """
    require_toolchain()
    (outcome,) = _run([script], folder, {})
    if isinstance(outcome, NeuroError):
        raise outcome
    return outcome


def explained(kind: str, text: str) -> NeuroError:
    """Turn an exception of the toolchain into an error with an explanation above its words."""
    meaning = EXPLANATIONS.get(kind)
    words = f"sPyNNaker said: {kind}: {text.strip() or 'nothing more'}"
    if meaning is None:
        return SimulationError("sPyNNaker", "failed", value=kind, hint=words)
    error, problem, hint = meaning
    return error("sPyNNaker", problem, value=kind, limit=hint, hint=words)


def _run(
    scripts: Sequence[Script], folder: Path, environment: dict[str, str]
) -> list[Outcome | NeuroError]:
    folders = []
    for number, script in enumerate(scripts):
        place = folder / f"{number}"
        place.mkdir()
        (place / "spynnaker.cfg").write_text(REPORTS_CONFIGURATION, encoding="utf-8")
        script.write(place / "script.py")
        folders.append(place)
    log = folder / "log"
    with log.open("wb") as output:
        subprocess.run(
            [sys.executable, "-m", "neuro.backends.spinnaker.worker", *map(str, folders)],
            cwd=folder,
            env={**os.environ, **_python_paths(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return [_outcome(place, log) for place in folders]


def _python_paths() -> dict[str, str]:
    """Let the process import what this one can, also with another home folder."""
    root = str(Path(neuro.__file__).parents[1])
    paths = os.environ.get("PYTHONPATH")
    return {
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONPATH": root if paths is None else os.pathsep.join((root, paths)),
    }


def _outcome(folder: Path, log: Path) -> Outcome | NeuroError:
    path = folder / "outcome.json"
    if not path.is_file():
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        return SimulationError("sPyNNaker", "its process died", hint=" / ".join(last) or None)
    outcome = json.loads(path.read_text(encoding="utf-8"))
    if "kind" in outcome:
        return explained(outcome["kind"], outcome["text"])
    # Kept under the time of the run: the only one in a new folder.
    reports = next((folder / "reports").glob("*/run_1"))
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return Outcome(reports=reports, results=results, seconds=outcome["seconds"])
