"""Paired rounds: every configuration once in each round, in turn, each in a process of its own.

Only measurements of the same round are compared with one another, so that a machine that gets
busier slows both sides of a ratio (specs, performance section 6).
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Report
from benchmarks.peers import load_peer
from benchmarks.workloads import Case

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Who runs what.

    Parameters
    ----------
    case : Case
    peer, precision : str
    threads : int
    """

    case: Case
    peer: str
    precision: str
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run of one configuration.

    Parameters
    ----------
    configuration : Configuration
    round : int
        Counted from 1.
    load : float
        Load average of the last minute when it began.
    report : Report
    """

    configuration: Configuration
    round: int
    load: float
    report: Report


def configurations(
    cases: Iterable[Case], peers: Iterable[str], precisions: Iterable[str], threads: int
) -> list[Configuration]:
    """Pair cases with the peers that run them, in each precision that peer and caller share.

    A peer with one precision alone takes part whatever the caller asks for.
    """
    names, wanted = tuple(peers), tuple(precisions)
    found = []
    for case in cases:
        for peer in names:
            module = load_peer(peer)
            if case.workload not in module.WORKLOADS:
                continue
            shared = [each for each in module.PRECISIONS if each in wanted]
            found += [
                Configuration(case=case, peer=peer, precision=precision, threads=threads)
                for precision in shared or module.PRECISIONS[:1]
            ]
    return found


def run_rounds(
    configured: list[Configuration],
    rounds: int,
    *,
    timeout: float,
    scratch: Path,
    progress: Callable[[float], None],
) -> Iterator[Measurement]:
    """Yield the measurements as they come."""
    total = rounds * len(configured)
    for number in range(total):
        turn, position = divmod(number, len(configured))
        load = os.getloadavg()[0]
        report = measure(configured[position], timeout=timeout, scratch=scratch)
        progress((number + 1) / total)
        yield Measurement(
            configuration=configured[position], round=turn + 1, load=load, report=report
        )


def measure(configuration: Configuration, *, timeout: float, scratch: Path) -> Report:
    """Take one measurement in a process of its own, stopped after `timeout` seconds."""
    case = configuration.case
    options = {
        "--workload": case.workload,
        "--size": case.size,
        "--steps": case.steps,
        "--peer": configuration.peer,
        "--precision": configuration.precision,
        "--threads": configuration.threads,
        "--scratch": scratch,
    }
    words = [str(word) for pair in options.items() for word in pair]
    try:
        code, out, error = run_module("benchmarks.worker", words, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Report(status="stopped", reason=f"took longer than {timeout:g} s")
    if code:
        return Report(status="failed", reason=failure(error) or f"exit code {code}")
    return Report(**json.loads(out))


def failure(error: str) -> str:
    r"""Return the line of a traceback that names the exception, or the last line.

    Examples
    --------
    >>> failure("Traceback: ...\nValueError: too large\n  for this\n")
    'ValueError: too large'
    """
    lines = error.strip().splitlines() or [""]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", line)]
    return (named or lines)[-1].strip()


def run_module(module: str, words: list[str], *, timeout: float) -> tuple[int, str, str]:
    """Run a module of this repository; return exit code, standard output and standard error.

    Raises
    ------
    subprocess.TimeoutExpired
        If it takes too long; it and all that it started are ended.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A group of its own: compilers and generated programs end with it.
        start_new_session=True,
    )
    try:
        out, error = process.communicate(timeout=timeout)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return process.returncode, out, error
