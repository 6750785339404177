"""The CA3 memory on crossbars: its published tables, then one imperfection after the other."""

import numpy as np
import pytest
from ca3_vectors import VECTORS, expected_spikes

from neuro.hardware_configs import load_target
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.tasks import AssociativeMemory

EFFECTS = ("programming_error", "read_noise", "faults", "wires", "converter")


def run(name: str, target: str, options=(), *, seed: int = 0):
    network = ca3(CA3Parameters(cue_size=5, content_size=10), seed=seed)
    memory = AssociativeMemory(network, "crossbar", target=load_target(target, options))
    return memory.run_program([row[:4] for row in VECTORS[name]])


def distance(name: str, result) -> int:
    table = {
        (place, tick, neuron)
        for place, trains in result.spikes.items()
        for tick, neuron in zip(
            trains.ticks(result.dt).tolist(), trains.indices.tolist(), strict=True
        )
    }
    return len(table ^ expected_spikes(VECTORS[name]))


def right_answers(name: str, done) -> float:
    right = [
        [list(answer.cues), list(answer.content)] == row[4:6]
        for answer, row in zip(done.answers, VECTORS[name], strict=True)
    ]
    return float(np.mean(right))


def only(*effects: str) -> list[str]:
    return [f"{name}={str(name in effects).lower()}" for name in EFFECTS]


@pytest.mark.parametrize("mapping", ["differential", "offset", "single"])
@pytest.mark.parametrize("name", ["T1", "T2"])
def test_ideal_crossbar_gives_the_published_table_with_distance_zero(name, mapping) -> None:
    done = run(name, "crossbar_ideal", [f"mapping={mapping}"])
    assert distance(name, done.result) == 0
    assert right_answers(name, done) == 1.0


def test_splitting_over_small_tiles_changes_nothing() -> None:
    done = run("T2", "crossbar_ideal", ["tile_rows=4", "tile_columns=6", "rows_max=2"])
    assert distance("T2", done.result) == 0


def test_counters_of_t1_are_those_of_its_spikes() -> None:
    result = run("T1", "crossbar_ideal").result
    hardware = result.counters.hardware
    assert set(hardware) == {
        *("reads", "column_conversions", "writes", "write_pulses"),
        *("read_nanosiemens", "write_nanosiemens"),
    }
    # Every spike of NA is one read of its row on the way to the gate, and converts ten columns.
    spikes = result.counters.spikes["NA"]
    assert hardware["reads"]["NA->GATE"] == spikes
    steps = len(set(result.spikes["NA"].times.tolist()))
    assert hardware["column_conversions"]["NA->GATE"] == 10 * steps
    learned = {name for name, count in hardware["writes"].items() if count}
    assert learned == {"QA->NA", "NB->QB"}


# What each imperfection of the RRAM of Yang et al. does alone; margins of the memory are wide.
@pytest.mark.parametrize("effect", ["read_noise", "wires", "converter"])
def test_single_imperfection_leaves_the_table_of_t2(effect: str) -> None:
    done = run("T2", "crossbar_rram_nladc", only(effect))
    assert distance("T2", done.result) == 0


@pytest.mark.slow
@pytest.mark.parametrize("effects", [("programming_error",), ("faults",), EFFECTS])
def test_imperfections_cost_some_answers_of_some_chips(effects) -> None:
    right = [
        right_answers("T2", run("T2", "crossbar_rram_nladc", only(*effects), seed=seed))
        for seed in range(8)
    ]
    # Write errors of 2.5 % and one stuck device in 500: chips differ, the memory works.
    assert np.mean(right) > 0.8
    assert min(right) < 1.0 or effects == ("faults",)


def test_large_write_errors_destroy_the_memory() -> None:
    done = run("T2", "crossbar_rram_wan2022", only("programming_error"))
    assert distance("T2", done.result) > 0
