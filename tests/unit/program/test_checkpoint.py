"""Runs that are stopped and go on from a checkpoint end with the bits of one that was not."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from neuro import load_result
from neuro.backend import Program
from neuro.engine import native_detail
from neuro.errors import ResultError, UnsupportedError, ValidationError
from neuro.hardware_configs import load_target
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
)
from neuro.program import EngineProgram
from neuro.program.checkpoint import Checkpoint, discard, reached
from neuro.registry import backend_class, backend_names
from neuro.results import Result
from neuro.run import check_saves, compile_network, simulate
from neuro.target import Target

Plain = Callable[[Any], Any]

DURATION = 120.0
ADDED = {"extra": ([3.0, 80.0, 95.0], [0, 2, 1])}
STATIC = Static(weight=0.2)

TARGETS = {
    "reference": ("cpu_reference", ()),
    "compiled": ("cpu", ()),
    "float32": ("cpu_float32", ()),
    "spinnaker": ("spinnaker_spin5", ()),
    "spinnaker-lossy": ("spinnaker_spin5", ("mode=lossy", "drop_probability=0.1")),
    "spinnaker-loaded": ("spinnaker_spin5", ("mode=loaded",)),
    "crossbar": ("crossbar_rram_nladc", ("age=1 h", "wires=false")),
    "crossbar-pcm": ("crossbar_pcm_hermes", ("age=1 day", "temperature=330 K", "wires=false")),
    "gpu": ("gpu", ()),
}


def network(**changes: Any) -> Network:
    """A network that every backend can run, with Poisson and listed spikes, and learning."""
    cell = CurrentExponentialLIF(tau_m=10.0, cm=0.25, v_init=Uniform(-65.0, -55.0))
    learn = PairSTDP(
        weight=0.5,
        rule="additive",
        amplitude="absolute",
        a_plus=0.05,
        a_minus=0.06,
        w_max=2.0,
        delay=1.0,
    )
    parts: dict[str, Any] = {
        "name": "long",
        "dt": 1.0,
        "semantics": "tick",
        "seed": 3,
        "populations": [Population("a", 8, cell), Population("b", 6, cell)],
        "inputs": [
            Poisson(name="noise", size=10, rate=60.0),
            SpikeArray(name="extra", size=3, times=[5.0, 60.0], indices=[0, 1]),
        ],
        "projections": [
            Projection("noise", "a", AllToAll(), Static(weight=Uniform(0.3, 0.9), delay=2.0)),
            Projection("extra", "b", AllToAll(), Static(weight=4.0, delay=3.0)),
            Projection("a", "b", AllToAll(), learn),
            Projection(
                "b", "a", FixedProbability(probability=0.4), Static(weight=0.2), "inhibitory"
            ),
        ],
        "probes": [
            *(Probe(population=name) for name in ("noise", "extra", "a", "b")),
            Probe(population="b", variable="v", interval=2.0, indices=[4, 0]),
            Probe(population="a", variable="v", indices=[]),
        ],
    }
    return Network(**{**parts, **changes})


def hardware(name: str) -> Target:
    if name == "gpu":
        pytest.importorskip("torch")
    if name == "float32" and not native_detail():
        pytest.skip("no compiled kernels")
    file, options = TARGETS[name]
    return load_target(file, options)


def compiled(target: Target, **changes: Any) -> Program:
    return compile_network(network(**changes), backend=target.backend, target=target)


class Killed(BaseException):
    """Stands for the end of the process."""


def stop_after(fraction: float) -> Callable[[float], None]:
    """Return a progress callback that ends the run once so much of it is done."""

    def report(done: float) -> None:
        if done >= fraction:
            raise Killed

    return report


@pytest.fixture(params=list(TARGETS))
def target(request: pytest.FixtureRequest) -> Target:
    return hardware(request.param)


def test_stopped_run_goes_on_to_the_same_bits(target: Target, tmp_path: Path, plain: Plain) -> None:
    with compiled(target) as program:
        program.run(DURATION, inputs=ADDED)
        whole = program.result()
    assert whole.spikes["b"].times.size > 20
    assert np.ptp(whole.weights["a->b"].values) > 0
    for fraction in (0.2, 0.55, 0.8):
        with compiled(target) as program, pytest.raises(Killed):
            program.run(
                DURATION,
                inputs=ADDED,
                progress=stop_after(fraction),
                checkpoint=tmp_path / "kept",
                every=17.0,
            )
        assert reached(tmp_path / "kept") == pytest.approx(DURATION * fraction, abs=17.0)
    with compiled(target) as program:
        program.run(DURATION, inputs=ADDED, checkpoint=tmp_path / "kept", every=17.0)
        assert plain(program.result()) == plain(whole)


def test_stopped_stream_goes_on_to_the_same_file(
    target: Target, tmp_path: Path, plain: Plain
) -> None:
    with compiled(target) as program:
        program.run(10.0)
        program.stream(DURATION, tmp_path / "whole.h5")
    for fraction in (0.3, 0.7):
        with compiled(target) as program, pytest.raises(Killed):
            program.run(10.0)
            program.stream(
                DURATION,
                tmp_path / "long.h5",
                progress=stop_after(fraction),
                checkpoint=tmp_path / "kept",
                every="20 ms",
            )
        assert not (tmp_path / "long.h5").exists()
    with compiled(target) as program:
        program.run(10.0)
        program.stream(DURATION, tmp_path / "long.h5", checkpoint=tmp_path / "kept", every="20 ms")
        counters = program.result().counters
    found = load_result(tmp_path / "long.h5")
    assert plain(found) == plain(load_result(tmp_path / "whole.h5"))
    assert found.counters == counters


def test_batch_after_a_stop_has_the_same_bits(target: Target, tmp_path: Path) -> None:
    samples = [{"extra": ([61.0, 65.0], [0, 1])}, {}]
    with compiled(target) as program:
        program.run(60.0)
        expected = program.run_batch(20.0, samples, bins=5)
    with compiled(target) as program, pytest.raises(Killed):
        program.run(60.0, progress=stop_after(0.5), checkpoint=tmp_path / "kept", every=10.0)
    with compiled(target) as program:
        program.run(60.0, checkpoint=tmp_path / "kept", every=10.0)
        found = program.run_batch(20.0, samples, bins=5)
    assert expected.counts["b"].sum() > 0
    for name, counts in expected.counts.items():
        assert np.array_equal(counts, found.counts[name])


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return the checkpoint of a run of 200 ms on the reference kernels, stopped at 100 ms."""
    folder = tmp_path / "kept"
    with compiled(hardware("reference")) as program, pytest.raises(Killed):
        program.run(200.0, progress=stop_after(0.5), checkpoint=folder, every=50.0)
    return folder


