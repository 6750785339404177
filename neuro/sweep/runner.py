"""`sweep`: run what is missing of a study, here or on a cluster, and put the table together."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuro.backend import Progress
from neuro.errors import NeuroError, NeuroWarning, SimulationError, ValidationError, raise_all
from neuro.run import lower_for
from neuro.sweep.local import Lost, in_processes, in_this_process
from neuro.sweep.plan import PlannedTrial, located, plan_sweep
from neuro.sweep.record import Record
from neuro.sweep.store import SweepStore
from neuro.sweep.study import Study
from neuro.sweep.study_file import parse_study, read_study
from neuro.sweep.table import DIGEST_SHOWN, SweepTable, make_table
from neuro.sweep.table_file import TABLE, save_csv, save_table
from neuro.sweep.trial import make_trial, placed, program_of

RETRIES = 3
"""How often a trial is begun again that has killed its worker."""

ENDING = ".sweep"
CSV = "table.csv"

Notify = Callable[[Record], None]
"""Called with each trial that has finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Who runs the trials.

    Parameters
    ----------
    processes : int
        On this computer; 1 is this process itself.
    scheduler : str or None
        Address of a dask scheduler, whose workers run them instead.
    retries : int
        How often a trial is begun again whose worker has died.
    """

    processes: int = 1
    scheduler: str | None = None
    retries: int = RETRIES

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if self.processes < 1:
            raise ValidationError("workers", str(self.processes), limit="At least 1")
        if self.retries < 0:
            raise ValidationError("retries", str(self.retries), limit="Not negative")
        if self.scheduler is not None and self.processes != 1:
            limit = "Either processes of this computer, or a scheduler with its own workers"
            raise ValidationError("workers", f"{self.processes} and a scheduler", limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the folder of a sweep has of a study.

    Parameters
    ----------
    records : mapping of str to Record
        Finished trials of the study by digest.
    foreign : tuple of str
        Digests of finished trials that are not of the study as it is now.
    """

    records: Mapping[str, Record]
    foreign: tuple[str, ...]


