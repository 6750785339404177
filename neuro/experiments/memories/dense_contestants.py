"""Contestants whose items are dense: Hopfield, multitasking, key-value, modern Hopfield networks.

Of every item exactly the signs have to come back.
"""

from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from neuro.experiments.memories.contestants import Budget, Contestant, IntArray, Trial, square
from neuro.experiments.memories.work import Work
from neuro.memories import (
    UNKNOWN,
    HopfieldMemory,
    KeyValueMemory,
    ModernHopfieldMemory,
    MultitaskingMemory,
    OutlierEfficientHopfieldMemory,
)
from neuro.memories.softmax import SoftmaxMemory

LEAST_UNITS = 32
ROUNDS = 20
UPDATES = 3
SIZE = 64
BETA = 40.0
"""Length and inverse temperature of the modern networks: half a cue is enough for a million."""

WEIGHT_BITS = 8
FLOAT_BITS = 32


class RecurrentContestant(Contestant):
    """A network of units with values -1 and 1 that comes to rest."""

    weights: ClassVar[str] = "counts, signed"
    blank: ClassVar[float]
    """Share of entries that a pattern does not use."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.units = square(budget, LEAST_UNITS, "a network")
        self.memory = self._new()

    @property
    def synapses(self) -> int:
        """Both directions of all links."""
        return self.units * (self.units - 1)

    @property
    def item_bits(self) -> float:
        """Signs that come back."""
        return self.units * (1 - self.blank)

    @property
    def most(self) -> int:
        """Far beyond the critical load."""
        return self.units

    def draw(self, count: int) -> NDArray[np.int64]:
        """Return random signs, and blanks."""
        signs = self.rng.choice([-1, 1], (count, self.units))
        return np.where(self.rng.random(signs.shape) < self.blank, UNKNOWN, signs)

    def store(self, items: NDArray[np.int64]) -> None:
        """Add outer products."""
        self.memory.store(items)

    def ask(self, which: IntArray) -> Trial:
        """Recall patterns from a part of their entries."""
        wanted = self.items[which]
        cues = np.where(self.damaged(*wanted.shape), UNKNOWN, wanted)
        recall = self.memory.recall(cues, iterations=ROUNDS)
        exact = ((recall.answers == wanted) | (wanted == UNKNOWN)).all(axis=1)
        rounds = float(recall.iterations.mean())
        rows = float(recall.spikes.mean())
        work = Work(
            rows=rows,
            entries=rows * self.memory.density() * self.units,
            reads=rounds * self.units,
            width=self.units,
            pulses=0.0,
            ticks=rounds,
            units=self.units,
            bits=WEIGHT_BITS,
            levels=0,
            devices=2,
        )
        return Trial(exact=float(exact.mean()), work=work)

    def _new(self) -> HopfieldMemory | MultitaskingMemory:
        return HopfieldMemory(self.units)


@final
class Hopfield(RecurrentContestant):
    """Hopfield's network."""

    name: ClassVar[str] = "Hopfield"
    blank: ClassVar[float] = 0.0


@final
class Multitasking(RecurrentContestant):
    """The multitasking network, one pattern at a time.

    With 0.3 of the entries blank any number of patterns can be present at once; beyond 0.5 not.
    """

    name: ClassVar[str] = "multitasking Hebbian"
    blank: ClassVar[float] = 0.3

    def _new(self) -> MultitaskingMemory:
        return MultitaskingMemory(self.units)