def refusal(folder: Path, name: str = "reference", duration: float = 200.0, **changes: Any) -> str:
    with compiled(hardware(name), **changes) as program, pytest.raises(ResultError) as caught:
        program.run(duration, checkpoint=folder, every=50.0)
    return str(caught.value)


def test_another_run_is_refused_and_what_differs_is_named(kept: Path) -> None:
    assert ": seed is 3. This program has 4." in refusal(kept, seed=4)
    fewer = network().populations[:1]
    message = refusal(kept, populations=[*fewer, Population("b", 6, CurrentExponentialLIF())])
    assert "network is 'long " in message and "seed" not in message and "plan" not in message
    message = refusal(kept, "compiled") if native_detail() else "engine is 'reference float64'"
    assert "engine is 'reference float64'" in message
    message = refusal(kept, "crossbar", seed=5)
    assert "seed is 3, engine is 'reference float64', option age is None, " in message


def test_other_hardware_is_refused_and_the_coefficient_named(tmp_path: Path) -> None:
    target = hardware("crossbar")
    with compiled(target) as program:
        program.run(10.0, checkpoint=tmp_path / "kept")
    noisier = replace(target.coefficients["read_noise_ratio"], value=0.02)
    other = replace(target, coefficients={**target.coefficients, "read_noise_ratio": noisier})
    with (
        compiled(other) as program,
        pytest.raises(ResultError, match=r": coefficient read_noise_ratio is '0.01'. .* '0.02'\."),
    ):
        program.run(10.0, checkpoint=tmp_path / "kept")


