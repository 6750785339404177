r"""A reservoir computed on arrays of pairs, many samples at once.

.. math::
    I_t &= x_t W_{in} + s_{t-1} W_{rec}, \quad u_t = a\, u_{t-1} (1 - s_{t-1}) + I_t, \quad
    s_t = [u_t > \theta]

with read noise and converters in the columns (specs, resistive_lsm sections 1.1 and 2). Weights lie
on a dyadic grid on which every sum is exact, so that no order of adding changes a bit: this dense
path, the event-driven engine and any number of threads give the same spikes.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neuro.errors import ValidationError
from neuro.resistive.pairs import Pairs
from neuro.seeds import stream

FloatArray = NDArray[np.float64]

GRID = 2.0**-36
"""Weights are multiples of this. Sums stay exact in double precision below 2 ** 16."""

CHUNK = 64
"""Samples that are run together; a fixed number, for read noise has a stream for each chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayEffects:
    """Imperfections of reads; all off by default.

    Parameters
    ----------
    read_noise : float
        Relative standard deviation of one device in one read.
    adc_bits : int
        Resolution of the converters of the columns, 0 for exact.
    adc_range : float
        Full scale of the converters, in standard deviations of a column's current for the mean
        number of active rows in a typical step (`typical_rows`); both signs.
    typical_rows : int
        Active rows that the range is made for; 0 for the square root of a tenth of the rows.
    offset : float
        Offset of the amplifiers in weight units, drawn once for each column with this deviation.
    """

    read_noise: float = 0.0
    adc_bits: int = 0
    adc_range: float = 4.0
    typical_rows: int = 0
    offset: float = 0.0


IDEAL = ArrayEffects()
"""The ideal twin: the same array, read exactly."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairArray:
    """A matrix of pairs with its scale.

    Parameters
    ----------
    weights : array, shape (rows, columns)
        k (G+ - G-), on the grid.
    squares : array, shape (rows, columns)
        k^2 (G+^2 + G-^2), on the grid: what read noise scales with.
    """

    weights: FloatArray
    squares: FloatArray

    @classmethod
    def from_pairs(cls, pairs: Pairs, factor: float) -> "PairArray":
        """Scale pairs with the weight factor, in 1/uS."""
        squares = factor**2 * (pairs.plus**2 + pairs.minus**2)
        return cls(weights=on_grid(factor * pairs.difference), squares=on_grid(squares))

    def read(
        self, spikes: sparse.csr_array, read_noise: float, rng: np.random.Generator
    ) -> FloatArray:
        r"""Read many spike vectors.

        .. math:: I_j = \sum_i x_i W_{ij}
            + \eta k \sqrt{\sum_i x_i^2 (G^{+2}_{ij} + G^{-2}_{ij})}\,\xi_j

        which has the law of one multiplicative normal error for each device and read.

        Parameters
        ----------
        spikes : sparse array, shape (reads, rows)
            Which rows are driven.
        read_noise : float
            eta, relative.
        rng : numpy.random.Generator
            Source of xi.

        Returns
        -------
        array, shape (reads, columns)
        """
        current: FloatArray = spikes @ self.weights
        if not read_noise:
            return current
        spread = read_noise * np.sqrt(spikes @ self.squares)
        return np.asarray(current + spread * rng.standard_normal(current.shape))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Spikes of many samples.

    Parameters
    ----------
    counts : array, shape (samples, bins, neurons)
        Spikes in each stretch of time.
    input_spikes : array, shape (samples,)
        Spikes that came in.
    """

    counts: NDArray[np.int32]
    input_spikes: NDArray[np.int64]


def on_grid(values: FloatArray) -> FloatArray:
    """Move values to the nearest multiples of `GRID`.

    Examples
    --------
    >>> float(on_grid(np.array([0.1]))[0] - 0.1) < GRID
    True
    """
    moved: FloatArray = np.rint(values / GRID) * GRID
    return moved


