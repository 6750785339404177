from neuro import lower
from neuro.ir import CurrentExponentialLIF, Network, OneToOne, Population, Projection, Static


def test_plan_can_be_looked_at_after_each_pass():
    cell = CurrentExponentialLIF(tau_refrac=2.0)
    synapse = Static(weight="0.5 nA", delay=[1.0, 1.26, 2.0])
    network = Network(
        name="pair",
        dt=0.1,
        populations=[Population("a", 3, cell), Population("b", 3, cell)],
        projections=[Projection("a", "b", OneToOne(), synapse)],
    )
    assert str(lower(network, stop_after="expand")).splitlines() == [
        "network 'pair' after expand: semantics exact, dt 0.1 ms, 3 synapses",
        "  population 'a': 3 CurrentExponentialLIF",
        "  population 'b': 3 CurrentExponentialLIF",
        "  projection 'a->b': 3 synapses, weight 0.5, delay 1 to 2 ms",
    ]
    lines = str(lower(network)).splitlines()
    assert lines[1] == "  population 'a': 3 CurrentExponentialLIF, refractory 20 steps"
    assert lines[3] == "  projection 'a->b': 3 synapses, weight 0.5, delay 10 to 20 steps"
    assert lines[4].startswith("  note: projection 'a->b'.delay: 1.26 is kept as 1.3 ms")
