import tracemalloc
from typing import Any

import numpy as np
import pytest

from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DeltaLIF,
    FixedProbability,
    Network,
    Normal,
    PairList,
    PairSTDP,
    Poisson,
    Population,
    Projection,
    SpikeArray,
    Static,
    Uniform,
    View,
)
from neuro.passes import discretise, expand
from neuro.plan import Plan, PlannedPoisson, PlannedProjection

RANDOM = Projection(
    "a",
    "b",
    FixedProbability(probability=0.2),
    Static(weight=Uniform("1 mV", "2 mV"), delay=Uniform("1 ms", "3 ms")),
)


def network(**changes: Any) -> Network:
    parts: dict[str, Any] = {
        "name": "net",
        "populations": [
            Population("a", 20, DeltaLIF(v_init=Normal("-65 mV", "2 mV"))),
            Population("b", 30, DeltaLIF()),
        ],
        "projections": [RANDOM],
        "seed": 1,
    }
    return Network(**{**parts, **changes})


def joined_by(connector: Any, synapse: Any, source: Any = "a", target: Any = "b") -> Plan:
    populations = [Population("a", 3, DeltaLIF()), Population("b", 4, DeltaLIF())]
    projections = [Projection(source, target, connector, synapse)]
    return expand(network(populations=populations, projections=projections))


def bits(projection: PlannedProjection) -> tuple[bytes, ...]:
    members = (projection.offsets, projection.targets, projection.weights, projection.delays)
    return tuple(member.tobytes() for member in members)


def matrix(projection: PlannedProjection, columns: int) -> list[list[float]]:
    """Weights as a dense matrix."""
    dense = np.zeros((projection.offsets.size - 1, columns))
    dense[projection.sources, projection.targets] = projection.weights
    rows: list[list[float]] = dense.tolist()
    return rows


# --- seeds ---------------------------------------------------------------------------------------


def test_same_seed_gives_the_same_bits() -> None:
    one, other = expand(network()), expand(network())
    assert bits(one.projections[0]) == bits(other.projections[0])
    first, second = (plan.populations[0].parameters["v_init"] for plan in (one, other))
    assert first.tobytes() == second.tobytes()


def test_other_seed_gives_other_pairs_weights_delays_and_parameters() -> None:
    one, other = expand(network()), expand(network(seed=2))
    pairs = zip(bits(one.projections[0]), bits(other.projections[0]), strict=True)
    assert all(mine != yours for mine, yours in pairs)
    first, second = (plan.populations[0].parameters["v_init"] for plan in (one, other))
    assert np.all(first != second)


def test_adding_parts_does_not_change_the_others() -> None:
    before = expand(network())
    more = network(
        populations=[Population("new", 7, DeltaLIF()), *network().populations],
        inputs=[Poisson(name="noise", size=3, rate=Uniform(1.0, 2.0))],
        projections=[
            Projection("new", "b", FixedProbability(probability=0.5), Static(weight=1.0)),
            RANDOM,
        ],
    )
    after = expand(more)
    assert bits(after.projections[1]) == bits(before.projections[0])
    first, second = before.populations[0].parameters, after.populations[1].parameters
    assert first["v_init"].tobytes() == second["v_init"].tobytes()


def test_projections_of_different_names_draw_differently() -> None:
    twin = Projection("a", "b", RANDOM.connector, RANDOM.synapse, name="twin")
    one, other = expand(network(projections=[RANDOM, twin])).projections
    assert bits(one)[1] != bits(other)[1]


def test_weights_do_not_change_the_pairs() -> None:
    other = Projection("a", "b", RANDOM.connector, Static(weight=Normal(5.0, 1.0, low=0.0)))
    one, two = expand(network()), expand(network(projections=[other]))
    assert bits(one.projections[0])[:2] == tuple(
        member.tobytes() for member in (two.projections[0].offsets, two.projections[0].targets)
    )


# --- synapses ------------------------------------------------------------------------------------


def test_rows_are_compressed_by_source() -> None:
    plan = joined_by(PairList(sources=[2, 0, 2], targets=[1, 3, 0]), Static(weight=1.0))
    projection = plan.projections[0]
    assert projection.offsets.tolist() == [0, 1, 1, 3]
    assert projection.targets.tolist() == [3, 0, 1]
    assert projection.targets.dtype == np.uint32


