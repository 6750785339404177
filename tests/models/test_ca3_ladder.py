"""The CA3 memory on every rung: where its bits go, on SpiNNaker and on crossbars."""

import numpy as np
import pytest
from ca3_vectors import VECTORS, expected_spikes
from dictionary_memory import DictionaryMemory, random_mix

from neuro.ladder import Ladder, climb
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.tasks.written import with_program


def ladder(rows: list[list], *, cues: int = 5, bits: int = 10, **options) -> Ladder:
    network = ca3(CA3Parameters(cue_size=cues, content_size=bits))
    written = with_program(network, [row[:4] for row in rows])
    options = {"backend": "spinnaker", **options}
    return climb(written.network, written.duration, operations=written.operations, **options)


@pytest.mark.parametrize("backend", ["spinnaker", "crossbar"])
@pytest.mark.parametrize("name", ["T1", "T2"])
def test_published_program_keeps_every_spike_on_every_rung(name: str, backend: str) -> None:
    rows = VECTORS[name]
    found = ladder(rows, backend=backend, ideal=[(row[4], row[5]) for row in rows])
    assert found.first_change is None
    for rung in found.rungs:
        assert (rung.to_first.distance, rung.changed, rung.wrong) == (0, (), ())
    spikes = {
        (population, tick, neuron)
        for population, trains in found.rungs[-1].result.spikes.items()
        for tick, neuron in zip(trains.ticks(1.0).tolist(), trains.indices.tolist(), strict=True)
    }
    assert spikes == expected_spikes(rows), "and the first rung is the published table itself"


# Hazard H5 (specs, ca3_cam section 9): lost for 8 other learns of the same bit and more. NA misses
# the spike by which cue 0, asked at 270 ms, recalls its bit two ticks later (section 6).
def test_full_history_is_where_a_learned_bit_first_goes() -> None:
    rows = [[30 * cue, "L", cue, [0]] for cue in range(9)] + [[270, "C", 0, []]]
    found = ladder(rows, cues=9, bits=2, ideal=[([cue], [0]) for cue in [*range(9), 0]])
    assert [rung.name for rung in found.rungs if rung.to_first.distance] == [
        "finite delays and history",
        "machine load",
    ]
    changed = found.first_change
    assert changed is not None
    first = changed.to_after.first
    assert first is not None
    assert (first.population, first.neuron, first.tick, first.extra) == ("NA", 0, 272, False)
    assert changed.changed == changed.wrong == (9,)
    assert found.rungs[-1].to_after.distance == 0, "the board is not busy"


def test_seven_other_learns_leave_the_history_room() -> None:
    rows = [[30 * cue, "L", cue, [0]] for cue in range(8)] + [[240, "C", 0, []]]
    assert ladder(rows, cues=8, bits=2).first_change is None


def test_answers_are_counted_against_the_ideal_memory() -> None:
    rng = np.random.default_rng(5)
    rows = random_mix(rng, cues=6, bits=12, operations=40, spacing=20.0, density=0.3)
    model = DictionaryMemory()
    found = ladder(rows, cues=6, bits=12, ideal=[model.ask(*row[1:]) for row in rows])
    # Safe spacing, single-bit queries: the float memory is exact (specs, ca3_cam section 6).
    assert found.rungs[0].wrong == ()
    for rung in found.rungs:
        assert rung.wrong == rung.changed


# Hazard H1 (section 9): the residue of an overwritten item answers to two bits, on any machine.
def test_error_of_the_memory_itself_is_wrong_on_all_rungs_and_changed_on_none() -> None:
    rows = [[0, "L", 0, [0, 1]], [30, "L", 0, [2]], [60, "K", None, [0, 1]]]
    model = DictionaryMemory()
    found = ladder(rows, ideal=[model.ask(*row[1:]) for row in rows])
    assert {(rung.wrong, rung.changed) for rung in found.rungs} == {((2,), ())}
