import numpy as np
import pytest

from neuro.errors import CheckError, UnitError, ValidationError
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DeltaLIF,
    FixedProbability,
    Normal,
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
)


def test_parameter_is_converted_when_the_part_is_made() -> None:
    cell = CurrentExponentialLIF(tau_m="0.02 s", cm="250 pF", v_rest="-0.065 V")
    assert cell.tau_m == 20.0
    assert cell.cm == pytest.approx(0.25, rel=1e-15)
    assert cell.v_rest == -65.0


def test_optional_parameter_may_be_none() -> None:
    assert CurrentExponentialLIF(v_init=None).v_init is None


def test_wrong_unit_names_class_and_parameter() -> None:
    with pytest.raises(UnitError) as caught:
        CurrentExponentialLIF(tau_m="20 mV")
    assert caught.value.where == "CurrentExponentialLIF.tau_m"


def test_all_wrong_parameters_are_reported_at_once() -> None:
    with pytest.raises(CheckError) as caught:
        CurrentExponentialLIF(tau_m="20 mV", cm=None, v_rest="-65 ms")
    assert [issue.where for issue in caught.value.issues] == [
        "CurrentExponentialLIF.cm",
        "CurrentExponentialLIF.tau_m",
        "CurrentExponentialLIF.v_rest",
    ]


def test_array_is_copied_and_read_only() -> None:
    mine = np.array([1.0, 2.0])
    cell = DeltaLIF(i_offset=mine)
    mine[0] = 9.0
    assert cell.i_offset.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        cell.i_offset[0] = 9.0


def test_distribution_is_converted_with_its_parameter() -> None:
    cell = DeltaLIF(v_init=Uniform("-0.07 V", "-60 mV"), i_offset=Normal("1 nA", 0.5))
    assert cell.v_init == Uniform(-70.0, -60.0)
    assert cell.i_offset == Normal(1.0, 0.5)


def test_distribution_with_a_wrong_unit_names_its_bound() -> None:
    with pytest.raises(UnitError) as caught:
        DeltaLIF(v_init=Uniform("-70 mV", "-60 ms"))
    assert caught.value.where == "DeltaLIF.v_init.high"


def test_weight_keeps_its_text_until_the_receptor_is_known() -> None:
    assert Static(weight="6 nA").weight == "6 nA"
    assert Static(weight="6 nA", delay="1 s").delay == 1000.0


def test_parts_of_equal_content_are_equal_and_hash_alike() -> None:
    one = DeltaLIF(i_offset=np.array([1.0, 2.0]), tau_m="20 ms")
    other = DeltaLIF(i_offset=[1, 2], tau_m=20)
    assert one == other
    assert hash(one) == hash(other)


def test_equal_parts_hash_alike_whatever_the_sign_of_zero() -> None:
    one, other = DeltaLIF(v_rest=0.0, v_reset=-1), DeltaLIF(v_rest=-0.0, v_reset=-1)
    assert one != other or hash(one) == hash(other)


def test_parts_of_other_content_or_type_are_unequal() -> None:
    assert DeltaLIF(i_offset=[1, 2]) != DeltaLIF(i_offset=[1, 3])
    assert DeltaLIF() != CurrentExponentialLIF()
    assert DeltaLIF() != "DeltaLIF"


def test_parts_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Population("a", 3, DeltaLIF()).size = 4  # type: ignore[misc]


def test_projection_is_named_after_its_ends() -> None:
    assert Projection("a", View("b", 0, 2), AllToAll(), Static(weight=1)).name == "a->b"
    assert Projection("a", "b", AllToAll(), Static(weight=1), name="p").name == "p"


def test_view_has_the_size_of_its_range() -> None:
    assert View("a", 3, 10).size == 7


def test_pair_list_takes_whole_floats_as_indices() -> None:
    pairs = PairList(sources=[0.0, 2.0], targets=np.array([1, 1], dtype=np.uint8))
    assert pairs.sources.tolist() == [0, 2]
    assert pairs.targets.dtype == np.int64


def test_pair_list_may_be_empty() -> None:
    assert PairList(sources=[], targets=[]).sources.shape == (0,)


@pytest.mark.parametrize(
    "sources", [[0.5], [np.nan], [np.inf], ["a"], [True], [[0, 1]], 3, [[0], [1, 2]]]
)
def test_pair_list_refuses_what_is_no_flat_list_of_indices(sources: object) -> None:
    with pytest.raises(ValidationError) as caught:
        PairList(sources=sources, targets=[0])
    assert caught.value.where == "PairList.sources"
    assert caught.value.limit == "Indices are a flat list of whole numbers"


def test_probability_is_a_pure_number() -> None:
    with pytest.raises(UnitError, match="expected a pure number"):
        FixedProbability(probability="0.1 mV")


def test_spike_array_without_spikes_is_empty() -> None:
    source = SpikeArray(name="i", size=2)
    assert (source.times.shape, source.indices.shape) == ((0,), (0,))


@pytest.mark.parametrize(("times", "indices"), [([1, 2], [0]), (5.0, [0]), ([[1.0]], [0])])
def test_spike_array_refuses_lists_of_different_lengths(times: object, indices: object) -> None:
    with pytest.raises(ValidationError, match="one entry for each spike") as caught:
        SpikeArray(name="i", size=2, times=times, indices=indices)
    assert caught.value.where == "input 'i'"


def test_poisson_rate_is_in_hertz() -> None:
    source = Poisson(name="i", size=2, rate="2 kHz", stop="1 s")
    assert (source.rate, source.start, source.stop) == (2000.0, 0.0, 1000.0)


def test_probe_interval_is_in_milliseconds() -> None:
    assert Probe(population="a", variable="v", interval="500 us").interval == 0.5


def test_operation_times_are_in_milliseconds() -> None:
    operation = Operation(
        code="L",
        name="learn",
        takes_cue=True,
        takes_content=True,
        hold="3 ms",
        longest_hold="0.004 s",
        cue_read="2 ms",
        content_read="3 ms",
        spacing="14 ms",
    )
    assert (operation.hold, operation.longest_hold, operation.dropped_read) == (3.0, 4.0, None)


def test_stdp_time_constants_are_converted_and_amplitudes_wait() -> None:
    rule = PairSTDP(
        weight="1 nA",
        rule="additive",
        amplitude="absolute",
        a_plus="1 nA",
        a_minus="2 nA",
        tau_plus="0.01 s",
        w_max="5 nA",
    )
    assert (rule.tau_plus, rule.a_plus) == (10.0, "1 nA")
