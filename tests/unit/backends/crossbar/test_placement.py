"""Where synapses go: planes by delay, one synapse a crosspoint."""

import numpy as np

from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.placement import capacity_issue, place
from neuro.plan import PlannedProjection


def projection(pairs, delays) -> PlannedProjection:
    """Make a projection of 5 sources from (source, target) pairs that are sorted by source."""
    sources, targets = np.array(pairs).reshape(-1, 2).T
    return PlannedProjection(
        name="p",
        source="s",
        target="t",
        receptor=0,
        offsets=np.searchsorted(sources, np.arange(6)),
        targets=targets.astype(np.uint32),
        weights=1.0,
        delays=None,
        delay_steps=delays,
    )


def test_rows_and_columns_without_synapses_are_left_out() -> None:
    (plane,) = place(projection([(1, 7), (1, 9), (4, 7)], 2))
    assert plane.delay == 2
    assert plane.rows.tolist() == [1, 4] and plane.columns.tolist() == [7, 9]
    assert plane.row.tolist() == [0, 0, 1] and plane.column.tolist() == [0, 1, 0]


def test_each_delay_has_a_plane() -> None:
    delays = np.array([3, 1, 3], dtype=np.int32)
    first, second = place(projection([(0, 0), (0, 1), (2, 2)], delays))
    assert (first.delay, first.synapses.tolist()) == (1, [1])
    assert (second.delay, second.synapses.tolist()) == (3, [0, 2])


def test_synapses_of_one_pair_have_crosspoints_of_their_own() -> None:
    planes = place(projection([(0, 4), (0, 4), (0, 4), (1, 4)], 1))
    assert [plane.synapses.tolist() for plane in planes] == [[0, 3], [1], [2]]
    assert {plane.delay for plane in planes} == {1}


def test_projection_without_synapses_has_no_plane() -> None:
    empty = projection(np.zeros((0, 2), dtype=int), 1)
    assert place(empty) == ()
    assert capacity_issue(empty, (), Options()) is None


def test_devices_of_a_plane_depend_on_the_mapping() -> None:
    pairs = [(i, j) for i in range(3) for j in range(5)]
    (plane,) = place(projection(pairs, 1))
    small = {"tile_rows": 2, "tile_columns": 4}
    assert plane.devices(Options(**small)) == 30
    # Tiles hold three weights and a reference.
    assert plane.devices(Options(mapping="offset", **small)) == 3 * (5 + 2)
    assert plane.devices(Options(mapping="single", **small)) == 15
    assert plane.tiles(Options(**small)) == (2, 3)


def test_too_many_devices_are_refused_with_their_number() -> None:
    count = 9000
    wide = PlannedProjection(
        name="wide",
        source="s",
        target="t",
        receptor=0,
        offsets=np.arange(count + 1),
        targets=np.arange(count, dtype=np.uint32),
        weights=1.0,
        delays=None,
        delay_steps=1,
    )
    issue = capacity_issue(wide, place(wide), Options())
    assert issue is not None and issue.value == 2 * count**2
    assert issue.where == "projection 'wide'"
