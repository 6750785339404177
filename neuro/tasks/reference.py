"""What a content-addressable memory should answer: a dictionary from cue to content bits.

``C(i) = M.get(i, {})`` and ``K(Q) = {i : M[i] & Q}`` (specs, ca3_cam 1): the reference by which a
spiking memory is scored. With a threshold k, ``K(Q, k) = {i : |M[i] & Q| >= k}``, and P(Q, k) is
the union of their contents; F forgets. Nothing here knows how the memory is built.
"""

from collections.abc import Callable, Iterable, Sequence

from neuro.errors import UnsupportedError
from neuro.tasks.program import MemoryOperation

Bits = tuple[int, ...]

ReferenceAnswer = tuple[Bits, Bits]
"""Cues and content that should come back."""


class DictionaryMemory:
    """The ideal memory, which forgets nothing by accident and remembers nothing by mistake.

    Examples
    --------
    >>> memory = DictionaryMemory()
    >>> memory.ask(MemoryOperation(t=0, op="L", cue=3, content=(1, 2)))
    ((3,), (1, 2))
    >>> memory.ask(MemoryOperation(t=20, op="K", content=(2, 5)))
    ((3,), (2, 5))
    """

    def __init__(self) -> None:
        self._items: dict[int, frozenset[int]] = {}
        self._verbs: dict[str, Callable[[MemoryOperation], ReferenceAnswer]] = {
            "L": self._learn,
            "C": self._by_cue,
            "K": self._by_content,
            "P": self._completed,
            "F": self._forget,
        }

    def ask(self, operation: MemoryOperation) -> ReferenceAnswer:
        """Carry out an operation and return the cues and the content that should come back.

        Raises
        ------
        UnsupportedError
            If the operation has no meaning for a dictionary.
        """
        verb = self._verbs.get(operation.op)
        if verb is None:
            raise UnsupportedError(
                "reference model",
                f"does not know operation {operation.op!r}",
                value=operation.op,
                limit=f"It knows {', '.join(self._verbs)}",
                hint="Write the answers that should come back into columns 5 and 6 of the "
                "program, and ask for --expected",
            )
        return verb(operation)

    def _learn(self, operation: MemoryOperation) -> ReferenceAnswer:
        cues = _cues(operation)
        self._items.update((cue, frozenset(operation.content)) for cue in cues)
        return cues, _sorted(operation.content)

    def _by_cue(self, operation: MemoryOperation) -> ReferenceAnswer:
        cues = _cues(operation)
        found: frozenset[int] = frozenset().union(*(self._items.get(k, ()) for k in cues))
        return cues, _sorted(found)

    def _by_content(self, operation: MemoryOperation) -> ReferenceAnswer:
        return self._matching(operation), _sorted(operation.content)

    def _completed(self, operation: MemoryOperation) -> ReferenceAnswer:
        cues = self._matching(operation)
        return cues, _sorted(frozenset().union(*(self._items[cue] for cue in cues)))

    def _forget(self, operation: MemoryOperation) -> ReferenceAnswer:
        cues = _cues(operation)
        for cue in cues:
            self._items.pop(cue, None)
        return cues, ()

    def _matching(self, operation: MemoryOperation) -> Bits:
        query, least = frozenset(operation.content), operation.threshold
        return _sorted(cue for cue, bits in self._items.items() if len(bits & query) >= least)


def reference_answers(operations: Sequence[MemoryOperation]) -> tuple[ReferenceAnswer, ...]:
    """Return what each operation of a program should bring back.

    Parameters
    ----------
    operations : sequence of MemoryOperation
        In the order of their times, on an empty memory.

    Raises
    ------
    UnsupportedError
        If an operation has no meaning for a dictionary.
    """
    memory = DictionaryMemory()
    return tuple(memory.ask(operation) for operation in operations)


def _cues(operation: MemoryOperation) -> Bits:
    return () if operation.cue is None else (operation.cue,)


def _sorted(numbers: Iterable[int]) -> Bits:
    return tuple(sorted(numbers))
