"""Bytes by hand, after specs, spinnaker section 3.4: 4-bit neurons, one receptor bit, 8 slots."""

import numpy as np

from neuro.backends.spinnaker.matrices import (
    Synapses,
    TableEntry,
    WordFormat,
    joined,
    of_delay_extension,
    read_rows,
    read_table,
)

FORM = WordFormat(atom_bits=4, type_bits=1, slots=8)


def control(delay: int, receptor: int, neuron: int) -> int:
    return delay << 5 | receptor << 4 | neuron


def synapses(rows: list[int], delays: list[int]) -> Synapses:
    count = len(rows)
    return Synapses(
        sources=np.array(rows),
        targets=np.arange(count),
        receptors=np.zeros(count, dtype=np.int64),
        weights=np.ones(count, dtype=np.int64),
        delay_steps=np.array(delays),
    )


def test_static_row_is_words_of_weight_and_control() -> None:
    rows = np.array(
        [
            [0, 2, 0, 7 << 16 | control(3, 1, 5), 65535 << 16 | control(0, 0, 15)],
            [0, 0, 0, 0, 0],
        ],
        dtype="<u4",
    )
    found = read_rows(rows, 100, FORM)
    assert found.sources.tolist() == [0, 0]
    assert found.targets.tolist() == [105, 115]
    assert found.receptors.tolist() == [1, 0]
    assert found.weights.tolist() == [7, 65535]
    assert found.delay_steps.tolist() == [3, 8]  # a field of 0 means all 8 slots


def test_plastic_row_has_packed_weights_and_control_halves() -> None:
    first, second, third = control(1, 0, 2), control(2, 1, 3), control(7, 0, 4)
    # Size 4: last pre time, trace, three weights in two words. No static, three plastic synapses.
    rows = np.array(
        [
            [2, 0, 0, 0, 0, 0, 0, 0, 0],
            [4, 0, 0, 11 | 12 << 16, 13, 0, 3, first | second << 16, third],
        ],
        dtype="<u4",
    )
    found = read_rows(rows, 0, FORM)
    assert found.sources.tolist() == [1, 1, 1]
    assert found.weights.tolist() == [11, 12, 13]
    assert found.targets.tolist() == [2, 3, 4]
    assert found.delay_steps.tolist() == [1, 2, 7]
    assert found.receptors.tolist() == [0, 1, 0]


def test_rows_of_a_delay_extension_carry_core_stage_and_neuron() -> None:
    # Cores of 10 neurons with 2 stages: 20 rows for each core.
    entry = TableEntry(key=0, neurons=20, blocks=())
    found = of_delay_extension(synapses([3, 13, 27, 39], [1, 8, 2, 5]), entry, 10, 8)
    assert found.sources.tolist() == [3, 3, 17, 19]
    assert found.delay_steps.tolist() == [9, 24, 10, 21]


def test_table_lists_the_blocks_of_each_vertex() -> None:
    words = np.array(
        [
            *(2, 3),
            *(0x2000, 0xFFFFE000, 0x18000, 0x90000, 0x1001E),
            *(0x4000, 0xFFFFE000, 0x28001, 0x90000, 0x20064),
            *(0x2030E, 0x63, 0xFFFFFF00),
        ],
        dtype="<u4",
    )
    # 0x203 * 16 bytes, rows of 15 words; then a row of 100 words at 0, and a block without rows.
    assert read_table(words) == [
        TableEntry(key=0x2000, neurons=30, blocks=((0x2030, 15),)),
        TableEntry(key=0x4000, neurons=100, blocks=((0, 100), None)),
    ]


def test_joined_synapses_are_sorted_by_source_target_and_delay() -> None:
    found = joined([synapses([2, 1], [1, 1]), synapses([1, 1], [2, 1])])
    assert found.sources.tolist() == [1, 1, 1, 2]
    assert found.targets.tolist() == [0, 1, 1, 0]
    assert found.delay_steps.tolist() == [2, 1, 1, 1]
