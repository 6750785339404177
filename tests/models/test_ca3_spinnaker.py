"""The CA3 memory in fixed point: the published tables, and what only this machine does to it."""

from dataclasses import replace

import pytest
from ca3_vectors import VECTORS, expected_spikes

from neuro.hardware_configs import load_target
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.tasks import AssociativeMemory, MemoryOperation

KERNELS = ("reference", "fastest")


def memory(
    cues: int = 5, bits: int = 10, *, kernels: str = "fastest", **options
) -> AssociativeMemory:
    target = load_target("spinnaker_spin5")
    target = replace(target, kernels=kernels, options={**target.options, **options})
    network = ca3(CA3Parameters(cue_size=cues, content_size=bits))
    return AssociativeMemory(network, "spinnaker", target=target)


def spike_table(result) -> set[tuple[str, int, int]]:
    return {
        (name, tick, neuron)
        for name, trains in result.spikes.items()
        for tick, neuron in zip(
            trains.ticks(result.dt).tolist(), trains.indices.tolist(), strict=True
        )
    }


def operations(*steps, spacing: float = 30.0, first: float = 0.0) -> list[MemoryOperation]:
    """Space out (op, cue, content) steps."""
    return [
        MemoryOperation(t=first + spacing * number, op=op, cue=cue, content=tuple(content))
        for number, (op, cue, content) in enumerate(steps)
    ]


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", ["T1", "T2"])
def test_published_spike_table_is_reproduced_with_distance_zero(name: str, kernels: str) -> None:
    rows = VECTORS[name]
    result = memory(kernels=kernels).run_program([row[:4] for row in rows]).result
    assert spike_table(result) ^ expected_spikes(rows) == set()


@pytest.mark.parametrize("name", ["T1", "T2", "T2b", "V1", "V2", "V3", "V4", "V5"])
def test_vector_answers_are_those_of_the_float_memory(name: str) -> None:
    answers = memory().run_program([row[:4] for row in VECTORS[name]]).answers
    got = [[list(a.cues), list(a.content), list(a.dropped)] for a in answers]
    assert got == [row[4:7] for row in VECTORS[name]]


def learn_then_relearn_a_bit(others: int, **options):
    """Learn bit 0 for cue 0, then for other cues, then ask for cue 0 (hazard H5)."""
    steps = [*(("L", cue, [0]) for cue in range(others + 1)), ("C", 0, [])]
    return memory(others + 1, 2, **options).run_program(operations(*steps))


# Section 9, H5: content found for n <= 7, lost for n >= 8; two post spikes a learn, 15 are kept.
@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize(("others", "content"), [(6, (0,)), (7, (0,)), (8, ()), (12, ())])
def test_hazard_h5_full_history_forgets_what_was_learned(
    others: int, content: tuple[int, ...], kernels: str
) -> None:
    done = learn_then_relearn_a_bit(others, kernels=kernels)
    assert done.answers[-1].content == content


def test_hazard_h5_is_counted_and_absent_without_limits() -> None:
    bounded = learn_then_relearn_a_bit(8).result.counters.hardware["history_losses"]
    # Bit 0 of NA fires twice in each of 9 learns and once when cue 0 is asked for: 18 > 15.
    assert bounded["NA"] == 3
    free = learn_then_relearn_a_bit(8, limits=False)
    assert free.answers[-1].content == (0,)
    assert free.result.counters.hardware["history_losses"]["NA"] == 0


# --- the other hazards are those of the rule, and stay in fixed point (section 9) ----------------


def answers(program: list[MemoryOperation], cues: int, bits: int):
    return memory(cues, bits).run_program(program, guard=False).answers


def test_hazard_h1_overwrite_leaves_a_residue_that_pairs_of_bits_reveal() -> None:
    program = operations(
        ("L", 0, [0, 1]), ("L", 0, [2]), ("C", 0, []), ("K", None, [0]), ("K", None, [0, 1])
    )
    found = answers(program, 2, 4)
    assert found[2].content == (2,)
    assert (found[3].cues, found[4].cues) == ((), (0,))


def test_hazard_h2_a_cue_held_alone_erases_one_direction_only() -> None:
    program = operations(
        ("L", 0, [0, 1]), ("L", 1, [1, 2]), ("L", 0, []), ("C", 0, []), ("K", None, [0])
    )
    found = answers(program, 5, 10)
    assert found[3].content == () and found[4].cues == (0,)


@pytest.mark.parametrize("gap", [6, 7, 8, 9, 10, 12])
def test_hazard_h3_cue_is_missing_up_to_seven_milliseconds(gap: int) -> None:
    program = [
        MemoryOperation(t=0, op="L", cue=0, content=(0,)),
        MemoryOperation(t=gap, op="L", cue=1, content=(0,)),
        MemoryOperation(t=gap + 30, op="K", content=(0,)),
    ]
    assert answers(program, 5, 10)[2].cues == ((1,) if gap <= 7 else (0, 1))


@pytest.mark.parametrize(("gap", "first_false"), [(5, 5), (6, 6), (7, 8), (8, 12)])
def test_hazard_h4_reading_close_together_grows_a_false_memory(gap: int, first_false: int) -> None:
    program = operations(("L", 0, [0]), ("L", 1, [1]))
    start = 60.0
    for _ in range(first_false + 1):
        program += operations(("C", 0, []), ("K", None, [1]), spacing=gap, first=start)
        start += gap + 30
    contents = [answer.content for answer in answers(program, 2, 2) if answer.op == "C"]
    assert contents == [(0,)] * first_false + [(0, 1)]


@pytest.mark.parametrize(
    ("hold", "content", "hits"),
    [(1, (0, 1, 2), ()), (2, (0, 1, 2), ()), (3, (2,), ()), (4, (2,), ()), (5, (2,), (0,))],
)
def test_hazard_h8_only_holds_of_three_and_four_milliseconds_overwrite(
    hold: int, content: tuple[int, ...], hits: tuple[int, ...]
) -> None:
    program = operations(("L", 0, [0, 1]))
    program.append(MemoryOperation(t=30, op="L", cue=0, content=(2,), hold=hold))
    program += operations(("C", 0, []), ("K", None, [0]), first=60)
    found = answers(program, 2, 4)
    assert found[2].content == content and found[3].cues == hits


@pytest.mark.parametrize(("repeats", "cues"), [(1, ()), (2, (0,)), (5, (0,))])
def test_hazard_h9_repeated_queries_teach_what_they_ask(
    repeats: int, cues: tuple[int, ...]
) -> None:
    program = operations(("L", 0, [0]), *[("K", None, [0, 1])] * repeats, ("K", None, [1]))
    assert answers(program, 2, 2)[-1].cues == cues
