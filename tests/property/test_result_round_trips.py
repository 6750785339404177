import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuro.ir import DeltaLIF, Network, Population
from neuro.notes import FidelityNote
from neuro.results import (
    Counters,
    Provenance,
    Result,
    SpikeTrains,
    Trace,
    Weights,
    load_result,
    save_result,
)

SIZES = st.integers(0, 6)
NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.>+-]{0,8}", fullmatch=True)
COUNTS = st.dictionaries(NAMES, st.integers(0, 2**62), max_size=3)
TEXT = st.text(max_size=10)


def doubles(*shape: int) -> st.SearchStrategy[Any]:
    return arrays(np.float64, shape)


def indices(size: int) -> st.SearchStrategy[Any]:
    return arrays(np.int64, size, elements=st.integers(0, 2**40))


@st.composite
def trains(draw: st.DrawFn) -> SpikeTrains:
    size = draw(SIZES)
    return SpikeTrains(
        times=draw(doubles(size)), indices=draw(indices(size)), size=draw(st.integers(1, 9))
    )


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    rows, columns = draw(SIZES), draw(SIZES)
    return Trace(
        times=draw(doubles(rows)),
        values=draw(doubles(rows, columns)),
        indices=draw(indices(columns)),
        unit=draw(st.sampled_from(["mV", "nA", ""])),
    )


@st.composite
def weights(draw: st.DrawFn) -> Weights:
    size = draw(SIZES)
    return Weights(
        sources=draw(indices(size)),
        targets=draw(indices(size)),
        values=draw(doubles(size)),
        unit=draw(st.sampled_from(["nA", "uS"])),
    )


NOTES = st.builds(
    FidelityNote,
    where=TEXT,
    requested=TEXT | st.floats(allow_nan=False),
    stored=TEXT | st.floats(allow_nan=False),
    relative_error=st.none() | st.floats(0, 1),
    unit=TEXT,
    reason=TEXT,
)
TEXTS = {item.name: TEXT for item in fields(Provenance) if item.type is str}
PROVENANCES = st.builds(
    Provenance,
    **TEXTS,
    seed=st.integers(0, 2**64),
    notes=st.lists(NOTES, max_size=2).map(tuple),
    warnings=st.lists(TEXT, max_size=2).map(tuple),
    run_seconds=st.floats(0, 1e6),
)
RESULTS = st.builds(
    Result,
    network=st.just(Network(name="net", populations=[Population("a", 2, DeltaLIF())])),
    dt=st.floats(1e-3, 1.0),
    duration=st.floats(0, 1e6),
    spikes=st.dictionaries(NAMES, trains(), max_size=2),
    traces=st.dictionaries(
        NAMES, st.dictionaries(NAMES, traces(), min_size=1, max_size=2), max_size=2
    ),
    weights=st.dictionaries(NAMES, weights(), max_size=2),
    counters=st.builds(Counters, spikes=COUNTS, synaptic_events=COUNTS, plastic_updates=COUNTS),
    provenance=PROVENANCES,
)


def bits(part: Any) -> Any:
    """Take a spike train, trace or weights apart into what compares bit for bit."""
    values = [getattr(part, item.name) for item in fields(part)]
    return [
        (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value
        for value in values
    ]


@settings(max_examples=40)
@given(RESULTS)
def test_stored_result_is_read_back_to_the_last_bit(result: Result) -> None:
    with tempfile.TemporaryDirectory() as folder:
        save_result(result, Path(folder) / "run.h5")
        again = load_result(Path(folder) / "run.h5")
    assert (again.dt, again.duration) == (result.dt, result.duration)
    assert (again.network, again.counters) == (result.network, result.counters)
    assert again.provenance == result.provenance
    for kind in ("spikes", "weights"):
        stored, mine = getattr(again, kind), getattr(result, kind)
        assert {name: bits(part) for name, part in stored.items()} == {
            name: bits(part) for name, part in mine.items()
        }
    for name, variables in result.traces.items():
        assert {key: bits(part) for key, part in again.traces[name].items()} == {
            key: bits(part) for key, part in variables.items()
        }
    assert set(again.traces) == set(result.traces)
