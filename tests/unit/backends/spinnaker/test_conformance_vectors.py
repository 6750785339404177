"""The reference emulator against what the shipped ARM binaries did (spinnaker, section 11)."""

import numpy as np
import pytest
from spinnaker_networks import TICKS, vector_network
from spinnaker_oracle.vectors import VECTORS, digest

from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.engine import Recording, TraceProbe
from neuro.passes import emitted
from neuro.run import lower

EXPECTED = {str(vector.recipe.name): vector for vector in VECTORS}
CASES = sorted(EXPECTED)
SHIFTS = {"A": (2, 0), "B": (2, 0), "C": (3, 0), "D": (7, 6)}
SLOTS = {"A": 2, "B": 2, "C": 4, "D": 2}
SATURATIONS_OF_B = 124
FINAL_ROWS_OF_C = [[2516, 1475, 1517], [0, 2694, 1832], [2, 0, 2137], [1177, 131, 1367]]
V_AT_150 = {
    "A": [-2055266, -2129920, -1733183, -1702890],
    "C": [-1716230, -1802724, -1983366, -2076389],
}


def emulated(case: str) -> tuple[ReferenceEmulator, Recording]:
    plan = lower(vector_network(case))
    emulator = ReferenceEmulator(lay_out(plan), Options())
    ticks, indices = emitted(plan, plan.inputs[0], 0, TICKS)
    copies = 4 if case == "B" else 1
    every = np.arange(4)
    excitatory = plan.network.probes[2].variable
    return emulator, emulator.advance(
        TICKS,
        [(np.repeat(ticks, copies), np.repeat(indices, copies))],
        [TraceProbe(0, "v", 1, every), TraceProbe(0, excitatory, 1, every)],
    )


def raw(values: np.ndarray) -> np.ndarray:
    return np.rint(values * 32768).astype(np.int32)


@pytest.mark.parametrize("case", CASES)
def test_vector_spikes_are_those_of_the_machine(case: str) -> None:
    _, recording = emulated(case)
    ticks, neurons = recording.spikes[1]
    assert ticks.size == EXPECTED[case].spikes
    first = tuple(zip(ticks[:5].tolist(), neurons[:5].tolist(), strict=True))
    assert first == EXPECTED[case].first


@pytest.mark.parametrize("case", CASES)
def test_vector_samples_are_those_of_the_machine_to_the_last_bit(case: str) -> None:
    _, recording = emulated(case)
    (_, v), (_, excitatory) = recording.traces
    assert digest(raw(v)) == EXPECTED[case].v
    assert digest(raw(excitatory)) == EXPECTED[case].excitatory


@pytest.mark.parametrize("case", sorted(V_AT_150))
def test_vector_membrane_at_tick_150_is_that_of_the_machine(case: str) -> None:
    _, recording = emulated(case)
    assert raw(recording.traces[0][1][150]).tolist() == V_AT_150[case]


def test_vector_b_saturates_as_often_as_on_the_machine() -> None:
    emulator, _ = emulated("B")
    assert emulator.tallies()["saturations"] == {"n": SATURATIONS_OF_B}


def test_vector_c_ends_with_the_weights_of_the_machine() -> None:
    emulator, _ = emulated("C")
    stored = emulator.weights(0) * 2 ** (15 - SHIFTS["C"][0])
    assert stored.reshape(4, 3).tolist() == FINAL_ROWS_OF_C


def test_vector_c_ends_with_the_row_headers_of_the_machine() -> None:
    emulator, _ = emulated("C")
    state = emulator.snapshot()
    assert state["projection0.pre_time"].ravel().tolist() == [183, 186, 193, 197]
    assert state["projection0.pre_trace"].ravel().tolist() == [2942, 2942, 3821, 3793]


@pytest.mark.parametrize("case", CASES)
def test_vector_shifts_are_those_of_the_tool(case: str) -> None:
    population = lay_out(lower(vector_network(case))).populations[0]
    assert population.shifts == SHIFTS[case]
    assert population.slots == SLOTS[case]
