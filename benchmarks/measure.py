"""What one measurement consists of: phases, memory, spikes, and the worker's report as plain data.

A `Clock` times phases in wall and CPU seconds; a peer returns an `Outcome`; `Report` is the JSON
line that a worker prints and the driver reads back.
"""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Phase = Literal["import", "set-up", "compile", "run", "read-out"]
PHASES: tuple[Phase, ...] = ("import", "set-up", "compile", "run", "read-out")

Status = Literal["ok", "void", "not yet", "missing", "failed", "stopped"]
"""`void`: the spikes are not those of the workload; `missing`: the peer is not installed."""

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]


class NotYetError(Exception):
    """A peer cannot run a workload; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a peer is to run.

    Parameters
    ----------
    precision : {"float64", "float32"}
        Of state and weights.
    threads : int
        Threads a run may use.
    scratch : Path
        Folder for generated code; it lives as long as the whole table, so that from the second
        round on a peer finds its caches warm.
    """

    precision: str
    threads: int
    scratch: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a peer gives back.

    Parameters
    ----------
    steps, indices : arrays, shape (spikes,)
        Every spike. In W2 the step counts on over the samples, `sample * steps + k`.
    weights : array, shape (neurons, neurons), optional
        Final weights of W3, a row for each source.
    deviates : str
        Why this peer cannot do the work spike for spike, if it cannot.
    versions : dict
        Of the peer and what it builds on.
    extras : dict
        Further figures, for instance the seconds of a simulation loop alone.
    memory : float, MiB
        Peak memory of processes that the peer started for the run, 0 if none.
    """

    steps: IndexArray
    indices: IndexArray
    weights: FloatArray | None = None
    deviates: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    extras: dict[str, float] = field(default_factory=dict)
    memory: float = 0.0


@dataclass(slots=True)
class Span:
    """Wall and CPU seconds of one phase; CPU counts all threads and ended children."""

    wall: float = 0.0
    cpu: float = 0.0


class Clock:
    """Times the phases of a measurement; a phase that is entered again adds up.

    `memory` is the peak of the process up to the end of the run, MiB: reading the results is left
    out, because some peers are made to build large lists there.
    """

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {phase: Span() for phase in PHASES}
        self.memory = 0.0

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Add the time of the block to a phase."""
        wall, cpu = time.perf_counter(), cpu_seconds()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - wall, cpu_seconds() - cpu)
            if name != "read-out":
                self.memory = peak_memory()

    def add(self, name: Phase, wall: float, cpu: float) -> None:
        """Add seconds that were measured elsewhere to a phase."""
        self.spans[name].wall += wall
        self.spans[name].cpu += cpu


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One measurement as plain data.

    Parameters
    ----------
    status : Status
        Whether the times count.
    check : str
        How the spikes compare with those of the workload.
    reason : str
        Why the times do not count, or a remark.
    phases : dict of str to dict
        ``{"wall": s, "cpu": s}`` by phase.
    memory : float, MiB
        Peak of the process up to the end of the run, or of one that it started for the run.
    memory_before : float, MiB
        Peak with the arrays of the workload alone, before the peer was imported.
    spikes : int
        Spikes in all.
    digest : str
        Of the sorted spike table: equal only if all trains are.
    figures : dict
        Check figures and amounts of work, see `benchmarks.checks`.
    extras : dict
        Further figures of the peer.
    versions : dict
        Of everything that took part.
    """

    status: Status
    check: str = ""
    reason: str = ""
    phases: dict[str, dict[str, float]] = field(default_factory=dict)
    memory: float = 0.0
    memory_before: float = 0.0
    spikes: int = 0
    digest: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    extras: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def cpu_seconds() -> float:
    """Return the CPU time of this process, all its threads and its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_memory() -> float:
    """Return the peak resident memory of this process, MiB.

    The kernel's mark in /proc belongs to this program alone; `getrusage`, the fallback, also counts
    what the parent held when it started the process.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    # Bytes on macOS, KiB elsewhere.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def joined(steps: list[int], spikes: list[IndexArray]) -> tuple[IndexArray, IndexArray]:
    """Return the spikes of some steps as two flat arrays, steps and indices.

    Examples
    --------
    >>> first, second = joined([4, 6], [np.array([1, 2]), np.array([0])])
    >>> first.tolist(), second.tolist()
    ([4, 4, 6], [1, 2, 0])
    """
    sizes = [part.size for part in spikes]
    empty = np.zeros(0, dtype=np.int64)
    repeated = np.repeat(np.asarray(steps, dtype=np.int64), sizes)
    return repeated, np.concatenate([empty, *spikes])
