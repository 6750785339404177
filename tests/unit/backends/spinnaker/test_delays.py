"""Delay slots and stages against the table of specs, spinnaker section 3.1."""

import numpy as np
import pytest

from neuro.backends.spinnaker.delays import available_slots, bits, stage_of, used_slots


@pytest.mark.parametrize(
    ("neurons", "slots"), [(256, 32), (129, 32), (128, 64), (64, 128), (16, 512), (4, 2048)]
)
def test_available_slots_depend_on_the_neurons_per_core(neurons: int, slots: int) -> None:
    assert available_slots(bits(neurons), bits(2)) == slots


@pytest.mark.parametrize(
    ("longest", "slots"), [(0, 2), (1, 2), (2, 2), (3, 4), (4, 4), (5, 8), (33, 32)]
)
def test_used_slots_are_the_power_of_two_that_holds_the_longest_delay(
    longest: int, slots: int
) -> None:
    assert used_slots(longest, 32) == slots


@pytest.mark.parametrize("longest", [1, 2, 3, 4, 31, 32, 1000])
def test_slots_without_limits_exceed_every_delay(longest: int) -> None:
    slots = used_slots(longest, 32, limits=False)
    assert longest < slots <= 2 * (longest + 1)


def test_stage_serves_delays_up_to_and_with_its_last_slot() -> None:
    assert stage_of(np.array([1, 4, 5, 8, 9]), 4).tolist() == [0, 0, 1, 1, 2]
