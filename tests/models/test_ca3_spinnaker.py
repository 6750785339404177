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
    program = [MemoryOperation(t=30.0 * cue, op="L", cue=cue, content=(0,)) for cue in range(1)]
    program += [
        MemoryOperation(t=30.0 * cue, op="L", cue=cue, content=(0,)) for cue in range(1, others + 1)
    ]
    program.append(MemoryOperation(t=30.0 * (others + 1), op="C", cue=0))
    return memory(others + 1, 2, **options).run_program(program)


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