def test_weights_and_delays_follow_their_pairs_when_sorted() -> None:
    connector = PairList(sources=[2, 0, 2], targets=[1, 3, 0])
    plan = joined_by(connector, Static(weight=[21.0, 3.0, 20.0], delay=[2.1, 0.3, 2.0]))
    assert plan.projections[0].weights.tolist() == [3.0, 20.0, 21.0]
    assert plan.projections[0].delays.tolist() == [0.3, 2.0, 2.1]


def test_weight_matrix_is_read_by_source_and_target() -> None:
    weights = np.arange(12.0).reshape(3, 4)
    plan = joined_by(AllToAll(), Static(weight=weights))
    assert matrix(plan.projections[0], 4) == weights.tolist()


def test_weight_matrix_is_read_around_skipped_pairs() -> None:
    weights = np.arange(1.0, 13.0).reshape(3, 4)
    plan = joined_by(AllToAll(skip_equal_index=True), Static(weight=weights))
    expected = weights * (1 - np.eye(3, 4))
    assert matrix(plan.projections[0], 4) == expected.tolist()


def test_views_shift_the_indices() -> None:
    weights = [[1.0, 2.0], [3.0, 4.0]]
    plan = joined_by(AllToAll(), Static(weight=weights), View("a", 1, 3), View("b", 2, 4))
    assert matrix(plan.projections[0], 4) == [
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 2.0],
        [0.0, 0.0, 3.0, 4.0],
    ]


def test_skipped_indices_count_within_the_views() -> None:
    connector = AllToAll(skip_equal_index=True)
    plan = joined_by(connector, Static(weight=1.0), View("a", 1, 3), View("b", 2, 4))
    pairs = zip(plan.projections[0].sources, plan.projections[0].targets, strict=True)
    assert list(pairs) == [(1, 3), (2, 2)]


@pytest.mark.parametrize("source", ["a", View("a", 0, 2), View("a", 1, 3), View("a", 2, 3)])
def test_neurons_outside_a_view_have_empty_rows(source: Any) -> None:
    projection = joined_by(AllToAll(), Static(weight=1.0), source).projections[0]
    first, last = (0, 3) if source == "a" else (source.start, source.stop)
    expected = [4 if first <= row < last else 0 for row in range(3)]
    assert np.diff(projection.offsets).tolist() == expected


def test_views_leave_the_lists_of_the_user_alone() -> None:
    connector = PairList(sources=[0, 1], targets=[1, 0])
    plan = joined_by(connector, Static(weight=1.0), View("a", 1, 3), View("b", 2, 4))
    assert plan.projections[0].targets.tolist() == [3, 2]
    assert connector.targets.tolist() == [1, 0]


def test_weights_of_sorted_pairs_are_not_copied() -> None:
    synapse = Static(weight=[1.0, 2.0, 3.0])
    plan = joined_by(PairList(sources=[0, 0, 2], targets=[1, 3, 0]), synapse)
    weights = plan.projections[0].weights
    assert weights.tolist() == [1.0, 2.0, 3.0]
    given = plan.network.projections[0].synapse.weight
    assert np.shares_memory(weights, given)
    assert not weights.flags.writeable


def test_weights_and_delays_of_equal_pairs_keep_their_order() -> None:
    connector = PairList(sources=[1, 0, 1, 1], targets=[2, 0, 2, 2])
    plan = joined_by(connector, Static(weight=[1.0, 2.0, 3.0, 4.0], delay=[1.0, 2.0, 3.0, 4.0]))
    assert plan.projections[0].weights.tolist() == [2.0, 1.0, 3.0, 4.0]
    assert plan.projections[0].delays.tolist() == [2.0, 1.0, 3.0, 4.0]


def test_scalars_stay_scalars() -> None:
    projection = joined_by(AllToAll(), Static(weight=2.0, delay="3 ms")).projections[0]
    assert (projection.weights, projection.delays) == (2.0, 3.0)