def test_other_spikes_past_or_version_are_refused(kept: Path, monkeypatch: Any) -> None:
    with compiled(hardware("reference")) as program:
        with pytest.raises(ResultError, match="input spikes is"):
            program.run(200.0, inputs=ADDED, checkpoint=kept)
        program.run(10.0)
        with pytest.raises(ResultError, match="start is '0 steps'"):
            program.run(200.0, checkpoint=kept)
    assert "is of step 100. This run ends after step 60." in refusal(kept, duration=60.0)
    monkeypatch.setattr("neuro.__version__", "9.9")
    assert "neuro is '0.1.0'. This program has '9.9'." in refusal(kept)


def test_other_state_at_the_start_is_refused(tmp_path: Path) -> None:
    def started(current: float) -> EngineProgram:
        program = compiled(hardware("reference"))
        assert isinstance(program, EngineProgram)
        program.inject("a", current)
        program.run(10.0)
        return program

    started(1.0).run(50.0, checkpoint=tmp_path / "kept")
    with pytest.raises(ResultError, match="state at the start is"):
        started(2.0).run(50.0, checkpoint=tmp_path / "kept")


def test_injected_current_is_kept(tmp_path: Path, plain: Plain) -> None:
    def driven() -> EngineProgram:
        program = compiled(hardware("reference"))
        assert isinstance(program, EngineProgram)
        program.inject("a", np.arange(8) / 4)
        return program

    whole, first = driven(), driven()
    for program in (whole, first):
        program.run(50.0)
    first.save(tmp_path / "state.h5")
    later = compiled(hardware("reference"))
    assert isinstance(later, EngineProgram)
    later.inject("b", 100.0)
    later.restore(tmp_path / "state.h5")
    for program in (whole, later):
        program.run(50.0)
    assert plain(later.result()) == plain(whole.result())


def test_finished_run_is_not_run_again_and_can_be_longer(tmp_path: Path, plain: Plain) -> None:
    target = hardware("reference")
    folder = tmp_path / "kept"
    with compiled(target) as program:
        program.run(100.0, checkpoint=folder)
    seen: list[float] = []
    with compiled(target) as program:
        program.run(100.0, checkpoint=folder, progress=seen.append)
        assert seen == [1.0]
        assert program.result().duration == 100.0
    with compiled(target) as program:
        program.run(160.0, checkpoint=folder)
        assert plain(program.result()) == plain(simulate(network(), 160.0, target=target))


def test_notes_of_moved_spikes_are_kept(tmp_path: Path, plain: Plain) -> None:
    moved = {"extra": ([20.3], [0])}
    target = hardware("reference")
    with compiled(target) as program:
        program.run(100.0, inputs=moved)
        whole = program.result()
    assert whole.provenance.notes
    with compiled(target) as program, pytest.raises(Killed):
        program.run(
            100.0, inputs=moved, progress=stop_after(0.5), checkpoint=tmp_path / "kept", every=25.0
        )
    with compiled(target) as program:
        program.run(100.0, inputs=moved, checkpoint=tmp_path / "kept")
        assert plain(program.result()) == plain(whole)


@pytest.mark.parametrize("name", ["state.h5", "recorded-000002.h5"])
@pytest.mark.parametrize("damage", ["cut", "missing", "foreign"])
def test_damaged_checkpoint_is_refused(kept: Path, name: str, damage: str) -> None:
    path = kept / name
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-50])
    elif damage == "foreign":
        path.write_bytes((kept / "recorded-000001.h5").read_bytes())
    else:
        path.unlink()
    if (name, damage) == ("recorded-000002.h5", "foreign"):
        # The same run's, but the wrong piece.
        with h5py.File(path, "r+") as file:
            file.attrs["format"] = "neuro-result"
    if (name, damage) == ("state.h5", "missing"):
        with compiled(hardware("reference")) as program:
            program.run(200.0, checkpoint=kept, every=50.0)
            assert program.result().duration == 200.0
        return
    assert "file" in refusal(kept) or "checkpoint" in refusal(kept)


def test_header_of_another_kind_is_refused(kept: Path) -> None:
    with h5py.File(kept / "state.h5", "r+") as file:
        header = json.loads(file["header"].asstr()[()])
        del file["header"]
        file["header"] = json.dumps({**header, "pieces": "many"})
    assert "damaged: 'many' recordings" in refusal(kept)


