"""The estimate of a core's data memory, against starting the machine's own binaries.

A program that runs out of data memory stops at its start, so the largest network that starts says
how much there is. Every network here is next to that limit, on one side or the other.
"""

from dataclasses import dataclass

import numpy as np
import pytest

pytest.importorskip(
    "unicorn", reason="needs unicorn. Install with: pip install 'neuro-spiking-memory[oracle]'"
)

from spinnaker_oracle.board import Board
from spinnaker_oracle.recipe import from_network
from spinnaker_oracle.toolchain import Mapped, map_networks, missing

from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.resources import machine
from neuro.backends.spinnaker.rows import layout_rows
from neuro.hardware_configs import load_target
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    PairList,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.run import lower

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.slow,
    pytest.mark.xdist_group("data_memory"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A core with its neurons, delay slots and longest row, in synapses."""

    neurons: int
    slots: int
    starts: bool
    conductance: bool = False
    plastic: bool = True
    row: int = 1

    @property
    def name(self) -> str:
        kind = ("conductance" if self.conductance else "current", "static", "plastic")
        return f"{kind[0]}-{kind[1 + self.plastic]}-{self.neurons}x{self.slots}-row{self.row}"


# The oracle records spikes and three state variables of every neuron.
CASES = (
    Case(neurons=208, slots=16, starts=True),
    Case(neurons=208, slots=16, starts=True, row=200),
    Case(neurons=209, slots=16, starts=False),
    Case(neurons=118, slots=64, starts=True),
    Case(neurons=121, slots=64, starts=False),
    Case(neurons=199, slots=16, starts=True, conductance=True),
    Case(neurons=202, slots=16, starts=False, conductance=True),
    Case(neurons=256, slots=8, starts=False),
    Case(neurons=250, slots=8, starts=True),
    Case(neurons=256, slots=32, starts=True, plastic=False),
    Case(neurons=247, slots=32, starts=True, plastic=False, conductance=True),
    Case(neurons=247, slots=32, starts=True, plastic=False, conductance=True, row=240),
    Case(neurons=248, slots=32, starts=False, plastic=False, conductance=True),
)


def network(case: Case) -> Network:
    unit = "uS" if case.conductance else "nA"
    # The longest delay is one step more than half the slots, which are a power of two.
    delay = float(case.slots // 2 + 1)
    synapse: Static | PairSTDP = Static(weight=f"0.1 {unit}", delay=delay)
    if case.plastic:
        synapse = PairSTDP(
            weight=f"0.1 {unit}",
            delay=delay,
            rule="additive",
            amplitude="absolute",
            a_plus=f"0.01 {unit}",
            a_minus=f"0.01 {unit}",
            w_max=f"0.2 {unit}",
        )
    targets = np.arange(case.neurons)
    cell = ConductanceExponentialLIF() if case.conductance else CurrentExponentialLIF()
    letter = "g" if case.conductance else "i"
    return Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", case.neurons, cell)],
        inputs=[SpikeArray(name="a", size=case.neurons, times=[5.0], indices=[0])],
        projections=[
            Projection("a", "b", PairList(sources=targets // case.row, targets=targets), synapse)
        ],
        probes=[
            Probe(population="b", variable=name)
            for name in ("spikes", "v", f"{letter}_excitatory", f"{letter}_inhibitory")
        ],
    )


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mapped]:
    recipes = [from_network(network(case), name=case.name) for case in CASES]
    found = map_networks(recipes, tmp_path_factory.mktemp("data_memory"))
    return {case.name: item for case, item in zip(CASES, found, strict=True)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_estimate_says_which_cores_start(mapped: dict[str, Mapped], case: Case) -> None:
    layout = lay_out(lower(network(case)))
    numbers = hardware(load_target("spinnaker_spin5"))
    used = machine(layout, layout_rows(layout), numbers)
    (core,) = (core for core in used.cores if core.kind == "population")
    assert (core.dtcm <= core.dtcm_limit) is case.starts
    assert starts(mapped[case.name]) is case.starts


def starts(network: Mapped) -> bool:
    try:
        Board(network, ticks=1)
    except RuntimeError as error:
        assert "core state 2" in str(error), error
        return False
    return True
