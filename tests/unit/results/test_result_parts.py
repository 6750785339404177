import numpy as np
import pytest

from neuro.results import Counters, Provenance, Result, SpikeTrains

TRAINS = SpikeTrains(
    times=np.array([0.3, 0.7, 0.7]), indices=np.array([1, 0, 1], dtype=np.int64), size=3
)


def test_ticks_are_times_in_steps() -> None:
    # 0.7 / 0.1 is 6.999999999999999 in floating point.
    assert TRAINS.ticks(0.1).tolist() == [3, 7, 7]


def test_spikes_of_one_neuron_are_its_times() -> None:
    assert TRAINS.of(1).tolist() == [0.3, 0.7]
    assert TRAINS.of(2).tolist() == []


def test_counters_give_totals() -> None:
    counters = Counters(
        spikes={"a": 2, "b": 3},
        synaptic_events={"p": 10, "q": 5},
        plastic_updates={},
        hardware={"saturations": {"a": 1}},
    )
    assert counters.as_dict() == {
        "spikes": {"populations": {"a": 2, "b": 3}, "total": 5},
        "synaptic_events": {"projections": {"p": 10, "q": 5}, "total": 15},
        "plastic_updates": {"projections": {}, "total": 0},
        "hardware": {"saturations": {"a": 1}},
    }


def test_provenance_is_rebuilt_from_its_dictionary(busy_result: Result) -> None:
    provenance = busy_result.provenance
    assert Provenance.from_dict(provenance.as_dict()) == provenance


def test_provenance_without_timings_leaves_out_what_differs_between_runs(
    busy_result: Result,
) -> None:
    provenance = busy_result.provenance
    left_out = set(provenance.as_dict()) - set(provenance.as_dict(timings=False))
    assert left_out == {"started", "run_seconds"}


def test_provenance_without_a_member_is_refused(busy_result: Result) -> None:
    values = busy_result.provenance.as_dict()
    del values["seed"]
    with pytest.raises(KeyError, match="seed"):
        Provenance.from_dict(values)
