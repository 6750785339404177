from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from faithful_toolchain import faithful

from neuro.backends.spinnaker.comparison import compare
from neuro.backends.spinnaker.generated import Generated
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.matrices import Synapses
from neuro.models.ca3 import ca3
from neuro.run import lower

Change = Callable[[Generated], Generated]


@pytest.fixture(scope="module")
def layout() -> Layout:
    return lay_out(lower(ca3()))


def population(name: str, change: Callable[[Any], Any]) -> Change:
    def apply(generated: Generated) -> Generated:
        changed = change(generated.populations[name])
        return replace(generated, populations={**generated.populations, name: changed})

    return apply


def projection(name: str, change: Callable[[Synapses], Synapses]) -> Change:
    def apply(generated: Generated) -> Generated:
        changed = change(generated.projections[name])
        return replace(generated, projections={**generated.projections, name: changed})

    return apply


def rule(name: str, change: Callable[[Any], Any]) -> Change:
    def apply(generated: Generated) -> Generated:
        return replace(generated, rules={**generated.rules, name: change(generated.rules[name])})

    return apply


def first_changed(values: Any) -> Any:
    changed = np.array(values)
    changed[1] += 1
    return changed


def test_what_was_predicted_has_no_difference(layout: Layout) -> None:
    assert compare(layout, faithful(layout)) == ()


@pytest.mark.parametrize(
    ("change", "where", "predicted", "generated"),
    [
        (
            population("QB", lambda p: replace(p, shifts=(7, 10))),
            "population 'QB'.shift[inhibitory]",
            "9",
            "10",
        ),
        (
            population("QB", lambda p: replace(p, form=replace(p.form, slots=8))),
            "population 'QB'.slots",
            "4",
            "8",
        ),
        (
            population(
                "OUT", lambda p: replace(p, place=replace(p.place, slices=((0, 8), (8, 15))))
            ),
            "population 'OUT'.cores",
            "1 of 15",
            "2 of 8, 7",
        ),
        (
            # -57.5 mV in s16.15
            population(
                "OUT",
                lambda p: replace(
                    p,
                    parameters={
                        **p.parameters,
                        "v_thresh": first_changed(p.parameters["v_thresh"]),
                    },
                ),
            ),
            "population 'OUT'.v_thresh (1 of 15 differ, first at neuron 1)",
            "-1884160",
            "-1884159",
        ),
        (
            # 6 nA at shift 3
            projection("IN.cue->QA", lambda s: replace(s, weights=first_changed(s.weights))),
            "projection 'IN.cue->QA'.weights (1 of 5 differ, first at synapse 1)",
            "24576",
            "24577",
        ),
        (
            projection("QA->MQ", lambda s: replace(s, delay_steps=first_changed(s.delay_steps))),
            "projection 'QA->MQ'.delay_steps (1 of 5 differ, first at synapse 1)",
            "3",
            "4",
        ),
        (
            projection("QA->MQ", lambda s: replace(s, targets=first_changed(s.targets))),
            "projection 'QA->MQ'.pairs (1 of 5 differ, first at synapse 1)",
            "[1, 1]",
            "[1, 2]",
        ),
        (
            rule("QA->NA", lambda r: replace(r, a_plus=r.a_plus * 6)),
            "projection 'QA->NA'.a_plus",
            "196608",  # 6 nA in s16.15
            "1179648",
        ),
        (
            rule("NB->QB", lambda r: replace(r, table_minus=first_changed(r.table_minus))),
            # Entry 23 would be 2048 exp(-23/3), less than 1.
            "projection 'NB->QB'.table_minus (1 of 23 differ, first at entry 1)",
            "1467",  # floor(2048 exp(-1/3))
            "1468",
        ),
    ],
)
def test_one_changed_number_is_one_difference_with_both(
    layout: Layout, change: Change, where: str, predicted: str, generated: str
) -> None:
    (found,) = compare(layout, change(faithful(layout)))
    assert (found.where, found.predicted, found.generated) == (where, predicted, generated)
    assert str(found) == f"{where}: predicted {predicted}, generated {generated}"
