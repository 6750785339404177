"""The reference workloads W1 to W3 as plain arrays, the same for every simulator.

Seeds and the order of draws are those of specs, performance section 1; nothing here knows a
simulator. `build` makes a workload by name, `CASES` says which sizes are worth a measurement.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
IndexArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Synapses as compressed rows, sorted by source, then by target.

    Parameters
    ----------
    offsets : array, shape (sources + 1,)
        Start of each source's row.
    targets : array, shape (synapses,)
        Target of each synapse.
    """

    offsets: IndexArray
    targets: IndexArray

    @property
    def sources(self) -> IndexArray:
        """Source of each synapse, shape (synapses,)."""
        return np.repeat(np.arange(self.offsets.size - 1), self.degrees)

    @property
    def degrees(self) -> IndexArray:
        """Number of targets of each source, shape (sources,)."""
        return np.diff(self.offsets)

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.float32]) -> Self:
        """Return the nonzero entries of a matrix with a row for each source."""
        sources, targets = np.nonzero(matrix)
        counts = np.bincount(sources, minlength=matrix.shape[0])
        return cls(offsets=_starts(counts), targets=targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuba:
    """W1, the current-based network of Vogels and Abbott.

    With ge and gi in mV: ``dv/dt = (ge + gi - (v - EL)) / 20 ms``, integrated exactly. A spike of
    step k adds its weight after the update of step k + 8; v is held for 50 steps after a spike.

    Parameters
    ----------
    steps : int
        Length of the run.
    v_init : array, shape (neurons,), mV
        The first 80 % of the neurons are excitatory.
    edges : Edges
        Each ordered pair of different neurons is joined with probability 80 / neurons.

    References
    ----------
    .. [1] Vogels and Abbott, J. Neurosci. 25 (2005), doi:10.1523/JNEUROSCI.3508-05.2005
    """

    name: ClassVar[str] = "W1"
    seed: ClassVar[int] = 42
    dt: ClassVar[float] = 0.1  # ms, like all times here
    tau_m: ClassVar[float] = 20.0
    tau_e: ClassVar[float] = 5.0
    tau_i: ClassVar[float] = 10.0
    v_rest: ClassVar[float] = -49.0  # mV, like all potentials and weights here
    v_thresh: ClassVar[float] = -50.0
    v_reset: ClassVar[float] = -60.0
    weight_e: ClassVar[float] = 1.62
    weight_i: ClassVar[float] = -9.0
    refractory_steps: ClassVar[int] = 50
    delay_steps: ClassVar[int] = 8
    mean_degree: ClassVar[float] = 80.0
    excitatory_share: ClassVar[float] = 0.8

    steps: int
    v_init: FloatArray
    edges: Edges

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return int(self.v_init.size)

    @property
    def excitatory(self) -> int:
        """Number of excitatory neurons; they come first."""
        return round(self.excitatory_share * self.neurons)

    @property
    def duration(self) -> float:
        """Length of the run, ms."""
        return self.steps * self.dt


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquid:
    """W2, a liquid state machine, each sample from v = 0 and without spikes.

    Step k: ``v = beta v + w_in x[k] + w_rec s[k - 1]``, but v = 0 in the one step after a spike;
    ``s[k] = v >= 1``, and v = 0 where it spikes.

    Parameters
    ----------
    inputs : array of bool, shape (samples, steps, channels)
        Input spikes x.
    w_in : array, shape (channels, neurons)
        Weights with a row for each source.
    w_rec : array, shape (neurons, neurons)
        The same; the rows of inhibitory neurons are negative.
    """

    name: ClassVar[str] = "W2"
    seed: ClassVar[int] = 7
    dt: ClassVar[float] = 1.0  # ms
    tau_m: ClassVar[float] = 20.0
    threshold: ClassVar[float] = 1.0
    neurons: ClassVar[int] = 1000
    excitatory: ClassVar[int] = 800
    channels: ClassVar[int] = 700
    density: ClassVar[float] = 0.1
    highest_in: ClassVar[float] = 0.1
    highest_rec: ClassVar[float] = 0.04
    input_rate: ClassVar[float] = 0.02  # spikes in a step: 20 Hz

    inputs: BoolArray
    w_in: SingleArray
    w_rec: SingleArray

    @property
    def beta(self) -> float:
        """Decay of the membrane in one step."""
        return float(np.exp(-self.dt / self.tau_m))

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.inputs.shape[0])

    @property
    def steps(self) -> int:
        """Steps of one sample."""
        return int(self.inputs.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Associative:
    """W3, an associative memory that learns by pair STDP.

    Step k: a cell within 2 steps of its spike has v = 0 and loses its input; else
    ``v = beta v + I[k]``, a spike where v >= 1, then v = 0. ``I[k + 1]`` is 2 for a driven cell,
    plus the weights from the cells that spiked in step k. Learning within step k: traces x and y
    decay; each spiking pre delivers w, then x += A+, w -= y; then each spiking post y += A-,
    w += x. Weights stay within 0 and `w_max`.

    Parameters
    ----------
    steps : int
        Length of the run.
    patterns : array, shape (patterns, cells)
        Cells of each pattern; the first half of them is the cue.
    drive_steps, drive_cells : arrays, shape (drives,)
        Which cell is driven in which step, sorted by step; never in step 0.
    """

    name: ClassVar[str] = "W3"
    seed: ClassVar[int] = 11
    dt: ClassVar[float] = 1.0  # ms, like all times here
    tau_m: ClassVar[float] = 3.0
    tau_trace: ClassVar[float] = 5.0
    threshold: ClassVar[float] = 1.0
    drive: ClassVar[float] = 2.0
    a_plus: ClassVar[float] = 0.04
    a_minus: ClassVar[float] = 0.05
    w_max: ClassVar[float] = 0.12
    refractory_steps: ClassVar[int] = 2
    neurons: ClassVar[int] = 1000
    learn_steps: ClassVar[int] = 60
    learn_at: ClassVar[tuple[int, ...]] = (5, 20, 35, 50)
    recall_steps: ClassVar[int] = 40
    recall_at: ClassVar[int] = 5
    recall_within: ClassVar[int] = 5
    background: ClassVar[float] = 0.002  # drives in a step: 2 Hz
    pattern_count: ClassVar[int] = 50
    pattern_size: ClassVar[int] = 20

    steps: int
    patterns: IndexArray
    drive_steps: IndexArray
    drive_cells: IndexArray

    @property
    def beta(self) -> float:
        """Decay of the membrane in one step."""
        return float(np.exp(-self.dt / self.tau_m))

    @property
    def trace_decay(self) -> float:
        """Decay of the traces x and y in one step."""
        return float(np.exp(-self.dt / self.tau_trace))

    @property
    def cue_steps(self) -> IndexArray:
        """Step in which the cue of each pattern is driven, shape (patterns,)."""
        number = np.arange(len(self.patterns))
        first = self.learn_steps * len(self.patterns) + self.recall_at
        return first + self.recall_steps * number


Workload = Cuba | Liquid | Associative


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One workload at one size.

    Parameters
    ----------
    workload : str
        ``"W1"``, ``"W2"`` or ``"W3"``.
    size : int
        Neurons of W1 and W3, samples of W2.
    steps : int
        Steps of the run, or of one sample.
    """

    workload: str
    size: int
    steps: int

    def __str__(self) -> str:
        """Name the case for people."""
        unit = "samples" if self.workload == "W2" else "neurons"
        return f"{self.workload}, {self.size} {unit}, {self.steps} steps"


W1_STEPS = 10_000
GROWTH = (4000, 20_000, 40_000, 100_000)
"""Sizes of W1 with the same fan-in of 80."""

CASES: dict[str, tuple[Case, ...]] = {
    "W1": (Case(workload="W1", size=4000, steps=W1_STEPS),),
    "growth": tuple(Case(workload="W1", size=size, steps=W1_STEPS) for size in GROWTH),
    "W2": (Case(workload="W2", size=100, steps=100),),
    "W3": (Case(workload="W3", size=1000, steps=5000),),
}
QUICK: dict[str, tuple[Case, ...]] = {
    "W1": (Case(workload="W1", size=1000, steps=1000),),
    "growth": tuple(Case(workload="W1", size=size, steps=1000) for size in (1000, 2000)),
    "W2": (Case(workload="W2", size=4, steps=100),),
    "W3": (Case(workload="W3", size=1000, steps=500),),
}
"""The small versions that continuous integration runs."""


def build(case: Case) -> Workload:
    """Draw the arrays of a case.

    Raises
    ------
    ValueError
        If there is no such workload.
    """
    if case.workload == "W1":
        return cuba(case.size, case.steps)
    if case.workload == "W2":
        return liquid(case.size, case.steps)
    if case.workload == "W3":
        return associative(case.steps)
    raise ValueError(f"no workload {case.workload!r}; known: W1, W2, W3")


def cuba(neurons: int = 4000, steps: int = W1_STEPS) -> Cuba:
    """Draw W1: potentials, out-degrees, then the targets of each neuron."""
    rng = np.random.default_rng([Cuba.seed, neurons])
    v_init = rng.uniform(-60.0, -50.0, neurons)
    degrees = rng.binomial(neurons - 1, Cuba.mean_degree / neurons, neurons)
    offsets = _starts(degrees)
    targets = np.empty(offsets[-1], dtype=np.int64)
    for neuron, degree in enumerate(degrees):
        others = np.sort(rng.choice(neurons - 1, degree, replace=False, shuffle=False))
        targets[offsets[neuron] : offsets[neuron + 1]] = others + (others >= neuron)
    return Cuba(steps=steps, v_init=v_init, edges=Edges(offsets=offsets, targets=targets))


def liquid(samples: int = 100, steps: int = 100) -> Liquid:
    """Draw W2: mask and value of w_in, mask and value of w_rec, then the input spikes."""
    rng = np.random.default_rng(Liquid.seed)
    w_in = _sparse_uniform(rng, (Liquid.channels, Liquid.neurons), Liquid.highest_in)
    w_rec = _sparse_uniform(rng, (Liquid.neurons, Liquid.neurons), Liquid.highest_rec)
    w_rec[Liquid.excitatory :] *= -5
    np.fill_diagonal(w_rec, 0)
    inputs = np.empty((samples, steps, Liquid.channels), dtype=np.bool_)
    for sample in range(samples):
        # Piece by piece, or the uniform numbers would be the peak of the process's memory.
        inputs[sample] = rng.random((steps, Liquid.channels)) < Liquid.input_rate
    return Liquid(inputs=inputs, w_in=w_in, w_rec=w_rec)


def associative(steps: int = 5000) -> Associative:
    """Draw W3: patterns of which no two share more than one cell, then the background drive.

    The specification gives no seed for W3. This one, with patterns by rejection and a silent step
    0, is the one that gives its spike count and its weights, to the last digit.
    """
    rng = np.random.default_rng(Associative.seed)
    patterns: list[IndexArray] = []
    while len(patterns) < Associative.pattern_count:
        drawn = rng.choice(Associative.neurons, Associative.pattern_size, replace=False)
        if all(np.intersect1d(drawn, other).size <= 1 for other in patterns):
            patterns.append(drawn)
    learning = Associative.learn_steps * len(patterns)
    total = learning + Associative.recall_steps * len(patterns)
    driven = np.empty((total, Associative.neurons), dtype=np.bool_)
    for row in driven:
        row[:] = rng.random(Associative.neurons) < Associative.background
    for number, cells in enumerate(patterns):
        for at in Associative.learn_at:
            driven[Associative.learn_steps * number + at, cells] = True
        cue = cells[: cells.size // 2]
        driven[learning + Associative.recall_steps * number + Associative.recall_at, cue] = True
    driven[0] = False
    drive_steps, drive_cells = np.nonzero(driven[:steps])
    return Associative(
        steps=steps,
        patterns=np.stack(patterns),
        drive_steps=drive_steps,
        drive_cells=drive_cells,
    )


def _starts(counts: IndexArray) -> IndexArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def _sparse_uniform(rng: np.random.Generator, shape: tuple[int, int], high: float) -> SingleArray:
    """Draw a matrix with entries uniform in [0, high) at a random 10 % of its places."""
    mask = rng.random(shape) < Liquid.density
    return np.where(mask, rng.uniform(0, high, shape), 0).astype(np.float32)
