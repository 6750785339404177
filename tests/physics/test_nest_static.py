"""`exact` semantics of static networks against NEST 3.10: spike for spike, and the membranes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro import simulate
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    Network,
    PairList,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

DT = 0.1
DURATION = 300.0
SIZES = {"E": 240, "I": 60, "drive": 60}
FAN_IN = {"E": 24, "I": 6, "drive": 6}
TRACED = np.array([0, 7, 31])

Generator = np.random.Generator
Draw = Callable[[Generator, int], Any]
Runs = tuple[Any, Any]


def fixed(value: float) -> Draw:
    return lambda rng, size: value


def uniform(low: float, high: float) -> Draw:
    return lambda rng, size: rng.uniform(low, high, size)


def steps(low: int, high: int) -> Draw:
    return lambda rng, size: rng.integers(low, high + 1, size) * DT


LIF: Mapping[str, Draw] = MappingProxyType(
    {
        "cm": fixed(0.25),
        "tau_m": fixed(20.0),
        "tau_refrac": fixed(2.0),
        "i_offset": uniform(0.1, 0.2),  # 0.1875 nA would be the rheobase
        "v_init": uniform(-65.0, -50.0),
    }
)
CURRENT: Mapping[str, Draw] = {**LIF, "tau_syn_E": fixed(2.0), "tau_syn_I": fixed(6.0)}
EVERYTHING_DIFFERS: Mapping[str, Draw] = {
    "cm": uniform(0.2, 0.3),
    "tau_m": uniform(5.0, 30.0),
    "tau_refrac": steps(0, 30),
    "tau_syn_E": uniform(0.3, 10.0),
    "tau_syn_I": uniform(0.3, 10.0),
    "v_rest": uniform(-70.0, -60.0),
    "v_reset": uniform(-75.0, -60.0),
    "v_thresh": uniform(-55.0, -45.0),
    "i_offset": uniform(0.1, 0.3),
    "v_init": uniform(-75.0, -40.0),  # some start above threshold
}
EQUAL_TIMES: Mapping[str, Draw] = {
    **LIF,
    "tau_m": fixed(10.0),
    "tau_syn_E": fixed(10.0),
    "tau_syn_I": fixed(10.000001),
    "i_offset": uniform(0.2, 0.4),
}


def drive(rng: Generator) -> SpikeArray:
    """Irregular trains of 40 Hz, from the first step on."""
    emitted = rng.random((SIZES["drive"], round(DURATION / DT))) < 0.040 * DT
    indices, step = np.nonzero(emitted)
    return SpikeArray(name="drive", size=SIZES["drive"], times=(step + 1) * DT, indices=indices)


def projection(
    source: str, target: str, weights: tuple[Draw, Draw], delay: Draw, rng: Generator
) -> Projection:
    count = FAN_IN[source] * SIZES[target]
    pairs = PairList(
        sources=rng.integers(0, SIZES[source], count), targets=rng.integers(0, SIZES[target], count)
    )
    synapse = Static(weight=weights[source == "I"](rng, count), delay=delay(rng, count))
    receptor = "inhibitory" if source == "I" else "excitatory"
    return Projection(source, target, pairs, synapse, receptor=receptor)


def balanced(
    kind: type, parameters: Mapping[str, Draw], weights: tuple[Draw, Draw], delay: Draw
) -> Network:
    """Join 80 % excitatory and 20 % inhibitory neurons at random, 36 synapses each, and drive."""
    rng = np.random.default_rng(20)
    cells = {
        name: kind(**{key: draw(rng, SIZES[name]) for key, draw in parameters.items()})
        for name in ("E", "I")
    }
    traces = [Probe(population="E", variable=name, indices=TRACED) for name in kind.variables]
    return Network(
        name="balanced",
        dt=DT,
        populations=[Population(name, SIZES[name], cell) for name, cell in cells.items()],
        inputs=[drive(rng)],
        projections=[
            projection(source, target, weights, delay, rng) for source in FAN_IN for target in cells
        ],
        probes=[*(Probe(population=name) for name in cells), *traces],
    )


NANOAMPERE = (uniform(0.02, 0.1), uniform(0.1, 0.5))
NETWORKS: dict[str, Callable[[], Network]] = {
    "current, one delay": lambda: balanced(
        CurrentExponentialLIF, CURRENT, (fixed(0.06), fixed(0.3)), fixed(1.5)
    ),
    "current, delays and weights differ": lambda: balanced(
        CurrentExponentialLIF, CURRENT, NANOAMPERE, steps(1, 50)
    ),
    "current, equal time constants": lambda: balanced(
        CurrentExponentialLIF,
        EQUAL_TIMES,
        (uniform(0.01, 0.05), uniform(0.05, 0.3)),
        steps(1, 9),
    ),
    "current, neurons differ": lambda: balanced(
        CurrentExponentialLIF, EVERYTHING_DIFFERS, NANOAMPERE, steps(1, 50)
    ),
    "delta, one delay": lambda: balanced(DeltaLIF, LIF, (fixed(0.6), fixed(3.0)), fixed(0.1)),
    "delta, delays and weights differ": lambda: balanced(
        DeltaLIF,
        {**LIF, "tau_refrac": steps(0, 30)},
        (uniform(0.2, 1), uniform(1, 5)),
        steps(1, 50),
    ),
}


@pytest.fixture(scope="module", params=NETWORKS.values(), ids=NETWORKS)
def runs(request: pytest.FixtureRequest, nest_run: Callable[..., Any]) -> Runs:
    network = request.param()
    return simulate(network, DURATION), nest_run(network, DURATION)


@pytest.mark.parametrize("population", ["E", "I"])
def test_network_fires_as_in_nest_in_every_step(
    runs: Runs, population: str, spike_table: Callable[..., NDArray[np.int64]]
) -> None:
    ours, theirs = runs
    rate = 1000 * ours.spikes[population].times.size / SIZES[population] / DURATION
    assert rate > 4
    np.testing.assert_array_equal(spike_table(ours, population), theirs.spikes[population])


def test_traces_follow_nest_to_rounding(runs: Runs) -> None:
    ours, theirs = runs
    for variable, expected in theirs.traces["E"].items():
        assert np.ptp(expected) > 0.1
        actual = ours.traces["E"][variable].values[1:]
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9, err_msg=variable)


def conductances(synapses: Mapping[str, Draw], weight: float, **others: Draw) -> Network:
    """Make a network with weights up to `weight` uS, the inhibitory ones ten times stronger."""
    weights = (uniform(weight / 3, weight), uniform(weight * 3, weight * 10))
    parameters = {**LIF, **synapses, **others}
    return balanced(ConductanceExponentialLIF, parameters, weights, steps(1, 50))


SLOW = {"tau_syn_E": fixed(2.0), "tau_syn_I": fixed(4.0)}
FAST = {"tau_syn_E": fixed(0.3), "tau_syn_I": fixed(0.6)}
REVERSALS = {"e_rev_E": uniform(-10.0, 10.0), "e_rev_I": uniform(-85.0, -70.0)}


# What NEST's fifth-order Runge-Kutta-Fehlberg leaves in a step of 0.1 ms is of the order of
# (dt / tau_syn)^6 mV, 1e-8 for the slow synapses; for the others all that is certain is what its
# step control admits, 1e-3 mV (default `gsl_error_tol` of iaf_cond_exp).
@pytest.mark.parametrize(
    ("network", "tolerance"),
    [
        pytest.param(conductances(SLOW, 0.002), 1e-8, id="slow"),
        pytest.param(conductances(FAST, 0.015), 1e-3, id="fast"),
        pytest.param(conductances(EVERYTHING_DIFFERS, 0.002, **REVERSALS), 1e-3, id="differ"),
    ],
)
def test_conductances_agree_with_nest_within_its_solver(
    network: Network,
    tolerance: float,
    nest_run: Callable[..., Any],
    spike_table: Callable[..., NDArray[np.int64]],
) -> None:
    ours, theirs = simulate(network, DURATION), nest_run(network, DURATION)
    assert ours.spikes["E"].times.size > 4e-3 * SIZES["E"] * DURATION
    for name in ("E", "I"):
        np.testing.assert_array_equal(spike_table(ours, name), theirs.spikes[name])
    difference = ours.traces["E"]["v"].values[1:] - theirs.traces["E"]["v"]
    assert np.abs(difference).max() < tolerance
