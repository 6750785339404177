import tracemalloc
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, chisquare

from neuro.ir import (
    AllToAll,
    Connector,
    FixedFanIn,
    FixedFanOut,
    FixedProbability,
    OneToOne,
    PairList,
)
from neuro.passes.connect import BLOCK, Rows, connect, row_order

SHAPES = [(60, 60), (30, 90), (90, 30), (1, 80), (80, 1), (1, 1)]
TEN_MILLION = 10**7


def rows_of(connector: Connector, shape: tuple[int, int], seed: int = 0) -> Rows:
    return connect(connector, shape, np.random.default_rng(seed))


def sources_of(rows: Rows) -> np.ndarray:
    return np.repeat(np.arange(rows.offsets.size - 1), np.diff(rows.offsets))


def joined(rows: Rows) -> list[tuple[int, int]]:
    return list(zip(sources_of(rows).tolist(), rows.targets.tolist(), strict=True))


def order_of(connector: Connector, shape: tuple[int, int]) -> list[int]:
    order = row_order(connector, shape)
    assert order is not None
    positions: list[int] = order.tolist()
    return positions


def bits(rows: Rows) -> tuple[bytes, bytes]:
    return rows.offsets.tobytes(), rows.targets.tobytes()


def equal_pairs(shape: tuple[int, int], skip: bool) -> np.ndarray:
    """Whether a pair is left out, shape (sources, targets)."""
    return np.eye(*shape, dtype=bool) & skip


def frequency(connector: Connector, shape: tuple[int, int], seeds: int) -> np.ndarray:
    """How often each pair is drawn, shape (sources, targets)."""
    counts = np.zeros(shape)
    for seed in range(seeds):
        rows = rows_of(connector, shape, seed)
        counts[sources_of(rows), rows.targets] += 1
    return counts / seeds


def dense(rows: Rows, columns: int) -> np.ndarray:
    """Whether pairs are joined, shape (sources, targets)."""
    matrix = np.zeros((rows.offsets.size - 1, columns), dtype=bool)
    matrix[sources_of(rows), rows.targets] = True
    return matrix


def set_counts(matrix: np.ndarray) -> np.ndarray:
    """How often each set of columns occurs as a row, shape (2**columns,)."""
    codes = matrix @ (1 << np.arange(matrix.shape[1]))
    return np.bincount(codes, minlength=1 << matrix.shape[1])


def set_sizes(columns: int) -> np.ndarray:
    """Return the size of each set of columns, shape (2**columns,)."""
    return np.array([code.bit_count() for code in range(1 << columns)])


# --- deterministic connectors --------------------------------------------------------------------


def test_one_to_one_joins_equal_indices() -> None:
    assert joined(rows_of(OneToOne(), (3, 3))) == [(0, 0), (1, 1), (2, 2)]


def test_all_to_all_joins_every_pair_once_in_order() -> None:
    expected = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert joined(rows_of(AllToAll(), (2, 3))) == expected


def test_all_to_all_without_equal_indices_leaves_out_the_diagonal() -> None:
    rows = rows_of(AllToAll(skip_equal_index=True), (2, 3))
    assert joined(rows) == [(0, 1), (0, 2), (1, 0), (1, 2)]


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3), (1, 4), (4, 1), (1, 1)])
def test_all_to_all_joins_exactly_the_allowed_pairs(shape: tuple[int, int], skip: bool) -> None:
    expected = np.argwhere(~equal_pairs(shape, skip)).tolist()
    pairs = joined(rows_of(AllToAll(skip_equal_index=skip), shape))
    assert pairs == [tuple(pair) for pair in expected]


def test_all_to_all_order_points_into_the_full_matrix() -> None:
    # Row-major positions in a 2 x 3 array, without (0, 0) and (1, 1).
    assert order_of(AllToAll(skip_equal_index=True), (2, 3)) == [1, 2, 3, 5]
    assert order_of(AllToAll(skip_equal_index=True), (3, 2)) == [1, 2, 4, 5]


