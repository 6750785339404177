"""The shipped binaries reproduce the conformance vectors of specs, spinnaker section 11.

So the oracle that random networks are compared with is the machine's own code, run as intended.
"""

import pytest

pytest.importorskip(
    "unicorn", reason="needs unicorn. Install with: pip install 'neuro-spiking-memory[oracle]'"
)

from spinnaker_oracle.board import Board
from spinnaker_oracle.toolchain import map_networks, missing
from spinnaker_oracle.vectors import TICKS, VECTORS, Vector, digest

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.xdist_group("oracle_vectors"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Board]:
    recipes = [vector.recipe for vector in VECTORS]
    mapped = map_networks(recipes, tmp_path_factory.mktemp("oracle"))
    boards = {item.recipe.name: Board(item, ticks=TICKS) for item in mapped}
    for board in boards.values():
        board.run()
    return boards


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector.recipe.name))
def test_binaries_record_the_published_samples(boards: dict[str, Board], vector: Vector) -> None:
    recorded = boards[vector.recipe.name].recorded("cells")
    assert digest(recorded.v) == vector.v
    assert digest(recorded.excitatory) == vector.excitatory
    spikes = tuple(zip(recorded.ticks.tolist(), recorded.indices.tolist(), strict=True))
    assert len(spikes) == vector.spikes
    assert spikes[:5] == vector.first


def test_binaries_hold_the_published_voltages_at_tick_150(boards: dict[str, Board]) -> None:
    raw = {name: boards[name].recorded("cells").v[150].tolist() for name in "AC"}
    assert raw["A"] == [-2055266, -2129920, -1733183, -1702890]
    assert raw["C"] == [-1716230, -1802724, -1983366, -2076389]


def test_binaries_learn_the_published_rows(boards: dict[str, Board]) -> None:
    placed = [item.row for item in boards["C"].rows("recurrent")]
    rows = [(row.time, row.trace, row.weights) for row in placed]
    assert rows == [
        (183, 2942, [2516, 1475, 1517]),
        (186, 2942, [0, 2694, 1832]),
        (193, 3821, [2, 0, 2137]),
        (197, 3793, [1177, 131, 1367]),
    ]


@pytest.mark.parametrize(
    ("name", "shifts", "slot_bits"), [("A", (2, 0), 1), ("C", (3, 0), 2), ("D", (7, 6), 1)]
)
def test_toolchain_computes_the_published_shifts_and_slots(
    boards: dict[str, Board], name: str, shifts: tuple[int, ...], slot_bits: int
) -> None:
    (form,) = boards[name].formats("cells")
    assert (form.shifts, form.slot_bits) == (shifts, slot_bits)


def test_binaries_count_the_published_saturations(boards: dict[str, Board]) -> None:
    counts = {name: boards[name].count("saturations", "cells") for name in "ABCD"}
    assert counts == {"A": 0, "B": 124, "C": 0, "D": 0}