def test_drawn_weights_have_the_moments_of_their_distribution() -> None:
    populations = [Population("a", 200, DeltaLIF()), Population("b", 200, DeltaLIF())]
    synapse = Static(weight=Uniform("1 mV", "2 mV"))
    joined = [Projection("a", "b", AllToAll(), synapse)]
    weights = expand(network(populations=populations, projections=joined)).projections[0].weights
    assert weights.shape == (40_000,)
    assert weights.mean() == pytest.approx(1.5, abs=4 / np.sqrt(12 * 40_000))


def test_receptor_is_counted_in_the_order_of_the_cell() -> None:
    cell = CurrentExponentialLIF()
    receptors = ("excitatory", "inhibitory")
    projections = [
        Projection("a", "b", AllToAll(), Static(weight=1.0), receptor, name=receptor)
        for receptor in receptors
    ]
    plan = expand(
        network(
            populations=[Population("a", 2, cell), Population("b", 2, cell)],
            projections=projections,
        )
    )
    assert plan.populations[1].receptors == receptors
    assert [item.receptor for item in plan.projections] == [0, 1]


def test_only_plastic_projections_have_a_rule() -> None:
    rule = PairSTDP(
        weight=1.0, rule="additive", amplitude="relative", a_plus=0.1, a_minus=0.1, w_max=2.0
    )
    assert joined_by(AllToAll(), rule).projections[0].plasticity == rule
    assert joined_by(AllToAll(), Static(weight=1.0)).projections[0].plasticity is None


def test_ten_million_drawn_synapses_take_at_most_twice_their_memory() -> None:
    synapse = Static(weight=Uniform("1 mV", "2 mV"), delay=Uniform("1 ms", "3 ms"))
    large = network(
        populations=[Population("a", 100_000, DeltaLIF())],
        projections=[Projection("a", "a", FixedProbability(probability=1e-3), synapse)],
    )
    tracemalloc.start()
    try:
        projection = discretise(expand(large)).projections[0]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert projection.targets.size == pytest.approx(10**7, rel=1e-2)
    members = ("offsets", "targets", "weights", "delay_steps")
    assert peak < 2 * sum(getattr(projection, member).nbytes for member in members)


# --- populations and inputs ----------------------------------------------------------------------


def test_initial_voltage_is_the_resting_one_unless_given() -> None:
    cells = [DeltaLIF(v_rest=[-70.0, -60.0]), DeltaLIF(v_rest=-70.0, v_init="-65 mV")]
    populations = [Population(name, 2, cell) for name, cell in zip("ab", cells, strict=True)]
    plan = expand(network(populations=populations, projections=[]))
    assert plan.populations[0].parameters["v_init"].tolist() == [-70.0, -60.0]
    assert plan.populations[1].parameters["v_init"] == -65.0


def test_each_parameter_has_a_stream_of_its_own() -> None:
    cell = DeltaLIF(v_init=Uniform(-60.0, -50.0), v_rest=Uniform(-60.0, -50.0))
    plan = expand(network(populations=[Population("a", 5, cell)], projections=[]))
    parameters = plan.populations[0].parameters
    assert np.all(parameters["v_init"] != parameters["v_rest"])


def test_listed_spikes_are_sorted_by_time_then_source() -> None:
    spikes = SpikeArray(name="in", size=5, times=[3.0, 1.0, 1.0], indices=[0, 4, 2])
    source = expand(network(inputs=[spikes])).inputs[0]
    assert source.times.tolist() == [1.0, 1.0, 3.0]  # type: ignore[union-attr]
    assert source.indices.tolist() == [2, 4, 0]  # type: ignore[union-attr]


def test_poisson_rate_is_spread_over_the_sources() -> None:
    plan = expand(network(inputs=[Poisson(name="in", size=3, rate=5.0, start="2 ms")]))
    source = plan.inputs[0]
    assert isinstance(source, PlannedPoisson)
    assert source.rates.tolist() == [5.0, 5.0, 5.0]
    assert (source.start, source.stop) == (2.0, np.inf)


def test_plan_keeps_network_step_and_semantics() -> None:
    mine = network(dt=0.5, semantics="tick")
    plan = expand(mine)
    assert (plan.network, plan.dt, plan.semantics) == (mine, 0.5, "tick")
    assert plan.passes == ("expand",)
    assert expand(mine, "exact").semantics == "exact"
