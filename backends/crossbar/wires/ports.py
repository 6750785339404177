r"""The conductance that an array with wires shows at its terminals, once for a programmed state.

For linear cells the array is a linear map, ``I = V @ G_eff``. A cell and its two segments are a
mesh of conductances between four ports: left, right (word line), top, bottom (bit line). Blocks
of cells are joined side by side, and the ports in which they meet are eliminated by the star-mesh
transformation, :math:`c_{ij} \leftarrow c_{ij} + c_{ik} c_{kj} / \sum_l c_{kl}`, or by its block
form. At the end only sources (left) and ground (bottom) are left, and the mesh between them is
the result. As nothing is ever subtracted, every entry keeps its relative accuracy, however small
the wires' resistance (as for Markov chains: Grassmann, Taksar and Heyman, Oper. Res. 33, 1985).
Cost: O(N^3) for the longer side N.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .network import FloatArray, Wires, checked_conductance

LARGEST_LEAF = 16
"""Cells along a leaf: smaller blocks are eliminated node by node, all of them at once."""

FEWEST_LEAVES = 8
"""Along a side, unless a leaf is one cell: keeps what is padded below an eighth."""

CELLS_AT_ONCE = 2**13
"""In the making of leaves."""

LEFT, RIGHT, TOP, BOTTOM = range(4)
Axis = Literal["row", "column"]


@dataclass(frozen=True, slots=True)
class Block:
    """Some cells as a mesh between the ports on their four sides.

    Parameters
    ----------
    mesh : array, shape (ports, ports, ...)
        Conductances between ports, uS; what is on the diagonal has no meaning. Further axes are
        those of blocks that are treated alike.
    sides : tuple of int
        Ports on the left, right, top and bottom, in which order they are numbered.
    """

    mesh: FloatArray
    sides: tuple[int, int, int, int]


Elimination = Callable[[FloatArray, int], FloatArray]
"""Takes a mesh and how many of its first ports to eliminate; returns the mesh of the others."""


def effective_conductance(conductance: ArrayLike, wires: Wires) -> FloatArray:
    r"""Conductance from each source to each grounded bit line, wires included.

    Parameters
    ----------
    conductance : array, shape (rows, columns)
        Of the cells, uS.
    wires : Wires

    Returns
    -------
    array, shape (rows, columns)
        uS. Column currents are ``voltage @ result``, nA, for any row voltages in mV.

    Raises
    ------
    ValidationError
        If a conductance is negative or not finite.

    Notes
    -----
    Costs as much as a few hundred dense products; compute it once for a programmed state and keep
    it. Cells have to be linear; see `operating_point` for others.

    Examples
    --------
    One cell of 100 uS behind two segments of 1 ohm passes 19.9960008 uA at 0.2 V.

    >>> wires = Wires(row=1e-6, column=1e-6)
    >>> 200.0 * effective_conductance(np.array([[100.0]]), wires)
    array([[19996.00079984]])
    """
    cells = checked_conductance(conductance)
    rows, columns = cells.shape
    high, wide = _leaf_size(rows), _leaf_size(columns)
    # A cell without conductance on the open ends, on top and on the right, changes nothing.
    padded = np.pad(cells, ((-rows % high, 0), (0, -columns % wide)))
    blocks = _opened(_leaves(_cells(padded, wires), high, wide))
    while len(blocks) > 1 or len(blocks[0]) > 1:
        blocks = _joined_pairs(blocks)
    block = blocks[0][0]
    sources = block.sides[LEFT]
    return block.mesh[sources - rows : sources, sources : sources + columns].copy()


def _leaf_size(count: int) -> int:
    """Return how many cells a leaf has along an axis: a power of two."""
    size = 1
    while size < LARGEST_LEAF and 2 * size * FEWEST_LEAVES <= count:
        size *= 2
    return size


def _cells(conductance: FloatArray, wires: Wires) -> Block:
    """Return all cells, each a block with its segments on the left and at the bottom."""
    mesh = np.zeros((4, 4, *conductance.shape))
    mesh[LEFT, RIGHT] = mesh[RIGHT, LEFT] = 1 / wires.row
    mesh[TOP, BOTTOM] = mesh[BOTTOM, TOP] = 1 / wires.column
    mesh[RIGHT, TOP] = mesh[TOP, RIGHT] = conductance
    first, last = 1 / (wires.row + wires.driver), 1 / (wires.column + wires.sense)
    mesh[LEFT, RIGHT, :, 0] = mesh[RIGHT, LEFT, :, 0] = first
    mesh[TOP, BOTTOM, -1] = mesh[BOTTOM, TOP, -1] = last
    return Block(mesh, (1, 1, 1, 1))


def _leaves(cells: Block, high: int, wide: int) -> list[list[Block]]:
    """Join cells to leaves, so many at a time as fit into the processor's cache."""
    rows, columns = cells.mesh.shape[2:]
    strip = high * max(1, CELLS_AT_ONCE // (columns * high))
    leaves = []
    for start in range(0, rows, strip):
        part = Block(cells.mesh[:, :, start : start + strip], cells.sides)
        leaves += _separate(_joined_cells(part, high, wide))
    return leaves


def _joined_cells(cells: Block, high: int, wide: int) -> Block:
    """Join cells to leaves that are `high` by `wide` cells."""
    block = cells
    while block.sides[LEFT] < high or block.sides[TOP] < wide:
        mesh, sides = block.mesh, block.sides
        if sides[TOP] < wide and (sides[TOP] <= sides[LEFT] or sides[LEFT] == high):
            first, second = Block(mesh[..., 0::2], sides), Block(mesh[..., 1::2], sides)
            block = _join(first, second, "row", _eliminate_each)
        else:
            first, second = Block(mesh[..., 0::2, :], sides), Block(mesh[..., 1::2, :], sides)
            block = _join(first, second, "column", _eliminate_each)
    return block


def _separate(blocks: Block) -> list[list[Block]]:
    """Take blocks that were treated alike apart, row by row."""
    diagonal = np.arange(blocks.mesh.shape[0])
    blocks.mesh[diagonal, diagonal] = 0  # the block form sums whole rows
    meshes = np.ascontiguousarray(np.moveaxis(blocks.mesh, (0, 1), (2, 3)))
    return [[Block(mesh, blocks.sides) for mesh in row] for row in meshes]


def _opened(blocks: list[list[Block]]) -> list[list[Block]]:
    """Eliminate the ports on the open ends: on the right and on top."""
    opened = [list(row) for row in blocks]
    for row in opened:
        row[-1] = _without(row[-1], RIGHT)
    opened[0] = [_without(block, TOP) for block in opened[0]]
    return opened


def _without(block: Block, side: int) -> Block:
    """Eliminate the ports of one side."""
    ports = np.split(np.arange(sum(block.sides)), np.cumsum(block.sides)[:-1])
    order = np.concatenate([ports[side], *ports[:side], *ports[side + 1 :]])
    mesh = _eliminate_together(block.mesh[np.ix_(order, order)], block.sides[side])
    left, right, top, bottom = (0 if k == side else n for k, n in enumerate(block.sides))
    return Block(mesh, (left, right, top, bottom))


def _joined_pairs(blocks: list[list[Block]]) -> list[list[Block]]:
    """Join neighbours along the shorter side of the first block, so that blocks stay square."""
    first = blocks[0][0].sides
    is_wide = len(blocks[0]) == 1 or first[BOTTOM] > first[LEFT]
    if is_wide and len(blocks) > 1:
        columns = [_halved(list(column), "column") for column in zip(*blocks, strict=True)]
        return [list(row) for row in zip(*columns, strict=True)]
    return [_halved(row, "row") for row in blocks]


def _halved(blocks: list[Block], axis: Axis) -> list[Block]:
    """Join each block with the next one; a last one without a partner stays as it is."""
    pairs = zip(blocks[0::2], blocks[1::2], strict=False)
    joined = [_join(first, second, axis, _eliminate_together) for first, second in pairs]
    return joined + blocks[2 * len(joined) :]


def _join(first: Block, second: Block, axis: Axis, eliminate: Elimination) -> Block:
    """Join two blocks, the second to the right of the first (along the row) or below it."""
    if axis == "row":
        meeting, theirs = (RIGHT, LEFT), (TOP, BOTTOM)
    else:
        meeting, theirs = (BOTTOM, TOP), (LEFT, RIGHT)
    shared = first.sides[meeting[0]]
    own: list[dict[int, slice]] = [{meeting[0]: slice(shared)}, {meeting[1]: slice(shared)}]
    sides, start = [0, 0, 0, 0], shared
    for side in (LEFT, RIGHT, TOP, BOTTOM):
        for which, block in enumerate((first, second)):
            if side in theirs or side == meeting[1 - which]:
                stop = start + block.sides[side]
                own[which][side] = slice(start, stop)
                sides[side] += block.sides[side]
                start = stop
    mesh = np.zeros((start, start, *first.mesh.shape[2:]))
    _place(mesh, first, own[0])
    between = mesh[:shared, :shared].copy()
    _place(mesh, second, own[1])
    mesh[:shared, :shared] += between  # all that both blocks have
    left, right, top, bottom = sides
    return Block(eliminate(mesh, shared), (left, right, top, bottom))


def _place(mesh: FloatArray, block: Block, places: dict[int, slice]) -> None:
    """Copy a block into a larger mesh in which its sides have other places."""
    ranges = _slices(block.sides)
    for a, rows in places.items():
        for b, columns in places.items():
            mesh[rows, columns] = block.mesh[ranges[a], ranges[b]]


def _eliminate_each(mesh: FloatArray, count: int) -> FloatArray:
    """Eliminate the first ports one by one, in all blocks at once; changes `mesh`."""
    for k in range(count):
        row = mesh[k, k + 1 :]
        share = row / row.sum(axis=0)
        mesh[k + 1 :, k + 1 :] += row[:, None] * share
    return mesh[count:, count:]


def _eliminate_together(mesh: FloatArray, count: int) -> FloatArray:
    """Eliminate the first ports of one block; the diagonal of `mesh` and of the result is zero."""
    diagonal = np.arange(count)
    own = -mesh[:count, :count]
    own[diagonal, diagonal] = mesh[:count].sum(axis=1)
    rim = mesh[:count, count:]
    rest = mesh[count:, count:] + rim.T @ np.linalg.solve(own, rim)
    diagonal = np.arange(rest.shape[0])
    rest[diagonal, diagonal] = 0
    return rest


def _slices(sides: Sequence[int]) -> list[slice]:
    return [slice(start, stop) for start, stop in pairwise(accumulate(sides, initial=0))]
