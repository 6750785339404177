import numpy as np
import pytest

from neuro.engine.rows import rounds, row_positions


@pytest.mark.parametrize(
    ("rows", "positions"),
    [
        ([0], [0, 1]),
        ([1], []),
        ([2], [2, 3, 4]),
        ([2, 0], [2, 3, 4, 0, 1]),
        ([0, 0], [0, 1, 0, 1]),
        ([1, 2, 1], [2, 3, 4]),
        ([], []),
    ],
)
def test_positions_of_rows_follow_one_another(rows: list[int], positions: list[int]) -> None:
    offsets = np.array([0, 2, 2, 5])
    assert row_positions(offsets, np.array(rows, dtype=np.int64)).tolist() == positions


def test_rounds_of_distinct_spikes_is_one_round() -> None:
    assert [part.tolist() for part in rounds(np.array([1, 4, 7]))] == [[1, 4, 7]]


def test_rounds_of_no_spikes_is_one_empty_round() -> None:
    assert [part.tolist() for part in rounds(np.array([], dtype=np.int64))] == [[]]


def test_repeated_spikes_go_to_later_rounds() -> None:
    parts = [part.tolist() for part in rounds(np.array([1, 3, 3, 3, 4, 4]))]
    assert parts == [[1, 3, 4], [3, 4], [3]]


def test_rounds_have_no_limit() -> None:
    assert len(list(rounds(np.zeros(2000, dtype=np.int64)))) == 2000
