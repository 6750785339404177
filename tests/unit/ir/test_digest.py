import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuro.errors import CheckError, ResultError, ValidationError
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DeltaLIF,
    FixedProbability,
    MemoryProtocol,
    Network,
    Normal,
    OneToOne,
    Operation,
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

LEARN = Operation(
    code="L",
    name="learn",
    takes_cue=True,
    takes_content=True,
    hold="3 ms",
    longest_hold="4 ms",
    cue_read="2 ms",
    content_read="3 ms",
    spacing="14 ms",
)


def rich(**changes: Any) -> Network:
    """A network with every kind of part: arrays, distributions, views and a protocol."""
    parts: dict[str, Any] = {
        "name": "rich",
        "populations": [
            Population("a", 3, CurrentExponentialLIF(tau_m=Normal("20 ms", "2 ms", low="1 ms"))),
            Population("b", 4, DeltaLIF(i_offset=[0.1, 0.2, 0.3, 0.4])),
        ],
        "inputs": [
            SpikeArray(name="in", size=3, times=[1.0, 2.5], indices=[0, 2]),
            Poisson(name="noise", size=2, rate=[5.0, 6.0], stop="1 s"),
        ],
        "projections": [
            Projection(
                View("in", 1, 3),
                "a",
                AllToAll(skip_equal_index=True),
                PairSTDP(
                    weight=np.full((2, 3), 0.5),
                    rule="additive",
                    amplitude="relative",
                    a_plus=0.1,
                    a_minus=0.2,
                    w_max="2 nA",
                ),
                "inhibitory",
            ),
            Projection(
                "noise",
                "b",
                PairList(sources=[1, 0], targets=[3, 0]),
                Static(weight=Uniform("1 mV", "2 mV"), delay=[1.0, 0.5]),
            ),
        ],
        "probes": [Probe(population="a", variable="v", interval="1 ms", indices=[2, 0])],
        "seed": 3,
        "protocol": MemoryProtocol(
            cue_input=View("in", 0, 1),
            content_input=View("in", 1, 3),
            cue_output=View("a", 0, 1),
            content_output=View("a", 1, 3),
            operations=[LEARN],
            safe_spacing="15 ms",
        ),
    }
    return Network(**{**parts, **changes})


CHANGES: dict[str, Callable[[], Network]] = {
    "name": lambda: rich(name="poor"),
    "dt": lambda: rich(dt=0.05),
    "semantics": lambda: rich(semantics="tick"),
    "seed": lambda: rich(seed=4),
    "protocol": lambda: rich(protocol=None),
    "population": lambda: rich(populations=[*rich().populations, Population("c", 1, DeltaLIF())]),
    "order": lambda: rich(populations=rich().populations[::-1]),
    "input spike": lambda: rich(
        inputs=[SpikeArray(name="in", size=3, times=[1.0, 2.6], indices=[0, 2]), rich().inputs[1]]
    ),
    "rate": lambda: rich(
        inputs=[rich().inputs[0], Poisson(name="noise", size=2, rate=[5.0, 6.5], stop="1 s")]
    ),
    "receptor": lambda: rich(
        projections=[
            Projection(
                "noise",
                "b",
                PairList(sources=[1, 0], targets=[3, 0]),
                Static(weight=Uniform("1 mV", "2 mV"), delay=[1.0, 0.5]),
                "inhibitory",
            )
        ]
    ),
    "probe": lambda: rich(probes=[Probe(population="a", variable="v", interval="1 ms")]),
}


def test_equal_networks_are_equal_in_every_sense() -> None:
    assert rich() == rich()
    assert digest(rich()) == digest(rich())
    assert hash(rich()) == hash(rich())


