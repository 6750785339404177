import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sweep_studies import VICTIMS, deadly_job, study

from neuro.errors import ResultError, UnavailableError
from neuro.sweep import parse_study, sweep
from neuro.sweep.cluster import connected
from neuro.sweep.local import Lost, in_processes
from neuro.sweep.measure import Job
from neuro.sweep.plan import plan_sweep
from neuro.sweep.record import Record


@pytest.fixture(scope="module")
def jobs() -> list[Job]:
    asked = parse_study(study())
    return [trial.job(asked.folder) for trial in plan_sweep(asked)]


@pytest.fixture
def victims(tmp_path, monkeypatch) -> Path:
    """Return the folder of trials that kill their workers."""
    folder = tmp_path / "victims"
    folder.mkdir()
    monkeypatch.setenv(VICTIMS, str(folder))
    return folder


def children() -> set[int]:
    """Return the processes that this one has started."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def test_trial_that_kills_its_worker_once_is_run_again(jobs, victims):
    (victims / jobs[2].digest).write_text("once")
    found = list(in_processes(jobs[:5], 2, 3, deadly_job))
    assert {item.digest for item in found} == {job.digest for job in jobs[:5]}
    assert all(isinstance(item, Record) and item.status == "done" for item in found)
    retries = {item.digest: item.retries for item in found}
    assert retries[jobs[2].digest] == 1
    assert set(retries.values()) <= {0, 1}


def test_trial_that_kills_every_worker_is_lost_alone(jobs, victims):
    (victims / jobs[1].digest).write_text("always")
    found = {item.digest: item for item in in_processes(jobs[:4], 2, 2, deadly_job)}
    assert found.pop(jobs[1].digest) == Lost(digest=jobs[1].digest, retries=2)
    assert all(isinstance(item, Record) for item in found.values())
    assert set(found) == {job.digest for job in (jobs[0], *jobs[2:4])}


def test_worker_that_is_killed_from_outside_is_survived(tmp_path):
    before, killed = children(), []

    def kill(fraction: float) -> None:
        if fraction > 0.2 and not killed:
            # The workers are the children that import neuro; others keep their semaphores.
            for process in children() - before:
                if b"LokyProcess" in Path(f"/proc/{process}/cmdline").read_bytes():
                    killed.append(process)
                    os.kill(process, signal.SIGKILL)
                    return

    sweep(study(), out=tmp_path / "killed", workers=2, progress=kill)
    sweep(study(), out=tmp_path / "whole")
    assert len(killed) == 1
    one, other = ((tmp_path / name / "table.csv").read_bytes() for name in ("killed", "whole"))
    assert one == other


def test_trial_that_is_another_one_there_stops_the_sweep(jobs):
    with pytest.raises(ResultError, match="is another one on"):
        list(in_processes([replace(jobs[0], digest="0" * 64)], 1, 3))


def test_no_worker_is_left_behind(jobs):
    before = children()
    outcomes = in_processes(jobs, 2, 3)
    next(outcomes)
    assert children() - before
    outcomes.close()
    deadline = time.monotonic() + 20
    while _workers(before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _workers(before)


def _workers(before: set[int]) -> list[int]:
    left = []
    for process in children() - before:
        try:
            line = Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            continue
        left += [process] * (b"LokyProcess" in line)
    return left


@pytest.mark.slow
def test_cluster_survives_killed_workers_and_gives_the_same_bytes(tmp_path, jobs, victims):
    import dask
    from distributed import LocalCluster

    killed: list[int] = []
    with (
        # Fewer workers have to die until dask gives a trial up.
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
    ):

        def kill(fraction: float) -> None:
            if fraction > 0.2 and not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        address = cluster.scheduler_address
        table = sweep(study(), out=tmp_path / "cluster", scheduler=address, progress=kill)
        assert len(killed) == 1
        assert set(table["status"]) == {"done"}
        sweep(study(), out=tmp_path / "whole")
        names = ("cluster", "whole")
        one, other = ((tmp_path / name / "table.csv").read_bytes() for name in names)
        assert one == other

        # A trial that kills every worker is lost, and nothing else; the workers know the folder
        # of victims, for they inherit the environment.
        (victims / jobs[1].digest).write_text("always")
        with connected(address, 0, deadly_job) as team:
            found = {item.digest: item for item in team.run(jobs[:3])}
        assert isinstance(found[jobs[1].digest], Lost)
        assert all(isinstance(found[job.digest], Record) for job in (jobs[0], jobs[2]))


@pytest.mark.slow
def test_scheduler_that_goes_away_is_named(jobs):
    from distributed import LocalCluster

    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with (
        pytest.raises(UnavailableError, match="was lost"),
        connected(cluster.scheduler_address, 3) as team,
    ):
        for _ in team.run(jobs):
            cluster.close()
