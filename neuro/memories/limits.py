"""Energy limits: which units may be active when not all that are driven can be paid for.

Drives are whole numbers, `ONE` for a link, so that neither sums nor ties depend on an order.
"""

import numpy as np

from neuro.memories.draws import Words, scaled
from neuro.memories.interface import FloatArray, IntArray

ONE = 2**32
"""Drive through one settled link."""


def cluster_winners(drive: IntArray, clusters: int, ties: Words, floor: int) -> IntArray:
    """Return one unit for each cluster whose largest drive is above the floor.

    Parameters
    ----------
    drive : int array, shape (units,)
    clusters : int
    ties : uint32 array, shape (clusters,)
        Choose among equal drives.
    floor : int

    Returns
    -------
    int array, shape (winners,)
        Units, rising.
    """
    grid = drive.reshape(clusters, -1)
    top = grid.max(axis=1)
    is_top = grid == top[:, None]
    letters = is_top.argmax(axis=1)
    counts = is_top.sum(axis=1)
    for cluster in np.flatnonzero((counts > 1) & (top > floor)):
        which = int(scaled(ties[cluster], int(counts[cluster])))
        letters[cluster] = np.flatnonzero(is_top[cluster])[which]
    winners = np.arange(clusters, dtype=np.int64) * grid.shape[1] + letters
    return np.asarray(winners[top > floor])


def k_winners(drive: IntArray, ties: Words, winners: int, floor: int) -> IntArray:
    """Return the units with the largest drives above the floor, at most `winners` of them.

    Parameters
    ----------
    drive : int array, shape (units,)
    ties : uint32 array, shape (units,)
        The smaller ones win among equal drives.
    winners, floor : int

    Returns
    -------
    int array, shape (winners,)
        Units, rising.
    """
    return np.sort(_by_falling_drive(drive, ties, floor)[:winners])


def affordable(
    drive: IntArray, ties: Words, costs: FloatArray, budget: float, floor: int
) -> IntArray:
    """Return the units that a budget pays for, by falling drive, until one is too dear.

    Parameters
    ----------
    drive : int array, shape (units,)
    ties : uint32 array, shape (units,)
        The smaller ones come first among equal drives.
    costs : float array, shape (units,)
        Energy of a spike of each unit, links included, in the unit of the budget.
    budget : float
    floor : int

    Returns
    -------
    int array, shape (winners,)
        Units, rising.
    """
    order = _by_falling_drive(drive, ties, floor)
    return np.sort(order[np.cumsum(costs[order]) <= budget])


def _by_falling_drive(drive: IntArray, ties: Words, floor: int) -> IntArray:
    """Return the units above the floor, those with the largest drive first."""
    above = np.flatnonzero(drive > floor)
    return np.asarray(above[np.lexsort((ties[above], -drive[above]))])
