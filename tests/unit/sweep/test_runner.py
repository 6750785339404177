import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sweep_studies import study

from neuro.errors import SimulationError, UnavailableError, ValidationError
from neuro.sweep import SweepTable, Workers, parse_study, read_table, sweep
from neuro.sweep import measure as measure_module
from neuro.sweep import runner as runner_module
from neuro.sweep.local import Lost
from neuro.sweep.plan import plan_sweep
from neuro.sweep.runner import RETRIES, run_sweep
from neuro.sweep.store import JOURNAL, SweepStore

KILLS = 20


def assert_same_data(one: Path, other: Path) -> None:
    """Compare two sweeps byte by byte, wall times aside."""
    assert (one / "table.csv").read_bytes() == (other / "table.csv").read_bytes()
    tables = [
        [c for c in read_table(folder).columns if c.role != "timing"] for folder in (one, other)
    ]
    for first, second in zip(*tables, strict=True):
        assert (first.name, first.unit, first.what) == (second.name, second.unit, second.what)
        assert first.values.dtype == second.values.dtype
        assert first.values.tolist() == second.values.tolist() or (
            first.values.tobytes() == second.values.tobytes()
        )


def finished(folder: Path) -> Counter[str]:
    """Count by trial how often the journal says that it was finished."""
    lines = [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]
    return Counter(line["trial"] for line in lines if line["event"] == "finished")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Run the study without interruption."""
    folder = tmp_path_factory.mktemp("whole") / "s.sweep"
    sweep(study(), out=folder)
    return folder


def test_sweep_runs_each_trial_once_and_stores_it(whole):
    assert len(read_table(whole)) == 8
    assert set(finished(whole).values()) == {1}
    assert sum(finished(whole).values()) == 8


def test_finished_sweep_runs_nothing_again(whole, monkeypatch):
    monkeypatch.setattr(runner_module, "in_this_process", None)
    before = (whole / JOURNAL).read_bytes()
    table = sweep(study(), out=whole)
    assert set(table["status"]) == {"done"}
    assert (whole / JOURNAL).read_bytes() == before


def test_two_workers_give_the_same_bytes_as_one(whole, tmp_path):
    sweep(study(), out=tmp_path / "s.sweep", workers=2)
    assert_same_data(whole, tmp_path / "s.sweep")
    assert set(finished(tmp_path / "s.sweep").values()) == {1}


def test_more_values_of_an_axis_use_what_is_there(tmp_path):
    sweep(study(sweep={"seed": [0, 1]}), out=tmp_path / "s")
    table = sweep(study(sweep={"seed": [1, 0, 2]}), out=tmp_path / "s")
    assert table["seed"].tolist() == [1, 0, 2]
    assert sum(finished(tmp_path / "s").values()) == 3


def test_trials_of_another_study_are_refused_unless_they_may_stay_aside(tmp_path):
    sweep(study(sweep={"seed": [0, 1]}), out=tmp_path / "s")
    changed = study(sweep={"seed": [1, 2]})
    with pytest.raises(ValidationError, match="has 1 finished trials that are not of study") as e:
        sweep(changed, out=tmp_path / "s")
    assert e.value.hint is not None
    assert "--reuse" in e.value.hint
    assert sum(finished(tmp_path / "s").values()) == 2
    table = sweep(changed, out=tmp_path / "s", reuse=True)
    assert table["seed"].tolist() == [1, 2]
    assert sum(finished(tmp_path / "s").values()) == 3


def test_wrong_option_of_hardware_is_found_before_anything_is_written(tmp_path):
    changed = study(
        sweep={"target": ["crossbar_rram_nladc"], "option": {"mapping": ["differential", "bad"]}}
    )
    with pytest.raises(ValidationError) as caught:
        sweep(changed, out=tmp_path / "s")
    assert caught.value.where == "study 'study' sweep.option.mapping[1]"
    assert list(tmp_path.iterdir()) == []


def test_failed_trial_does_not_end_the_others_and_is_run_again_on_request(tmp_path, monkeypatch):
    def fail_for_seed_one(trial, progress=None):
        if trial.point.values["seed"] == 1:
            raise SimulationError("trial", "seed 1")
        return real(trial, progress)

    real = measure_module.measure
    monkeypatch.setattr(measure_module, "measure", fail_for_seed_one)
    table = sweep(study(sweep={"seed": [0, 1, 2]}), out=tmp_path / "s")
    assert table["status"].tolist() == ["done", "failed", "done"]
    assert table["message"][1].startswith("SimulationError: trial: seed 1")
    monkeypatch.undo()
    assert sweep(study(sweep={"seed": [0, 1, 2]}), out=tmp_path / "s")["status"][1] == "failed"
    table = sweep(study(sweep={"seed": [0, 1, 2]}), out=tmp_path / "s", retry_failed=True)
    assert set(table["status"]) == {"done"}


def test_lost_trial_is_one_error_and_the_others_are_in_the_table(tmp_path, monkeypatch):
    def lose_the_second(jobs, progress=None):
        for number, record in enumerate(real(jobs, progress)):
            yield Lost(digest=record.digest, retries=RETRIES) if number == 1 else record

    real = runner_module.in_this_process
    monkeypatch.setattr(runner_module, "in_this_process", lose_the_second)
    with pytest.raises(SimulationError, match="its worker died 4 times") as caught:
        sweep(study(sweep={"seed": [0, 1, 2]}), out=tmp_path / "s")
    table = read_table(tmp_path / "s")
    assert caught.value.where.startswith("study 'study' trial 1 (")
    assert table["status"].tolist() == ["done", "pending", "done"]
    monkeypatch.undo()
    assert set(sweep(study(sweep={"seed": [0, 1, 2]}), out=tmp_path / "s")["status"]) == {"done"}


def test_progress_counts_what_is_run(tmp_path):
    seen: list[float] = []
    sweep(study(sweep={"seed": [0, 1]}), out=tmp_path / "s", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    "wrong",
    [{"processes": 0}, {"retries": -1}, {"processes": 2, "scheduler": "tcp://localhost:1"}],
)
def test_workers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        Workers(**wrong)


def test_scheduler_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("neuro.sweep.cluster.PATIENCE", 0.3)
    with pytest.raises(UnavailableError, match="does not answer"):
        sweep(study(), out=tmp_path / "s", scheduler="tcp://127.0.0.1:9")


@pytest.mark.slow
def test_sweep_that_is_killed_at_random_moments_loses_nothing(tmp_path):
    asked = parse_study(study(sweep={"spacing": ["6 ms", "20 ms"], "seed": {"to": 59}}))
    trials = plan_sweep(asked)
    rng = np.random.default_rng(1)
    store = SweepStore(tmp_path / "killed")

    def run() -> SweepTable:
        with store.open():
            return run_sweep(asked, trials, store, Workers())

    killed, before = 0, set[str]()
    while killed < KILLS:
        process = os.fork()
        if process == 0:
            # In the copy of this process; it must not come back into pytest.
            try:
                run()
            finally:
                os._exit(0)
        enough = len(before) + int(rng.integers(0, 5))
        while len(store.digests()) < enough:
            time.sleep(0.002)
        time.sleep(float(rng.uniform(0.0, 0.03)))
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        now = store.digests()
        assert now >= before, "a finished trial was lost"
        assert len(store.records()) == len(now), "a trial file is half-written"
        killed, before = killed + os.WIFSIGNALED(status), now
        assert killed == KILLS or len(now) < len(trials), "the study is too short for this test"
    assert 0 < len(before) < len(trials)
    run()
    counts = finished(store.folder)
    assert set(counts.values()) == {1}
    # A process that dies between the file and the line leaves no line.
    assert len(trials) - KILLS <= len(counts) <= len(trials)
    sweep(asked, out=tmp_path / "whole")
    assert_same_data(tmp_path / "whole", store.folder)
    assert not list(store.folder.rglob("*.part"))
