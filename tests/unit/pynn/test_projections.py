from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyNN import errors
from pyNN.core import IndexBasedExpression
from pyNN.random import NumpyRNG, RandomDistribution

import neuro.pynn as sim
from neuro.errors import UnavailableError
from neuro.pynn.connectors import CONNECTORS


def pair(sources: int = 3, targets: int = 3, **parameters: Any) -> tuple[Any, Any]:
    return (
        sim.Population(sources, sim.SpikeSourceArray(spike_times=[1.0])),
        sim.Population(targets, sim.IF_curr_exp(**parameters)),
    )


def plastic(**rule: Any) -> Any:
    return sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(A_plus=0.1, A_minus=0.05, tau_plus=16.0),
        weight_dependence=sim.AdditiveWeightDependence(w_max=2.0),
        **{"weight": 0.5, "delay": 1.0, **rule},
    )


class Even(IndexBasedExpression):  # type: ignore[misc]
    """Joins neurons whose indices add up to an even number."""

    def __call__(self, i: Any, j: Any) -> Any:
        return ((i + j) % 2 == 0).astype(float)


ARGUMENTS: dict[str, dict[str, Any]] = {
    "ArrayConnector": {"array": np.eye(3, dtype=bool)},
    "DisplacementDependentProbabilityConnector": {"disp_function": lambda d: d[0] >= 0},
    "DistanceDependentProbabilityConnector": {"d_expression": "d < 1.5"},
    "FixedNumberPostConnector": {"n": 2},
    "FixedNumberPreConnector": {"n": 2},
    "FixedProbabilityConnector": {"p_connect": 1.0},
    "FixedTotalNumberConnector": {"n": 5},
    "FromListConnector": {"conn_list": [(0, 1, 0.2, 1.5), (2, 0, 0.3, 2.5)]},
    "IndexBasedProbabilityConnector": {"index_expression": Even()},
}
COUNTS = {
    "AllToAllConnector": 9,
    "ArrayConnector": 3,
    "DisplacementDependentProbabilityConnector": 6,
    "DistanceDependentProbabilityConnector": 7,
    "FixedNumberPostConnector": 6,
    "FixedNumberPreConnector": 6,
    "FixedProbabilityConnector": 9,
    "FixedTotalNumberConnector": 5,
    "FromListConnector": 2,
    "IndexBasedProbabilityConnector": 5,
    "OneToOneConnector": 3,
}
"""Pairs of 3 sources and 3 targets, by hand."""


@pytest.mark.parametrize("name", COUNTS)
def test_connector_makes_its_pairs(name: str) -> None:
    source, cells = pair()
    connector = getattr(sim, name)(**ARGUMENTS.get(name, {}))
    made = sim.Projection(source, cells, connector, sim.StaticSynapse(weight=0.1, delay=1.0))
    assert made.size() == len(made) == COUNTS[name]


def test_every_connector_is_tried_here() -> None:
    others = {"CSAConnector", "CloneConnector", "FromFileConnector"}
    assert set(CONNECTORS) == set(COUNTS) | others


@pytest.mark.parametrize("gap", [0, 5])  # neurons that were made before count in PyNN's own
def test_csa_connector_makes_pairs_weights_and_delays(gap: int) -> None:
    csa = pytest.importorskip("csa")
    if gap:
        sim.Population(gap, sim.SpikeSourceArray())
    source, cells = pair()
    synapse = sim.StaticSynapse(weight=0.1, delay=1.0)
    mask = sim.Projection(source, cells, sim.CSAConnector(csa.oneToOne), synapse)
    assert sorted(mask.get("delay", format="list")) == [(k, k, 1.0) for k in range(3)]
    valued = csa.cset(csa.cross([0, 2], [1]), 0.5, 2.0)
    made = sim.Projection(source, cells, sim.CSAConnector(valued), synapse)
    found = sorted(made.get(["weight", "delay"], format="list"))
    assert found == [(0, 1, 0.5, 2.0), (2, 1, 0.5, 2.0)]


def test_missing_csa_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyNN.connectors.haveCSA", False)
    with pytest.raises(UnavailableError) as caught:
        sim.CSAConnector(None)
    assert str(caught.value) == "CSAConnector: needs csa. Install it with: pip install csa."


def test_clone_connector_repeats_the_pairs() -> None:
    source, cells = pair()
    synapse = sim.StaticSynapse(weight=0.1, delay=1.0)
    listed = sim.Projection(source, cells, sim.FromListConnector([(0, 2), (1, 1)]), synapse)
    clone = sim.Projection(source, cells, sim.CloneConnector(listed), synapse)
    assert sorted(clone.get("delay", format="list")) == [(0, 2, 1.0), (1, 1, 1.0)]


