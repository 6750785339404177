from types import SimpleNamespace
from typing import Any

import numpy as np

from neuro.results import SpikeTrains
from neuro.results.spike_differences import DifferingSpike, spike_differences


def result(dt: float = 0.5, **spikes: list[tuple[int, int]]) -> Any:
    """Make a result of populations of 10 neurons, from (tick, neuron) pairs."""
    trains = {}
    for name, pairs in spikes.items():
        table = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        trains[name] = SpikeTrains(times=table[:, 0] * dt, indices=table[:, 1], size=10)
    return SimpleNamespace(spikes=trains, dt=dt)


def test_equal_runs_have_distance_zero_and_no_first_spike() -> None:
    one = result(a=[(3, 1), (4, 9)], b=[])
    found = spike_differences(one, one)
    assert (found.distance, found.first) == (0, None)


def test_spikes_of_only_one_run_are_counted_on_both_sides() -> None:
    found = spike_differences(
        result(a=[(3, 1), (4, 9)], b=[(7, 0)]), result(a=[(3, 1), (5, 9)], b=[(7, 0), (7, 2)])
    )
    named = [
        (found.names[place], int(tick), int(neuron), bool(extra))
        for place, tick, neuron, extra in zip(
            found.populations, found.ticks, found.neurons, found.extra, strict=True
        )
    ]
    assert named == [("a", 4, 9, False), ("a", 5, 9, True), ("b", 7, 2, True)]
    assert found.distance == 3


def test_first_difference_is_the_earliest_whatever_the_order_of_populations() -> None:
    found = spike_differences(result(a=[(9, 0)], b=[(2, 8)]), result(a=[], b=[]))
    assert found.first == DifferingSpike(population="b", neuron=8, tick=2, time=1.0, extra=False)


def test_ties_are_in_order_of_population_then_neuron() -> None:
    found = spike_differences(result(b=[(2, 5), (2, 3)], a=[(2, 0)]), result(b=[], a=[]))
    assert found.populations.tolist() == [0, 0, 1]
    assert found.neurons.tolist() == [3, 5, 0]


def test_run_without_recorded_spikes_has_nothing_to_compare() -> None:
    assert spike_differences(result(), result()).distance == 0
