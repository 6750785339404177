"""Bounds that every layout keeps: weights lie on their grid and never wrap, delays are whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuro.backends.spinnaker.delays import MOST_STAGES, stage_of
from neuro.backends.spinnaker.grids import weight_grids
from neuro.backends.spinnaker.lay_out import examine
from neuro.backends.spinnaker.options import Options
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    PairList,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.passes import quantise
from neuro.run import lower

SYNAPSES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 19),
        st.floats(0.0, 60.0, allow_subnormal=False),
        st.integers(1, 400),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda synapse: synapse[:2],
)


def plan_of(synapses, *, conductance: bool):
    sources, targets, weights, delays = (np.array(column) for column in zip(*synapses, strict=True))
    kind = ConductanceExponentialLIF if conductance else CurrentExponentialLIF
    synapse = Static(weight=weights, delay=delays.astype(float))
    return lower(
        Network(
            name="net",
            dt=1.0,
            semantics="tick",
            populations=[Population("a", 20, kind(tau_refrac=1.0))],
            inputs=[SpikeArray(name="in", size=5)],
            projections=[
                Projection("in", "a", PairList(sources=sources, targets=targets), synapse, name="p")
            ],
        )
    )


@given(synapses=SYNAPSES, conductance=st.booleans())
def test_stored_weights_are_within_half_a_last_bit_and_never_wrap(synapses, conductance) -> None:
    plan = plan_of(synapses, conductance=conductance)
    layout = examine(plan).layout
    assert layout is not None
    item, scale = layout.projections[0], layout.populations[0].scales[0]
    assert np.all(np.abs(item.weights / scale - plan.projections[0].weights) <= 0.5 / scale)
    assert item.weights.max() <= 1 << 15


@given(synapses=SYNAPSES, per_core=st.integers(1, 20), limits=st.booleans())
def test_stage_and_rest_make_up_the_whole_delay(synapses, per_core: int, limits: bool) -> None:
    found = examine(
        plan_of(synapses, conductance=False), Options(neurons_per_core=per_core, limits=limits)
    )
    assert found.layout is not None
    item, target = found.layout.projections[0], found.layout.populations[0]
    stage = stage_of(item.delay_steps, target.slots)
    rest = item.delay_steps - stage * target.slots
    assert np.all((rest >= 1) & (rest <= target.slots)) and item.stages == stage.max()
    assert item.stages <= MOST_STAGES or found.refusals
    if not limits:
        assert item.stages == 0 and rest.max() < target.slots


@given(synapses=SYNAPSES, per_core=st.integers(1, 20))
def test_slices_cover_every_neuron_once(synapses, per_core: int) -> None:
    layout = examine(
        plan_of(synapses, conductance=False), Options(neurons_per_core=per_core)
    ).layout
    assert layout is not None
    slices = layout.populations[0].slices
    assert [n for first, stop in slices for n in range(first, stop)] == list(range(20))
    assert max(stop - first for first, stop in slices) <= min(per_core, 20)


@given(synapses=SYNAPSES, conductance=st.booleans())
def test_quantised_plan_is_stored_as_the_plan_and_stays_as_it_is(synapses, conductance) -> None:
    plan = plan_of(synapses, conductance=conductance)
    layout = examine(plan).layout
    assert layout is not None
    grids = weight_grids(layout)
    once = quantise(plan, grids)
    scale = layout.populations[0].scales[0]
    stored = layout.projections[0].weights
    assert (once.projections[0].weights * scale).tolist() == stored.tolist()
    again = quantise(once, grids).projections[0].weights
    assert again.tolist() == once.projections[0].weights.tolist()
