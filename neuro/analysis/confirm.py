"""Monte-Carlo run of a planned memory: store, damage, recall, count.

Messages, faults and noise come from streams of one seed, so that a plan can be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from neuro.analysis.cliques import Faults
from neuro.memories import ERASED, BitRows, CliqueMemory, Topology
from neuro.memories.bits import packed
from neuro.memories.decoders import Decoder
from neuro.seeds import stream

Progress = Callable[[float], None]

BLOCK_UNITS = 2**22
"""Devices whose faults are drawn at a time."""

BLOCK_CUES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """How much is tried.

    Parameters
    ----------
    cues : int
        At most; there are no more than messages.
    seed : int
    most_wrong : float
        Share of wrong answers with which to stop: the run cannot confirm any more.
    """

    cues: int = 5000
    seed: int = 0
    most_wrong: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the run counted.

    Parameters
    ----------
    cues : int
        How many were asked.
    error : float
        Share of them that were not answered exactly.
    density : float
        Share of links between clusters that are there, faults left out.
    rounds : float
        Mean rounds of a recall.
    spikes : float
        Mean active units of a recall, summed over its rounds: rows that are read.
    """

    cues: int
    error: float
    density: float
    rounds: float
    spikes: float

    @property
    def deviation(self) -> float:
        """Standard deviation of the error."""
        return sqrt(max(self.error * (1 - self.error), 1 / self.cues) / self.cues)


def confirm(
    topology: Topology,
    messages: int,
    erased: int,
    decoder: Decoder,
    faults: Faults,
    trials: Trials,
    *,
    progress: Progress,
) -> Confirmation:
    """Store random messages and recall some of them with some letters erased.

    Parameters
    ----------
    topology : Topology
    messages, erased : int
    decoder : Decoder
    faults : Faults
        Stuck devices; read noise is the decoder's.
    trials : Trials
    progress : callable
        Called with the fraction done.
    """
    shape = (messages, topology.n_clusters)
    stored = stream(trials.seed, "plan", "messages").integers(
        0, topology.cluster_size, shape, dtype=np.int32
    )
    memory = CliqueMemory(topology)
    memory.store(stored)
    density = memory.density()
    add_faults(memory.links, faults, stream(trials.seed, "plan", "faults"))
    rng = stream(trials.seed, "plan", "cues")
    chosen = rng.choice(messages, size=min(trials.cues, messages), replace=False)
    order = rng.permuted(np.tile(np.arange(topology.n_clusters), (chosen.size, 1)), axis=1)
    asked = stored[chosen].copy()
    np.put_along_axis(asked, order[:, :erased], ERASED, axis=1)
    done, wrong, rounds, spikes = 0, 0, 0, 0
    for begin in range(0, chosen.size, BLOCK_CUES):
        block = slice(begin, begin + BLOCK_CUES)
        recall = memory.recall(asked[block], decoder)
        exact = recall.exact(stored[chosen[block]])
        done += exact.size
        wrong += int((~exact).sum())
        rounds += int(recall.iterations.sum())
        spikes += int(recall.spikes.sum())
        progress(done / chosen.size)
        if wrong > trials.most_wrong * chosen.size:
            break
    return Confirmation(
        cues=done,
        error=wrong / done,
        density=density,
        rounds=rounds / done,
        spikes=spikes / done,
    )


def add_faults(links: BitRows, faults: Faults, rng: np.random.Generator) -> None:
    """Let devices be stuck; the two devices of a link fail on their own.

    Parameters
    ----------
    links : BitRows
        Changed in place; no longer symmetric.
    faults : Faults
    rng : numpy.random.Generator
    """
    if faults.stuck_off == 0 and faults.stuck_on == 0:
        return
    shape = links.topology
    cluster = np.arange(shape.units) // shape.cluster_size
    step = max(1, BLOCK_UNITS // shape.units)
    for begin in range(0, shape.units, step):
        rows = slice(begin, min(begin + step, shape.units))
        draw = rng.random((rows.stop - begin, shape.units))
        on = packed((draw < faults.stuck_on) & (cluster[rows, None] != cluster), shape)
        off = packed(draw >= 1 - faults.stuck_off, shape)
        links.words[rows] = (links.words[rows] | on) & ~off
