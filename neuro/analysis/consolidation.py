r"""Consolidated Hebbian learning of one link: :math:`w \leftarrow f(w + \epsilon a)`, a in {0, 1}.

Closed facts of specs, noisy_hebbian section 4: how many co-activations a link takes, how surely it
forms when they come at random, and how many bits its weight needs.
"""

import numpy as np

from neuro.errors import ValidationError
from neuro.memories.consolidation import ConsolidationMap, consolidation_map
from neuro.memories.interface import FloatArray
from neuro.memories.parameters import critical_increment

__all__ = [
    "co_activity",
    "consolidation_probability",
    "critical_increment",
    "learning_curve",
    "steps_to_consolidate",
    "trajectory",
]

HALF = 0.5
FINE_BITS = 14
"""Weights this fine move as real numbers do: probabilities differ by less than 0.001."""


def trajectory(
    eps: float, steps: int, map_: str | ConsolidationMap = "tan_sigmoid", *, bits: int | None = None
) -> list[float]:
    """Return the weight after each of so many uninterrupted co-activations.

    Parameters
    ----------
    eps : float
        Increment.
    steps : int
    map_ : str or ConsolidationMap
    bits : int, optional
        Round to the nearest of so many bits after each step.

    Examples
    --------
    >>> [round(weight, 4) for weight in trajectory(0.20, 7)]
    [0.0599, 0.1325, 0.2384, 0.4032, 0.662, 0.9869, 1.0]
    """
    rule = consolidation_map(map_).rounded(bits)
    found, weight = [], 0.0
    for _ in range(steps):
        weight = rule.one(weight + eps)
        found.append(weight)
    return found


def steps_to_consolidate(
    eps: float,
    map_: str | ConsolidationMap = "tan_sigmoid",
    *,
    goal: float = HALF,
    bits: int | None = None,
) -> int | None:
    """Return n*, the co-activations in a row after which the weight has passed a goal.

    Returns
    -------
    int or None
        None if it never passes.

    Examples
    --------
    >>> [steps_to_consolidate(eps) for eps in (0.14, 0.18, 0.20, 0.51)]
    [None, 6, 5, 1]
    """
    return consolidation_map(map_).rounded(bits).steps_past(goal, eps)


def learning_curve(
    eps: float,
    activity: float,
    steps: int,
    map_: str | ConsolidationMap = "tan_sigmoid",
    *,
    bits: int = FINE_BITS,
    stochastic: bool = False,
) -> FloatArray:
    """Return the probability that a link is above 1/2, after each step.

    The link is a Markov chain on the levels of its weight, which is followed exactly.

    Parameters
    ----------
    eps : float
        Increment.
    activity : float
        q, probability that both units are active in a step.
    steps : int
    map_ : str or ConsolidationMap
    bits : int
        Of the weight; the default is as good as a real number.
    stochastic : bool, default False
        Round up or down at random, in proportion, instead of to the nearest level.

    Returns
    -------
    float array, shape (steps,)

    Examples
    --------
    >>> learning_curve(0.18, 0.6084, 50)[[19, 49]].round(2)
    array([0.43, 0.82])
    """
    if not 0 <= activity <= 1:
        raise ValidationError("activity", f"{activity:g}", value=activity, limit="From 0 to 1")
    rule = consolidation_map(map_)
    top = rule.rounded(bits).levels
    grid = np.arange(top + 1) / top
    moves = [(rule(grid + eps), activity), (rule(grid), 1 - activity)]
    targets = [
        (target, share * weight)
        for mapped, share in moves
        for target, weight in _rounded(mapped * top, stochastic=stochastic)
    ]
    state = np.zeros(top + 1)
    state[0] = 1.0
    curve = np.empty(steps)
    for step in range(steps):
        before, state = state, np.zeros(top + 1)
        for to, share in targets:
            state += np.bincount(to, weights=before * share, minlength=top + 1)
        curve[step] = state[grid > HALF].sum()
    return curve


def consolidation_probability(
    eps: float, activity: float, steps: int, map_: str | ConsolidationMap = "tan_sigmoid"
) -> float:
    """Return the probability that random co-activity forms a link within some steps."""
    return float(learning_curve(eps, activity, steps, map_)[-1])


def co_activity(
    p_erase: float, p_insert: float, *, cluster_size: int, by_neuron: bool = False
) -> float:
    """Return q, how often the two units of a true pair win together, without feedback.

    Parameters
    ----------
    p_erase, p_insert : float
        Rates of the noise channel.
    cluster_size : int
    by_neuron : bool, default False
        Whether insertions happen to each unit, instead of to one of a cluster.

    Examples
    --------
    >>> round(co_activity(0.20, 0.05, cluster_size=64), 4)
    0.6084
    """
    if by_neuron and p_insert > 0:
        wins = (1 - (1 - p_insert) ** cluster_size) / (cluster_size * p_insert)
    else:
        wins = 1 - p_insert / 2
    return ((1 - p_erase) * wins) ** 2


def _rounded(
    level: FloatArray, *, stochastic: bool
) -> list[tuple[np.typing.NDArray[np.int64], FloatArray]]:
    """Return the whole levels that a level goes to, with the share of each."""
    if not stochastic:
        return [(np.rint(level).astype(np.int64), np.ones(level.size))]
    below = np.floor(level).astype(np.int64)
    above = np.minimum(below + 1, level.size - 1)
    return [(above, level - below), (below, 1 - (level - below))]