def run_array(
    frames: NDArray[np.bool_],
    arrays: tuple[PairArray, PairArray],
    decay: float | FloatArray,
    threshold: float,
    *,
    bins: int = 1,
    effects: ArrayEffects = IDEAL,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Counts:
    """Run samples through a reservoir and count spikes.

    Parameters
    ----------
    frames : array of bool, shape (samples, steps, lines)
        Input spikes.
    arrays : (PairArray, PairArray)
        Input and recurrent weights, shapes (lines, neurons) and (neurons, neurons).
    decay : float or array, shape (neurons,)
        a, per step.
    threshold : float
        The threshold; a spike needs strictly more.
    bins : int
        Equal stretches of time in which spikes are counted.
    effects : ArrayEffects
        Imperfections of reads.
    seed : int
        Root of read noise and offsets.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ValidationError
        If the shapes do not match.
    """
    shapes = tuple(item.weights.shape for item in arrays)
    samples, lines = len(frames), frames.shape[2]
    if shapes[0][0] != lines or shapes[0][1] != shapes[1][0] or shapes[1][0] != shapes[1][1]:
        raise ValidationError(
            "frames",
            f"{lines} lines for input weights of shape {shapes[0]}, recurrent {shapes[1]}",
            value=frames.shape,
            limit="One line for each row of the input weights, a square recurrent matrix",
        )
    reads = [_Read(item, effects, seed, part) for part, item in enumerate(arrays)]
    counts = np.zeros((samples, bins, shapes[1][0]), dtype=np.int32)
    starts = range(0, samples, CHUNK)
    done = 0

    def work(start: int) -> None:
        part = frames[start : start + CHUNK]
        counts[start : start + CHUNK] = _run_chunk(
            part, reads, decay, threshold, bins, stream(seed, "read noise", start // CHUNK)
        )

    with ThreadPoolExecutor(min(os.cpu_count() or 1, max(len(starts), 1))) as pool:
        for _ in pool.map(work, starts):
            done += 1
            if progress is not None:
                progress(done / len(starts))
    return Counts(counts=counts, input_spikes=frames.sum(axis=(1, 2), dtype=np.int64))


class _Read:
    """Column currents of one matrix, with its imperfections."""

    def __init__(self, array: PairArray, effects: ArrayEffects, seed: int, part: int) -> None:
        self.array, self.noise, self.bits = array, effects.read_noise, effects.adc_bits
        rows, columns = array.weights.shape
        typical = effects.typical_rows or max(rows // 10, 1)
        self.full = effects.adc_range * float(array.weights.std()) * np.sqrt(typical)
        rng = stream(seed, "amplifier offset", part)
        self.offset = effects.offset * rng.standard_normal(columns) if effects.offset else None

    def __call__(self, spikes: sparse.csr_array, rng: np.random.Generator) -> FloatArray:
        """Return currents behind amplifier and converter, shape (reads, columns)."""
        current = self.array.read(spikes, self.noise, rng)
        if self.offset is not None:
            current = current + self.offset
        if not self.bits:
            return current
        codes = 2 ** (self.bits - 1) - 1
        step = self.full / codes
        converted: FloatArray = np.clip(np.rint(current / step), -codes, codes) * step
        return converted


def _run_chunk(
    frames: NDArray[np.bool_],
    reads: Sequence[_Read],
    decay: float | FloatArray,
    threshold: float,
    bins: int,
    rng: np.random.Generator,
) -> NDArray[np.int32]:
    samples, steps = frames.shape[:2]
    neurons = reads[1].array.weights.shape[0]
    into, back = reads
    counts = np.zeros((samples, bins, neurons), dtype=np.int32)
    u = np.zeros((samples, neurons))
    spikes = sparse.csr_array((samples, neurons))
    for step in range(steps):
        # Few lines and neurons are active in a step: sparse products are several times cheaper.
        x = sparse.csr_array(frames[:, step].astype(np.float64))
        driven = into(x, rng)
        u = decay * u + (driven + back(spikes, rng))
        fired = u > threshold
        u[fired] = 0.0
        spikes = sparse.csr_array(fired.astype(np.float64))
        counts[:, step * bins // steps] += fired
    return counts
