"""The robust CA3 memory on the machine's own binaries: it learns, forgets and completes there."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip(
    "unicorn", reason="needs unicorn. Install with: pip install 'neuro-spiking-memory[oracle]'"
)

from spinnaker_oracle.board import Board
from spinnaker_oracle.compare import Emulation, read_machine
from spinnaker_oracle.networks import Case
from spinnaker_oracle.recipe import from_network
from spinnaker_oracle.toolchain import map_networks, missing

from neuro import lower
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.ir import Network, PairList
from neuro.ir.network import endpoint
from neuro.models.ca3_robust import OUTPUT, CA3RobustParameters, ca3_robust
from neuro.tasks.memory import as_operation
from neuro.tasks.reference import reference_answers
from neuro.tasks.written import with_program

pytestmark = [
    pytest.mark.slow,
    pytest.mark.toolchain,
    pytest.mark.xdist_group("oracle_networks"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

CUES, BITS = 3, 6
PROGRAM = [
    as_operation(row)
    for row in (
        [1, "L", 0, [0, 1, 2]],
        [10, "L", 1, [2, 3]],
        [19, "L", 0, [1, 4]],
        [28, "C", 0, []],
        [35, "K", None, [0, 2]],
        [42, "K:2", None, [1, 3, 4]],
        [49, "P:all", None, [3]],
        [60, "F", 1, []],
        [69, "K", None, [0, 1, 2, 3, 4, 5]],
        [76, "C", 1, []],
    )
]
TICKS = 90


def without_views(network: Network) -> Network:
    """Write every pair of neurons out, for the oracle knows whole populations only."""
    planned = lower(network).projections
    projections = [
        replace(
            item,
            source=endpoint(item.source),
            target=endpoint(item.target),
            connector=PairList(sources=pairs.sources, targets=pairs.targets),
        )
        for item, pairs in zip(network.projections, planned, strict=True)
    ]
    return replace(network, projections=tuple(projections), protocol=None)


def test_binaries_of_the_machine_answer_as_a_dictionary(tmp_path) -> None:
    network = ca3_robust(CA3RobustParameters(cue_size=CUES, content_size=BITS))
    written = with_program(network, PROGRAM)
    case = Case(name="robust", network=without_views(written.network), neurons_per_core=16)
    recipe = from_network(case.network, name=case.name, neurons_per_core=case.neurons_per_core)
    (mapped,) = map_networks([recipe], tmp_path)
    board = Board(mapped, ticks=TICKS)
    board.run()
    machine = read_machine(case, board)
    assert Emulation(case, ReferenceEmulator, ticks=TICKS).differences(machine) == []

    out = machine.recorded[OUTPUT]
    fired = set(zip(out.ticks.tolist(), out.indices.tolist(), strict=True))
    protocol = network.protocol
    assert protocol is not None
    reads = {item.code: item for item in protocol.operations}

    def read(time: float, first: int, size: int) -> tuple[int, ...]:
        return tuple(n for n in range(size) if (round(time), first + n) in fired)

    answers = [
        (
            read(item.t + reads[item.op].cue_read, 0, CUES),
            read(item.t + reads[item.op].content_read, CUES, BITS),
        )
        for item in PROGRAM
    ]
    assert answers == list(reference_answers(PROGRAM))
    weights = machine.rows["QUERY->MATCH"][:, -1]
    assert np.unique(weights).size == 2, "two states"
