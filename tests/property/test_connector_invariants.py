import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuro.ir import (
    AllToAll,
    Connector,
    FixedFanIn,
    FixedFanOut,
    FixedProbability,
    OneToOne,
    PairList,
)
from neuro.passes.connect import Rows, connect, row_order

Case = tuple[Connector, tuple[int, int], Rows]


@st.composite
def joined(draw: st.DrawFn, *, lists: bool = True) -> Case:
    """A connector, its shape and the rows that it yields."""
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    skip = draw(st.booleans())
    fan_in = st.integers(0, rows - skip)
    fan_out = st.integers(0, columns - skip)
    pair = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    choices: list[st.SearchStrategy[Connector]] = [
        st.just(AllToAll(skip_equal_index=skip)),
        st.builds(FixedProbability, probability=st.floats(0, 1), skip_equal_index=st.just(skip)),
        st.builds(FixedFanIn, count=fan_in, skip_equal_index=st.just(skip)),
        st.builds(FixedFanOut, count=fan_out, skip_equal_index=st.just(skip)),
    ]
    if lists:
        listed = st.lists(pair, max_size=20)
        choices.append(
            listed.map(
                lambda pairs: PairList(sources=[i for i, _ in pairs], targets=[j for _, j in pairs])
            )
        )
    if rows == columns:
        choices.append(st.just(OneToOne()))
    connector = draw(st.one_of(choices))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return connector, (rows, columns), connect(connector, (rows, columns), rng)


def sources_of(rows: Rows) -> np.ndarray:
    return np.repeat(np.arange(rows.offsets.size - 1), np.diff(rows.offsets))


@given(joined())
def test_offsets_cover_the_targets(case: Case) -> None:
    _, (sources, _), rows = case
    assert rows.offsets.shape == (sources + 1,)
    assert (rows.offsets[0], rows.offsets[-1]) == (0, rows.targets.size)
    assert np.all(np.diff(rows.offsets) >= 0)
    assert (rows.offsets.dtype, rows.targets.dtype) == (np.int64, np.uint32)


@given(joined())
def test_targets_ascend_within_a_row(case: Case) -> None:
    _, _, rows = case
    order = np.lexsort((rows.targets, sources_of(rows)))
    assert order.tolist() == list(range(rows.targets.size))


@given(joined())
def test_targets_are_in_range(case: Case) -> None:
    _, (_, columns), rows = case
    assert np.all(rows.targets < columns)


@given(joined(lists=False))
def test_pairs_are_not_repeated(case: Case) -> None:
    _, (_, columns), rows = case
    flat = sources_of(rows) * columns + rows.targets
    assert np.unique(flat).size == flat.size


@given(joined(lists=False))
def test_equal_indices_are_skipped_when_asked(case: Case) -> None:
    connector, _, rows = case
    if getattr(connector, "skip_equal_index", False):
        assert np.all(sources_of(rows) != rows.targets)


@given(joined())
def test_fans_have_their_count(case: Case) -> None:
    connector, (_, columns), rows = case
    if isinstance(connector, FixedFanOut):
        assert np.all(np.diff(rows.offsets) == connector.count)
    if isinstance(connector, FixedFanIn):
        assert np.all(np.bincount(rows.targets, minlength=columns) == connector.count)


@given(joined())
def test_order_points_into_the_array_of_the_user(case: Case) -> None:
    connector, (sources, columns), rows = case
    order = row_order(connector, (sources, columns))
    if not isinstance(connector, PairList | AllToAll):
        assert order is None
        return
    given_sources, given_targets = np.divmod(np.arange(sources * columns), columns)
    if isinstance(connector, PairList):
        given_sources, given_targets = connector.sources, connector.targets
    taken = slice(None) if order is None else order
    assert given_sources[taken].tolist() == sources_of(rows).tolist()
    assert given_targets[taken].tolist() == rows.targets.tolist()
