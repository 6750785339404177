"""Contestants whose items are sparse: cliques, learned cliques, Willshaw, Amari, Sparsey."""

from abc import abstractmethod
from math import isqrt, lgamma, log, log2
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from neuro.experiments.memories.contestants import Budget, Contestant, IntArray, Trial, square
from neuro.experiments.memories.work import Work
from neuro.memories import (
    ERASED,
    AmariMemory,
    CliqueMemory,
    HebbianParameters,
    NoisyHebbianMemory,
    SparseyMemory,
    SparseyParameters,
    Topology,
    WillshawMemory,
)
from neuro.models.cliques import CliquesParameters, schedule

CLUSTERS = 8
ROUNDS = 4
LEAST_UNITS = 32
FEATURES_PER_ACTIVE = 7
"""As in the test network of the specs: 20 of 144 features."""


class ClusteredContestant(Contestant):
    """Messages with one letter for each of eight clusters."""

    weights: ClassVar[str] = "binary"

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        square(budget, LEAST_UNITS, "clusters")
        size = isqrt(budget.synapses // (CLUSTERS * (CLUSTERS - 1)))
        self.topology = Topology(n_clusters=CLUSTERS, cluster_size=size)
        self.memory = self._new()

    @property
    def synapses(self) -> int:
        """Both directions of all links between clusters."""
        return 2 * self.topology.pairs

    @property
    def item_bits(self) -> float:
        """Letters of equal probability."""
        return CLUSTERS * log2(self.topology.cluster_size)

    @property
    def most(self) -> int:
        """Density 0.63, far beyond any recall."""
        return int(self.topology.cluster_size**2)

    def draw(self, count: int) -> NDArray[np.int64]:
        """Return random messages."""
        return self.rng.integers(0, self.topology.cluster_size, (count, CLUSTERS))

    def store(self, items: NDArray[np.int64]) -> None:
        """Store messages."""
        self.memory.store(items)

    def ask(self, which: IntArray) -> Trial:
        """Recall messages with some letters erased, in four rounds of sum-of-sum."""
        wanted = self.items[which]
        cues = np.where(self.damaged(*wanted.shape), ERASED, wanted)
        recall = self.memory.recall(cues, "sum_of_sum", iterations=ROUNDS)
        units, rounds = self.topology.units, float(recall.iterations.mean())
        # The cue is read too; winners of the last round are not.
        rows = float(recall.spikes.mean()) - CLUSTERS + float((cues >= 0).sum(axis=1).mean())
        width = units - self.topology.cluster_size
        plan = schedule(CliquesParameters(n_clusters=CLUSTERS), 1)
        work = Work(
            rows=rows,
            entries=rows * self.memory.density() * width,
            reads=rounds * units,
            width=width,
            pulses=rounds * plan.pulses,
            ticks=plan.first + rounds * plan.round,
            units=units,
            bits=1,
            levels=CLUSTERS,
        )
        return Trial(exact=float(recall.exact(wanted).mean()), work=work)

    @abstractmethod
    def _new(self) -> CliqueMemory | NoisyHebbianMemory:
        """Make the empty memory."""


@final
class Cliques(ClusteredContestant):
    """Clustered cliques, stored at once."""

    name: ClassVar[str] = "clustered cliques"

    def _new(self) -> CliqueMemory:
        return CliqueMemory(self.topology)


@final
class LearnedCliques(ClusteredContestant):
    """The same network, learned under noise."""

    name: ClassVar[str] = "noisy Hebbian"

    def _new(self) -> NoisyHebbianMemory:
        size = self.topology.cluster_size
        parameters = HebbianParameters(n_clusters=CLUSTERS, cluster_size=size, eps=0.20)
        return NoisyHebbianMemory(parameters, seed=self.budget.seed)


class SparseContestant(Contestant):
    """Patterns of log2 N active units, from parts of them."""

    bits: ClassVar[int]

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.units = square(budget, LEAST_UNITS, "a network")
        self.ones = round(log2(self.units))
        self.memory = self._new()

    @property
    def synapses(self) -> int:
        """Both directions of all links."""
        return self.units * (self.units - 1)

    @property
    def item_bits(self) -> float:
        """Which units are active."""
        return log2_choose(self.units, self.ones)

    @property
    def most(self) -> int:
        """Density 0.63, far beyond any recall."""
        return (self.units // self.ones) ** 2

    def draw(self, count: int) -> NDArray[np.int64]:
        """Return patterns of distinct units."""
        return distinct(self.rng, self.units, self.ones, count)

    def store(self, items: NDArray[np.int64]) -> None:
        """Store patterns."""
        self.memory.store(items)

    def ask(self, which: IntArray) -> Trial:
        """Recall patterns with some units erased, in one round of winners."""
        wanted = self.items[which]
        recall = self.memory.recall(np.where(self.damaged(*wanted.shape), ERASED, wanted))
        rows = self.ones - round(self.budget.damage * self.ones)
        work = Work(
            rows=rows,
            entries=rows * self.memory.density() * self.units,
            reads=self.units,
            width=self.units,
            pulses=self.ones,
            ticks=4 * self.ones,
            units=self.units,
            bits=self.bits,
            levels=self.ones if self.bits == 1 else 0,
        )
        return Trial(exact=float(recall.exact(wanted).mean()), work=work)

    @abstractmethod
    def _new(self) -> WillshawMemory | AmariMemory:
        """Make the empty memory."""


@final
class Willshaw(SparseContestant):
    """Willshaw's network."""

    name: ClassVar[str] = "Willshaw"
    weights: ClassVar[str] = "binary"
    bits: ClassVar[int] = 1

    def _new(self) -> WillshawMemory:
        return WillshawMemory(self.units)


@final
class Amari(SparseContestant):
    """Amari's network."""

    name: ClassVar[str] = "Amari"
    weights: ClassVar[str] = "counts"
    bits: ClassVar[int] = 8

    def _new(self) -> AmariMemory:
        return AmariMemory(self.units)


@final
class Sparsey(Contestant):
    """Sparsey; an answer is right if the code is the stored one in every module."""

    name: ClassVar[str] = "Sparsey"
    weights: ClassVar[str] = "binary"
    module_size: ClassVar[int] = 16

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        features = square(budget, LEAST_UNITS, "a network")
        self.parameters = SparseyParameters(
            features=features,
            active=features // FEATURES_PER_ACTIVE,
            modules=features // self.module_size,
            module_size=self.module_size,
        )
        self.memory = SparseyMemory(self.parameters, seed=budget.seed)

    @property
    def synapses(self) -> int:
        """From every feature to every unit of a code."""
        return int(self.memory.weights.size)

    @property
    def item_bits(self) -> float:
        """Winners of a code."""
        return self.parameters.modules * log2(self.module_size)

    @property
    def most(self) -> int:
        """Links are full by then."""
        return self.parameters.features

    def draw(self, count: int) -> NDArray[np.int64]:
        """Return inputs of distinct features."""
        return distinct(self.rng, self.parameters.features, self.parameters.active, count)

    def store(self, items: NDArray[np.int64]) -> None:
        """Choose a code for each input."""
        self.memory.store(items)

    def ask(self, which: IntArray) -> Trial:
        """Recall codes from a part of their inputs, in one pass."""
        inputs = self.items[which]
        cues = np.where(self.damaged(*inputs.shape), ERASED, inputs)
        exact = self.memory.recall(cues).exact(self.memory.codes[which])
        rows = float((cues >= 0).sum(axis=1).mean())
        units = self.parameters.modules * self.module_size
        work = Work(
            rows=rows,
            entries=rows * self.memory.density() * units,
            reads=units,
            width=units,
            pulses=self.parameters.active,
            ticks=4 * self.parameters.active,
            units=units,
            bits=1,
            levels=self.parameters.active,
        )
        return Trial(exact=float(exact.mean()), work=work)


def distinct(rng: np.random.Generator, units: int, ones: int, count: int) -> NDArray[np.int64]:
    """Return random rows of distinct units, shape (count, ones).

    Examples
    --------
    >>> rows = distinct(np.random.default_rng(1), 8, 8, 2)
    >>> np.sort(rows).tolist()
    [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7]]
    """
    rows = [rng.choice(units, ones, replace=False) for _ in range(count)]
    return np.array(rows, dtype=np.int64).reshape(count, ones)


def log2_choose(n: int, k: int) -> float:
    """Return the logarithm of a binomial coefficient, in bits.

    Examples
    --------
    >>> round(log2_choose(4, 2), 3)  # of 6
    2.585
    """
    return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / log(2)