def sweep(
    study: Study | str | Path | Mapping[str, Any],
    *,
    out: str | Path | None = None,
    workers: Workers | int = 1,
    scheduler: str | None = None,
    reuse: bool = False,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> SweepTable:
    """Run a study, or what is missing of it, and return its table.

    Every finished trial is on the disk. A sweep that is stopped at any moment goes on from there
    when it is called again. The table is the same for any number and kind of workers.

    Parameters
    ----------
    study : Study, path of a study file, or mapping as such a file has it
        What to run.
    out : path, optional
        Folder of the sweep; default the study's file with the ending ``.sweep``.
    workers : int or Workers, default 1
        Processes of this computer.
    scheduler : str, optional
        Address of a dask scheduler, such as ``"tcp://host:8786"``, instead of processes.
    reuse : bool, default False
        Go on although the folder has trials that are not of this study (it was changed): those that
        match are used, the others stay out of the table.
    retry_failed : bool, default False
        Run trials again that have failed.
    progress : callable, optional
        Called with the fraction done of what is to be run.

    Returns
    -------
    SweepTable
        Also written into the folder, as ``table.h5`` and ``table.csv``.

    Raises
    ------
    ValidationError, CheckError
        If the study is wrong, or the folder is that of another one; before anything is run.
    SimulationError
        If the workers of a trial died again and again; all others are stored.
    UnavailableError
        If a backend or the scheduler is not there.

    Examples
    --------
    >>> import tempfile
    >>> study = {
    ...     "model": "ca3",
    ...     "program": {"operations": 10},
    ...     "sweep": {"spacing": ["20 ms", "25 ms"], "seed": [0, 1]},
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = sweep(study, out=folder)
    >>> table["accuracy"].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    asked = as_study(study)
    team = (
        workers if isinstance(workers, Workers) else Workers(processes=workers, scheduler=scheduler)
    )
    store = SweepStore(folder_of(asked, out))
    trials = plan_sweep(asked, local=team.scheduler is None)
    prepare(asked, trials, store, team, reuse=reuse)
    with store.open():
        return run_sweep(asked, trials, store, team, retry_failed=retry_failed, progress=progress)


def as_study(study: Study | str | Path | Mapping[str, Any]) -> Study:
    """Return a study from whatever describes it."""
    if isinstance(study, Study):
        return study
    return parse_study(study) if isinstance(study, Mapping) else read_study(study)


def folder_of(study: Study, out: str | Path | None) -> Path:
    """Return the folder of a sweep."""
    return study.folder / f"{study.name}{ENDING}" if out is None else Path(out)


def prepare(
    study: Study,
    trials: Sequence[PlannedTrial],
    store: SweepStore,
    workers: Workers,
    *,
    reuse: bool = False,
) -> None:
    """Find what else could stop a sweep; nothing is written.

    Raises
    ------
    NeuroError
        If the folder is that of another study, or a backend refuses the hardware of a trial.
    """
    store.check()
    found = stored(trials, store)
    refuse_foreign(found, study, store, reuse=reuse)
    if workers.scheduler is None:
        try_hardware(study, pending_trials(trials, found.records))


def run_sweep(
    study: Study,
    trials: Sequence[PlannedTrial],
    store: SweepStore,
    workers: Workers,
    *,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> SweepTable:
    """Run the trials that an open folder has not yet, and write the table; see `sweep`."""
    found = stored(trials, store)
    records = dict(found.records)
    if retry_failed:
        for digest in [key for key, record in records.items() if record.status == "failed"]:
            store.remove(digest)
            del records[digest]
    pending = pending_trials(trials, records)
    lost = []
    for done in _outcomes(study, pending, workers, progress):
        if isinstance(done, Lost):
            store.note("lost", done.digest)
            lost.append(done)
        else:
            store.add(done)
            records[done.digest] = done
    table = make_table(study, trials, records)
    save_table(table, store.folder / TABLE)
    save_csv(table, store.folder / CSV)
    raise_all(study.where, [_gone(study, trials, item) for item in lost])
    return table


def stored(trials: Sequence[PlannedTrial], store: SweepStore) -> Stored:
    """Return what a folder has of the trials, and what else it has."""
    records = store.records()
    ours = {trial.digest for trial in trials}
    return Stored(
        records={digest: record for digest, record in records.items() if digest in ours},
        foreign=tuple(digest for digest in records if digest not in ours),
    )


def refuse_foreign(found: Stored, study: Study, store: SweepStore, *, reuse: bool) -> None:
    """Refuse to mix the trials of a study with those of another one.

    Raises
    ------
    ValidationError
        If the folder has trials that are not of the study, and that is not allowed.
    """
    if not found.foreign or reuse:
        return
    raise ValidationError(
        f"sweep folder {str(store.folder)!r}",
        f"has {len(found.foreign)} finished trials that are not of {study.where} as it is now; "
        f"{len(found.records)} match",
        value=len(found.foreign),
        limit="The study, its program or neuro has changed",
        hint="Name another folder with --out, or use those that match with --reuse",
    )


def pending_trials(
    trials: Sequence[PlannedTrial], records: Mapping[str, Record]
) -> list[PlannedTrial]:
    """Return the trials without a record, each digest once."""
    missing = {trial.digest: trial for trial in reversed(trials) if trial.digest not in records}
    return sorted(missing.values(), key=lambda trial: trial.number)


def try_hardware(study: Study, pending: Sequence[PlannedTrial]) -> None:
    """Compile the first trial of each hardware, so that a wrong option is found before any run.

    Raises
    ------
    NeuroError
        If one cannot be compiled; all are named.
    """
    first = {trial.hardware: trial for trial in reversed(pending)}
    issues: list[NeuroError] = []
    for planned in sorted(first.values(), key=lambda trial: trial.number):
        trial = make_trial(planned.point, program_of(planned.point, study.folder))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NeuroWarning)
                engine, hardware, plan = lower_for(
                    trial.network, trial.backend, target=trial.target, semantics=trial.semantics
                )
                engine.compile(plan, hardware).close()
        except NeuroError as error:
            named = placed(error, planned.point)
            issues += located(named, study, planned.point, planned.number).values()
    raise_all(study.where, issues)


def _outcomes(
    study: Study, pending: Sequence[PlannedTrial], workers: Workers, progress: Progress | None
) -> Iterator[Record | Lost]:
    """Run trials and tell how far they are."""
    jobs = [trial.job(study.folder) for trial in pending]
    done = 0

    def tell(fraction: float) -> None:
        if progress is not None:
            progress((done + fraction) / len(jobs))

    with ExitStack() as stack:
        found: Iterator[Record | Lost]
        if not jobs:
            return
        if workers.scheduler is not None:
            from neuro.sweep.cluster import connected

            cluster = stack.enter_context(connected(workers.scheduler, workers.retries))
            found = cluster.run(jobs)
        elif workers.processes == 1:
            found = in_this_process(jobs, tell)
        else:
            found = in_processes(jobs, min(workers.processes, len(jobs)), workers.retries)
        for outcome in found:
            yield outcome
            done += 1
            tell(0.0)


def _gone(study: Study, trials: Sequence[PlannedTrial], lost: Lost) -> SimulationError:
    trial = next(item for item in trials if item.digest == lost.digest)
    return SimulationError(
        f"{study.where} trial {trial.number} ({lost.digest[:DIGEST_SHOWN]})",
        f"its worker died {lost.retries + 1} times",
        value=lost.digest,
        limit="The other trials are stored and in the table",
        hint="It may need more memory; the same command tries it again",
    )
