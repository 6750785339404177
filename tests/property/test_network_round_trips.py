from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuro.ir import (
    AllToAll,
    DeltaLIF,
    FixedFanIn,
    FixedFanOut,
    FixedProbability,
    Network,
    Normal,
    PairList,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
    View,
    digest,
    from_json,
    to_json,
)

SOURCES, TARGETS = 3, 4
AMOUNT = st.floats(0.5, 5.0)
CURRENT = st.floats(-1e3, 1e3)


def one_or_each(size: int) -> st.SearchStrategy[Any]:
    """A scalar, an array or a distribution."""
    return st.one_of(
        CURRENT,
        arrays(np.float64, size, elements=CURRENT),
        st.builds(lambda low, width: Uniform(low, low + width), CURRENT, AMOUNT),
        st.builds(Normal, CURRENT, AMOUNT),
    )


CELLS = st.builds(
    DeltaLIF,
    i_offset=one_or_each(TARGETS),
    v_init=st.none() | one_or_each(TARGETS),
    tau_m=AMOUNT,
)
STATIC = st.builds(Static, weight=AMOUNT, delay=AMOUNT)
PLASTIC = st.builds(
    PairSTDP,
    weight=AMOUNT,
    delay=AMOUNT,
    rule=st.sampled_from(["additive", "multiplicative"]),
    amplitude=st.just("relative"),
    a_plus=AMOUNT,
    a_minus=AMOUNT,
    w_max=st.floats(6.0, 9.0),
)


@st.composite
def projections(draw: st.DrawFn) -> list[Projection]:
    start = draw(st.integers(0, SOURCES - 1))
    stop = draw(st.integers(start + 1, SOURCES))
    pairs = st.lists(
        st.tuples(st.integers(0, stop - start - 1), st.integers(0, TARGETS - 1)), max_size=5
    )
    skip = draw(st.booleans())
    connector = draw(
        st.one_of(
            st.just(AllToAll(skip_equal_index=skip)),
            st.builds(FixedProbability, probability=st.floats(0, 1)),
            st.just(FixedFanIn(count=stop - start)),
            st.builds(FixedFanOut, count=st.integers(0, TARGETS - 1)),
            st.builds(
                lambda joined: PairList(
                    sources=[source for source, _ in joined], targets=[end for _, end in joined]
                ),
                pairs,
            ),
        )
    )
    synapse = draw(STATIC | PLASTIC)
    receptor = draw(st.sampled_from(["excitatory", "inhibitory"]))
    return [Projection(View("in", start, stop), "a", connector, synapse, receptor)]


@st.composite
def networks(draw: st.DrawFn) -> Network:
    times = draw(st.lists(st.floats(0, 1e4), max_size=5))
    indices = draw(st.lists(st.integers(0, SOURCES - 1), min_size=len(times), max_size=len(times)))
    return Network(
        name=draw(st.text(max_size=5)),
        populations=[Population("a", TARGETS, draw(CELLS))],
        inputs=[
            SpikeArray(name="in", size=SOURCES, times=times, indices=indices),
            Poisson(name="noise", size=2, rate=draw(AMOUNT), stop=draw(st.none() | AMOUNT)),
        ],
        projections=draw(projections()),
        probes=[Probe(population="a", variable="v", indices=draw(st.just([0, 2]) | st.none()))],
        semantics=draw(st.sampled_from(["exact", "tick"])),
        seed=draw(st.integers(0, 2**64)),
    )


@settings(max_examples=60)
@given(networks())
def test_network_survives_json(network: Network) -> None:
    again = from_json(to_json(network))
    assert again == network
    assert digest(again) == digest(network)
    assert to_json(again) == to_json(network)


@settings(max_examples=60)
@given(networks(), networks())
def test_equality_hash_and_digest_agree(one: Network, other: Network) -> None:
    assert (one == other) == (digest(one) == digest(other))
    assert one != other or hash(one) == hash(other)


@settings(max_examples=60)
@given(arrays(st.sampled_from(["<f8", ">f8", "<i4", ">u2"]), st.tuples(st.integers(0, 4))))
def test_array_is_stored_by_value_whatever_its_byte_order(values: np.ndarray) -> None:
    np.testing.assert_array_equal(from_json(to_json(values)), values)
