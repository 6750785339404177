from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuro.engine.rows import rounds, row_positions

LENGTHS = st.lists(st.integers(0, 5), min_size=1, max_size=10)


@given(LENGTHS, st.data())
def test_row_positions_equal_a_plain_loop(lengths: list[int], data: st.DataObject) -> None:
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    rows = data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=8))
    expected = [k for row in rows for k in range(offsets[row], offsets[row + 1])]
    assert row_positions(offsets, np.array(rows, dtype=np.int64)).tolist() == expected


@given(st.lists(st.integers(0, 6), max_size=30))
def test_rounds_hold_every_spike_and_none_twice(spikes: list[int]) -> None:
    parts = [part.tolist() for part in rounds(np.array(spikes, dtype=np.int64))]
    assert sorted(chain.from_iterable(parts)) == sorted(spikes)
    assert all(len(set(part)) == len(part) for part in parts)


@given(st.lists(st.integers(0, 6), max_size=30))
def test_round_k_holds_who_spikes_more_than_k_times(spikes: list[int]) -> None:
    counts = np.bincount(np.array(spikes, dtype=np.int64), minlength=7)
    parts = [part.tolist() for part in rounds(np.array(spikes, dtype=np.int64))]
    most = max(1, int(counts.max()))
    assert parts == [np.flatnonzero(counts > k).tolist() for k in range(most)]
