from collections.abc import Callable
from dataclasses import replace

from neuro.ir import AllToAll, Network, PairSTDP, Poisson, Projection
from neuro.passes import unsupported
from neuro.target import Capabilities

EVERYTHING = Capabilities(
    semantics=frozenset({"exact", "tick"}),
    cells=frozenset({"CurrentExponentialLIF", "DeltaLIF"}),
    synapses=frozenset({"Static", "PairSTDP"}),
    inputs=frozenset({"SpikeArray", "Poisson"}),
)
LITTLE = Capabilities(
    semantics=frozenset({"tick"}),
    cells=frozenset({"DeltaLIF"}),
    synapses=frozenset({"Static"}),
    inputs=frozenset({"SpikeArray"}),
)


def wanted(network: Callable[..., Network]) -> Network:
    learn = PairSTDP(
        weight=1.0, rule="additive", amplitude="relative", a_plus=0.1, a_minus=0.1, w_max=2.0
    )
    return network(
        inputs=[Poisson(name="in", size=3, rate=5.0)],
        projections=[Projection("in", "a", AllToAll(), learn)],
    )


def test_network_within_the_capabilities_has_no_gaps(network: Callable[..., Network]) -> None:
    assert unsupported(wanted(network), "exact", EVERYTHING) == []


def test_every_gap_is_listed(network: Callable[..., Network]) -> None:
    gaps = unsupported(wanted(network), "exact", LITTLE)
    assert [(gap.where, gap.value) for gap in gaps] == [
        ("network 'net'.semantics", "exact"),
        ("population 'a'.cell", "CurrentExponentialLIF"),
        ("population 'b'.cell", "CurrentExponentialLIF"),
        ("projection 'in->a'.synapse", "PairSTDP"),
        ("input 'in'.type", "Poisson"),
    ]


def test_gap_says_what_is_on_offer(network: Callable[..., Network]) -> None:
    able = replace(EVERYTHING, semantics=frozenset({"tick", "late"}))
    [gap] = unsupported(network(), "exact", able)
    assert str(gap) == (
        "network 'net'.semantics: 'exact' is not offered here. On offer: late, tick. Ask for "
        "semantics 'late' (--semantics late); a network tuned for another order of work can then "
        "answer otherwise."
    )


def test_gap_names_the_nearest_part_on_offer(network: Callable[..., Network]) -> None:
    able = replace(EVERYTHING, cells=frozenset({"DeltaLIF", "BinaryThresholdUnit"}))
    assert {gap.hint for gap in unsupported(network(), "exact", able)} == {
        "The nearest that is: DeltaLIF"
    }
