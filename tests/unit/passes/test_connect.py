import numpy as np
import pytest

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

SHAPES = [(60, 60), (30, 90), (90, 30), (1, 80), (80, 1)]


def pairs_of(connector: Connector, shape: tuple[int, int], seed: int = 0) -> Pairs:
    return connect(connector, shape, np.random.default_rng(seed))


def joined(pairs: Pairs) -> list[tuple[int, int]]:
    return list(zip(pairs.sources.tolist(), pairs.targets.tolist(), strict=True))


def frequency(connector: Connector, shape: tuple[int, int], seeds: int) -> np.ndarray:
    """How often each pair is drawn, shape (sources, targets)."""
    counts = np.zeros(shape)
    for seed in range(seeds):
        pairs = pairs_of(connector, shape, seed)
        counts[pairs.sources, pairs.targets] += 1
    return counts / seeds


# --- deterministic connectors --------------------------------------------------------------------


def test_one_to_one_joins_equal_indices() -> None:
    assert joined(pairs_of(OneToOne(), (3, 3))) == [(0, 0), (1, 1), (2, 2)]


def test_all_to_all_joins_every_pair_once_in_order() -> None:
    expected = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert joined(pairs_of(AllToAll(), (2, 3))) == expected


def test_all_to_all_without_equal_indices_leaves_out_the_diagonal() -> None:
    pairs = pairs_of(AllToAll(skip_equal_index=True), (2, 3))
    assert joined(pairs) == [(0, 1), (0, 2), (1, 0), (1, 2)]


def test_all_to_all_order_points_into_the_full_matrix() -> None:
    # Row-major positions in a 2 x 3 array, without (0, 0) and (1, 1).
    pairs = pairs_of(AllToAll(skip_equal_index=True), (2, 3))
    assert pairs.order.tolist() == [1, 2, 3, 5]


def test_pair_list_is_sorted_by_source_then_target() -> None:
    connector = PairList(sources=[2, 0, 2, 1], targets=[1, 3, 0, 2])
    pairs = pairs_of(connector, (3, 4))
    assert joined(pairs) == [(0, 3), (1, 2), (2, 0), (2, 1)]
    assert pairs.order.tolist() == [1, 3, 2, 0]


def test_pair_list_keeps_repeated_pairs_in_the_order_given() -> None:
    pairs = pairs_of(PairList(sources=[1, 0, 1], targets=[0, 0, 0]), (2, 1))
    assert joined(pairs) == [(0, 0), (1, 0), (1, 0)]
    assert pairs.order.tolist() == [1, 0, 2]


def test_empty_pair_list_joins_nothing() -> None:
    assert joined(pairs_of(PairList(sources=[], targets=[]), (2, 2))) == []


def test_unknown_connector_has_no_rule() -> None:
    with pytest.raises(TypeError, match="no rule for connector str"):
        connect("all", (1, 1), np.random.default_rng(0))  # type: ignore[arg-type]


# --- fixed probability ---------------------------------------------------------------------------


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_probability_one_joins_what_all_to_all_joins(shape: tuple[int, int], skip: bool) -> None:
    pairs = pairs_of(FixedProbability(probability=1, skip_equal_index=skip), shape)
    assert joined(pairs) == joined(pairs_of(AllToAll(skip_equal_index=skip), shape))


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_probability_just_below_one_joins_nearly_all(shape: tuple[int, int], skip: bool) -> None:
    pairs = pairs_of(FixedProbability(probability=1 - 1e-12, skip_equal_index=skip), shape)
    assert joined(pairs) == joined(pairs_of(AllToAll(skip_equal_index=skip), shape))


@pytest.mark.parametrize("probability", [0.0, 1e-15, 1e-300])
def test_probability_of_nothing_joins_nothing(probability: float) -> None:
    assert joined(pairs_of(FixedProbability(probability=probability), (90, 30))) == []


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_fixed_probability_count_is_binomial(
    shape: tuple[int, int], skip: bool, probability: float
) -> None:
    connector = FixedProbability(probability=probability, skip_equal_index=skip)
    seeds = 20
    count = sum(pairs_of(connector, shape, seed).sources.size for seed in range(seeds))
    trials = seeds * (shape[0] * shape[1] - (min(shape) if skip else 0))
    sd = np.sqrt(trials * probability * (1 - probability))
    assert count == pytest.approx(trials * probability, abs=4 * sd)


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3)])
@pytest.mark.parametrize("skip", [False, True])
def test_fixed_probability_draws_each_pair_alike(shape: tuple[int, int], skip: bool) -> None:
    seeds, probability = 2000, 0.3
    connector = FixedProbability(probability=probability, skip_equal_index=skip)
    expected = np.full(shape, probability)
    if skip:
        expected[np.equal.outer(np.arange(shape[0]), np.arange(shape[1]))] = 0.0
    # 24 cells at most: five standard deviations.
    tolerance = 5 * np.sqrt(probability * (1 - probability) / seeds)
    assert np.abs(frequency(connector, shape, seeds) - expected).max() < tolerance


