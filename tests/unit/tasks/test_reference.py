import pytest
from ca3_vectors import VECTORS

from neuro.errors import UnsupportedError
from neuro.tasks import MemoryOperation
from neuro.tasks.reference import reference_answers


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_reference_gives_the_published_answers(name):
    # Columns 5 and 6 are the published tables (specs, ca3_cam section 8).
    operations = [
        MemoryOperation(t=t, op=op, cue=cue, content=tuple(content))
        for t, op, cue, content, *_ in VECTORS[name]
    ]
    expected = [(tuple(row[4]), tuple(row[5])) for row in VECTORS[name]]
    assert list(reference_answers(operations)) == expected


def test_reference_has_no_false_memories_of_overwritten_items():
    # Hazard H1 (specs, ca3_cam section 9): the ideal result of the last queries is none.
    rows = [("L", 0, (0, 1)), ("L", 0, (2,)), ("K", None, (0, 1)), ("K", None, (2,))]
    operations = [
        MemoryOperation(t=30.0 * k, op=op, cue=cue, content=bits)
        for k, (op, cue, bits) in enumerate(rows)
    ]
    assert [cues for cues, _ in reference_answers(operations)[2:]] == [(), (0,)]


def test_reference_refuses_operations_without_meaning():
    with pytest.raises(UnsupportedError, match=r"operation 'Z'.*--expected"):
        reference_answers([MemoryOperation(t=0.0, op="Z", cue=1)])