def test_folder_of_other_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    (tmp_path / "file").write_text("")
    with compiled(hardware("reference")) as program:
        for folder, message in (
            (tmp_path, "holds files of other origin, such as 'file'"),
            (tmp_path / "file", "is a file"),
            (tmp_path / "no" / "kept", "does not exist"),
        ):
            with pytest.raises(ValidationError, match=message):
                program.run(10.0, checkpoint=folder)
        assert program.result().duration == 0.0


HOLD = """
import sys
from pathlib import Path
from neuro.files import exclusive
with exclusive(Path(sys.argv[1]), "checkpoint"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_folder_in_use_is_refused(kept: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(kept / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with (
            compiled(hardware("reference")) as program,
            pytest.raises(ValidationError, match="in use by another process"),
        ):
            program.run(200.0, checkpoint=kept)
        with pytest.raises(ValidationError, match="in use by another process"):
            discard(kept)
        process.communicate()
    assert reached(kept) == 100.0


def test_discarded_checkpoint_is_gone_and_nothing_else(kept: Path) -> None:
    (kept / "notes.txt").write_text("mine")
    discard(kept)
    assert [item.name for item in kept.iterdir()] == ["notes.txt"]
    (kept / "notes.txt").unlink()
    discard(kept)
    discard(kept)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("every", "message"), [("0 ms", "no time"), ("0.3 ms", "every"), ("1 mV", "every")]
)
def test_wrong_stretch_is_refused(tmp_path: Path, every: str, message: str) -> None:
    with compiled(hardware("reference")) as program, pytest.raises(ValidationError, match=message):
        program.run(10.0, checkpoint=tmp_path / "kept", every=every)
    assert not list(tmp_path.iterdir())


def test_stretch_without_a_checkpoint_is_refused() -> None:
    with (
        compiled(hardware("reference")) as program,
        pytest.raises(ValidationError, match="every: given without a checkpoint"),
    ):
        program.run(10.0, every="5 ms")


def test_wall_time_makes_checkpoints_where_no_stretch_is_asked_for(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("neuro.program.checkpoint.PATIENCE", 0.0)
    with compiled(hardware("reference")) as program, pytest.raises(Killed):
        program.run(2000.0, progress=stop_after(0.1), checkpoint=tmp_path / "kept")
    assert reached(tmp_path / "kept") == 250.0


def test_capabilities_say_whose_runs_go_on_from_a_checkpoint() -> None:
    able = set()
    for name in backend_names():
        kind = backend_class(name)
        if not kind().capabilities(load_target(kind.default_target)).unsaved:
            able.add(name)
    assert able == {"cpu", "crossbar", "gpu", "spinnaker"}
    check_saves("cpu", load_target("cpu"))
    with pytest.raises(UnsupportedError, match=r"state cannot be saved\. A script runs from time"):
        check_saves("pynn", load_target("pynn_nest"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("backend", ["pynn", "brian2"])
def test_backend_without_a_state_is_refused_before_it_runs(backend: str, tmp_path: Path) -> None:
    pytest.importorskip("brian2" if backend == "brian2" else "pyNN")
    quiet = replace(network(), semantics="exact", probes=[], projections=[])
    with (
        compile_network(quiet, backend=backend) as program,
        pytest.raises(UnsupportedError, match="state cannot be saved"),
    ):
        program.run(10.0, checkpoint=tmp_path / "kept")
    assert not list(tmp_path.iterdir())


def test_progress_starts_where_the_run_goes_on(kept: Path) -> None:
    seen: list[float] = []
    with compiled(hardware("reference")) as program:
        program.run(200.0, checkpoint=kept, every=50.0, progress=seen.append)
    assert seen[0] == 0.5 and seen[-1] == 1.0 and seen == sorted(seen)


def test_recordings_before_the_state_are_dropped(kept: Path, plain: Plain) -> None:
    # A kill between the two files leaves a recording that no state follows.
    whole = simulate(network(), 200.0, target=hardware("reference"))
    (kept / "recorded-000003.h5").write_bytes(b"half")
    with compiled(hardware("reference")) as program:
        program.run(200.0, checkpoint=kept, every=50.0)
        result: Result = program.result()
    assert plain(result) == plain(whole)


def test_checkpoint_is_a_context_that_can_be_left_at_once(tmp_path: Path) -> None:
    with Checkpoint(tmp_path / "kept", {"seed": 1}) as kept:
        assert kept.found(5) is None
    assert [item.name for item in (tmp_path / "kept").iterdir()] == ["lock"]
