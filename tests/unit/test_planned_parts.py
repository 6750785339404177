from dataclasses import replace

import numpy as np
import pytest

from neuro.ir import Network
from neuro.plan import Plan, PlannedProjection

PROJECTION = PlannedProjection(
    name="p",
    source="a",
    target="b",
    receptor=0,
    offsets=np.array([0, 2, 2, 5]),
    targets=np.array([0, 1, 0, 1, 3], dtype=np.uint32),
    weights=1.0,
    delays=1.0,
)


def plan_of(network: Network, semantics: str) -> Plan:
    return Plan(
        network=network,
        semantics=semantics,
        dt=0.1,
        populations=(),
        inputs=(),
        projections=(PROJECTION, replace(PROJECTION, name="q")),
    )


def test_sources_repeat_each_row_as_often_as_it_is_long() -> None:
    assert PROJECTION.sources.tolist() == [0, 0, 2, 2, 2]


def test_synapse_count_is_that_of_all_projections() -> None:
    assert plan_of(Network(name="n", populations=[]), "exact").synapse_count() == 10


@pytest.mark.parametrize(("semantics", "offset"), [("exact", 1), ("tick", 0)])
def test_spikes_are_labelled_at_the_end_of_a_step_or_with_its_tick(
    semantics: str, offset: int
) -> None:
    assert plan_of(Network(name="n", populations=[]), semantics).label_offset == offset
