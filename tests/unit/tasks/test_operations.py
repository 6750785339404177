"""Programs with control and threshold lines: what is encoded, and what is refused."""

import numpy as np
import pytest

from neuro.errors import CheckError, ValidationError
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.models.ca3_robust import CA3RobustParameters, ca3_robust
from neuro.tasks import AssociativeMemory
from neuro.tasks.memory import as_operation
from neuro.tasks.program import encode

C, K = 5, 10
NETWORK = ca3_robust(CA3RobustParameters(cue_size=C, content_size=K))
WRITE, RECALL, FIND, COMPLETE, FIRST = (C + K + line for line in range(5))


# Threshold lines of 10 bits raise it by 1, 2, 4 and 2.
@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ([0, "L", 2, [1]], [2, C + 1, WRITE]),
        ([0, "F", 2, []], [2, WRITE]),
        ([0, "C", 2, []], [2, RECALL]),
        ([0, "K", None, [0, 9]], [C, C + 9, FIND]),
        ([0, "K:2", None, [0, 9]], [C, C + 9, FIND, FIRST]),
        ([0, "P:all", None, [0, 1, 2, 3]], [C, C + 1, C + 2, C + 3, COMPLETE, FIRST, FIRST + 1]),
        ([0, "P:all", None, range(10)], [*range(C, C + K), COMPLETE, *range(FIRST, FIRST + 4)]),
    ],
)
def test_operation_drives_its_lines_once(row, lines) -> None:
    protocol = NETWORK.protocol
    assert protocol is not None
    times, indices = encode(protocol, [as_operation(row)], 1.0)
    assert sorted(indices.tolist()) == sorted(lines)
    assert not np.any(times)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([0, "L", 0, []], "To forget a cue use operation 'F'"),
        ([0, "F", 0, [1]], "takes no content"),
        ([0, "F", None, []], "takes a cue from 0 to 4"),
        ([0, "P", 1, [2]], "takes no cue"),
        ([0, "P", None, []], "needs at least one bit"),
        ([0, "L:2", 0, [1, 2]], "takes no threshold: nothing is matched"),
        ([0, "K", None, [10]], "bit 10 is out of range"),
        ([0, "Q", None, [1]], "no operation 'Q'"),
    ],
)
def test_wrong_row_is_refused_before_anything_runs(row, message) -> None:
    memory = AssociativeMemory(NETWORK)
    with pytest.raises((ValidationError, CheckError), match=message):
        memory.run_program([row])
    assert memory.time == 0


@pytest.mark.parametrize("op", ["K:3", "K:0", "K:200%", "P:best", "K:", "K:x"])
def test_wrong_threshold_of_a_row_is_refused(op: str) -> None:
    with pytest.raises(ValidationError, match=r"program row \(t=0\).op"):
        AssociativeMemory(NETWORK).run_program([[0, op, None, [1, 2]]])


def test_published_memory_takes_no_threshold() -> None:
    memory = AssociativeMemory(ca3(CA3Parameters()))
    with pytest.raises(ValidationError, match=r"any overlap answers\. Model ca3_robust counts"):
        memory.run_program([[0, "K:2", None, [1, 2]]])


def test_store_is_learn() -> None:
    assert AssociativeMemory.store is AssociativeMemory.learn


def test_answers_of_a_program_say_what_had_to_match() -> None:
    from neuro.tasks import answers_document

    run = AssociativeMemory(NETWORK).run_program([[0, "L", 1, [2, 3]], [9, "K:all", None, [2, 3]]])
    learned, found = answers_document(run)["operations"]
    assert found["threshold"] == 2 and found["cues"] == [1]
    assert "threshold" not in learned
