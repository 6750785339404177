"""Pair-based STDP under `exact` semantics against NEST 3.10's stdp_synapse.

NEST brings a weight up to date only when a pre spike arrives, so every pre train ends with a spike
after all else. Its depression amplitude is alpha * lambda, its weights are in units of Wmax.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro import simulate
from neuro.ir import (
    CurrentExponentialLIF,
    DeltaLIF,
    Network,
    PairList,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.results import Result

DT = 0.1
ACTIVE, END = 300.0, 350.0
PRE, POST = 40, 20
W_MAX = 0.05  # mV: too weak to make the post neurons fire; only the teacher does
EXCITATORY, INHIBITORY = 80, 20

Generator = np.random.Generator
RULES: dict[str, dict[str, Any]] = {
    "additive": {"rule": "additive", "a_plus": 0.05, "a_minus": 0.06},
    "additive, one pair saturates": {"rule": "additive", "a_plus": 1.2, "a_minus": 1.1},
    "multiplicative": {"rule": "multiplicative", "a_plus": 0.2, "a_minus": 0.15},
}
DELAYS: dict[str, Callable[[Generator, int], Any]] = {
    "one step": lambda rng, size: DT,
    "several steps": lambda rng, size: 2.3,
    "each its own": lambda rng, size: rng.integers(1, 16, size) * DT,
}


def trains(rng: Generator, size: int, duration: float) -> tuple[Any, Any]:
    """Irregular trains of 40 Hz; the first steps are empty, so that parrots can relay them."""
    emitted = rng.random((size, round(duration / DT))) < 0.040 * DT
    indices, step = np.nonzero(emitted)
    return (step + 5) * DT, indices


def distinct_pairs(rng: Generator, sources: int, targets: int, probability: float) -> PairList:
    rows, columns = np.nonzero(rng.random((sources, targets)) < probability)
    return PairList(sources=rows, targets=columns)


def taught(rule: dict[str, Any], delay: Callable[[Generator, int], Any], **changes: Any) -> Network:
    """Join random pre trains by plastic synapses to neurons that fire when a teacher says so."""
    rng = np.random.default_rng(30)
    times, indices = trains(rng, PRE, ACTIVE)
    pre = SpikeArray(
        name="pre",
        size=PRE,
        times=np.concatenate([times, np.full(PRE, END - 10)]),
        indices=np.concatenate([indices, np.arange(PRE)]),
    )
    times, indices = trains(rng, POST, ACTIVE)
    teacher = SpikeArray(name="teacher", size=POST, times=times, indices=indices)
    pairs = distinct_pairs(rng, PRE, POST, 0.6)
    count = pairs.sources.size
    settings = {
        "weight": rng.uniform(0.2 * W_MAX, 0.8 * W_MAX, count),
        "delay": delay(rng, count),
        "amplitude": "relative",
        "tau_plus": 15.0,
        "tau_minus": 25.0,
        "w_max": W_MAX,
    }
    synapse = PairSTDP(**{**settings, **rule, **changes})
    one_to_one = PairList(sources=np.arange(POST), targets=np.arange(POST))
    return Network(
        name="taught",
        dt=DT,
        populations=[Population("post", POST, DeltaLIF(tau_refrac=1.0))],
        inputs=[pre, teacher],
        projections=[
            Projection("pre", "post", pairs, synapse),
            Projection("teacher", "post", one_to_one, Static(weight=100.0, delay=0.5)),
        ],
        probes=[Probe(population="pre"), Probe(population="post")],
    )


def ties(result: Result) -> int:
    """Count the pairs of spikes that meet at their synapse in the same step."""
    pre, post = result.spikes["pre"], result.spikes["post"]
    projection = result.network.projection("pre->post")
    connector = projection.connector
    assert isinstance(connector, PairList)
    delays = np.broadcast_to(projection.synapse.delay, connector.sources.shape)
    return sum(
        np.isin(np.rint((post.of(j) + delay) / DT), np.rint(pre.of(i) / DT)).sum()
        for i, j, delay in zip(connector.sources, connector.targets, delays, strict=True)
    )


@pytest.mark.parametrize("delay", DELAYS.values(), ids=DELAYS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_stdp_weights_agree_with_nest(
    rule: dict[str, Any],
    delay: Callable[[Generator, int], Any],
    nest_run: Callable[..., Any],
    spike_table: Callable[..., NDArray[np.int64]],
) -> None:
    network = taught(rule, delay)
    ours, theirs = simulate(network, END), nest_run(network, END)
    assert ties(ours) >= 10
    np.testing.assert_array_equal(spike_table(ours, "post"), theirs.spikes["post"])
    np.testing.assert_allclose(
        ours.weights["pre->post"].values, theirs.weights["pre->post"], rtol=1e-6, atol=1e-12 * W_MAX
    )


def test_stdp_weights_on_both_bounds_agree_with_nest(nest_run: Callable[..., Any]) -> None:
    # With windows this short the last pre spike leaves a weight on its bound.
    rule = {"rule": "additive", "a_plus": 4.0, "a_minus": 9.0, "tau_plus": 2.0, "tau_minus": 1.0}
    network = taught(rule, DELAYS["several steps"])
    ours = simulate(network, END).weights["pre->post"].values
    theirs = nest_run(network, END).weights["pre->post"]
    assert np.count_nonzero(theirs == 0.0) > 20
    assert np.count_nonzero(theirs == W_MAX) > 20
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12 * W_MAX)


def test_absolute_amplitudes_are_relative_ones_times_w_max() -> None:
    relative = {"rule": "additive", "amplitude": "relative", "a_plus": 0.05, "a_minus": 0.06}
    absolute = {
        "rule": "additive",
        "amplitude": "absolute",
        "a_plus": 0.05 * W_MAX,
        "a_minus": 0.06 * W_MAX,
    }
    delay = DELAYS["each its own"]
    first, second = (simulate(taught(rule, delay), END) for rule in (relative, absolute))
    initial = first.network.projection("pre->post").synapse.weight
    assert np.abs(first.weights["pre->post"].values - initial).max() > 0.1 * W_MAX
    np.testing.assert_array_equal(
        first.weights["pre->post"].values, second.weights["pre->post"].values
    )


def recurrent(rule: dict[str, Any], delay: Callable[[Generator, int], Any]) -> Network:
    """Make a plastic network under drive that falls silent, then fires once as a whole at END."""
    rng = np.random.default_rng(31)
    sizes = {"E": EXCITATORY, "I": INHIBITORY}
    times, indices = trains(rng, 40, ACTIVE)
    kick = np.full(EXCITATORY, END - 2 * DT)

    def join(source: str, target: str, size: int, probability: float, weight: float) -> Projection:
        pairs = distinct_pairs(rng, size, sizes[target], probability)
        synapse = Static(weight=weight, delay=delay(rng, pairs.sources.size))
        receptor = "inhibitory" if source == "I" else "excitatory"
        return Projection(source, target, pairs, synapse, receptor=receptor)

    pairs = distinct_pairs(rng, EXCITATORY, EXCITATORY, 0.15)
    count = pairs.sources.size
    settings = {"amplitude": "relative", "tau_plus": 15.0, "tau_minus": 25.0, "w_max": 0.3}
    synapse = PairSTDP(
        weight=rng.uniform(0.05, 0.25, count), delay=delay(rng, count), **settings, **rule
    )
    everyone = PairList(sources=np.arange(EXCITATORY), targets=np.arange(EXCITATORY))
    return Network(
        name="recurrent",
        dt=DT,
        populations=[
            Population(
                name,
                size,
                CurrentExponentialLIF(
                    cm=0.25,
                    tau_refrac=2.0,
                    tau_syn_E=2.0,
                    tau_syn_I=6.0,
                    i_offset=rng.uniform(0.0, 0.12, size),
                ),
            )
            for name, size in sizes.items()
        ],
        inputs=[
            SpikeArray(name="drive", size=40, times=times, indices=indices),
            SpikeArray(name="kick", size=EXCITATORY, times=kick, indices=np.arange(EXCITATORY)),
        ],
        projections=[
            Projection("E", "E", pairs, synapse),
            join("E", "I", EXCITATORY, 0.2, 0.2),
            join("I", "E", INHIBITORY, 0.3, 0.4),
            join("I", "I", INHIBITORY, 0.3, 0.4),
            join("drive", "E", 40, 0.2, 0.3),
            Projection("kick", "E", everyone, Static(weight=100.0, delay=DT)),
        ],
        probes=[Probe(population="E"), Probe(population="I")],
    )


@pytest.mark.parametrize("delay", DELAYS.values(), ids=DELAYS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_recurrent_plastic_network_agrees_with_nest(
    rule: dict[str, Any],
    delay: Callable[[Generator, int], Any],
    nest_run: Callable[..., Any],
    spike_table: Callable[..., NDArray[np.int64]],
) -> None:
    network = recurrent(rule, delay)
    ours, theirs = simulate(network, END), nest_run(network, END)
    last = spike_table(ours, "E")[-EXCITATORY:]
    assert np.array_equal(last[:, 0], np.full(EXCITATORY, round(END / DT)))
    for name in ("E", "I"):
        np.testing.assert_array_equal(spike_table(ours, name), theirs.spikes[name])
    np.testing.assert_allclose(
        ours.weights["E->E"].values, theirs.weights["E->E"], rtol=1e-6, atol=1e-12
    )