def test_pair_list_is_sorted_by_source_then_target() -> None:
    connector = PairList(sources=[2, 0, 2, 1], targets=[1, 3, 0, 2])
    assert joined(rows_of(connector, (3, 4))) == [(0, 3), (1, 2), (2, 0), (2, 1)]
    assert order_of(connector, (3, 4)) == [1, 3, 2, 0]


def test_pair_list_keeps_repeated_pairs_in_the_order_given() -> None:
    connector = PairList(sources=[1, 0, 1], targets=[0, 0, 0])
    assert joined(rows_of(connector, (2, 1))) == [(0, 0), (1, 0), (1, 0)]
    assert order_of(connector, (2, 1)) == [1, 0, 2]


@pytest.mark.parametrize("block", [1, 2, 3, BLOCK])
@pytest.mark.parametrize("key_bits", [0, 64])
def test_any_list_of_pairs_is_sorted(
    monkeypatch: pytest.MonkeyPatch, block: int, key_bits: int
) -> None:
    # Blocks have seams at every place; without key bits positions are sorted beside their keys.
    monkeypatch.setattr("neuro.passes.connect.BLOCK", block)
    monkeypatch.setattr("neuro.passes.connect.KEY_BITS", key_bits)
    pairs = list(product(range(2), repeat=2))
    for listed in product(pairs, repeat=4):
        sources, targets = zip(*listed, strict=True)
        connector = PairList(sources=sources, targets=targets)
        order = row_order(connector, (2, 2))
        assert joined(rows_of(connector, (2, 2))) == sorted(listed)
        assert (order is None) == (list(listed) == sorted(listed))
        if order is not None:
            assert order.tolist() == sorted(range(4), key=lambda k: (listed[k], k))


def test_pair_list_reaches_the_last_index_of_32_bits() -> None:
    last = 2**32 - 1
    connector = PairList(sources=[1, 0, 1], targets=[last, last, 0])
    assert joined(rows_of(connector, (2, 2**32))) == [(0, last), (1, 0), (1, last)]
    assert order_of(connector, (2, 2**32)) == [1, 2, 0]


def test_pair_list_leaves_the_lists_of_the_user_alone() -> None:
    connector = PairList(sources=[1, 0], targets=[2, 1])
    rows_of(connector, (2, 3))
    row_order(connector, (2, 3))
    assert (connector.sources.tolist(), connector.targets.tolist()) == ([1, 0], [2, 1])


def test_empty_pair_list_joins_nothing() -> None:
    connector = PairList(sources=[], targets=[])
    assert rows_of(connector, (2, 2)).offsets.tolist() == [0, 0, 0]
    assert row_order(connector, (2, 2)) is None


@pytest.mark.parametrize(
    "connector",
    [
        OneToOne(),
        AllToAll(),
        PairList(sources=[0, 0, 1, 1], targets=[1, 1, 0, 2]),
        FixedProbability(probability=0.5, skip_equal_index=True),
        FixedFanIn(count=1, skip_equal_index=True),
        FixedFanOut(count=1, skip_equal_index=True),
    ],
)
def test_what_is_in_order_by_itself_needs_no_order(connector: Connector) -> None:
    assert row_order(connector, (3, 3)) is None


@pytest.mark.parametrize(
    "connector",
    [
        OneToOne(),
        AllToAll(),
        AllToAll(skip_equal_index=True),
        PairList(sources=[0, 1], targets=[1, 0]),
        PairList(sources=[1, 1, 0], targets=[1, 0, 0]),
        PairList(sources=[], targets=[]),
        FixedProbability(probability=0.0),
        FixedProbability(probability=0.5),
        FixedProbability(probability=1.0),
        FixedFanIn(count=0),
        FixedFanIn(count=2),
        FixedFanOut(count=0),
        FixedFanOut(count=2),
    ],
)
def test_rows_are_compressed(connector: Connector) -> None:
    rows = rows_of(connector, (5, 5))
    assert (rows.offsets.dtype, rows.targets.dtype) == (np.int64, np.uint32)
    assert (rows.offsets[0], rows.offsets[-1]) == (0, rows.targets.size)
    assert rows.offsets.shape == (6,)
    # Nothing larger hides behind the targets.
    root = rows.targets
    while isinstance(root.base, np.ndarray):
        root = root.base
    assert root.nbytes <= rows.targets.nbytes + 8


