import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuro.io import to_neo
from neuro.results import Result, Trace


@pytest.fixture
def segment(busy_result: Result) -> Any:
    return to_neo(busy_result).segments[0]


def traced(result: Result, times: list[float], unit: str = "mV") -> Any:
    """Export one trace of two neurons."""
    trace = Trace(
        times=np.array(times),
        values=np.arange(2.0 * len(times)).reshape(-1, 2),
        indices=np.array([4, 1]),
        unit=unit,
    )
    return to_neo(replace(result, traces={"b": {"v": trace}})).segments[0]


def test_there_is_one_spike_train_for_each_neuron(segment: Any) -> None:
    names = [train.name for train in segment.spiketrains]
    expected = [
        f"{name}[{k}]" for name, size in (("noise", 5), ("a", 4), ("b", 3)) for k in range(size)
    ]
    assert names == expected


def test_spike_train_has_the_times_of_its_neuron_in_ms(segment: Any, busy_result: Result) -> None:
    for train in segment.spiketrains:
        trains = busy_result.spikes[train.annotations["population"]]
        expected = trains.times[trains.indices == train.annotations["neuron"]]
        assert train.rescale("ms").magnitude.tolist() == expected.tolist()
        assert train.units.dimensionality.string == "ms"


def test_no_spike_is_lost(segment: Any, busy_result: Result) -> None:
    exported = sum(len(train) for train in segment.spiketrains)
    assert exported == sum(trains.times.size for trains in busy_result.spikes.values()) > 0


def test_spike_train_spans_the_run_and_its_last_step(segment: Any) -> None:
    train = segment.spiketrains[0]
    assert train.t_start.rescale("ms").magnitude == 0.0
    assert train.t_stop.rescale("ms").magnitude == pytest.approx(40.1)


def test_trace_is_a_signal_with_unit_and_sampling(segment: Any, busy_result: Result) -> None:
    signal = next(item for item in segment.analogsignals if item.name == "b.v")
    trace = busy_result.traces["b"]["v"]
    assert signal.magnitude.tolist() == trace.values.tolist()
    assert signal.units.dimensionality.string == "mV"
    assert signal.sampling_period.rescale("ms").magnitude == pytest.approx(0.5)
    assert signal.times.rescale("ms").magnitude == pytest.approx(trace.times)


def test_trace_is_annotated_with_population_variable_and_neurons(segment: Any) -> None:
    signal = next(item for item in segment.analogsignals if item.name == "b.v")
    assert signal.annotations == {"population": "b", "variable": "v"}
    assert signal.array_annotations["neuron"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("mV", "mV"), ("nA", "nA"), ("uS", "uS"), ("", "dimensionless")],
)
def test_every_unit_of_a_trace_is_known_to_neo(
    busy_result: Result, unit: str, expected: str
) -> None:
    signal = traced(busy_result, [0.0, 0.1], unit).analogsignals[0]
    assert signal.units.dimensionality.string == expected


@pytest.mark.parametrize("times", [[0.0, 0.1, 0.3], [0.2], []])
def test_trace_without_even_spacing_is_an_irregular_signal(
    busy_result: Result, times: list[float]
) -> None:
    segment = traced(busy_result, times)
    [signal] = segment.irregularlysampledsignals
    assert len(segment.analogsignals) == 0
    assert signal.times.rescale("ms").magnitude.tolist() == times
    assert signal.magnitude.shape == (len(times), 2)
    assert signal.array_annotations["neuron"].tolist() == [4, 1]


def test_block_carries_counters_and_provenance(busy_result: Result) -> None:
    annotations = to_neo(busy_result).annotations
    assert json.loads(annotations["counters"]) == busy_result.counters.as_dict()
    assert json.loads(annotations["provenance"]) == busy_result.provenance.as_dict()


def test_block_carries_the_final_weights(busy_result: Result) -> None:
    block = to_neo(busy_result)
    weights = block.annotations["weights"]["a->b"]
    assert block.name == "busy"
    assert weights["unit"] == "nA"
    assert weights["values"].tolist() == busy_result.weights["a->b"].values.tolist()
    assert weights["sources"].tolist() == np.repeat(np.arange(4), 3).tolist()
