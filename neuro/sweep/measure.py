"""Running one trial: what workers do, here or on another machine; text in, text out.

A trial is made again from its settings where it runs. If that gives another digest, the worker has
another neuro or other hardware files, and its answers would not be comparable.
"""

import json
import socket
import threading
import time
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import fsum
from pathlib import Path
from typing import Any

from neuro.backend import Backend, Progress
from neuro.comparison.measures import latencies
from neuro.config import ExpectedAnswer, ProgramRow
from neuro.errors import NeuroError, NeuroWarning, ResultError, UnavailableError, UnsupportedError
from neuro.plan import Plan
from neuro.results import Result
from neuro.run import lower_for
from neuro.sweep.record import Metrics, Record
from neuro.sweep.study import Point
from neuro.sweep.trial import ProgramText, Trial, make_trial
from neuro.target import Target
from neuro.tasks.program import decode, operation_by_code

ONE_AT_A_TIME = threading.Lock()
"""Some backends keep state of the process; a worker with several threads runs trials in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker is told.

    Parameters
    ----------
    digest : str
        Of the trial that this should be.
    point : Point
        Its settings.
    program : ProgramText or None
        That of the program file, for a worker may not see it.
    """

    digest: str
    point: Point
    program: ProgramText | None

    def to_json(self) -> str:
        """Write the job as text."""
        return json.dumps(asdict(self))


def run_job(text: str) -> str:
    """Run the trial of a job and return its record as text.

    Whatever goes wrong in the run itself is in the record.

    Raises
    ------
    ResultError
        If the trial is another one here than where it was asked for.
    UnavailableError
        If the backend is not installed here.
    """
    return run_trial(_job(text)).to_json()


def run_trial(job: Job, progress: Progress | None = None) -> Record:
    """Run the trial of a job; see `run_job`."""
    started = datetime.now().astimezone().isoformat(timespec="seconds")
    begun = time.perf_counter()
    with ONE_AT_A_TIME:
        outcome = _outcome(job, progress)
    seconds = time.perf_counter() - begun
    return replace(outcome, seconds=seconds, started=started, machine=socket.gethostname())


def _outcome(job: Job, progress: Progress | None) -> Record:
    blank: dict[str, Any] = {"digest": job.digest, "seconds": 0.0, "started": "", "machine": ""}
    try:
        trial = make_trial(job.point, job.program)
        found = trial.digest
    except UnavailableError:
        raise
    except NeuroError as error:
        return Record(status="failed", message=_described(error), **blank)
    if found != job.digest:
        raise ResultError(
            f"trial {job.digest[:12]}",
            f"is another one on {socket.gethostname()}: {found[:12]}",
            value=found,
            limit="All machines of a sweep have the same neuro and hardware files",
            hint="Install the same version everywhere",
        )
    try:
        metrics, noticed = measure(trial, progress)
    except UnavailableError:
        raise  # a fault of this worker, not of the trial
    except Exception as error:  # recorded, so that the other trials go on
        return Record(status="failed", message=_described(error), **blank)
    return Record(status="done", metrics=metrics, warnings=noticed, **blank)


def measure(trial: Trial, progress: Progress | None = None) -> tuple[Metrics, tuple[str, ...]]:
    """Run a trial and measure it.

    Returns
    -------
    Metrics, tuple of str
        And what the run warned of.

    Raises
    ------
    NeuroError
        If it fails.
    """
    with warnings.catch_warnings():
        # They are in the result, and would come once for each trial.
        warnings.simplefilter("ignore", NeuroWarning)
        engine, hardware, plan = lower_for(
            trial.written.network, trial.backend, target=trial.target, semantics=trial.semantics
        )
        with engine.compile(plan, hardware) as program:
            program.run(trial.written.duration, progress=progress)
            result = program.result()
        energy = _energy(engine, plan, hardware, result)
    return _metrics(trial, result, energy), result.provenance.warnings


def _metrics(trial: Trial, result: Result, energy: dict[str, float]) -> Metrics:
    protocol, operations = trial.network.protocol, trial.written.operations
    assert protocol is not None, "with_program has refused what is no memory"
    answers = decode(protocol, operations, result)
    right = [
        (answer.cues, answer.content) == ideal
        for answer, ideal in zip(answers, trial.answers, strict=True)
    ]
    kinds = [operation_by_code(protocol, item.op, "program") for item in operations]
    recalls = [
        good
        for good, kind in zip(right, kinds, strict=True)
        if kind.verb not in ("store", "forget")
    ]
    counters = result.counters
    return Metrics(
        operations=len(right),
        wrong=right.count(False),
        accuracy=_mean(right),
        recall_accuracy=_mean(recalls) if recalls else None,
        latency=_latency(trial, result),
        duration=result.duration,
        spikes=sum(counters.spikes.values()),
        synaptic_events=sum(counters.synaptic_events.values()),
        plastic_updates=sum(counters.plastic_updates.values()),
        energy=energy,
    )


def _latency(trial: Trial, result: Result) -> float | None:
    assert trial.network.protocol is not None
    found = latencies(trial.network.protocol, trial.written.operations, result)
    waits = [wait for wait in found if wait is not None]
    return fsum(waits) / len(waits) if waits else None


def _energy(engine: Backend, plan: Plan, hardware: Target, result: Result) -> dict[str, float]:
    try:
        report = engine.energy(plan, hardware, result)
    except UnsupportedError:
        return {}
    return {basis.name: basis.energy for basis in report.bases}


def _mean(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def _described(error: Exception) -> str:
    """Say what went wrong; of a fault of neuro itself also where."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, NeuroError):
        return text
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{text} ({Path(frame.filename).name}, line {frame.lineno})"


def _job(text: str) -> Job:
    members = json.loads(text)
    program = members["program"]
    if program is not None:
        expected = program["expected"]
        program = ProgramText(
            rows=tuple(ProgramRow(t, op, cue, tuple(bits)) for t, op, cue, bits in program["rows"]),
            expected=None
            if expected is None
            else tuple(ExpectedAnswer(tuple(cues), tuple(bits)) for cues, bits in expected),
        )
    return Job(digest=members["digest"], point=Point(**members["point"]), program=program)
