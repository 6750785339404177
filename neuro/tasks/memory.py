"""`AssociativeMemory`: store and recall with any memory network on any backend.

It owns spacing, hold and decoding, and refuses what would silently corrupt the memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from neuro.backend import Progress
from neuro.config import ProgramRow, parse_program
from neuro.errors import ValidationError, raise_all
from neuro.ir import Network, Operation
from neuro.ir.protocol import Verb
from neuro.results import Result
from neuro.run import compile_network
from neuro.target import Target
from neuro.tasks.program import (
    Answer,
    MemoryOperation,
    ProgramRun,
    decode,
    encode,
    program_issues,
)
from neuro.tasks.threshold import ALL, ANY, BEST, Threshold, matching_bits
from neuro.units import to_coherent

Bits = tuple[int, ...]


class AssociativeMemory:
    """A memory network in use.

    Parameters
    ----------
    network : Network
        A network with a protocol, such as ``ca3(...)``.
    backend : str, default "cpu"
        What runs it.
    target : str or Target, optional
        Which hardware; default the backend's own.
    semantics : {"exact", "tick"}, optional
        Default what the network was designed for; another one warns.
    spacing : float in ms or str, optional
        Start-to-start time of `learn` and `recall`; default the protocol's safe one.

    Raises
    ------
    ValidationError
        If the network is no memory.
    NeuroError
        If it cannot run on that backend.

    Examples
    --------
    >>> from neuro.models.ca3 import CA3Parameters, ca3
    >>> memory = AssociativeMemory(ca3(CA3Parameters(cue_size=3, content_size=8)))
    >>> _ = memory.learn(1, [0, 2, 5])
    >>> memory.recall(cue=1).content
    (0, 2, 5)
    >>> memory.recall(content=[2]).cues
    (1,)
    """

    def __init__(
        self,
        network: Network,
        backend: str = "cpu",
        *,
        target: str | Target | None = None,
        semantics: str | None = None,
        spacing: float | str | None = None,
    ) -> None:
        if network.protocol is None:
            raise ValidationError(
                f"network {network.name!r}",
                "is no memory: it has no protocol",
                hint="Build it with a memory model, such as neuro.models.ca3",
            )
        self._protocol = network.protocol
        self._dt: float = network.dt
        chosen = self._protocol.safe_spacing if spacing is None else spacing
        self._spacing: float = to_coherent(chosen, "ms", "spacing")
        self._program = compile_network(
            network, backend=backend, target=target, semantics=semantics
        )
        self._now = 0.0

    @property
    def time(self) -> float:
        """When the next operation can start, ms."""
        return self._now

    @property
    def spacing(self) -> float:
        """From the start of an operation of its own to the next, ms."""
        return self._spacing

    def learn(self, cue: int, content: Iterable[int], *, hold: float | str | None = None) -> Answer:
        """Store a content under a cue, in place of what was there.

        Parameters
        ----------
        cue : int
            The address.
        content : iterable of int
            Active content bits, at least one.
        hold : float in ms or str, optional
            How long the input is held; default the protocol's.

        Returns
        -------
        Answer
            The echo; `dropped` are the content bits that the cue lost.

        Raises
        ------
        ValidationError, CheckError
            If cue or content is out of range, the content empty, or the hold harmful.
        """
        held = None if hold is None else to_coherent(hold, "ms", "hold")
        return self._operate("store", cue=cue, content=content, hold=held)

    store = learn
    """The same by its other name."""

    def forget(self, cue: int) -> Answer:
        """Erase the content of a cue, in both directions.

        Parameters
        ----------
        cue : int
            The address.

        Returns
        -------
        Answer
            `dropped` are the content bits that the cue lost.

        Raises
        ------
        ValidationError, CheckError
            If the memory cannot forget, or the cue is out of range.
        """
        return self._operate("forget", cue=cue)

    def recall(
        self,
        *,
        cue: int | None = None,
        content: Iterable[int] | None = None,
        threshold: Threshold = ANY,
    ) -> Answer:
        """Ask for the content of a cue, or for the cues of a content.

        Parameters
        ----------
        cue : int, optional
            The address; `content` of the answer is what is stored there.
        content : iterable of int, optional
            Content bits, at least one; `cues` of the answer are the cues that match, see `find`.
        threshold : optional
            Of a recall by content, see `find`.

        Raises
        ------
        ValidationError, CheckError
            If not exactly one of the two is given, or it is out of range.
        """
        if (cue is None) == (content is None):
            raise ValidationError(
                "recall", "give either cue or content", hint="For instance recall(cue=3)"
            )
        if content is not None:
            return self.find(content, threshold=threshold)
        return self._operate("recall", cue=cue)

    def find(self, content: Iterable[int], *, threshold: Threshold = ANY) -> Answer:
        """Ask for the cues whose content matches.

        Parameters
        ----------
        content : iterable of int
            Bits of the query, at least one.
        threshold : {"any", "all", "best"}, int, float or str
            How many of them a cue's content has to share: at least one, all, a number of bits, or a
            share such as 0.25 or ``"25%"``. ``"best"`` finds the cues that share most, in as many
            questions more as the number of bits has binary digits.

        Returns
        -------
        Answer
            `cues` are those that match, `threshold` is the number of bits that it took.

        Raises
        ------
        ValidationError, CheckError
            If the query is empty or out of range, or this memory counts no bits.
        """
        bits = tuple(content)
        if threshold == BEST:
            return self._best(bits)
        return self._operate("find", content=bits, threshold=matching_bits(threshold, len(bits)))

    def complete(self, content: Iterable[int], *, threshold: Threshold = ALL) -> Answer:
        """Ask for the whole of a content of which a fragment is known.

        Parameters
        ----------
        content : iterable of int
            Bits of the query, at least one.
        threshold : {"any", "all", "best"}, int, float or str
            How many of them a stored content has to share, see `find`.

        Returns
        -------
        Answer
            `cues` are those that match, `content` is the union of what they hold.

        Raises
        ------
        ValidationError, CheckError
            If the query is empty or out of range, or this memory does not complete.
        """
        bits = tuple(content)
        if threshold == BEST:
            needed = self._best(bits).threshold
        else:
            needed = matching_bits(threshold, len(bits))
        return self._operate("complete", content=bits, threshold=needed)

    def run_program(
        self,
        rows: Sequence[MemoryOperation | ProgramRow | Sequence[Any]],
        *,
        guard: bool = True,
        progress: Progress | None = None,
        checkpoint: str | Path | None = None,
        every: float | str | None = None,
    ) -> ProgramRun:
        """Run a list of operations.

        Parameters
        ----------
        rows : sequence of MemoryOperation, or of [t, op, cue, content]
            Times count from the start of the program, which is now.
        guard : bool, default True
            Refuse what can be run but would silently corrupt the memory. Without it a program shows
            what the hardware would do.
        progress : callable, optional
            Called with the fraction done.
        checkpoint, every
            Folder for checkpoints, and model time between them, as for `Program.run`: the same
            program on the same memory goes on from there.

        Returns
        -------
        ProgramRun
            One answer for each row, and the result since the memory was made.

        Raises
        ------
        ValidationError, CheckError
            If a row is wrong; every bad row is named and nothing is run.
        """
        program = [as_operation(row) for row in rows]
        if not program:
            raise ValidationError("program", "has no rows")
        raise_all("program", program_issues(self._protocol, program, self._dt, guard=guard))
        shifted = [replace(item, t=item.t + self._now) for item in program]
        end = max(item.t for item in shifted) + self._protocol.safe_spacing
        self._run(shifted, end, progress, checkpoint=checkpoint, every=every)
        result = self._program.result()
        answers = decode(self._protocol, shifted, result)
        asked = [replace(a, t=item.t) for a, item in zip(answers, program, strict=True)]
        return ProgramRun(answers=tuple(asked), result=result)

    def result(self) -> Result:
        """Return everything since the memory was made."""
        return self._program.result()

    def close(self) -> None:
        """Let go of what the backend holds."""
        self._program.close()

    def _best(self, bits: Bits) -> Answer:
        """Halve the range of thresholds until the highest one that a cue reaches is found."""
        if not self._operation("find").takes_threshold:
            # Refused for its true reason, before anything runs.
            return self._operate("find", content=bits, threshold=max(2, len(bits)))
        found = self._operate("find", content=bits)
        reached, beyond = 1, len(bits) + 1
        while found.cues and beyond - reached > 1:
            middle = (reached + beyond) // 2
            answer = self._operate("find", content=bits, threshold=middle)
            if answer.cues:
                found, reached = answer, middle
            else:
                beyond = middle
        return found

    def _operation(self, verb: Verb) -> Operation:
        for item in self._protocol.operations:
            if item.verb == verb:
                return item
        known = ", ".join(str(item.verb) for item in self._protocol.operations)
        raise ValidationError(
            verb,
            "this memory has no such operation",
            value=verb,
            limit=f"It can {known}",
            hint="Model ca3_robust forgets and completes",
        )

    def _operate(
        self,
        verb: Verb,
        *,
        cue: int | None = None,
        content: Iterable[int] = (),
        hold: float | None = None,
        threshold: int = 1,
    ) -> Answer:
        item = MemoryOperation(
            t=self._now,
            op=self._operation(verb).code,
            cue=cue,
            content=tuple(sorted(content)),
            hold=hold,
            threshold=threshold,
        )
        raise_all("operation", program_issues(self._protocol, [item], self._dt, guard=True))
        self._run([item], self._now + self._spacing, None)
        return decode(self._protocol, [item], self._program.result())[0]

    def _run(
        self,
        program: Sequence[MemoryOperation],
        end: float,
        progress: Progress | None,
        **kept: Any,
    ) -> None:
        name = self._protocol.cue_input.population
        spikes = encode(self._protocol, program, self._dt)
        self._program.run(end - self._now, inputs={name: spikes}, progress=progress, **kept)
        self._now = end


def as_operation(row: MemoryOperation | ProgramRow | Sequence[Any]) -> MemoryOperation:
    """Turn a row of a program into an operation.

    A threshold follows the operation's code after a colon: ``"K:2"``, ``"K:all"``, ``"P:50%"``.

    Raises
    ------
    ValidationError
        If the row is malformed.
    """
    if isinstance(row, MemoryOperation):
        return row
    if not isinstance(row, ProgramRow):
        (row,) = parse_program([list(row)])
    code, colon, text = row.op.partition(":")
    where = f"program row (t={row.t:g}).op"
    threshold = matching_bits(text, len(row.content), where) if colon else 1
    return MemoryOperation(
        t=row.t, op=code, cue=row.cue, content=tuple(row.content), threshold=threshold
    )
