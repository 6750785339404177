"""What a backend is: three small abstract classes, the contract of every folder in `backends/`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from neuro.check import CheckReport
from neuro.energy import EnergyReport
from neuro.plan import Plan
from neuro.results import BatchResult, Result
from neuro.target import Capabilities, Target

Progress = Callable[[float], None]
"""Called now and then with the fraction of a run that is done, in [0, 1]."""

InputSpikes = Mapping[str, tuple[Any, Any]]
"""For a spike array by name: times in ms from the start, and indices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a backend can run here.

    Parameters
    ----------
    available : bool
        Whether it can.
    detail : str
        What will run or, if it cannot, what is missing and the command that mends it.
    """

    available: bool
    detail: str


class Program(ABC):
    """A compiled plan: owns arrays, state, files and connections. A context manager."""

    @abstractmethod
    def run(
        self,
        duration: float | str,
        *,
        inputs: InputSpikes | None = None,
        progress: Progress | None = None,
        checkpoint: str | Path | None = None,
        every: float | str | None = None,
    ) -> None:
        """Run on; the time axis continues from the last call.

        Parameters
        ----------
        duration : float in ms, or str such as ``"1 s"``
            How long, a multiple of the time step.
        inputs : mapping, optional
            Further spikes of spike arrays. Under `tick` none before the time reached, under `exact`
            all after it, but for time 0 before the first step.
        progress : callable, optional
            Called with the fraction done.
        checkpoint : str or Path, optional
            A folder, made for this run alone. State, random streams and what is recorded are
            written to it now and then and at the end; the same call on the same program in another
            process goes on from there and ends with the same bits. Remove it when it is no longer
            needed. The duration may then be a longer one.
        every : float in ms, or str such as ``"10 s"``, optional
            Model time between checkpoints, a multiple of the time step; default a minute of wall
            time.

        Raises
        ------
        UnsupportedError
            If there is to be a checkpoint, and the state of this program cannot be saved.
        ResultError
            If the checkpoint is damaged, or of another run; all that differs is named.
        """

    @abstractmethod
    def stream(
        self,
        duration: float | str,
        path: str | Path,
        *,
        inputs: InputSpikes | None = None,
        progress: Progress | None = None,
        checkpoint: str | Path | None = None,
        every: float | str | None = None,
    ) -> None:
        """Run on and write what is recorded straight to a result file.

        Memory does not grow with the duration. The file is complete or absent; it holds everything
        since time zero, and `neuro.load_result` reads it. Afterwards `result` holds counters and
        weights only.

        Parameters
        ----------
        duration : float in ms, or str such as ``"1 s"``
            How long, a multiple of the time step.
        path : str or Path
            The HDF5 file.
        inputs, progress, checkpoint, every
            As for `run`. With checkpoints the file is made when the run has ended.
        """

    @abstractmethod
    def run_batch(
        self,
        duration: float | str,
        samples: Sequence[InputSpikes],
        *,
        bins: int = 1,
        threads: int | None = None,
    ) -> BatchResult:
        """Run many samples, each from the present state, which stays as it is, and count spikes.

        Parameters
        ----------
        duration : float in ms, or str such as ``"1 s"``
            Length of one sample, a multiple of the time step.
        samples : sequence of mapping
            The further spikes of each sample; times count from time zero, as for `run`.
        bins : int, default 1
            Equal stretches of time in which spikes are counted.
        threads : int, optional
            How many samples run at once, default one for each core; the answer does not depend on
            it.
        """

    @abstractmethod
    def save(self, path: str | Path) -> None:
        """Write the whole state to a file, from which `restore` continues bit for bit."""

    @abstractmethod
    def restore(self, path: str | Path) -> None:
        """Continue from a saved state of the same network on the same target.

        Raises
        ------
        ResultError
            If the file is missing, foreign, damaged, or of another network or target.
        """

    @abstractmethod
    def reset(self) -> None:
        """Return to time zero, with initial state and weights and without added spikes."""

    @abstractmethod
    def result(self) -> Result:
        """Return everything since time zero."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    def __enter__(self) -> Self:
        """Return the program itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the program."""
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a fidelity ladder: the same plan with one approximation more.

    Parameters
    ----------
    name : str
        Short name of the approximation, different from that of every other rung.
    what : str
        What is approximated in it, one sentence.
    after : str or None
        Name of an earlier rung, to whose approximations this one adds; None for the first rung,
        which has none of them.
    program : callable
        Makes the program, ready to run.
    target : Target or None
        Hardware with the options of this rung, whose energy can be asked for; None if the rung is
        not yet on hardware.
    combines : bool, default False
        Whether it has what all rungs have that add to the same one, and nothing of its own.
    """

    name: str
    what: str
    after: str | None
    program: Callable[[], Program]
    target: Target | None = None
    combines: bool = False


class Backend(ABC):
    """Code that runs plans."""

    name: ClassVar[str]
    default_target: ClassVar[str]

    @classmethod
    @abstractmethod
    def availability(cls) -> Availability:
        """Say whether this backend can run here and, if not, what is missing."""

    @abstractmethod
    def capabilities(self, target: Target) -> Capabilities:
        """Describe what the target can represent."""

    @abstractmethod
    def compile(self, plan: Plan, target: Target) -> Program:
        """Turn a discretised plan into a program that is ready to run."""

    @abstractmethod
    def check(self, plan: Plan, target: Target) -> CheckReport:
        """Find everything that a discretised plan meets on a target, without running it.

        What `compile` would refuse is found as well, all of it, and not raised.
        """

    @abstractmethod
    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Account for the energy of a run of a plan on a target.

        Raises
        ------
        UnsupportedError
            If there is no energy model of this hardware.
        """

    @abstractmethod
    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """List the approximations of a target one by one, the first rung without any of them.

        Empty if there are none to tell apart.
        """
