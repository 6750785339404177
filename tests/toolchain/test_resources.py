"""What the partitioner plans and where the placer puts it, against our estimates."""

import importlib.util
import re
from collections import Counter
from pathlib import Path

import pytest

from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.resources import Machine, machine
from neuro.backends.spinnaker.rows import layout_rows
from neuro.backends.spinnaker.toolchain import Outcome, run_virtual
from neuro.hardware_configs import load_target
from neuro.ir import (
    CellType,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    FixedProbability,
    Network,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
    Static,
    SynapseType,
    Uniform,
)
from neuro.pynn_export import to_script
from neuro.run import lower

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.slow,
    pytest.mark.xdist_group("resources"),
    pytest.mark.skipif(
        importlib.util.find_spec("spynnaker") is None,
        reason="needs sPyNNaker. Install with: pip install 'neuro-spiking-memory[spinnaker]'",
    ),
]

PLANNED = re.compile(
    r"SDRAM reqs for core \((\d+),(\d+),\d+\) is .* \((\d+) bytes\) for "
    r"Placement\(vertex=(?!SYSTEM)(.*), x="
)
PLASTIC = PairSTDP(
    weight="0.1 nA",
    rule="additive",
    amplitude="absolute",
    a_plus="0.01 nA",
    a_minus="0.01 nA",
    w_max="1 nA",
)
SPARSE = FixedProbability(probability=0.1)


def recurrent(size: int, synapse: SynapseType, cell: CellType, weight: str) -> Network:
    return Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", size, cell)],
        inputs=[SpikeArray(name="a", size=100, times=[5.0], indices=[0])],
        projections=[
            Projection("b", "b", SPARSE, synapse),
            Projection("a", "b", SPARSE, Static(weight=weight)),
        ],
        seed=3,
    )


CURRENT = CurrentExponentialLIF()
CASES: dict[str, tuple[Network, int]] = {
    "static": (recurrent(1000, Static(weight="0.1 nA"), CURRENT, "1 nA"), 250),
    "plastic": (recurrent(600, PLASTIC, CURRENT, "1 nA"), 128),
    "delayed": (
        recurrent(400, Static(weight="0.1 nA", delay=Uniform("1 ms", "90 ms")), CURRENT, "1 nA"),
        100,
    ),
    "conductance": (
        recurrent(300, Static(weight="1 nS"), ConductanceExponentialLIF(), "10 nS"),
        100,
    ),
    "many cores": (recurrent(400, Static(weight="0.1 nA"), CURRENT, "1 nA"), 8),
}
"""Networks with the neurons of a core."""

Planned = list[tuple[tuple[str, str], int, str]]
"""Chip, bytes and label of every application core."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Planned]:
    scripts = [
        to_script(lower(network), "spiNNaker", duration=100.0, neurons_per_core=width)
        for network, width in CASES.values()
    ]
    outcomes = run_virtual(scripts, tmp_path_factory.mktemp("resources"))
    return {name: read(outcome) for name, outcome in zip(CASES, outcomes, strict=True)}


def read(outcome: object) -> Planned:
    assert isinstance(outcome, Outcome), outcome
    report = Path(outcome.reports, "chip_sdram_usage_by_core.rpt").read_text(encoding="utf-8")
    head = report.partition("Actual space")[0]
    lines = [match for match in map(PLANNED.match, head.splitlines()) if match]
    return [((line[1], line[2]), int(line[3]), line[4]) for line in lines]


def estimated(name: str) -> Machine:
    network, width = CASES[name]
    layout = lay_out(lower(network), Options(neurons_per_core=width))
    return machine(layout, layout_rows(layout), hardware(load_target("spinnaker_spin5")))


@pytest.mark.parametrize("name", CASES)
def test_cores_are_those_of_the_toolchain(planned: dict[str, Planned], name: str) -> None:
    theirs = Counter(label.partition(" with")[0].partition("(")[0] for _, _, label in planned[name])
    names = {"population": "{}", "input": "{}", "delay extension": "Delay extension for {}"}
    ours = Counter(names[core.kind].format(core.name) for core in estimated(name).cores)
    assert ours == theirs


@pytest.mark.parametrize("name", CASES)
def test_shared_memory_is_what_the_partitioner_plans(
    planned: dict[str, Planned], name: str
) -> None:
    theirs = {size for _, size, label in planned[name] if label.startswith("b(")}
    ours = [core.sdram for core in estimated(name).cores if core.kind == "population"]
    # Plastic rows are planned from a bound on their length, not from their length.
    allowed = 0.05 if name == "plastic" else 0.01
    assert max(ours) == pytest.approx(max(theirs), rel=allowed)


@pytest.mark.parametrize("name", CASES)
def test_chips_are_as_many_as_the_placer_uses(planned: dict[str, Planned], name: str) -> None:
    theirs = {chip for chip, _, _ in planned[name]}
    assert estimated(name).chip_count == len(theirs)
