"""Trials on this computer: in this process, or in worker processes that may die.

When a worker dies, nobody knows which of the trials under way killed it. All of them are run again,
one at a time, so that the guilty one is known and the others finish.
"""

import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from neuro.backend import Progress
from neuro.sweep.measure import Job, run_job, run_trial
from neuro.sweep.record import Record, read_record

WATCHED = 0.5
"""Seconds between two looks of a worker at whether it still has a parent."""

RunJob = Callable[[str], str]

ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA")
}
"""One core for each worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A trial whose workers died each time.

    Parameters
    ----------
    digest : str
        Of the trial.
    retries : int
        How often it was begun again.
    """

    digest: str
    retries: int


def in_this_process(jobs: Iterable[Job], progress: Progress | None = None) -> Iterator[Record]:
    """Run trials one after the other.

    Parameters
    ----------
    jobs : iterable of Job
        What to run.
    progress : callable, optional
        Called with the fraction done of the trial under way.
    """
    return (run_trial(job, progress) for job in jobs)


def in_processes(
    jobs: Sequence[Job], workers: int, retries: int, run: RunJob = run_job
) -> Iterator[Record | Lost]:
    """Run trials in worker processes.

    Parameters
    ----------
    jobs : sequence of Job
        What to run.
    workers : int
        How many processes.
    retries : int
        How often a trial is begun again that has killed its worker.
    run : callable, default `run_job`
        What a worker does: from the text of a job to that of a record.

    Returns
    -------
    iterator of Record or Lost
        As they finish.

    Raises
    ------
    ResultError, UnavailableError
        If trials cannot be run here at all.
    """
    waiting, suspects = deque(jobs), deque[Job]()
    died: Counter[str] = Counter()
    deaths_alone: Counter[str] = Counter()
    while waiting or suspects:
        alone = bool(suspects)
        queue = deque([suspects.popleft()]) if alone else waiting
        broken: list[Job] = []
        for record in _round(queue, 1 if alone else workers, broken, run):
            yield replace(record, retries=died[record.digest])
        for job in broken:
            died[job.digest] += 1
            deaths_alone[job.digest] += alone
            if deaths_alone[job.digest] < max(retries, 1):
                suspects.append(job)
            else:
                yield Lost(digest=job.digest, retries=died[job.digest] - 1)


def _round(queue: deque[Job], workers: int, broken: list[Job], run: RunJob) -> Iterator[Record]:
    """Run until the queue is empty or a worker dies; the trials then under way are broken."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    from joblib.externals.loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(
        max_workers=workers, env=ONE_THREAD, initializer=_end_with, initargs=(os.getpid(),)
    )
    flying: dict[Any, Job] = {}
    try:
        while (queue or flying) and not broken:
            try:
                with _interrupts_waiting():
                    while queue and len(flying) < 2 * workers:
                        flying[pool.submit(run, queue[0].to_json())] = queue[0]
                        queue.popleft()
            except BrokenProcessPool:
                if not flying:
                    return
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                job = flying.pop(future)
                try:
                    text = future.result()
                except BrokenProcessPool:
                    broken.append(job)
                    continue
                yield read_record(text, f"trial {job.digest[:12]}")
        broken += flying.values()
    finally:
        pool.shutdown(wait=False, kill_workers=True)


@contextmanager
def _interrupts_waiting() -> Iterator[None]:
    """Let interrupts wait; processes that are started meanwhile never get one.

    An interrupt at the keyboard goes to all processes. It is for this one to end its workers.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with(parent: int) -> None:
    """End this worker soon after the process that started it, which may be killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCHED)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
