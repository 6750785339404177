"""How a memory network is used: which spikes ask, and where and when the answer is read.

A protocol is a table, not code, so that it travels with the network to every backend. `neuro.tasks`
turns it into input spikes and answers.
"""

from dataclasses import dataclass
from typing import Any, Literal

from neuro.ir.description import Description, parameter

Verb = Literal["store", "forget", "recall", "find", "complete"]


@dataclass(frozen=True, slots=True, eq=False)
class View(Description):
    """A run of neurons of one population or input: ``start <= index < stop``."""

    population: str
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Number of neurons in the view."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation(Description):
    """One operation of a memory.

    Parameters
    ----------
    code : str
        Its name in program files, such as ``"L"``.
    name : str
        What it does, such as ``"learn"``.
    takes_cue, takes_content : bool
        Which inputs it drives.
    hold : ms
        How long the input is repeated, one spike a time step.
    longest_hold : ms
        Longest hold that does no harm; the shortest is `hold` itself.
    cue_read, content_read : ms
        When the answering cue and content are read, from the operation's first input spike.
    dropped_read : ms, optional
        When the content bits that this operation removes are read.
    spacing : ms
        Shortest time from the start of this operation to the start of the next.
    controls : tuple of int
        Lines of the protocol's control input that it drives as well.
    takes_threshold : bool
        Whether it is told how many bits have to match; if not, any overlap answers.
    verb : {"store", "forget", "recall", "find", "complete"}, optional
        What a user means by it; default what its inputs suggest: store takes both, recall a cue,
        find a content.
    """

    code: str
    name: str
    takes_cue: bool
    takes_content: bool
    controls: tuple[int, ...] = ()
    takes_threshold: bool = False
    verb: Verb | None = None
    hold: Any = parameter("ms", above=0)
    longest_hold: Any = parameter("ms", above=0)
    cue_read: Any = parameter("ms", above=0)
    content_read: Any = parameter("ms", above=0)
    dropped_read: Any = parameter("ms", None, above=0, optional=True)
    spacing: Any = parameter("ms", above=0)

    def __post_init__(self) -> None:
        """Convert the times, make the controls a tuple and fill in the verb."""
        Description.__post_init__(self)
        object.__setattr__(self, "controls", tuple(self.controls))
        if self.verb is None:
            alone = "recall" if self.takes_cue else "find"
            both = self.takes_cue and self.takes_content
            object.__setattr__(self, "verb", "store" if both else alone)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MemoryProtocol(Description):
    """The operations of a memory with one-hot cues and binary contents.

    Parameters
    ----------
    cue_input, content_input, cue_output, content_output : View
        Where cues and contents enter and leave.
    operations : tuple of Operation
        What the memory can do.
    safe_spacing : ms
        Start-to-start time at which any mix of operations is answered exactly.
    control_input, threshold_input : View, optional
        Lines that say what to do, and how many bits have to match; all inputs are of one
        population.
    threshold_steps : tuple of int
        By how much each threshold line raises the number of matching bits above one.
    """

    cue_input: View
    content_input: View
    cue_output: View
    content_output: View
    operations: tuple[Operation, ...]
    safe_spacing: Any = parameter("ms", above=0)
    control_input: View | None = None
    threshold_input: View | None = None
    threshold_steps: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Convert the spacing, and make operations and steps tuples."""
        Description.__post_init__(self)
        object.__setattr__(self, "operations", tuple(self.operations))
        object.__setattr__(self, "threshold_steps", tuple(self.threshold_steps))
