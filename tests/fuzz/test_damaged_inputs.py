"""Whatever a file holds: it is read, or refused by one error, soon, and nothing is written.

At least ten thousand cases: valid files of every kind that are damaged at random, and random bytes.
"""

import io
import json
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import (
    EDITS,
    Damage,
    Edits,
    damaged_archive,
    damaged_bytes,
    damaged_hdf5,
    damaged_text,
    listed,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from neuro import load_result
from neuro.backend import Program
from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.tile import Tile
from neuro.cli import app
from neuro.config import parse_options, parse_settings, read_expected, read_program
from neuro.errors import NeuroError
from neuro.hardware_configs import load_target, target_names
from neuro.io.events import read_nmnist_bin, read_recordings
from neuro.io.nir import read_nir
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    FixedProbability,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
    from_json,
    to_json,
)
from neuro.models import load_model, model_names
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.run import check, compile_network, simulate
from neuro.sweep.study_file import read_study
from neuro.target import Target
from neuro.tasks.memory import as_operation
from neuro.tasks.program import encode, program_issues

LEAST = 10_000
"""Cases in all."""

LONGEST = 30
"""Seconds that a case may take on a busy machine; it takes milliseconds."""

MEMORY = 4 << 30
"""Bytes that reading may take."""

TIMES = int(os.environ.get("NEURO_FUZZ", "1"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::neuro.errors.NeuroWarning"),
]


class Hung(BaseException):
    """A case that takes too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A way in: valid files, how they are damaged, what reads them.

    Parameters
    ----------
    name : str
    file : str
        Name of the file in the folder of a case.
    valid : callable
        Makes the valid files' contents.
    damage : tuple of callable
        Each gets its share of the cases; none: random bytes alone.
    read : callable
        Reads the folder.
    cases : int
    """

    name: str
    file: str
    valid: Callable[[], list[bytes]]
    damage: tuple[Damage, ...]
    read: Callable[[Path], object]
    cases: int


# --- valid files ---------------------------------------------------------------------------------


def small(semantics: str = "tick") -> Network:
    cell = CurrentExponentialLIF(tau_m=10.0, cm=0.25, v_init=Uniform(-65.0, -55.0))
    learn = PairSTDP(
        weight=0.5, rule="additive", amplitude="absolute", a_plus=0.05, a_minus=0.06, w_max=2.0
    )
    return Network(
        name="small",
        dt=1.0,
        semantics=semantics,  # type: ignore[arg-type]
        populations=[Population("a", 4, cell), Population("b", 3, cell)],
        inputs=[
            Poisson(name="noise", size=5, rate=100.0),
            SpikeArray(name="extra", size=2, times=[2.0, 9.0], indices=[0, 1]),
        ],
        projections=[
            Projection("noise", "a", AllToAll(), Static(weight=Uniform(0.5, 0.9), delay=2.0)),
            Projection("extra", "b", AllToAll(), Static(weight=4.0, delay=3.0)),
            Projection("a", "b", FixedProbability(probability=0.7), learn),
        ],
        probes=[
            *(Probe(population=name) for name in ("noise", "a", "b")),
            Probe(population="b", variable="v", interval=2.0, indices=[2, 0]),
        ],
    )


def programs() -> list[bytes]:
    rows = [[0, "L", 0, [1, 2]], [14, "L", 1, [0]], [28, "C", 0, []], [42, "K", None, [2]]]
    answers = [[*row, [], [1]] for row in rows]
    return [json.dumps(rows).encode(), json.dumps(answers, indent=1).encode()]


def hardware() -> list[bytes]:
    folder = Path(__file__).parents[2] / "hardware_configs"
    return [(folder / f"{name}.toml").read_bytes() for name in target_names()]


def networks() -> list[bytes]:
    return [to_json(small()).encode(), to_json(ca3(CA3Parameters(cue_size=2))).encode()]


def written(write: Callable[[Path], object]) -> bytes:
    """Return what is written to a file."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder, "file.h5")
        write(path)
        return path.read_bytes()


def results() -> list[bytes]:
    return [written(simulate(small(), 20.0).save)]


@cache
def program_on(target: str) -> Program:
    hardware = load_target(target)
    return compile_network(small(), backend=hardware.backend, target=hardware)


def states_of(target: str) -> Callable[[], list[bytes]]:
    def make() -> list[bytes]:
        program = program_on(target)
        program.reset()
        program.run(12.0)
        return [written(program.save)]

    return make


def tiles() -> list[bytes]:
    rram = hardware_from(load_target("crossbar_rram_nladc"))
    return [written(Tile([[1.0, -2.0], [0.5, 4.0]], rram).save)]


def graphs() -> list[bytes]:
    import nir

    ones = np.ones(2)
    cell = nir.LIF(tau=0.01 * ones, r=ones, v_leak=0 * ones, v_threshold=ones)
    leaky = nir.LIF(tau=0.02 * ones, r=ones, v_leak=0.1 * ones, v_threshold=ones)
    nodes = {
        "in": nir.Input({"input": np.array([3])}),
        "map": nir.Affine(weight=np.ones((2, 3)), bias=np.zeros(2)),
        "late": nir.Delay(delay=0.001 * ones),
        "cell": cell,
        "inner": nir.Linear(weight=np.eye(2)),
        "leaky": leaky,
        "out": nir.Output({"output": np.array([2])}),
    }
    names = list(nodes)
    edges = [*pairwise(names), ("inner", "cell")]
    graph = nir.NIRGraph(nodes=nodes, edges=edges)
    return [written(lambda path: nir.write(path, graph))]


def archives() -> list[bytes]:
    camera = {
        "x": np.array([0, 3, 33, 5], dtype=np.uint8),
        "y": np.array([1, 2, 33, 0], dtype=np.uint8),
        "p": np.array([0, 1, 1, 0], dtype=np.uint8),
        "dt": np.array([0, 10, 5, 7], dtype=np.uint16),
        "offset": np.array([0, 2, 4]),
        "label": np.array([3, 4]),
    }
    cochlea = {
        "t": np.array([0, 4, 1, 9]),
        "channel": np.array([0, 63, 5, 5]),
        "offset": np.array([0, 2, 4]),
        "label": np.array([0, 1]),
    }
    found = []
    for arrays in (camera, cochlea):
        for save in (np.savez, np.savez_compressed):
            memory = io.BytesIO()
            save(memory, **arrays)
            found.append(memory.getvalue())
    return found


def events() -> list[bytes]:
    return [bytes([5, 6, 0x80, 0, 9, 33, 33, 0, 1, 0]), bytes(5)]


def studies() -> list[bytes]:
    return [
        b"""model = "ca3"
target = "crossbar_rram_nladc"
seed = 3
[program]
operations = 20
[set]
cue_size = 4
tau_plus = "3 ms"
[option]
read_noise = true
[coefficient]
read_noise_ratio = 0.02
[sweep]
seed = {from = 0, to = 9}
spacing = ["9 ms", "14 ms"]
[sweep.set]
content_size = [8, 16]
""",
        b"""model = "ca3"
program = "program.json"
[[sweep]]
seed = [1, 2]
backend = ["cpu", "crossbar"]
zip = [["seed", "backend"]]
[[sweep]]
semantics = ["exact", "tick"]
""",
    ]


# --- what reads them -----------------------------------------------------------------------------


def read_rows(folder: Path) -> None:
    path = folder / "program.json"
    protocol = ca3(CA3Parameters(cue_size=2, content_size=3)).protocol
    assert protocol is not None
    rows = [as_operation(row) for row in read_program(path)]
    if not program_issues(protocol, rows, 1.0, guard=True):
        encode(protocol, rows, 1.0)
    read_expected(path)


def read_hardware(folder: Path) -> None:
    check(small(), target=load_target(str(folder / "board.toml")))


def read_network(folder: Path) -> None:
    network = from_json((folder / "network.json").read_bytes().decode(errors="replace"))
    if isinstance(network, Network) and sum(network.sizes().values()) < 1000:
        simulate(network, 3 * network.dt)


def read_result(folder: Path) -> None:
    load_result(folder / "result.h5")


def show_result(folder: Path) -> None:
    shown = CliRunner().invoke(app, ["show", str(folder / "result.h5")])
    if shown.exception is not None:
        raise shown.exception


def run_command(folder: Path) -> None:
    names = [f"--{name}={folder / name}" for name in ("json", "out", "checkpoint")]
    sizes = ["--set", "cue_size=2", "--set", "content_size=3"]
    call = ["run", "ca3", *sizes, "--program", str(folder / "program.json"), *names]
    ran = CliRunner().invoke(app, call)
    if ran.exception is not None:
        raise ran.exception


def restorer(target: str) -> Callable[[Path], object]:
    def restore(folder: Path) -> None:
        program = program_on(target)
        program.restore(folder / "state.h5")
        program.run(3.0)
        program.result()

    return restore


def read_texts(folder: Path) -> None:
    """Take every line as a setting of a model, and as an option of a target."""
    models, options = model_names(), load_board().options
    text = (folder / "settings").read_bytes().decode(errors="replace")
    for number, line in enumerate(text.splitlines()):
        recipe = load_model(models[number % len(models)])
        try:
            parse_settings(recipe.parameters, [line], recipe.summary)
        except NeuroError:
            parse_options(options, [line], "target")


@cache
def load_board() -> Target:
    return load_target("spinnaker_spin5")


def settings_texts() -> list[bytes]:
    return [
        b'cue_size=5\ntau_plus="3 ms"\nweight="0.2 nA"\nneurons=12\nmode=loaded\nlimits=false',
        b"neurons_per_core=128\ndrop_probability=0.5\ncontent_size = 9\ntime_scale_factor=10",
    ]


def anything(reader: Callable[[Path], object], file: str) -> Door:
    """Return the door of random bytes."""
    return Door(name=f"bytes as {file}", file=file, valid=list, damage=(), read=reader, cases=200)


HDF5, TEXT = (damaged_hdf5, damaged_bytes), (damaged_text, damaged_text, damaged_bytes)
STATES = ("cpu", "cpu_reference", "spinnaker_spin5", "crossbar_ideal")
DOORS = [
    Door(
        name="program",
        file="program.json",
        valid=programs,
        damage=TEXT,
        read=read_rows,
        cases=1500,
    ),
    Door(
        name="neuro run",
        file="program.json",
        valid=programs,
        damage=TEXT,
        read=run_command,
        cases=300,
    ),
    Door(
        name="settings",
        file="settings",
        valid=settings_texts,
        damage=TEXT,
        read=read_texts,
        cases=900,
    ),
    Door(
        name="hardware",
        file="board.toml",
        valid=hardware,
        damage=TEXT,
        read=read_hardware,
        cases=1200,
    ),
    Door(
        name="network",
        file="network.json",
        valid=networks,
        damage=TEXT,
        read=read_network,
        cases=1500,
    ),
    Door(name="result", file="result.h5", valid=results, damage=HDF5, read=read_result, cases=1000),
    Door(
        name="neuro show", file="result.h5", valid=results, damage=HDF5, read=show_result, cases=300
    ),
    *(
        Door(
            name=f"state on {target}",
            file="state.h5",
            valid=states_of(target),
            damage=HDF5,
            read=restorer(target),
            cases=300,
        )
        for target in STATES
    ),
    Door(
        name="tile",
        file="tile.h5",
        valid=tiles,
        damage=(damaged_hdf5,),
        read=lambda folder: Tile.load(folder / "tile.h5"),
        cases=300,
    ),
    Door(
        name="nir",
        file="graph.nir",
        valid=graphs,
        damage=(damaged_hdf5,),
        read=lambda folder: read_nir(folder / "graph.nir", dt="1 ms"),
        cases=600,
    ),
    Door(
        name="archive",
        file="events.npz",
        valid=archives,
        damage=(damaged_archive, damaged_bytes),
        read=lambda folder: read_recordings(folder / "events.npz"),
        cases=900,
    ),
    Door(
        name="events",
        file="events.bin",
        valid=events,
        damage=(damaged_bytes,),
        read=lambda folder: read_nmnist_bin(folder / "events.bin"),
        cases=400,
    ),
    Door(
        name="study",
        file="study.toml",
        valid=studies,
        damage=TEXT,
        read=lambda folder: read_study(folder / "study.toml"),
        cases=900,
    ),
    anything(read_rows, "program.json"),
    anything(read_hardware, "board.toml"),
    anything(read_result, "result.h5"),
    anything(lambda folder: read_nir(folder / "graph.nir", dt="1 ms"), "graph.nir"),
    anything(lambda folder: read_recordings(folder / "events.npz"), "events.npz"),
    anything(lambda folder: read_study(folder / "study.toml"), "study.toml"),
]


# --- the cases -----------------------------------------------------------------------------------


@contextmanager
def limits() -> Iterator[None]:
    """Let a case take no more than some memory and time."""

    def stop(number: int, frame: Any) -> None:
        raise Hung

    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    kept = signal.signal(signal.SIGALRM, stop)
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, before[1]))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)
        resource.setrlimit(resource.RLIMIT_AS, before)


def cases(door: Door) -> tuple[st.SearchStrategy[Any], Callable[[Any], bytes]]:
    """Return how a case is drawn, and what makes the file of it."""
    if not door.damage:
        return st.binary(max_size=300), bytes
    files = [(data, damage) for data in door.valid() for damage in door.damage]

    def make(case: tuple[int, Edits]) -> bytes:
        data, damage = files[case[0]]
        return damage(data, case[1])

    return st.tuples(st.integers(0, len(files) - 1), EDITS), make


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_damaged_file_is_read_or_refused_by_one_error(door: Door, tmp_path: Path) -> None:
    count = refused = 0
    path = tmp_path / door.file
    drawn, make = cases(door)

    @settings(max_examples=door.cases * TIMES)
    @given(case=drawn)
    def enter(case: Any) -> None:
        nonlocal count, refused
        count += 1
        data = make(case)
        path.write_bytes(data)
        signal.setitimer(signal.ITIMER_REAL, LONGEST)
        try:
            door.read(tmp_path)
        except NeuroError as error:
            refused += 1
            assert str(error) and error.where
            assert listed(tmp_path) == {door.file: data}
        else:
            for other in set(listed(tmp_path)) - {door.file}:
                (tmp_path / other).unlink()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    with limits():
        enter()
    assert count >= door.cases
    assert refused > count // 10


def test_cases_are_ten_thousand() -> None:
    assert sum(door.cases for door in DOORS) >= LEAST


@pytest.mark.parametrize("door", [door for door in DOORS if door.damage], ids=lambda d: d.name)
def test_undamaged_file_is_read(door: Door, tmp_path: Path) -> None:
    for data in door.valid():
        (tmp_path / door.file).write_bytes(data)
        try:
            door.read(tmp_path)
        except NeuroError as error:
            # Programs without answers, and settings of several things in one file.
            assert door.name in ("program", "settings", "neuro run"), error
        for other in set(listed(tmp_path)) - {door.file}:
            (tmp_path / other).unlink()
