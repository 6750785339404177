"""Binary devices that cost answers: error over their spread, and on a crossbar as published.

The case is that of specs, noisy_hebbian 10.3: 8 clusters of 128 units, 2,000 messages, half of a
cue erased, one winner in each cluster, four rounds.
"""

from dataclasses import dataclass, replace

import numpy as np

from neuro.backends.crossbar.devices import ExactProgramming, LognormalProgramming, NoReadNoise
from neuro.backends.crossbar.hardware import Hardware, hardware_from
from neuro.backends.crossbar.write_once import WriteOnceMemory
from neuro.memories import ERASED, Topology
from neuro.seeds import stream
from neuro.target import Target

CLUSTERS, SIZE, MESSAGES, ROUNDS, CUES = 8, 128, 2000, 4, 2000
SPREADS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCurve:
    """Errors over spread.

    Parameters
    ----------
    spreads : tuple of float
        Standard deviations of the logarithm of a written device's conductance.
    errors : tuple of float
        Share of wrong answers with this effect alone.
    published : float
        Share of wrong answers on the devices of the hardware file, with all its effects.
    target : str
        Its name.
    sets : int
        Devices that were SET, each once.
    messages, cues, rounds : int
        Stored, asked, and rounds of each.
    """

    spreads: tuple[float, ...]
    errors: tuple[float, ...]
    published: float
    target: str
    sets: int
    messages: int
    cues: int
    rounds: int


def device_curve(
    target: Target, seed: int, *, spreads: tuple[float, ...] = SPREADS, cues: int = CUES
) -> DeviceCurve:
    """Recall the same cues on devices that differ more and more.

    Parameters
    ----------
    target : Target
        A crossbar.
    seed : int
    spreads : tuple of float
    cues : int
    """
    rng = stream(seed, "compare", "devices")
    patterns = rng.integers(0, SIZE, (MESSAGES, CLUSTERS))
    wanted = patterns[:cues]
    order = rng.permuted(np.tile(np.arange(CLUSTERS), (len(wanted), 1)), axis=1)
    asked = np.where(order < CLUSTERS // 2, ERASED, wanted)

    def written(hardware: Hardware) -> WriteOnceMemory:
        shape = Topology(n_clusters=CLUSTERS, cluster_size=SIZE)
        memory = WriteOnceMemory(shape, hardware, seed=seed)
        memory.store(patterns)
        return memory

    def error(memory: WriteOnceMemory) -> float:
        recall = memory.recall(asked, iterations=ROUNDS)
        return float(1 - recall.exact(wanted).mean())

    published = hardware_from(target)
    ideal = replace(
        published,
        g_min=0.0,
        stuck_off=0.0,
        stuck_on=0.0,
        programming=ExactProgramming(),
        read_noise=NoReadNoise(),
    )
    as_published = written(published)
    return DeviceCurve(
        spreads=spreads,
        errors=tuple(
            error(written(replace(ideal, programming=LognormalProgramming(spread=spread))))
            for spread in spreads
        ),
        published=error(as_published),
        target=target.name,
        sets=as_published.sets,
        messages=MESSAGES,
        cues=len(wanted),
        rounds=ROUNDS,
    )
