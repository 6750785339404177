"""How long a sweep takes: from its finished trials, or else from the beginning of a few."""

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from neuro.backend import Progress
from neuro.errors import NeuroWarning
from neuro.run import compile_network
from neuro.sweep.plan import PlannedTrial
from neuro.sweep.record import Record
from neuro.sweep.study import Study
from neuro.sweep.trial import make_trial, program_of

BUDGET = 1.0
"""Seconds for which a trial is begun to see how fast it is."""

PIECES = 20
"""A trial is begun in pieces of this share of its duration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How long the rest of a sweep takes.

    Parameters
    ----------
    seconds : float
        With one worker.
    measured : int
        Trials it is estimated from.
    """

    seconds: float
    measured: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speed:
    """Seconds to begin a trial, and for one ms of model time."""

    begin: float
    each: float

    def seconds(self, duration: float) -> float:
        return self.begin + self.each * duration


def estimate(
    study: Study,
    trials: Sequence[PlannedTrial],
    pending: Sequence[PlannedTrial],
    records: Mapping[str, Record],
    progress: Progress | None = None,
) -> Estimate:
    """Estimate how long the pending trials take, one after the other.

    Parameters
    ----------
    study : Study
        What is asked for.
    trials, pending : sequence of PlannedTrial
        All of its trials, and those that are to be run.
    records : mapping of str to Record
        Finished trials; of hardware without any, the first and the last trial are begun.
    progress : callable, optional
        Called with the fraction done.
    """
    seconds, measured = 0.0, 0
    kinds = {trial.hardware for trial in pending}
    for number, hardware in enumerate(sorted(kinds)):
        rest = [trial for trial in pending if trial.hardware == hardware]
        done = {
            trial.digest: trial
            for trial in trials
            if trial.hardware == hardware and trial.digest in records
        }
        if done:
            spent = fsum(records[digest].seconds for digest in done)
            each = spent / fsum(trial.duration for trial in done.values())
            seconds += each * fsum(trial.duration for trial in rest)
            measured += len(done)
        else:
            chosen = {trial.digest: trial for trial in (rest[0], rest[-1])}.values()
            speeds = [_begun(study, trial) for trial in chosen]
            found = (speed.seconds(trial.duration) for speed in speeds for trial in rest)
            seconds += fsum(found) / len(speeds)
            measured += len(speeds)
        if progress is not None:
            progress((number + 1) / len(kinds))
    return Estimate(seconds=seconds, measured=measured)


def _begun(study: Study, planned: PlannedTrial) -> _Speed:
    """Begin a trial and see how fast it is."""
    begun = time.perf_counter()
    trial = make_trial(planned.point, program_of(planned.point, study.folder))
    network, steps = trial.written.network, round(planned.duration / trial.network.dt)
    piece = max(steps // PIECES, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeuroWarning)
        program = compile_network(
            network, backend=trial.backend, target=trial.target, semantics=trial.semantics
        )
    with program:
        ready = time.perf_counter()
        done = 0
        while done == 0 or (done < steps and time.perf_counter() - ready < BUDGET):
            length = min(piece, steps - done)
            program.run(length * network.dt)
            done += length
        spent = time.perf_counter() - ready
    return _Speed(begin=ready - begun, each=spent / (done * network.dt))
