"""Both emulators against the machine's own binaries, on random networks: not one word differs.

Every membrane voltage, synaptic input, spike, weight and trace of every tick, and the slots, shifts
and stored synapses that the toolchain generates. Where a number differs, the binary is right.
"""

import importlib.util
from collections.abc import Iterator

import pytest

pytest.importorskip(
    "unicorn", reason="needs unicorn. Install with: pip install 'neuro-spiking-memory[oracle]'"
)

from spinnaker_oracle.board import Board
from spinnaker_oracle.compare import Emulation, Machine, MakeEngine, read_machine
from spinnaker_oracle.networks import TICKS, Case, long_case, random_case, short_case
from spinnaker_oracle.recipe import from_network
from spinnaker_oracle.toolchain import Mapped, map_networks, missing

from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.ir import ConductanceExponentialLIF, PairSTDP

UNFED = 77
"""A seed with a population without input: the toolchain still gives it two delay slots."""

CASES = [
    *map(random_case, (*range(64), UNFED)),
    *map(long_case, range(12)),
    *map(short_case, range(10)),
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.toolchain,
    pytest.mark.xdist_group("oracle_networks"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


def emulators() -> Iterator[MakeEngine]:
    yield ReferenceEmulator
    if importlib.util.find_spec("neuro.backends.spinnaker._native") is not None:
        from neuro.backends.spinnaker.native import NativeEmulator

        yield NativeEmulator


class Machines:
    """What the binaries did with each case; each runs when it is first asked for."""

    def __init__(self, mapped: list[Mapped]) -> None:
        self._mapped = {item.recipe.name: item for item in mapped}
        self._done: dict[str, Machine] = {}

    def run(self, case: Case) -> Machine:
        if case.name not in self._done:
            board = Board(self._mapped[case.name], ticks=TICKS)
            board.run()
            self._done[case.name] = read_machine(case, board)
        return self._done[case.name]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Machines:
    recipes = [
        from_network(case.network, name=case.name, neurons_per_core=case.neurons_per_core)
        for case in CASES
    ]
    return Machines(map_networks(recipes, tmp_path_factory.mktemp("oracle")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_emulators_equal_the_binaries(machines: Machines, case: Case) -> None:
    machine = machines.run(case)
    for make in emulators():
        emulation = Emulation(case, make, ticks=TICKS)
        assert emulation.differences(machine) == [], emulation.engine.description


def test_random_networks_reach_every_corner(machines: Machines) -> None:
    rules = [
        {p.synapse.rule for p in case.network.projections if isinstance(p.synapse, PairSTDP)}
        for case in CASES
    ]
    found = [machines.run(case) for case in CASES]
    emulations = [Emulation(case, next(emulators()), ticks=TICKS) for case in CASES]
    corners = {
        "conductances": [
            isinstance(case.network.populations[0].cell, ConductanceExponentialLIF)
            for case in CASES
        ],
        "several cores": [case.neurons_per_core < 256 for case in CASES],
        "long steps": [case.network.dt > 1.0 for case in CASES],
        "additive rule": ["additive" in rule for rule in rules],
        "multiplicative rule": ["multiplicative" in rule for rule in rules],
        "saturation": [sum(item.saturations.values()) > 0 for item in found],
        "lost plastic synapses": [sum(item.skipped.values()) > 0 for item in found],
        "full histories": [
            sum(item.engine.tallies()["history_losses"].values()) > 0 for item in emulations
        ],
        "short steps": [case.network.dt < 1.0 for case in CASES],
        "delay extensions": [
            max(projection.stages for projection in item.layout.projections) > 0
            for item in emulations
        ],
        "many spikes": [
            sum(item.ticks.size for item in machine.recorded.values()) > 100 for machine in found
        ],
    }
    assert {name: sum(hits) for name, hits in corners.items() if sum(hits) < 5} == {}
