import numpy as np
import pytest

from neuro.errors import CheckError, ValidationError
from neuro.ir import CurrentExponentialLIF, Network, Population
from neuro.models.ca3 import ca3
from neuro.run import simulate
from neuro.tasks import AssociativeMemory
from neuro.tasks.written import with_program

ROWS = [[0, "L", 1, [2, 3]], [20, "C", 1, []], [40, "K", None, [3]]]


def test_written_program_runs_as_the_memory_runs_it() -> None:
    expected = AssociativeMemory(ca3()).run_program(ROWS).result
    written = with_program(ca3(), ROWS)
    found = simulate(written.network, written.duration)
    for name, trains in expected.spikes.items():
        np.testing.assert_array_equal(found.spikes[name].times, trains.times)
        np.testing.assert_array_equal(found.spikes[name].indices, trains.indices)


def test_duration_leaves_room_for_the_last_answer() -> None:
    # The safe spacing of CA3 is 20 ms.
    assert with_program(ca3(), ROWS).duration == 60.0


def test_network_without_a_protocol_takes_no_program() -> None:
    network = Network(name="n", populations=[Population("a", 1, CurrentExponentialLIF())])
    with pytest.raises(ValidationError, match="no protocol"):
        with_program(network, ROWS)


def test_empty_program_is_refused() -> None:
    with pytest.raises(ValidationError, match="has no rows"):
        with_program(ca3(), [])


def test_every_bad_row_is_named() -> None:
    with pytest.raises(CheckError) as caught:
        with_program(ca3(), [[0, "L", 99, [2]], [20, "C", 99, []]])
    assert len(caught.value.issues) == 2
