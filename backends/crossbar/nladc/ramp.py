"""A ramp column: one device for each step of the ramp, and devices that set where it starts.

One read pulse a cycle adds a charge in proportion to a conductance, so a device holds the distance
of two thresholds, G_k = (T_(k+1) - T_k) / a. Specs, crossbar_nladc sections 2.1, 2.2, 2.4, 2.9.
"""

import heapq
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.nladc.functions import FloatArray
from neuro.backends.crossbar.nladc.levels import Levels
from neuro.errors import CapacityError, ValidationError

ROUNDING = 1e-9
"""Share of the largest conductance that a device may exceed it by, from rounding."""

SPECIAL_ROWS = 2
"""Rows for the start and the overflow of the ramp, beside those between two thresholds."""


class Conductances(NamedTuple):
    """What the devices of a column hold; leading axes are draws.

    Parameters
    ----------
    ramp : array, shape (..., rows), uS
        Devices of the ramp in the order of their pulses.
    bias : array, shape (..., bias rows), uS
        Devices that set the start.
    pulses : array of int64, shape (..., bias rows)
        Read pulses that each bias device gets.
    """

    ramp: FloatArray
    bias: FloatArray
    pulses: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ramp:
    """What is programmed into a ramp column.

    Parameters
    ----------
    levels : Levels
        Thresholds to reach.
    g_min, g_max : float, uS
        Range of a device.
    gain : float, 1/uS
        How far one microsiemens moves the ramp, in x, by one pulse; called a in the equations.
    targets : array, shape (rows,), uS
        Conductances of the ramp devices in the order of their pulses.
    ends : array of int64, shape (steps - 1,)
        Index of the device that completes each step between two thresholds.
    bias_total : float, uS
        What the pulses of the bias devices add up to; negative if the ramp starts above zero.
    bias_targets : array, shape (bias rows,), uS
        Conductances of the bias devices, all equal.
    bias_pulses : int
        Read pulses of each bias device before the ramp starts.
    """

    levels: Levels
    g_min: float
    g_max: float
    gain: float
    targets: FloatArray
    ends: NDArray[np.int64]
    bias_total: float
    bias_targets: FloatArray
    bias_pulses: int

    @property
    def polarity(self) -> float:
        """Sign of the bias pulses: -1 where they lower the start."""
        return 1.0 if self.bias_total < 0 else -1.0

    @property
    def rows(self) -> int:
        """Rows between the first and the last threshold."""
        return self.targets.size

    @property
    def devices(self) -> int:
        """All devices of the column: those rows, start, overflow and bias."""
        return self.rows + SPECIAL_ROWS + self.bias_targets.size

    @property
    def before_zero(self) -> int:
        """How many devices are pulsed before the threshold at which the ramp is calibrated."""
        zero = self.levels.zero
        return int(self.ends[zero - 1]) + 1 if zero else 0

    def feedback_ratio(self, weight_scale: float, input_scale: float) -> float:
        """Return the ratio of the feedback capacitors of column and ramp, C_mac / C_rmp.

        Parameters
        ----------
        weight_scale : float, 1/uS
            Weight of one microsiemens, s_w.
        input_scale : float
            Input of one pulse, s_u.
        """
        return self.gain / (weight_scale * input_scale)

    def ideal(self) -> Conductances:
        """Return the conductances of devices without errors."""
        pulses = np.full(self.bias_targets.size, self.bias_pulses)
        return Conductances(self.targets, self.bias_targets, pulses)

    def waveform(self, conductances: Conductances) -> FloatArray:
        """Return the ramp, in x, before the first pulse and after each, shape (..., rows + 1)."""
        bias = (conductances.pulses * conductances.bias).sum(axis=-1, keepdims=True)
        increments = np.concatenate([self.polarity * bias, conductances.ramp], axis=-1)
        return np.cumsum(self.gain * increments, axis=-1)

    def thresholds(self, conductances: Conductances) -> FloatArray:
        """Return the thresholds that conductances give, latched, shape (..., steps).

        A comparator holds its first answer, so a ramp that falls back changes nothing.
        """
        reached = self.waveform(conductances)[..., self.compared]
        return np.maximum.accumulate(reached, axis=-1)

    @property
    def compared(self) -> NDArray[np.int64]:
        """Samples of the waveform at which the comparators are asked, shape (steps,)."""
        return np.concatenate([[0], self.ends + 1])


