from dataclasses import replace

import numpy as np
import pytest

from neuro.errors import UnsupportedError
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.sweep.programs import Mix, draw_program, spaced
from neuro.tasks import MemoryOperation
from neuro.tasks.program import program_issues

MIX = Mix(operations=2000, density=0.2, query_bits=3)


@pytest.fixture
def protocol():
    found = ca3(CA3Parameters(cue_size=7, content_size=40)).protocol
    assert found is not None
    return found


def test_mix_has_the_shares_of_the_specification(protocol):
    program = draw_program(MIX, protocol, 20.0, 1)
    codes = [item.op for item in program]
    # 40 % learn, 30 % each recall (specs, ca3_cam 6); four standard deviations of 2000 draws.
    for code, share in (("L", 0.4), ("C", 0.3), ("K", 0.3)):
        deviation = 4 * np.sqrt(share * (1 - share) / 2000)
        assert codes.count(code) / 2000 == pytest.approx(share, abs=deviation)
    active = np.mean([len(item.content) / 40 for item in program if item.op == "L"])
    assert active == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 40 / 800))
    assert {len(item.content) for item in program if item.op == "K"} == {1, 2, 3}
    assert {item.cue for item in program if item.op != "K"} == set(range(7))


def test_mix_is_a_program_that_the_memory_takes(protocol):
    program = draw_program(replace(MIX, density=1e-9), protocol, 20.0, 1)
    assert program_issues(protocol, program, 1.0, guard=True) == []


def test_same_seed_gives_the_same_operations_at_any_spacing(protocol):
    one, other = (draw_program(MIX, protocol, spacing, 3) for spacing in (14.0, 20.0))
    assert spaced(other, 14.0) == one
    assert draw_program(MIX, protocol, 14.0, 4) != one


def test_memory_without_an_operation_of_a_mix_is_refused(protocol):
    kept = tuple(item for item in protocol.operations if item.code != "K")
    with pytest.raises(UnsupportedError, match="no operation K"):
        draw_program(MIX, replace(protocol, operations=kept), 20.0, 1)


def test_operations_that_start_together_stay_together():
    rows = [MemoryOperation(t=t, op="C", cue=0) for t in (30.0, 0.0, 30.0, 7.0)]
    assert [row.t for row in spaced(rows, 5.0)] == [10.0, 0.0, 10.0, 5.0]