def test_unknown_connector_has_no_rule() -> None:
    with pytest.raises(TypeError, match="no rule for connector str"):
        connect("all", (1, 1), np.random.default_rng(0))  # type: ignore[arg-type]


# --- fixed probability ---------------------------------------------------------------------------


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_probability_one_joins_what_all_to_all_joins(shape: tuple[int, int], skip: bool) -> None:
    rows = rows_of(FixedProbability(probability=1, skip_equal_index=skip), shape)
    assert joined(rows) == joined(rows_of(AllToAll(skip_equal_index=skip), shape))


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_probability_just_below_one_joins_nearly_all(shape: tuple[int, int], skip: bool) -> None:
    rows = rows_of(FixedProbability(probability=1 - 1e-12, skip_equal_index=skip), shape)
    assert joined(rows) == joined(rows_of(AllToAll(skip_equal_index=skip), shape))


@pytest.mark.parametrize("probability", [0.0, 1e-15, 1e-300, 5e-324])
def test_probability_of_nothing_joins_nothing(probability: float) -> None:
    assert joined(rows_of(FixedProbability(probability=probability), (90, 30))) == []


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_fixed_probability_count_is_binomial(
    shape: tuple[int, int], skip: bool, probability: float
) -> None:
    connector = FixedProbability(probability=probability, skip_equal_index=skip)
    seeds = 20
    count = sum(rows_of(connector, shape, seed).targets.size for seed in range(seeds))
    trials = seeds * (shape[0] * shape[1] - (min(shape) if skip else 0))
    sd = np.sqrt(trials * probability * (1 - probability))
    assert count == pytest.approx(trials * probability, abs=4 * sd)


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3)])
@pytest.mark.parametrize("skip", [False, True])
def test_fixed_probability_draws_each_pair_alike(shape: tuple[int, int], skip: bool) -> None:
    seeds, probability = 2000, 0.3
    connector = FixedProbability(probability=probability, skip_equal_index=skip)
    expected = np.where(equal_pairs(shape, skip), 0.0, probability)
    # 24 cells at most: five standard deviations.
    tolerance = 5 * np.sqrt(probability * (1 - probability) / seeds)
    assert np.abs(frequency(connector, shape, seeds) - expected).max() < tolerance


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.8])
def test_fixed_probability_draws_pairs_independently(probability: float) -> None:
    # Every set of four targets, against the product of the probabilities of its members.
    sources, columns = 40_000, 4
    rows = rows_of(FixedProbability(probability=probability), (sources, columns))
    expected = sources * probability ** set_sizes(columns)
    expected *= (1 - probability) ** (columns - set_sizes(columns))
    assert chisquare(set_counts(dense(rows, columns)), expected).pvalue > 1e-3


def test_fixed_probability_fan_out_is_binomial() -> None:
    sources, columns, probability = 20_000, 1000, 0.01
    degrees = np.diff(
        rows_of(FixedProbability(probability=probability), (sources, columns)).offsets
    )
    observed = np.bincount(np.clip(degrees, 3, 19))[3:]
    expected = binom.pmf(np.arange(3, 20), columns, probability)
    expected[[0, -1]] = binom.cdf(3, columns, probability), binom.sf(18, columns, probability)
    assert chisquare(observed, sources * expected).pvalue > 1e-3


def test_fixed_probability_draws_each_target_alike() -> None:
    rows = rows_of(FixedProbability(probability=0.02), (5000, 500))
    assert chisquare(np.bincount(rows.targets, minlength=500)).pvalue > 1e-3


