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
from neuro.passes.connect import Pairs, connect

Case = tuple[Connector, tuple[int, int], Pairs]


@st.composite
def joined(draw: st.DrawFn, *, lists: bool = True) -> Case:
    """A connector, its shape and the pairs that it yields."""
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


@given(joined())
def test_pairs_are_sorted_by_source_then_target(case: Case) -> None:
    _, _, pairs = case
    assert np.lexsort((pairs.targets, pairs.sources)).tolist() == list(range(pairs.sources.size))


@given(joined())
def test_pairs_are_in_range(case: Case) -> None:
    _, (rows, columns), pairs = case
    assert np.all((pairs.sources >= 0) & (pairs.sources < rows))
    assert np.all((pairs.targets >= 0) & (pairs.targets < columns))


@given(joined(lists=False))
def test_pairs_are_not_repeated(case: Case) -> None:
    _, (_, columns), pairs = case
    flat = pairs.sources * columns + pairs.targets
    assert np.unique(flat).size == flat.size


@given(joined(lists=False))
def test_equal_indices_are_skipped_when_asked(case: Case) -> None:
    connector, _, pairs = case
    if getattr(connector, "skip_equal_index", False):
        assert np.all(pairs.sources != pairs.targets)


@given(joined())
def test_order_points_into_the_array_of_the_user(case: Case) -> None:
    connector, (rows, columns), pairs = case
    given_sources, given_targets = np.divmod(np.arange(rows * columns), columns)
    if isinstance(connector, PairList):
        given_sources, given_targets = connector.sources, connector.targets
        assert sorted(pairs.order.tolist()) == list(range(given_sources.size))
    if isinstance(connector, PairList | AllToAll):
        assert given_sources[pairs.order].tolist() == pairs.sources.tolist()
        assert given_targets[pairs.order].tolist() == pairs.targets.tolist()
    else:
        assert pairs.order.tolist() == list(range(pairs.sources.size))