def test_from_file_connector_reads_pairs(tmp_path: Path) -> None:
    source, cells = pair()
    path = tmp_path / "pairs.txt"
    path.write_text('# columns = ["i", "j", "weight", "delay"]\n0 1 0.2 1.5\n2 0 0.3 2.5\n')
    connector = sim.FromFileConnector(str(path))
    made = sim.Projection(source, cells, connector, sim.StaticSynapse())
    found = sorted(made.get(["weight", "delay"], format="list"))
    assert found == [(0, 1, 0.2, 1.5), (2, 0, 0.3, 2.5)]


@pytest.mark.parametrize(("sources", "targets"), [(1, 1), (1, 3), (3, 1)])
def test_one_to_one_connector_works_with_single_neurons(sources: int, targets: int) -> None:
    source, cells = pair(sources, targets)
    synapse = sim.StaticSynapse(weight=0.1, delay=1.0)
    made = sim.Projection(source, cells, sim.OneToOneConnector(), synapse)
    assert made.get("weight", format="list") == [(0, 0, 0.1)]


def test_delay_that_is_not_given_is_the_shortest_one() -> None:
    sim.setup(timestep=0.1, min_delay=0.7)
    source, cells = pair()
    made = sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0))
    assert made.get("delay", format="array").tolist() == [[0.7] * 3] * 3


def test_views_connect_by_their_own_indices() -> None:
    source, cells = pair(4, 5)
    cells.record("isyn_exc")
    synapse = sim.StaticSynapse(weight=0.3, delay=1.0)
    made = sim.Projection(source[1:2], cells[[1, 4]], sim.AllToAllConnector(), synapse)
    assert made.get("weight", format="array").tolist() == [[0.3, 0.3]]
    sim.run(2.0)
    current = cells.get_data().segments[0].analogsignals[0].magnitude[-1]
    assert current.tolist() == [0.0, 0.3, 0.0, 0.0, 0.3]


def test_assemblies_connect_all_their_members() -> None:
    (one, cells), (two, others) = pair(1, 2), pair(2, 1)
    for group in (cells, others):
        group.record("isyn_exc")
    weights = np.arange(1.0, 10.0).reshape(3, 3) / 10.0
    synapse = sim.StaticSynapse(weight=weights, delay=1.0)
    made = sim.Projection(one + two, cells + others, sim.AllToAllConnector(), synapse)
    assert np.array_equal(made.get("weight", format="array"), weights)
    sim.run(2.0)
    found = [g.get_data().segments[0].analogsignals[0].magnitude[-1] for g in (cells, others)]
    np.testing.assert_allclose(np.concatenate(found), weights.sum(axis=0))


def test_weights_can_be_drawn_and_depend_on_distance() -> None:
    source, cells = pair(20, 20)
    drawn = RandomDistribution("uniform", low=0.2, high=0.4, rng=NumpyRNG(seed=1))
    synapse = sim.StaticSynapse(weight=drawn, delay="0.5 + 0.1 * d")
    made = sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    weights, delays = made.get(["weight", "delay"], format="array")
    assert 0.2 <= weights.min() < 0.21 and 0.39 < weights.max() <= 0.4
    assert delays[0, 0] == 0.5 and delays[0, 19] == pytest.approx(2.4)


def test_wrong_sign_is_refused_with_pynns_error() -> None:
    source, cells = pair()
    for weight, receptor in ((-0.1, "excitatory"), (0.1, "inhibitory")):
        synapse = sim.StaticSynapse(weight=weight)
        with pytest.raises(errors.ConnectionError, match="Weights must be"):
            sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type=receptor)


@pytest.mark.parametrize("weight", [0.5, -0.5])
def test_spinnaker_does_not_look_at_the_sign(weight: float) -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    source, cells = pair(1, 1)
    synapse = sim.StaticSynapse(weight=weight, delay=1.0)
    sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")
    cells.record("v")
    sim.run(5.0)
    trace = cells.get_data().segments[0].analogsignals[0].magnitude[:, 0]
    assert trace[-1] < trace[0]


def test_weights_of_a_running_network_change_what_is_sent_later() -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0, 11.0]))
    cells = sim.Population(1, sim.IF_curr_exp(tau_syn_E=0.1))
    synapse = sim.StaticSynapse(weight=0.5, delay=1.0)
    made = sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    cells.record("isyn_exc")
    sim.run(5.0)
    made.set(weight=0.2)
    sim.run(10.0)
    current = cells.get_data().segments[0].analogsignals[0].magnitude[:, 0]
    assert (current[20], current[120]) == pytest.approx((0.5, 0.2), rel=1e-6)
    assert made.get("weight", format="list") == [(0, 0, 0.2)]


def test_weights_of_a_running_machine_are_loaded() -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    source, cells = pair(1, 1)
    synapse = sim.StaticSynapse(weight=0.5, delay=1.0)
    made = sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    sim.run(1.0)
    with pytest.raises(RuntimeError, match="at 1 ms: a machine has its weights loaded"):
        made.set(weight=0.2)
    sim.reset()
    made.set(weight=0.2)
    assert made[0].weight == 0.2