@final
class KeyValue(Contestant):
    """A matrix from keys of real numbers to values of signs, written by the delta rule."""

    name: ClassVar[str] = "key-value, delta rule"
    weights: ClassVar[str] = "real"

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.size = square(budget, LEAST_UNITS, "a matrix")
        self.memory = KeyValueMemory(self.size, self.size, rule="delta")

    @property
    def synapses(self) -> int:
        """Entries of the matrix."""
        return self.size**2

    @property
    def item_bits(self) -> float:
        """Signs of a value."""
        return float(self.size)

    @property
    def most(self) -> int:
        """As many pairs as a key has entries."""
        return self.size

    def draw(self, count: int) -> NDArray[np.float64]:
        """Return keys of length 1, followed by values."""
        keys = self.rng.standard_normal((count, self.size))
        values = self.rng.choice([-1.0, 1.0], (count, self.size))
        return np.hstack([keys / np.linalg.norm(keys, axis=1, keepdims=True), values])

    def store(self, items: NDArray[np.float64]) -> None:
        """Write pairs."""
        self.memory.store(items[:, : self.size], items[:, self.size :])

    def ask(self, which: IntArray) -> Trial:
        """Read values with keys that lack entries."""
        wanted = self.items[which]
        keys, values = wanted[:, : self.size], wanted[:, self.size :]
        cues = np.where(self.damaged(*keys.shape), 0.0, keys)
        exact = (np.sign(cues @ self.memory.weights.T) == values).all(axis=1)
        rows = float(np.count_nonzero(cues, axis=1).mean())
        work = Work(
            rows=rows,
            entries=rows * self.size,
            reads=self.size,
            width=self.size,
            pulses=0.0,
            ticks=1.0,
            units=self.size,
            bits=FLOAT_BITS,
            levels=0,
            devices=2,
            spiking=False,
        )
        return Trial(exact=float(exact.mean()), work=work)


class SoftmaxContestant(Contestant):
    """A list of vectors of signs; it is full when its vectors have as many entries as weights."""

    weights: ClassVar[str] = "signs, one row an item"
    kind: ClassVar[type[SoftmaxMemory]]

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        square(budget, LEAST_UNITS, "a list")
        self.memory = self.kind(SIZE, beta=BETA)

    @property
    def synapses(self) -> int:
        """Entries of all vectors that there is space for."""
        return self.most * SIZE

    @property
    def item_bits(self) -> float:
        """Signs of a vector."""
        return float(SIZE)

    @property
    def most(self) -> int:
        """Vectors that there is space for."""
        return self.budget.synapses // SIZE

    def draw(self, count: int) -> NDArray[np.float64]:
        """Return random signs, scaled to length 1."""
        return np.asarray(self.rng.choice([-1.0, 1.0], (count, SIZE)) / np.sqrt(SIZE))

    def store(self, items: NDArray[np.float64]) -> None:
        """Append vectors."""
        self.memory.store(items)

    def ask(self, which: IntArray) -> Trial:
        """Complete vectors in three updates."""
        wanted = self.items[which]
        cues = np.where(self.damaged(*wanted.shape), 0.0, wanted)
        found = self.memory.recall(cues, iterations=UPDATES).vectors
        exact = (np.sign(found) == np.sign(wanted)).all(axis=1)
        # Each update is a read of similarities, by entry, and one of the answer, by vector.
        known = float(np.count_nonzero(cues, axis=1).mean())
        entries = (known + (UPDATES - 1) * SIZE + UPDATES * SIZE) * self.load
        reads = UPDATES * (self.load + SIZE)
        work = Work(
            rows=entries / self.load,
            entries=entries,
            reads=reads,
            width=self.load,
            pulses=0.0,
            ticks=UPDATES,
            units=self.load + SIZE,
            bits=1,
            levels=0,
            devices=2,
            spiking=False,
        )
        return Trial(exact=float(exact.mean()), work=work)


@final
class ModernHopfield(SoftmaxContestant):
    """The modern Hopfield network."""

    name: ClassVar[str] = "modern Hopfield"
    kind: ClassVar[type[SoftmaxMemory]] = ModernHopfieldMemory


@final
class OutlierEfficientHopfield(SoftmaxContestant):
    """The outlier-efficient Hopfield network."""

    name: ClassVar[str] = "outlier-efficient Hopfield"
    kind: ClassVar[type[SoftmaxMemory]] = OutlierEfficientHopfieldMemory