def design_ramp(
    levels: Levels,
    *,
    g_max: float,
    g_min: float = 0.0,
    headroom: float = 0.0,
    row_budget: int | None = None,
    bias_rows: int | None = None,
) -> Ramp:
    """Map thresholds onto conductances.

    Parameters
    ----------
    levels : Levels
        Thresholds to reach.
    g_max, g_min : float, uS
        Range of a device.
    headroom : float, default 0 uS
        How far targets of the ramp stay below `g_max`.
    row_budget : int, optional
        Most rows between the thresholds. Large steps are shared by several devices, so that small
        ones get larger conductances and the same device error moves the ramp less. By default one
        device for each step.
    bias_rows : int, optional
        Devices that set the start; each gets as many pulses as that takes. By default as many as
        are needed with one pulse each.

    Raises
    ------
    ValidationError
        If there are fewer rows than steps, or the range of conductances is empty.
    CapacityError
        If a step needs less than the smallest conductance.

    Examples
    --------
    >>> from neuro.backends.crossbar.nladc import function_named, levels_of
    >>> ramp = design_ramp(levels_of(function_named("sigmoid"), 5), g_max=150.0)
    >>> ramp.rows, ramp.bias_targets.size, round(ramp.bias_total)
    (30, 5, 710)
    """
    largest = g_max - headroom
    if not 0 <= g_min < largest <= g_max < np.inf:
        limit = f"0 <= g_min < g_max, less {headroom:g} uS of headroom"
        raise ValidationError("conductance range", f"{g_min:g} to {g_max:g} uS", limit=limit)
    if bias_rows is not None and bias_rows < 1:
        raise ValidationError("bias rows", f"{bias_rows}", value=bias_rows, limit="At least one")
    distances = np.diff(levels.thresholds)
    shares = _shares(distances, row_budget)
    gain = float((distances / shares).max()) / largest
    bias_total = -float(levels.thresholds[0]) / gain
    needed = max(1, ceil(abs(bias_total) / g_max - ROUNDING))
    rows = bias_rows or needed
    pulses = ceil(needed / rows)
    ramp = Ramp(
        levels=levels,
        g_min=g_min,
        g_max=g_max,
        gain=gain,
        targets=np.repeat(distances / shares, shares) / gain,
        ends=np.cumsum(shares) - 1,
        bias_total=bias_total,
        bias_targets=np.full(rows, abs(bias_total) / (rows * pulses)),
        bias_pulses=pulses,
    )
    _check_smallest(ramp, distances)
    return ramp


def _shares(distances: FloatArray, budget: int | None) -> NDArray[np.int64]:
    """Return the devices of each step so that the largest share is as small as can be."""
    shares = np.ones(distances.size, dtype=np.int64)
    if budget is None:
        return shares
    if budget < distances.size:
        raise ValidationError(
            "row budget",
            f"{budget} rows for {distances.size} steps",
            value=budget,
            limit=f"At least {distances.size}, one row a step",
        )
    # A heap of the largest shares first; each row goes to the step that is largest at its turn.
    heap = [(-float(distance), step) for step, distance in enumerate(distances)]
    heapq.heapify(heap)
    for _ in range(budget - distances.size):
        _, step = heap[0]
        shares[step] += 1
        heapq.heapreplace(heap, (-float(distances[step] / shares[step]), step))
    largest = (distances / shares).max()
    # The last rows may have gone to some of several equal steps and help nobody.
    needed: NDArray[np.int64] = np.ceil(distances / largest - ROUNDING).astype(np.int64)
    return needed


def _check_smallest(ramp: Ramp, distances: FloatArray) -> None:
    where = f"ramp of function {ramp.levels.function.name!r}"
    limit = f"A device holds {ramp.g_min:g} uS to {ramp.g_max:g} uS"
    smallest = float(ramp.targets.min())
    if smallest < ramp.g_min * (1 - ROUNDING):
        finest = distances.min() / ramp.g_min
        rows = int(np.ceil(distances / (finest * ramp.g_max) - ROUNDING).sum())
        raise CapacityError(
            where,
            f"a step needs {smallest:.4g} uS",
            value=smallest,
            limit=limit,
            hint=f"Use a row budget of {rows} or more, fewer bits or another device",
        )
    bias = float(ramp.bias_targets[0])
    if 0 < bias < ramp.g_min * (1 - ROUNDING):
        raise CapacityError(
            where,
            f"a bias device needs {bias:.4g} uS",
            value=bias,
            limit=limit,
            hint="Use fewer bias rows or another device",
        )