@pytest.mark.parametrize("skip", [False, True])
def test_fixed_probability_draws_in_blocks_without_a_seam(
    monkeypatch: pytest.MonkeyPatch, skip: bool
) -> None:
    monkeypatch.setattr("neuro.passes.connect.BLOCK", 7)
    connector = FixedProbability(probability=0.4, skip_equal_index=skip)
    pairs = joined(rows_of(connector, (50, 50)))
    trials = 2500 - 50 * skip
    assert len(set(pairs)) == len(pairs)
    assert len(pairs) == pytest.approx(trials * 0.4, abs=4 * np.sqrt(trials * 0.4 * 0.6))
    assert pairs == sorted(pairs)
    assert not (skip and any(source == target for source, target in pairs))


def test_more_successes_than_there_is_room_for_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neuro.passes.connect.BLOCK", 7)
    whole = joined(rows_of(FixedProbability(probability=0.4), (50, 50)))
    enough = iter([3])
    monkeypatch.setattr("neuro.passes.connect._enough", lambda _: next(enough, 7))
    assert joined(rows_of(FixedProbability(probability=0.4), (50, 50))) == whole


# --- fixed fan-in and fan-out --------------------------------------------------------------------


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", [(20, 20), (12, 30), (30, 12), (6, 200), (200, 6)])
def test_each_target_has_exactly_the_fan_in(shape: tuple[int, int], skip: bool) -> None:
    rows = rows_of(FixedFanIn(count=5, skip_equal_index=skip), shape)
    assert np.bincount(rows.targets, minlength=shape[1]).tolist() == [5] * shape[1]
    assert len(set(joined(rows))) == 5 * shape[1]
    assert not (skip and np.any(sources_of(rows) == rows.targets))


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", [(20, 20), (12, 30), (30, 12), (6, 200), (200, 6)])
def test_each_source_has_exactly_the_fan_out(shape: tuple[int, int], skip: bool) -> None:
    rows = rows_of(FixedFanOut(count=5, skip_equal_index=skip), shape)
    assert np.diff(rows.offsets).tolist() == [5] * shape[0]
    assert len(set(joined(rows))) == 5 * shape[0]
    assert not (skip and np.any(sources_of(rows) == rows.targets))


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
def test_largest_fan_joins_every_allowed_pair(kind: type[FixedFanIn] | type[FixedFanOut]) -> None:
    everyone = joined(rows_of(AllToAll(), (6, 6)))
    others = joined(rows_of(AllToAll(skip_equal_index=True), (6, 6)))
    assert joined(rows_of(kind(count=6), (6, 6))) == everyone
    assert joined(rows_of(kind(count=5, skip_equal_index=True), (6, 6))) == others


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
@pytest.mark.parametrize("skip", [False, True])
def test_fan_of_zero_joins_nothing(kind: type[FixedFanIn] | type[FixedFanOut], skip: bool) -> None:
    assert joined(rows_of(kind(count=0, skip_equal_index=skip), (1, 1))) == []


@pytest.mark.parametrize("shape", [(5, 5), (4, 9), (9, 4)])
@pytest.mark.parametrize("skip", [False, True])
def test_fan_in_draws_each_allowed_source_alike(shape: tuple[int, int], skip: bool) -> None:
    seeds, count = 2000, 2
    equal = equal_pairs(shape, skip)
    expected = np.where(equal, 0.0, count / (shape[0] - equal.any(axis=0)))
    drawn = frequency(FixedFanIn(count=count, skip_equal_index=skip), shape, seeds)
    assert np.abs(drawn - expected).max() < 5 * np.sqrt(0.25 / seeds)


