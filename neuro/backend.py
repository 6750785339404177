"""What a backend is: three small abstract classes, the contract of every folder in `backends/`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Self

from neuro.plan import Plan
from neuro.results import Result
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
