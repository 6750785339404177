"""Reports and regions as sPyNNaker 1!7.4.1 writes them, cut to a few lines."""

from pathlib import Path

import numpy as np
import pytest

from neuro.backends.spinnaker.generated import (
    built_parameters,
    listed_parameters,
    read_generated,
    read_keys,
    read_placements,
)
from neuro.errors import ResultError
from neuro.ir import CurrentExponentialLIF, Network, Population
from neuro.run import lower

PLACEMENTS = """\
        Placement Information by Vertex
        ===============================

**** Vertex: 'a'
Model: PopulationVertex
Pop size: 250
Machine Vertices:
  Slice (0:99) on core (0, 0, 5) a(0:99)
  Slice (100:199) on core (0, 1, 6) a(100:199)

**** Vertex: 'in->x_delayed'
Model: DelayExtensionVertex
Pop size: 30
Machine Vertices:
  Slice (0:29) on core (0, 0, 9) Delay extension for P
"""

KEYS = """\
Vertex: in->x
    Partition: SPIKE, Routing Info: KeyAndMask:0x2000:0xffffe000
    Machine Vertex: in->x(0:29), Slice: (0:29), Routing Info: KeyAndMask:0x2000:0xfffffe00
Vertex: a with 250 atoms
    Partition: SPIKE, Routing Info: KeyAndMask:0x4000:0xffffe000
    Machine Vertex: a(0:99), Slice: (0:99), Routing Info: KeyAndMask:0x4000:0xfffff800
"""

# Fields of the two neuron structures, -65 mV and 1 nF and so on as s16.15.
MEMBRANE = [-2129920, -2129920, 32768, 655360, 0, -2129920, 3277, 0, 32768]
THRESHOLD = [-1638400]
SYNAPTIC = [163840, 0, 163840, 0, 32768]
ALL = 0xFFFFFFFF


def structure(values: list[int], repeats: list[int]) -> list[int]:
    """Write one structure for the core to expand: sizes, then a type and one item a field."""
    fields = [word for _ in values for word in (0, 1, *repeats, 0)]
    return [4 * len(values), ALL, 4 * (4 + len(fields)), len(values), *fields, *values]


def test_placements_tell_model_slices_and_cores() -> None:
    found = read_placements(PLACEMENTS)
    model, place = found["a"]
    assert model == "PopulationVertex"
    assert place.slices == ((0, 100), (100, 200))
    assert place.cores == ((0, 0, 5), (0, 1, 6))
    assert found["in->x_delayed"][0] == "DelayExtensionVertex"


def test_keys_are_those_of_whole_vertices() -> None:
    assert read_keys(KEYS) == {0x2000: "in->x", 0x4000: "a"}


def test_parameters_written_for_each_neuron_are_read_by_structure() -> None:
    second = [value + 1 for value in MEMBRANE]
    words = [1, *MEMBRANE, *second, *THRESHOLD, *THRESHOLD, *SYNAPTIC, *SYNAPTIC]
    found = listed_parameters(np.array(words, dtype="<i4").view("<u4"), "CurrentExponentialLIF", 2)
    assert found["v_init"].tolist() == [-2129920, -2129919]
    assert found["cm"].tolist() == [32768, 32769]
    assert found["v_thresh"].tolist() == [-1638400, -1638400]
    assert found["tau_syn_I"].tolist() == [163840, 163840]
    assert "" not in found


def test_parameters_that_the_core_expands_are_repeated() -> None:
    words = [
        *range(12),
        *structure([1], [1]),
        *structure(MEMBRANE, [ALL]),
        *structure([], []),
        *structure(THRESHOLD, [ALL]),
        *structure(SYNAPTIC, [ALL]),
    ]
    packed = np.array(words, dtype=np.int64).astype("<u4")
    found = built_parameters(packed, "CurrentExponentialLIF", 3)
    assert found["v_reset"].tolist() == [-2129920] * 3
    assert found["v_thresh"].tolist() == [-1638400] * 3
    assert found["tau_syn_E"].tolist() == [163840] * 3


def test_missing_reports_are_an_error_with_the_version_that_is_read(tmp_path: Path) -> None:
    populations = [Population("a", 1, CurrentExponentialLIF())]
    network = Network(name="n", dt=1.0, semantics="tick", populations=populations)
    with pytest.raises(ResultError, match=r"1!7\.4\.1"):
        read_generated(lower(network), tmp_path)
