"""Matrices on several tiles: the same sums, counted reads and conversions."""

import numpy as np
import pytest

from neuro.backends.crossbar.grid import TileGrid, block_slices
from neuro.backends.crossbar.options import Options

RNG = np.random.default_rng(3)
WEIGHTS = RNG.normal(size=(10, 7))
SMALL = {"tile_rows": 4, "tile_columns": 6, "converter": False}
ROWS = np.array([0, 1, 3, 7, 9])


@pytest.mark.parametrize("mapping", ["differential", "offset"])
def test_split_matrix_gives_the_same_sums(hardware, mapping: str) -> None:
    grid = TileGrid(WEIGHTS, hardware(), Options(mapping=mapping, **SMALL))
    inputs = RNG.uniform(-1, 1, (3, 10))
    assert grid.mvm(inputs) == pytest.approx(inputs @ WEIGHTS, abs=1e-12)
    assert grid.events(ROWS) == pytest.approx(WEIGHTS[ROWS].sum(axis=0), abs=1e-12)
    assert grid.weights == pytest.approx(WEIGHTS, abs=1e-13)


# 10 rows in blocks of 4; 7 weights in blocks of 3, as a tile has 6 columns of devices.
def test_matrix_is_cut_into_tiles() -> None:
    places = list(block_slices((10, 7), Options(**SMALL)))
    assert len(places) == 9
    assert places[0] == (slice(0, 4), slice(0, 3)) and places[-1] == (slice(8, 10), slice(6, 7))


# Rows 0, 1, 3 are in the first row of tiles, 7 in the second, 9 in the third; every one of the
# three tiles across is read, and 3 + 3 + 1 columns are converted in each of the three rows.
def test_reads_and_conversions_are_counted(hardware) -> None:
    grid = TileGrid(WEIGHTS, hardware(), Options(**SMALL))
    grid.events(ROWS)
    assert (grid.use.reads, grid.use.column_conversions) == (5 * 3, 7 * 3)
    devices = np.abs(WEIGHTS[ROWS]) / np.concatenate(
        [
            np.repeat(
                [block.tile.mapping.scale[0] for block in grid.blocks[first : first + 3]], [3, 3, 1]
            )[None].repeat(count, axis=0)
            for first, count in ((0, 3), (3, 1), (6, 1))
        ]
    )
    assert grid.use.read_conductance == pytest.approx(devices.sum())


def test_rows_are_read_in_groups(hardware) -> None:
    grid = TileGrid(WEIGHTS, hardware(), Options(**SMALL, rows_max=2))
    assert grid.events(ROWS) == pytest.approx(WEIGHTS[ROWS].sum(axis=0), abs=1e-12)
    # Two groups in the first row of tiles now.
    assert (grid.use.reads, grid.use.column_conversions) == (5 * 3, 7 * 4)


def test_silence_is_not_read(hardware) -> None:
    grid = TileGrid(WEIGHTS, hardware(), Options(**SMALL))
    assert not grid.events(np.zeros(0, dtype=np.int64)).any()
    assert (grid.use.reads, grid.use.column_conversions) == (0, 0)


# The largest weight is the last level of a signed converter, and zero is one.
def test_converter_keeps_zero_and_the_largest_weight(hardware) -> None:
    grid = TileGrid(3.0 * np.eye(4), hardware(), Options())
    assert grid.events(np.array([2])) == pytest.approx([0, 0, 3, 0], abs=1e-12)


# Eight bits, signed, over a sum of two largest weights: 127 steps over 2.
def test_converter_rounds_sums_to_its_steps(hardware) -> None:
    grid = TileGrid([[1.0], [0.3]], hardware(), Options(), largest=1.0)
    step = 2 / 127
    assert grid.events(np.array([1]))[0] == pytest.approx(step * round(0.3 / step), abs=1e-12)


def test_converter_clips_more_rows_than_it_covers(hardware) -> None:
    grid = TileGrid(np.ones((20, 1)), hardware(), Options(converter_rows=4))
    assert grid.events(np.arange(3))[0] == pytest.approx(3.0, rel=0.02)
    assert grid.events(np.arange(20))[0] == pytest.approx(4.0)


def test_learning_reaches_the_right_tile(hardware) -> None:
    grid = TileGrid(WEIGHTS, hardware(), Options(**SMALL), largest=4.0)
    rows, columns = np.array([9, 0, 5]), np.array([6, 0, 2])
    new = np.array([1.5, -2.0, 0.0])
    found = grid.change(rows, columns, WEIGHTS[rows, columns], new)
    expected = WEIGHTS.copy()
    expected[rows, columns] = new
    assert found == pytest.approx(new, abs=1e-12)
    assert grid.weights == pytest.approx(expected, abs=1e-12)
    assert grid.use.writes == grid.use.write_pulses
    assert 3 <= grid.use.writes <= 6
