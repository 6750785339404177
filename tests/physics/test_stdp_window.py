"""The learning window, event by event, against sums over all pairs."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro import simulate
from neuro.ir import (
    DeltaLIF,
    Network,
    OneToOne,
    PairList,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.results import Result

both_semantics = pytest.mark.parametrize("semantics", ["exact", "tick"])

TAU_PLUS, TAU_MINUS = 7.0, 11.0
CELL = DeltaLIF(tau_refrac=0.0)  # answers the teacher at the moment of arrival, every time


def taught(
    pre: tuple[Any, Any], post: tuple[Any, Any], pairs: PairList, semantics: Any, **rule: Any
) -> Network:
    """Make plastic synapses between trains: (times, indices); the post times are at least 1 ms."""
    sizes = [int(max(indices)) + 1 for _, indices in (pre, post)]
    settings = {"rule": "additive", "amplitude": "absolute", "w_min": 0.0, "w_max": 2.0}
    windows = {"tau_plus": TAU_PLUS, "tau_minus": TAU_MINUS}
    teacher = np.asarray(post[0]) - 1.0
    return Network(
        name="taught",
        dt=1.0,
        semantics=semantics,
        populations=[Population("post", sizes[1], CELL)],
        inputs=[
            SpikeArray(name="pre", size=sizes[0], times=pre[0], indices=pre[1]),
            SpikeArray(name="teacher", size=sizes[1], times=teacher, indices=post[1]),
        ],
        projections=[
            Projection("pre", "post", pairs, PairSTDP(**{**settings, **windows, **rule})),
            Projection("teacher", "post", OneToOne(), Static(weight=100.0, delay=1.0)),
        ],
        probes=[
            Probe(population="pre"),
            Probe(population="post"),
            Probe(population="post", variable="v"),
        ],
    )


@both_semantics
@pytest.mark.parametrize("delay", [1.0, 4.0])
def test_one_pair_draws_the_exponential_window(semantics: Any, delay: float) -> None:
    lags = np.arange(-30, 31)  # from the pre spike to the post spike as it reaches the synapse
    line = np.arange(lags.size)
    pre = np.full(lags.size, 40.0), line
    post = 40.0 + lags - delay, line
    pairs = PairList(sources=line, targets=line)
    network = taught(pre, post, pairs, semantics, weight=1.0, delay=delay, a_plus=0.3, a_minus=0.2)
    result = simulate(network, 100.0)
    np.testing.assert_array_equal(np.sort(result.spikes["post"].times), np.sort(post[0]))
    change = result.weights["pre->post"].values - 1.0
    expected = np.where(lags > 0, 0.3 * np.exp(-lags / TAU_PLUS), -0.2 * np.exp(lags / TAU_MINUS))
    expected[lags == 0] = -0.2 if semantics == "tick" else 0.0
    np.testing.assert_allclose(change, expected, rtol=0, atol=1e-14)


def brute_force(
    pre: NDArray[Any], post: NDArray[Any], synapse: PairSTDP, start: float, tie: bool
) -> tuple[float, set[float]]:
    """Sum over all earlier partners at every event; return the weight and the bounds it met.

    `post` holds the times at which post spikes reach the synapse.
    """
    weight, met = start, set()
    for time, is_pre in sorted([(t, False) for t in post] + [(t, True) for t in pre]):
        if is_pre:
            earlier = post[post <= time] if tie else post[post < time]
            change = -synapse.a_minus * np.exp(-(time - earlier) / synapse.tau_minus).sum()
            room = weight - synapse.w_min
        else:
            earlier = pre[pre < time]
            change = synapse.a_plus * np.exp(-(time - earlier) / synapse.tau_plus).sum()
            room = synapse.w_max - weight
        if synapse.rule == "multiplicative":
            change *= room
        weight = float(np.clip(weight + change, synapse.w_min, synapse.w_max))
        met |= {weight} & {synapse.w_min, synapse.w_max}
    return weight, met


def expected_weights(result: Result, tie: bool) -> tuple[NDArray[Any], set[float]]:
    projection = result.network.projection("pre->post")
    synapse, pairs = projection.synapse, projection.connector
    assert isinstance(synapse, PairSTDP) and isinstance(pairs, PairList)
    pre, post = result.spikes["pre"], result.spikes["post"]
    outcomes = [
        brute_force(pre.of(i), post.of(j) + delay, synapse, weight, tie)
        for i, j, weight, delay in zip(
            pairs.sources, pairs.targets, synapse.weight, synapse.delay, strict=True
        )
    ]
    return np.array([weight for weight, _ in outcomes]), set.union(*(met for _, met in outcomes))


def random_train(rng: np.random.Generator, size: int) -> tuple[Any, Any]:
    steps, indices = np.nonzero(rng.random((200, size)) < 0.12)
    return steps + 1.0, indices


@both_semantics
@pytest.mark.parametrize("rule", ["additive", "multiplicative"])
def test_random_trains_give_the_sum_over_all_pairs(rule: Any, semantics: Any) -> None:
    rng = np.random.default_rng(50)
    pre, post = random_train(rng, 8), random_train(rng, 6)
    sources, targets = np.divmod(np.arange(48), 6)
    network = taught(
        pre,
        post,
        PairList(sources=sources, targets=targets),
        semantics,
        weight=rng.uniform(0.2, 0.8, 48),
        delay=rng.integers(1, 7, 48).astype(float),
        rule=rule,
        amplitude="absolute" if rule == "additive" else "relative",
        a_plus=0.2,
        a_minus=0.15,
        w_min=0.1,
        w_max=0.9,
    )
    result = simulate(network, 220.0)
    expected, met = expected_weights(result, tie=semantics == "tick")
    assert met == ({0.1, 0.9} if rule == "additive" else set())
    np.testing.assert_allclose(result.weights["pre->post"].values, expected, rtol=0, atol=1e-13)


def test_relative_amplitudes_scale_with_w_max() -> None:
    line = np.array([0])
    network = taught(
        (np.array([10.0]), line),
        (np.array([14.0]), line),
        PairList(sources=line, targets=line),
        "tick",
        weight=0.5,
        amplitude="relative",
        a_plus=0.1,
        a_minus=0.1,
        w_max=3.0,
    )
    weight = simulate(network, 30.0).weights["pre->post"].values[0]
    assert weight == pytest.approx(0.5 + 0.1 * 3.0 * np.exp(-5.0 / TAU_PLUS), abs=1e-14)


@both_semantics
def test_a_pre_spike_carries_the_weight_that_it_leaves(semantics: Any) -> None:
    # The post spike of 10 ms reaches the synapse at 12, the pre spike follows at 13 and arrives
    # at 15: a jump by the weight after depression.
    line = np.array([0])
    network = taught(
        (np.array([13.0]), line),
        (np.array([10.0]), line),
        PairList(sources=line, targets=line),
        semantics,
        weight=1.0,
        delay=2.0,
        a_plus=0.5,
        a_minus=0.5,
    )
    result = simulate(network, 30.0)
    depressed = 1.0 - 0.5 * np.exp(-1.0 / TAU_MINUS)
    assert result.weights["pre->post"].values == pytest.approx([depressed], abs=1e-14)
    jump = result.traces["post"]["v"].values.max() - -65.0
    assert jump == pytest.approx(depressed, abs=1e-12)


@both_semantics
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_tie_depresses_once_for_each_pre_spike_or_not_at_all(semantics: Any, count: int) -> None:
    line = np.array([0])
    network = taught(
        (np.full(count, 12.0), np.zeros(count, dtype=int)),
        (np.array([11.0]), line),
        PairList(sources=line, targets=line),
        semantics,
        weight=1.0,
        delay=1.0,
        a_plus=0.1,
        a_minus=0.1,
    )
    weight = simulate(network, 30.0).weights["pre->post"].values[0]
    assert weight == pytest.approx(1.0 - 0.1 * count if semantics == "tick" else 1.0, abs=1e-14)