@pytest.mark.parametrize("shape", [(5, 5), (4, 9), (9, 4)])
@pytest.mark.parametrize("skip", [False, True])
def test_fan_out_draws_each_allowed_target_alike(shape: tuple[int, int], skip: bool) -> None:
    seeds, count = 2000, 2
    equal = equal_pairs(shape, skip)
    expected = np.where(equal, 0.0, (count / (shape[1] - equal.any(axis=1)))[:, None])
    drawn = frequency(FixedFanOut(count=count, skip_equal_index=skip), shape, seeds)
    assert np.abs(drawn - expected).max() < 5 * np.sqrt(0.25 / seeds)


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
@pytest.mark.parametrize(("count", "partners"), [(1, 20), (2, 9), (3, 10), (2, 5), (4, 6), (6, 7)])
def test_every_set_of_partners_is_as_likely(
    kind: type[FixedFanIn] | type[FixedFanOut], count: int, partners: int
) -> None:
    # Beyond three candidates for each partner, repeated numbers are drawn again; see `DENSE`.
    neurons = 40_000
    fan_out = kind is FixedFanOut
    shape = (neurons, partners) if fan_out else (partners, neurons)
    matrix = dense(rows_of(kind(count=count), shape), shape[1])
    found = set_counts(matrix if fan_out else matrix.T)
    possible = set_sizes(partners) == count
    assert found[~possible].sum() == 0
    assert chisquare(found[possible]).pvalue > 1e-3


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("count", [10, 60, 200])
def test_partners_are_spread_evenly(
    kind: type[FixedFanIn] | type[FixedFanOut], skip: bool, count: int
) -> None:
    rows = rows_of(kind(count=count, skip_equal_index=skip), (300, 300))
    partners = rows.targets if kind is FixedFanOut else sources_of(rows)
    counts = np.bincount(partners, minlength=300)
    # Sampling without replacement spreads less than chance by the share that is not drawn.
    spread = chisquare(counts).statistic / (1 - count / (300 - skip))
    assert spread == pytest.approx(299, abs=4 * np.sqrt(2 * 299))


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
@pytest.mark.parametrize("count", [3, 8])
def test_fan_is_drawn_in_blocks_of_rows_without_a_seam(
    monkeypatch: pytest.MonkeyPatch, kind: type[FixedFanIn] | type[FixedFanOut], count: int
) -> None:
    monkeypatch.setattr("neuro.passes.connect.BLOCK", 35)
    pairs = joined(rows_of(kind(count=count, skip_equal_index=True), (20, 20)))
    assert pairs == sorted(set(pairs))
    assert all(source != target for source, target in pairs)
    fans = np.bincount([pair[kind is FixedFanIn] for pair in pairs], minlength=20)
    assert fans.tolist() == [count] * 20


@pytest.mark.parametrize(
    "connector", [FixedProbability(probability=0.3), FixedFanIn(count=4), FixedFanOut(count=4)]
)
def test_random_connector_depends_on_the_stream_alone(connector: Connector) -> None:
    first = bits(rows_of(connector, (20, 20), seed=1))
    assert bits(rows_of(connector, (20, 20), seed=1)) == first
    assert bits(rows_of(connector, (20, 20), seed=2)) != first


# --- size ----------------------------------------------------------------------------------------


def shuffled_pairs() -> PairList:
    rng = np.random.default_rng(3)
    sources, targets = rng.integers(10**5, size=(2, TEN_MILLION))
    return PairList(sources=sources, targets=targets)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FixedProbability(probability=1e-3),
        lambda: FixedProbability(probability=1e-3, skip_equal_index=True),
        lambda: FixedFanOut(count=100, skip_equal_index=True),
        lambda: FixedFanIn(count=100, skip_equal_index=True),
        shuffled_pairs,
    ],
    ids=["probability", "probability-skip", "fan-out", "fan-in", "pairs"],
)
def test_ten_million_synapses_take_at_most_twice_their_memory(
    make: Callable[[], Connector],
) -> None:
    connector = make()
    tracemalloc.start()
    try:
        rows = rows_of(connector, (10**5, 10**5))
        final, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows.targets.size == pytest.approx(TEN_MILLION, rel=1e-2)
    assert final == pytest.approx(rows.offsets.nbytes + rows.targets.nbytes, rel=1e-2)
    assert peak < 2 * final
