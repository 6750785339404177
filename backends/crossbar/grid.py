"""Matrices larger than a tile: blocks on tiles, whose converted sums are added digitally.

Each tile has its own scale, converter and random streams. A read of a tile converts all its
columns; with `rows_max` the active rows are read in groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.backends.crossbar.converters import UniformConverter
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.mapping import checked_weights
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.tile import Tile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(slots=True)
class Use:
    """What reads and writes of some tiles have taken so far.

    Parameters
    ----------
    reads : int
        Read pulses on rows.
    column_conversions : int
        Column sums that were converted.
    writes, write_pulses : int
        Changes of a device, and the pulses that they took.
    read_conductance, write_conductance : float, uS
        Summed over devices and pulses: times squared voltage and pulse length it is an energy.
    """

    reads: int = 0
    column_conversions: int = 0
    writes: int = 0
    write_pulses: int = 0
    read_conductance: float = 0.0
    write_conductance: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One tile with its place in the matrix, and the converter of its sums in uS, if any."""

    rows: slice
    columns: slice
    tile: Tile
    converter: UniformConverter | None


class TileGrid:
    """A matrix of weights on as many tiles as it takes.

    Parameters
    ----------
    weights : array, shape (rows, columns)
        Finite.
    hardware : Hardware
    options : Options
        With the size of a tile.
    seed : int, default 0
        Root of all randomness.
    path : tuple of str or int
        Name of the matrix below the root.
    largest : float, optional
        Weight that the full range of a device holds; default the largest one of each tile.
    used : array of bool, shape (rows, columns), optional
        Which weights can ever differ from zero, for the range of the converters; default those
        that do.

    Raises
    ------
    ValidationError
        If a weight cannot be kept.
    """

    def __init__(
        self,
        weights: ArrayLike,
        hardware: Hardware,
        options: Options,
        *,
        seed: int = 0,
        path: tuple[str | int, ...] = (),
        largest: float | None = None,
        used: NDArray[np.bool_] | None = None,
    ) -> None:
        where = " ".join(["matrix", *map(repr, path)])
        matrix = checked_weights(weights, options.mapping, f"{where}.weights")
        self.shape = matrix.shape
        self.options = options
        self.use = Use()
        present = matrix != 0 if used is None else used

        def block(rows: slice, columns: slice) -> Block:
            part = matrix[rows, columns]
            tile = Tile(
                part,
                hardware,
                options,
                seed=seed,
                path=(*path, rows.start, columns.start),
                largest=largest,
                precision="float64",
            )
            size = np.abs(part) if largest is None else np.full(part.shape, largest)
            possible = np.where(present[rows, columns], size, 0.0)
            converter = _converter(possible, tile, options) if options.converter else None
            return Block(rows, columns, tile, converter)

        self.blocks = tuple(block(*place) for place in block_slices(matrix.shape, options))

    @property
    def weights(self) -> FloatArray:
        """Weights as they are read without white noise and wires, shape (rows, columns)."""
        found = np.empty(self.shape)
        for block in self.blocks:
            found[block.rows, block.columns] = block.tile.weights
        return found

    def mvm(self, inputs: ArrayLike, *, read_noise: bool = True) -> NDArray[Any]:
        """Multiply pulses of any length in [-1, 1] with the weights; see `Tile.mvm`."""
        vectors = np.asarray(inputs)
        found = np.zeros((*vectors.shape[:-1], self.shape[1]))
        for block in self.blocks:
            sums = block.tile.mvm(vectors[..., block.rows], read_noise=read_noise)
            found[..., block.columns] += _converted(block, sums)
        return found

    def events(self, rows: IntArray, *, read_noise: bool = True) -> FloatArray:
        """Return the sum of the weights in rows that have a spike, and count what it took.

        Parameters
        ----------
        rows : array of int
            Active rows, ascending, each at most once.
        read_noise : bool, default True
            False leaves out the white noise.

        Returns
        -------
        array, shape (columns,)
        """
        found = np.zeros(self.shape[1])
        for block in self.blocks:
            first, last = np.searchsorted(rows, (block.rows.start, block.rows.stop))
            for group in _groups(rows[first:last] - block.rows.start, self.options.rows_max):
                sums = block.tile.events(group, read_noise=read_noise)
                found[block.columns] += _converted(block, sums)
                self.use.reads += group.size
                self.use.read_conductance += block.tile.row_conductance(group)
                self.use.column_conversions += sums.size
        return found

    def change(
        self, rows: IntArray, columns: IntArray, old: FloatArray, new: FloatArray
    ) -> FloatArray:
        """Move weights by writing devices; return what they are then, shape (synapses,).

        Parameters
        ----------
        rows, columns : array of int, shape (synapses,)
            Which, each at most once.
        old, new : array, shape (synapses,)
            Weights from and to which.
        """
        found = np.empty(rows.size)
        for block in self.blocks:
            inside = _inside(rows, block.rows) & _inside(columns, block.columns)
            if not np.any(inside):
                continue
            row, column = rows[inside] - block.rows.start, columns[inside] - block.columns.start
            pulses, passed = block.tile.change(row, column, old[inside], new[inside])
            self.use.write_conductance += passed
            self.use.writes += int(np.count_nonzero(pulses))
            self.use.write_pulses += int(pulses.sum())
            found[inside] = block.tile.weights_at(row, column)
        return found


def block_slices(shape: tuple[int, ...], options: Options) -> Iterator[tuple[slice, slice]]:
    """Cut a matrix into blocks that fit on tiles, row of blocks by row of blocks."""
    rows, columns = shape
    for first in range(0, rows, options.tile_rows):
        for start in range(0, columns, options.weights_across):
            yield (
                slice(first, min(first + options.tile_rows, rows)),
                slice(start, min(start + options.weights_across, columns)),
            )


def _converter(sizes: FloatArray, tile: Tile, options: Options) -> UniformConverter:
    """Return a converter that holds the largest sum of a column, or that of `converter_rows`."""
    scale = tile.mapping.scale
    full = float((sizes / scale).sum(axis=0).max(initial=0.0))
    device = tile.hardware.g_range * (0.5 if options.mapping == "offset" else 1.0)
    high = min(full, options.converter_rows * device) or device
    if options.mapping == "single":
        return UniformConverter(bits=tile.hardware.adc_bits, low=0.0, high=high, scheme="mid")
    return UniformConverter(bits=tile.hardware.adc_bits, low=-high, high=high, scheme="signed")


def _converted(block: Block, sums: NDArray[Any]) -> NDArray[Any]:
    if block.converter is None:
        return sums
    scale = block.tile.mapping.scale
    converted: NDArray[Any] = block.converter.convert(sums / scale) * scale
    return converted


def _groups(rows: IntArray, most: int) -> Iterator[IntArray]:
    """Cut active rows into groups that are read together; none if there are none."""
    step = most or max(rows.size, 1)
    for first in range(0, rows.size, step):
        yield rows[first : first + step]


def _inside(positions: IntArray, part: slice) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (positions >= part.start) & (positions < part.stop)
    return inside
