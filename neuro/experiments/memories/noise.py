"""Noise that helps: error of a decoder with one winner in each cluster, over its read noise.

Equal drives trap a decoder that always takes the first; a little noise chooses anew in each round.
The case is that of specs, noisy_hebbian section 6: 8 clusters of 128 units, half of a cue erased.
"""

from dataclasses import dataclass

import numpy as np

from neuro.memories import ERASED, CliqueMemory, Topology
from neuro.seeds import stream

CLUSTERS, SIZE, MESSAGES, ROUNDS, CUES = 8, 128, 4000, 10, 1000
SIGMAS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseCurve:
    """Errors over noise.

    Parameters
    ----------
    sigmas : tuple of float
        Standard deviations of a drive, in links.
    errors : tuple of float
        Share of wrong answers.
    all_maxima : float
        Share of wrong answers of the decoder that keeps all maxima, which has no ties to break.
    messages, cues, rounds : int
        Stored, asked, and rounds of each.
    """

    sigmas: tuple[float, ...]
    errors: tuple[float, ...]
    all_maxima: float
    messages: int
    cues: int
    rounds: int


def noise_curve(
    seed: int, *, sigmas: tuple[float, ...] = SIGMAS, messages: int = MESSAGES, cues: int = CUES
) -> NoiseCurve:
    """Recall the same cues with more and more read noise.

    Parameters
    ----------
    seed : int
    sigmas : tuple of float
        In links.
    messages, cues : int
    """
    rng = stream(seed, "compare", "noise")
    memory = CliqueMemory(Topology(n_clusters=CLUSTERS, cluster_size=SIZE))
    patterns = rng.integers(0, SIZE, (messages, CLUSTERS))
    memory.store(patterns)
    wanted = patterns[:cues]
    order = rng.permuted(np.tile(np.arange(CLUSTERS), (len(wanted), 1)), axis=1)
    asked = np.where(order < CLUSTERS // 2, ERASED, wanted)

    def error(rule: str, sigma: float = 0.0) -> float:
        recall = memory.recall(asked, rule, iterations=ROUNDS, read_noise=sigma, seed=seed)
        return float(1 - recall.exact(wanted).mean())

    return NoiseCurve(
        sigmas=sigmas,
        errors=tuple(error("single_winner", sigma) for sigma in sigmas),
        all_maxima=error("sum_of_sum"),
        messages=messages,
        cues=len(wanted),
        rounds=ROUNDS,
    )