def test_one_connection_changes_alone() -> None:
    source, cells = pair(2, 2)
    synapse = sim.StaticSynapse(weight=0.5, delay=1.0)
    made = sim.Projection(source, cells, sim.AllToAllConnector(), synapse)
    made[3].weight = 0.1
    made[0].delay = 2.0
    found = {(c.presynaptic_index, c.postsynaptic_index): (c.weight, c.delay) for c in made}
    assert found == {(0, 0): (0.5, 2.0), (1, 0): (0.5, 1.0), (0, 1): (0.5, 1.0), (1, 1): (0.1, 1.0)}
    with pytest.raises(IndexError):
        made[4]


def test_several_synapses_of_one_pair_are_summed() -> None:
    source, cells = pair(1, 1)
    connector = sim.FromListConnector([(0, 0, 0.1, 1.0), (0, 0, 0.2, 2.0)])
    made = sim.Projection(source, cells, connector, sim.StaticSynapse())
    assert made.get("weight", format="array") == pytest.approx(0.3)
    assert made.get("weight", format="array", multiple_synapses="max") == pytest.approx(0.2)


def forced(*later: float, **rule: Any) -> Any:
    """Return a plastic projection whose target is made to fire soon after its source, at 10 ms."""
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[10.0, *later]))
    driver = sim.Population(1, sim.SpikeSourceArray(spike_times=[11.0]))
    cells = sim.Population(1, sim.IF_curr_exp(cm=0.05, tau_syn_E=1.0, tau_refrac=5.0))
    push = sim.StaticSynapse(weight=20.0, delay=sim.get_time_step())
    sim.Projection(driver, cells, sim.AllToAllConnector(), push)
    return sim.Projection(source, cells, sim.AllToAllConnector(), plastic(**rule))


def test_plastic_weight_is_read_as_it_is_now_and_back_after_reset() -> None:
    made = forced()
    assert made.get("weight", format="list") == [(0, 0, 0.5)]
    sim.run(20.0)
    # The push arrives at 11.1 ms and the target fires a step later, which reaches the synapse at
    # 12.2 ms; A+ counts in w_max, 2 nA.
    learned = 0.5 + 2.0 * 0.1 * np.exp(-2.2 / 16.0)
    assert made[0].weight == pytest.approx(learned)
    assert made.get(["tau_plus", "A_minus"], format="list") == [(0, 0, 16.0, 0.05)]
    sim.reset()
    sim.run(1.0)
    assert made[0].weight == 0.5


def test_amplitude_on_spinnaker_is_a_change_of_the_weight() -> None:
    changes = []
    for backend in ("cpu", "spinnaker"):
        sim.setup(timestep=1.0, backend=backend, semantics="tick")
        # SpiNNaker learns when the source fires again.
        made = forced(40.0, weight=0.5)
        sim.run(50.0)
        changes.append(made[0].weight - 0.5)
    assert changes[0] > 0.1
    # sPyNNaker adds A+, PyNN's other simulators A+ w_max with w_max 2; weights have 16 bits.
    assert changes[1] == pytest.approx(changes[0] / 2.0, rel=0.02)


@pytest.mark.parametrize("change", [{"weight": 0.1}, {"delay": 2.0}])
def test_state_of_a_running_plastic_projection_cannot_be_set(change: dict[str, float]) -> None:
    made = forced()
    sim.run(1.0)
    with pytest.raises(RuntimeError, match="at 1 ms: delays, and weights that learn"):
        made.set(**change)


def test_constants_that_differ_between_synapses_are_refused() -> None:
    source, cells = pair()
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(tau_plus=RandomDistribution("uniform", low=9, high=11)),
        weight_dependence=sim.AdditiveWeightDependence(),
        weight=0.1,
    )
    with pytest.raises(errors.InvalidParameterValueError, match="tau_plus differs"):
        sim.Projection(source, cells, sim.AllToAllConnector(), rule)


def test_learning_that_is_not_offered_is_refused() -> None:
    with pytest.raises(errors.InvalidParameterValueError, match=r"dendritic_delay_fraction 0\.0"):
        plastic(dendritic_delay_fraction=0.0)
    with pytest.raises(errors.NoModelAvailableError, match="voltage_dependence is not offered"):
        plastic(voltage_dependence=object())


def test_connections_are_saved_and_described(tmp_path: Path) -> None:
    source, cells = pair(1, 2)
    made = sim.Projection(
        source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.25, delay=1.0)
    )
    path = tmp_path / "connections.txt"
    made.save("all", str(path))
    assert np.loadtxt(path).tolist() == [[0, 0, 0.25, 1.0], [0, 1, 0.25, 1.0]]
    assert "AllToAllConnector" in made.describe()