@pytest.mark.parametrize("change", CHANGES)
def test_any_single_change_changes_digest_and_equality(change: str) -> None:
    changed = CHANGES[change]()
    assert digest(changed) != digest(rich())
    assert changed != rich()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FixedProbability(probability=0.1), FixedProbability(probability=0.1 + 1e-18)),
        (DeltaLIF(tau_m="20 ms"), DeltaLIF(tau_m="0.02 s")),
        (PairList(sources=[1], targets=[2]), PairList(sources=(1.0,), targets=np.uint8([2]))),
    ],
)
def test_digest_depends_on_the_values_and_not_on_how_they_are_written(one: Any, other: Any) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DeltaLIF(tau_m=20.0), DeltaLIF(tau_m=np.nextafter(20.0, 21.0))),
        (OneToOne(), AllToAll()),
        (AllToAll(), AllToAll(skip_equal_index=True)),
        (Static(weight=[1.0, 2.0]), Static(weight=[[1.0], [2.0]])),
        (DeltaLIF(i_offset=[1.0]), DeltaLIF(i_offset=1.0)),
        (DeltaLIF(v_init=Uniform(0, 1)), DeltaLIF(v_init=Normal(0, 1))),
    ],
)
def test_digest_tells_parts_apart(one: Any, other: Any) -> None:
    assert digest(one) != digest(other)


def test_digest_is_64_hexadecimal_digits() -> None:
    assert len(digest(rich())) == 64
    int(digest(rich()), 16)


def test_json_round_trip_gives_an_equal_network() -> None:
    again = from_json(to_json(rich()))
    assert again == rich()
    assert digest(again) == digest(rich())


def test_json_round_trip_keeps_arrays_and_distributions() -> None:
    again = from_json(to_json(rich()))
    assert again.projections[0].synapse.weight.tolist() == [[0.5] * 3] * 2
    assert again.projections[1].synapse.weight == Uniform(1.0, 2.0)
    assert again.populations[0].cell.tau_m == Normal(20.0, 2.0, low=1.0)
    assert again.protocol.operations == (LEARN,)


def test_json_text_is_canonical() -> None:
    text = to_json(rich())
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


def test_unknown_part_is_refused_by_name() -> None:
    with pytest.raises(ResultError, match=r"stored network: unknown part 'os\.system'") as caught:
        from_json('{"type":"os.system","command":"true"}')
    assert caught.value.value == "os.system"


def test_class_outside_the_language_is_not_built() -> None:
    tree = '{"type":"Projection","source":{"type":"Path"},"target":"b"}'
    with pytest.raises(ResultError, match="unknown part 'Path'"):
        from_json(tree)


def test_part_without_a_member_is_refused() -> None:
    with pytest.raises(ResultError, match="part 'Population' does not fit"):
        from_json('{"type":"Population","name":"a"}')


def test_part_with_a_foreign_member_is_refused() -> None:
    with pytest.raises(ResultError, match="part 'View' does not fit"):
        from_json('{"type":"View","population":"a","start":0,"stop":1,"evil":2}')


@pytest.mark.parametrize(
    "array",
    [
        '{"type":"array","dtype":"|O","shape":[1],"data":"AAAAAAAAAAA="}',
        '{"type":"array","dtype":"<f8","shape":[2],"data":"AAAAAAAAAAA="}',
        '{"type":"array","dtype":"nope","shape":[1],"data":""}',
        '{"type":"array","dtype":"<f8","shape":[1]}',
        '{"type":"array","dtype":"<f8","shape":[1],"data":"A"}',
    ],
)
def test_damaged_array_is_refused(array: str) -> None:
    with pytest.raises(ResultError, match="stored network: damaged array"):
        from_json(array)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "",
        '{"type":["View"]}',
        '{"name":"a"}',
        "[" * 100_000,
        "9" * 5000,
    ],
)
def test_text_that_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ResultError):
        from_json(text)


def test_stored_network_of_foreign_parts_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        from_json('{"type":"Network","name":"n","populations":[1]}')
    assert caught.value.where == "network 'n'.populations[0]"


def test_stored_network_is_checked_again() -> None:
    text = to_json(rich()).replace('"seed":3', '"seed":-3')
    with pytest.raises(ValidationError) as caught:
        from_json(text)
    assert caught.value.where == "network 'rich'.seed"


def test_stored_network_reports_all_its_faults() -> None:
    text = to_json(rich()).replace('"seed":3', '"seed":-3').replace('"dt":0.1', '"dt":-1')
    with pytest.raises(CheckError) as caught:
        from_json(text)
    assert {issue.where for issue in caught.value.issues} >= {
        "network 'rich'.seed",
        "network 'rich'.dt",
    }