def test_fixed_probability_draws_in_blocks_without_a_seam(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("neuro.passes.connect.DRAWS_AT_ONCE", 7)
    pairs = joined(pairs_of(FixedProbability(probability=0.4), (50, 50)))
    assert len(set(pairs)) == len(pairs)
    assert len(pairs) == pytest.approx(1000, abs=4 * np.sqrt(2500 * 0.4 * 0.6))
    assert pairs == sorted(pairs)


# --- fixed fan-in and fan-out --------------------------------------------------------------------


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", [(20, 20), (12, 30), (30, 12)])
def test_each_target_has_exactly_the_fan_in(shape: tuple[int, int], skip: bool) -> None:
    pairs = pairs_of(FixedFanIn(count=5, skip_equal_index=skip), shape)
    assert np.bincount(pairs.targets, minlength=shape[1]).tolist() == [5] * shape[1]
    assert len(set(joined(pairs))) == 5 * shape[1]
    assert not (skip and np.any(pairs.sources == pairs.targets))


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("shape", [(20, 20), (12, 30), (30, 12)])
def test_each_source_has_exactly_the_fan_out(shape: tuple[int, int], skip: bool) -> None:
    pairs = pairs_of(FixedFanOut(count=5, skip_equal_index=skip), shape)
    assert np.bincount(pairs.sources, minlength=shape[0]).tolist() == [5] * shape[0]
    assert len(set(joined(pairs))) == 5 * shape[0]
    assert not (skip and np.any(pairs.sources == pairs.targets))


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
def test_largest_fan_joins_every_allowed_pair(kind: type[FixedFanIn] | type[FixedFanOut]) -> None:
    everyone = joined(pairs_of(AllToAll(), (6, 6)))
    others = joined(pairs_of(AllToAll(skip_equal_index=True), (6, 6)))
    assert joined(pairs_of(kind(count=6), (6, 6))) == everyone
    assert joined(pairs_of(kind(count=5, skip_equal_index=True), (6, 6))) == others


@pytest.mark.parametrize("kind", [FixedFanIn, FixedFanOut])
@pytest.mark.parametrize("skip", [False, True])
def test_fan_of_zero_joins_nothing(kind: type[FixedFanIn] | type[FixedFanOut], skip: bool) -> None:
    assert joined(pairs_of(kind(count=0, skip_equal_index=skip), (1, 1))) == []


@pytest.mark.parametrize("shape", [(5, 5), (4, 7), (7, 4)])
@pytest.mark.parametrize("skip", [False, True])
def test_fan_in_draws_each_allowed_source_alike(shape: tuple[int, int], skip: bool) -> None:
    seeds, count = 2000, 2
    equal = np.equal.outer(np.arange(shape[0]), np.arange(shape[1])) & skip
    expected = np.where(equal, 0.0, count / (shape[0] - equal.any(axis=0)))
    drawn = frequency(FixedFanIn(count=count, skip_equal_index=skip), shape, seeds)
    assert np.abs(drawn - expected).max() < 5 * np.sqrt(0.25 / seeds)


@pytest.mark.parametrize("shape", [(5, 5), (4, 7), (7, 4)])
@pytest.mark.parametrize("skip", [False, True])
def test_fan_out_draws_each_allowed_target_alike(shape: tuple[int, int], skip: bool) -> None:
    seeds, count = 2000, 2
    equal = np.equal.outer(np.arange(shape[0]), np.arange(shape[1])) & skip
    expected = np.where(equal, 0.0, (count / (shape[1] - equal.any(axis=1)))[:, None])
    drawn = frequency(FixedFanOut(count=count, skip_equal_index=skip), shape, seeds)
    assert np.abs(drawn - expected).max() < 5 * np.sqrt(0.25 / seeds)


def test_fan_is_drawn_in_blocks_of_rows_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = joined(pairs_of(FixedFanOut(count=3, skip_equal_index=True), (20, 10)))
    monkeypatch.setattr("neuro.passes.connect.DRAWS_AT_ONCE", 35)
    assert joined(pairs_of(FixedFanOut(count=3, skip_equal_index=True), (20, 10))) == whole


@pytest.mark.parametrize(
    "connector", [FixedProbability(probability=0.3), FixedFanIn(count=4), FixedFanOut(count=4)]
)
def test_random_connector_depends_on_the_stream_alone(connector: Connector) -> None:
    first = joined(pairs_of(connector, (20, 20), seed=1))
    assert joined(pairs_of(connector, (20, 20), seed=1)) == first
    assert joined(pairs_of(connector, (20, 20), seed=2)) != first
