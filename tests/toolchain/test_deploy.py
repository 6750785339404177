"""sPyNNaker, in virtual mode, generates exactly what the layout predicts (specs, spinnaker 10).

Every network is mapped once, all in one process of the toolchain. The expected numbers are those
of the toolchain; ours are what is tested.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuro.backends.spinnaker.comparison import Difference
from neuro.backends.spinnaker.toolchain import run_virtual
from neuro.backends.spinnaker.virtual import Deployment, deploy_all_virtual
from neuro.errors import CapacityError, NeuroError
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    FixedFanIn,
    FixedProbability,
    Network,
    Normal,
    OneToOne,
    PairList,
    PairSTDP,
    Poisson,
    Population,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.pynn_export import to_script
from neuro.run import lower

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.xdist_group("deploy"),
    pytest.mark.skipif(
        importlib.util.find_spec("spynnaker") is None,
        reason="needs sPyNNaker. Install with: pip install 'neuro-spiking-memory[spinnaker]'",
    ),
]

CURRENT, CONDUCTANCE = CurrentExponentialLIF(), ConductanceExponentialLIF()
ADDITIVE: dict[str, Any] = {"rule": "additive", "amplitude": "absolute"}
SPARSE = FixedProbability(probability=0.1)


def network(name: str, *parts: Any, dt: float = 1.0) -> Network:
    inputs = [part for part in parts if isinstance(part, SpikeArray | Poisson)]
    return Network(
        name=name,
        dt=dt,
        semantics="tick",
        populations=[part for part in parts if isinstance(part, Population)],
        inputs=inputs,
        projections=[part for part in parts if isinstance(part, Projection)],
        seed=17,
    )


def source(size: int) -> SpikeArray:
    """Make a source in which everyone fires twice, at times of its own."""
    sources = np.arange(2 * size) % size
    return SpikeArray(name="in", size=size, times=3.0 + np.arange(2 * size) % 90, indices=sources)


def several_cores() -> Network:
    return network(
        "several cores",
        source(300),
        Population("a", 600, CURRENT),
        Population("unconnected", 3, CURRENT),
        Projection("in", "a", SPARSE, Static(weight=Uniform(0.1, 0.5), delay=Uniform(1.0, 8.0))),
        Projection(
            "a",
            "a",
            FixedProbability(probability=0.02),
            Static(weight=Normal(0.2, 0.05, low=0.0), delay=2.0),
            receptor="inhibitory",
        ),
    )


def plastic() -> Network:
    rule = {"a_plus": 0.05, "a_minus": 0.06, "tau_plus": 15.0, "w_max": 1.2, **ADDITIVE}
    varied = CurrentExponentialLIF(v_init=Uniform(-65.0, -55.0), tau_m=Uniform(10.0, 30.0))
    return network(
        "plastic",
        source(50),
        Population("a", 60, varied),
        Population("b", 40, CURRENT),
        Projection("in", "a", AllToAll(), Static(weight=0.3)),
        Projection(
            "a",
            "b",
            AllToAll(),
            PairSTDP(weight=Uniform(0.0, 1.0), delay=Uniform(1.0, 7.0), **rule),
        ),
        Projection(
            "b", "b", AllToAll(skip_equal_index=True), PairSTDP(weight=0.4, delay=3.0, **rule)
        ),
        Projection(
            "b", "b", OneToOne(), Static(weight=0.5, delay=9.0), "inhibitory", "b->b.inhibition"
        ),
    )


def multiplicative() -> Network:
    rule = PairSTDP(
        weight=0.5,
        rule="multiplicative",
        amplitude="relative",
        a_plus=0.05,
        a_minus=0.06,
        w_min=0.1,
        w_max=1.2,
    )
    return network(
        "multiplicative",
        source(30),
        Population("a", 30, CURRENT),
        Projection("in", "a", AllToAll(), rule),
    )


def conductance() -> Network:
    rule = PairSTDP(weight=0.01, a_plus=0.001, a_minus=0.001, w_max=0.05, **ADDITIVE)
    return network(
        "conductance",
        source(40),
        Population("a", 80, CONDUCTANCE),
        Population("b", 300, CONDUCTANCE),
        Projection("in", "a", SPARSE, Static(weight=Uniform(0.001, 0.05))),
        Projection("in", "b", FixedFanIn(count=5), Static(weight=0.01, delay=Uniform(1.0, 20.0))),
        Projection("b", "a", SPARSE, Static(weight=0.03, delay=4.0), "inhibitory"),
        Projection("a", "b", SPARSE, rule),
    )


def delay_extension() -> Network:
    """Delays of one stage from a source of another size, of three stages within a population."""
    return network(
        "delay extension",
        source(30),
        Population("a", 200, CURRENT),
        Projection("in", "a", SPARSE, Static(weight=Uniform(0.1, 1.0), delay=Uniform(1.0, 60.0))),
        Projection("a", "a", SPARSE, Static(weight=Uniform(0.1, 1.0), delay=Uniform(1.0, 120.0))),
    )


def stages_between_widths() -> Network:
    return network(
        "stages",
        source(30),
        Population("a", 200, CURRENT),
        Projection("in", "a", SPARSE, Static(weight=Uniform(0.1, 1.0), delay=Uniform(1.0, 100.0))),
    )


def poisson() -> Network:
    return network(
        "poisson",
        Poisson(name="noise", size=600, rate=Uniform(5.0, 40.0), start=10.0, stop=200.0),
        Population("a", 100, CURRENT),
        Projection("noise", "a", SPARSE, Static(weight=0.2)),
    )


def tenths_of_a_millisecond() -> Network:
    """Delays such as 0.7 ms, and neurons with their synapses on one core at dt 0.1 ms."""
    rule = PairSTDP(weight=0.5, delay=0.7, a_plus=0.05, a_minus=0.06, w_max=1.2, **ADDITIVE)
    return network(
        "tenths",
        source(100),
        Population("a", 100, CURRENT),
        Population("b", 100, CURRENT),
        Projection("in", "a", AllToAll(), Static(weight=0.2, delay=2.3)),
        Projection("in", "b", SPARSE, Static(weight=0.2, delay=Uniform(0.1, 3.0))),
        Projection("a", "b", OneToOne(), rule),
        dt=0.1,
    )


def repeated_pairs() -> Network:
    """Two projections between the same populations, pairs listed twice, a weight that vanishes."""
    pairs = PairList(sources=[3, 3, 5, 5, 7], targets=[1, 1, 2, 2, 39])
    weights = np.array([1.0, 2.0, 3.0, 1e-5, 70.0])
    return network(
        "repeated pairs",
        source(40),
        Population("a", 40, CURRENT),
        Population("b", 1, CURRENT),
        Projection(
            "in", "a", pairs, Static(weight=weights, delay=np.array([1.0, 1.0, 2.0, 4.0, 1.0]))
        ),
        Projection(
            "in", "a", OneToOne(), Static(weight=0.5, delay=2.0), "inhibitory", "in->a.inhibition"
        ),
        Projection("in", "a", AllToAll(), Static(weight=0.25, delay=3.0), name="in->a.all"),
        Projection("a", "b", AllToAll(), Static(weight=0.1)),
    )


NETWORKS: dict[str, Callable[[], Network]] = {
    "ca3": lambda: ca3(CA3Parameters(cue_size=5, content_size=10)),
    "ca3 with contents": lambda: ca3(stored={0: [1, 2], 3: [9]}),
    "several cores": several_cores,
    "small cores": several_cores,
    "plastic": plastic,
    "multiplicative": multiplicative,
    "conductance": conductance,
    "delay extension": delay_extension,
    "poisson": poisson,
    "repeated pairs": repeated_pairs,
    "tenths of a millisecond": tenths_of_a_millisecond,
}
OPTIONS = {"small cores": ["neurons_per_core=100"]}


@dataclass(frozen=True, slots=True)
class Deployed:
    """What came of every network, and of one that the toolchain spoils."""

    by_name: dict[str, Deployment]
    spoiled: Deployment


@pytest.fixture(scope="module")
def deployed() -> Deployed:
    jobs = [
        (lower(make()), load_target("spinnaker_spin5", OPTIONS.get(name, ())))
        for name, make in NETWORKS.items()
    ]
    jobs.append((lower(stages_between_widths()), load_target("spinnaker_spin5")))
    done = []
    for item in deploy_all_virtual(jobs):
        if isinstance(item, NeuroError):
            raise item
        done.append(item)
    return Deployed(dict(zip(NETWORKS, done, strict=False)), done[-1])


@pytest.mark.parametrize("name", NETWORKS)
def test_layout_is_what_the_toolchain_generates(deployed: Deployed, name: str) -> None:
    assert [str(item) for item in deployed.by_name[name].differences] == []


@pytest.mark.parametrize(
    ("name", "population", "cores"),
    # 600 neurons at 256 and at 100 on a core
    [
        ("several cores", "a", 3),
        ("small cores", "a", 6),
        ("ca3", "QA", 1),
        ("tenths of a millisecond", "a", 1),
    ],
)
def test_population_is_split_into_cores(
    deployed: Deployed, name: str, population: str, cores: int
) -> None:
    assert len(deployed.by_name[name].generated.populations[population].place.cores) == cores


@pytest.mark.parametrize("name", NETWORKS)
def test_every_synapse_of_the_plan_is_generated(deployed: Deployed, name: str) -> None:
    done = deployed.by_name[name]
    found = sum(item.sources.size for item in done.generated.projections.values())
    assert found == done.layout.plan.synapse_count() > 0


def test_synapses_lost_by_the_toolchain_are_a_difference_with_its_reason(
    deployed: Deployed,
) -> None:
    (difference,) = deployed.spoiled.differences
    count = deployed.spoiled.layout.plan.synapse_count()
    assert difference.where == "projection 'in->a'.synapses"
    assert difference.predicted == str(count)
    assert int(difference.generated) < count
    assert "delay extensions with several stages" in difference.reason


def test_a_wrong_prediction_is_listed_with_both_numbers(deployed: Deployed) -> None:
    from neuro.backends.spinnaker.comparison import compare

    done = deployed.by_name["ca3"]
    layout = done.layout
    first, *rest = layout.populations
    wrong = replace(
        first,
        shifts=(first.shifts[0] + 1, first.shifts[1]),
        parameters={**first.parameters, "cm": first.parameters["cm"] + 1},
    )
    heavier = replace(layout.projections[0], weights=layout.projections[0].weights + 1)
    changed = replace(
        layout,
        populations=(wrong, *rest),
        projections=(heavier, *layout.projections[1:]),
    )
    shift, capacitance, weight = compare(changed, done.generated)
    # Five inputs of 6 nA one to one: bound 6, so shift 3, and 6 nA are 6 * 2^12 (spec 3.2).
    assert shift == Difference(
        where="population 'QA'.shift[excitatory]", predicted="4", generated="3"
    )
    assert capacitance.where == "population 'QA'.cm (5 of 5 differ, first at neuron 0)"
    assert weight.where.startswith("projection 'IN.cue->QA'.weights (5 of 5 differ")
    assert (weight.predicted, weight.generated) == ("24577", "24576")


def test_exceptions_of_the_toolchain_come_with_an_explanation(tmp_path: Path) -> None:
    far = network(
        "far",
        source(3),
        Population("a", 200, CURRENT),
        Projection("in", "a", AllToAll(), Static(weight=1.0, delay=300.0)),
    )
    wide = network(
        "wide",
        source(3),
        Population("a", 256, CURRENT),
        Projection(
            "in",
            "a",
            AllToAll(),
            PairSTDP(weight=0.5, a_plus=0.1, a_minus=0.1, w_max=1.0, **ADDITIVE),
        ),
    )
    scripts = [to_script(lower(each), "spiNNaker", duration=10.0) for each in (far, wide)]
    failed = run_virtual(scripts, tmp_path)
    kinds = ["DelayExtensionException", "SynapseRowTooBigException"]
    for error, kind in zip(failed, kinds, strict=True):
        assert isinstance(error, CapacityError)
        assert error.value == kind
        assert error.hint is not None
        assert error.hint.startswith(f"sPyNNaker said: {kind}: ")
        assert error.limit is not None
        assert "fewer neurons per core" in error.limit


def test_command_compares_and_writes_script_and_report(tmp_path: Path) -> None:
    program = tmp_path / "program.json"
    program.write_text(json.dumps([[0, "L", 0, [1, 2]], [20, "C", 0, []]]))
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("neuro")),
            *("deploy", "ca3", "--target", "spinnaker_spin5", "--virtual"),
            *("--program", str(program), "--script", "out.py", "--json", "report.json"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "No differences between prediction and sPyNNaker 1!7.4.1" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["differences"] == []
    (qb,) = (row for row in report["populations"] if row["name"] == "QB")
    # 4 + 4 inhibitory synapses of 60 nA: bound 480, shift 9; longest delay 3: 4 slots (spec 3).
    assert qb["shifts"] == {"predicted": "7, 9", "generated": "7, 9"}
    assert qb["slots"] == {"predicted": "4", "generated": "4"}
    assert "import pyNN.spiNNaker as sim" in (tmp_path / "out.py").read_text()
