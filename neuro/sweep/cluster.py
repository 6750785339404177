"""Trials on many computers: the workers of a dask.distributed scheduler.

Workers need neuro, but no shared folder: a job carries all that it takes, and only the process that
started the sweep writes. Dask itself runs the trials of a dead worker again on others; a trial that
it gives up is run once more with nothing beside it, so that only a guilty one is lost.
"""

import socket
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from neuro.errors import UnavailableError
from neuro.sweep.local import Lost, RunJob
from neuro.sweep.measure import Job, run_job
from neuro.sweep.record import Record, read_record

PATIENCE = 10
"""Seconds to wait for a scheduler to answer."""

AHEAD = 2
"""Trials that are sent for each thread of the cluster, so that none waits."""


KEY = "neurosweep"
"""First part of the names of our tasks."""


class Cluster:
    """The trials of a sweep on a scheduler.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    retries : int
        How often a trial is begun again that kills its worker.
    run : callable, default `run_job`
        What a worker does: from the text of a job to that of a record.
    """

    def __init__(self, client: Any, retries: int, run: RunJob = run_job) -> None:
        self._client = client
        self._run = run
        self._retries = retries
        self._died: Counter[str] = Counter()
        self._sent = 0

    def run(self, jobs: Sequence[Job]) -> Iterator[Record | Lost]:
        """Run trials; they come as they finish.

        Raises
        ------
        UnavailableError
            If the scheduler is lost, or a worker lacks a backend.
        ResultError
            If a worker has another neuro.
        """
        suspects: list[Job] = []
        yield from self._round(deque(jobs), self._width(), suspects)
        for job in suspects:
            before = self._died[job.digest]
            given_up = [job]
            while given_up and self._died[job.digest] - before <= self._retries:
                given_up = []
                yield from self._round(deque([job]), 1, given_up)
            if given_up:
                yield Lost(digest=job.digest, retries=self._died[job.digest] - 1)

    def note(self, event: tuple[float, Any]) -> None:
        """Count, by trial, the workers that died; called for every event of the scheduler."""
        message = event[1]
        if not isinstance(message, dict) or message.get("action") != "remove-worker":
            return
        for key in message.get("processing-tasks", ()):
            kind, _, rest = str(key).partition("-")
            if kind == KEY and not message.get("expected"):
                self._died[rest.partition("-")[0]] += 1

    def _round(self, queue: deque[Job], width: int, given_up: list[Job]) -> Iterator[Record | Lost]:
        """Run until the queue is empty; what dask gives up is left over."""
        from distributed import KilledWorker, as_completed

        flying: dict[Any, Job] = {}
        done: Any = as_completed(loop=self._client.loop)  # type: ignore[no-untyped-call]
        try:
            while queue or flying:
                while queue and len(flying) < width:
                    job = queue.popleft()
                    future = self._submit(job)
                    flying[future] = job
                    done.add(future)
                future = next(done)
                job = flying.pop(future)
                try:
                    text = future.result()
                except KilledWorker:
                    given_up.append(job)
                    continue
                record = read_record(text, f"trial {job.digest[:12]}")
                yield replace(record, retries=self._died[job.digest])
        finally:
            self._client.cancel(list(flying))

    def _submit(self, job: Job) -> Any:
        # A name of its own each time: dask remembers what it has given up.
        self._sent += 1
        key = f"{KEY}-{job.digest}-{self._sent}"
        return self._client.submit(self._run, job.to_json(), key=key, pure=False)

    def _width(self) -> int:
        """Return how many trials are sent at once."""
        return AHEAD * max(sum(map(int, self._client.nthreads().values())), 1)


@contextmanager
def connected(address: str, retries: int, run: RunJob = run_job) -> Iterator[Cluster]:
    """Connect to a scheduler that has workers.

    Parameters
    ----------
    address : str
        Such as ``"tcp://host:8786"``.
    retries : int
        How often a trial is begun again that kills its worker.
    run : callable, default `run_job`
        What a worker does.

    Raises
    ------
    UnavailableError
        If dask is not installed, nobody answers there, or there are no workers.
    """
    try:
        from concurrent.futures import CancelledError

        from distributed import Client
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        raise UnavailableError(
            "--scheduler",
            "needs dask.distributed",
            hint='Install it with: pip install "neuro-spiking-memory[cluster]"',
        ) from error
    where = f"scheduler {address!r}"
    make_client: Any = Client
    try:
        _reach(address)
        client: Any = make_client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        hint = "Start one with: dask scheduler"
        raise UnavailableError(where, "does not answer", value=address, hint=hint) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            hint = f"Start one on each machine with: dask worker {address} --nthreads 1"
            raise UnavailableError(where, "has no workers", value=address, hint=hint) from error
        cluster = Cluster(client, retries, run)
        client.subscribe_topic("all", cluster.note)
        try:
            yield cluster
        except (CancelledError, CommClosedError) as error:
            hint = "Finished trials are stored; the same command goes on"
            raise UnavailableError(where, "was lost", value=address, hint=hint) from error
        finally:
            # Or the scheduler tells a client that is gone of its going.
            client.unsubscribe_topic("all")


def _reach(address: str) -> None:
    """Open and close a connection: a client that fails to connect leaves its threads behind.

    Raises
    ------
    OSError, ValueError
        If nobody listens there, or it is no address.
    """
    from distributed.comm.addressing import parse_address, parse_host_port

    parts: Any = parse_address
    scheme, location = parts(address)
    if scheme in ("tcp", "tls"):
        socket.create_connection(parse_host_port(location), timeout=PATIENCE).close()
