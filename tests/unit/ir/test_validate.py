from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuro.errors import CheckError, NeuroError, UnitError, ValidationError
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    Connector,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    FixedFanIn,
    FixedFanOut,
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
    SynapseType,
    Uniform,
    View,
)

Make = Callable[..., Network]
Faults = Callable[..., dict[str, NeuroError]]


def join(
    source: Any = "a",
    target: Any = "b",
    connector: Any = None,
    synapse: Any = None,
    receptor: Any = "excitatory",
) -> list[Projection]:
    """One projection, valid unless told otherwise."""
    return [
        Projection(
            source,
            target,
            AllToAll() if connector is None else connector,
            Static(weight=1.0) if synapse is None else synapse,
            receptor,
            name="p",
        )
    ]


def one(cell: Any, size: Any = 3) -> list[Population]:
    return [Population("a", size, cell)]


def stdp(**changes: Any) -> PairSTDP:
    values = {
        "weight": 1.0,
        "rule": "additive",
        "amplitude": "relative",
        "a_plus": 0.1,
        "a_minus": 0.1,
        "w_max": 2.0,
    }
    return PairSTDP(**{**values, **changes})


# --- many at once --------------------------------------------------------------------------------


def test_every_fault_of_a_network_is_reported_at_once(faults: Faults) -> None:
    found = faults(
        populations=[
            Population("a", 0, CurrentExponentialLIF()),
            Population("b", 4, CurrentExponentialLIF(tau_m=-1.0, v_reset=-40.0)),
            Population("b/c", 4, DeltaLIF(i_offset=[1.0, 2.0])),
        ],
        inputs=[SpikeArray(name="in", size=3, times=[1.0], indices=[3])],
        projections=[
            Projection("x", "b", AllToAll(), Static(weight=1.0), name="p"),
            Projection("in", "b", OneToOne(), Static(weight=-1.0, delay=0.01), name="q"),
            Projection("in", "b", AllToAll(), Static(weight="6 mV"), name="r"),
        ],
        probes=[Probe(population="b", variable="w")],
        seed=-1,
        semantics="tock",
    )
    assert set(found) == {
        "network 'net'.semantics",
        "network 'net'.seed",
        "population or input 'b/c'",
        "population 'a'.size",
        "population 'b'.tau_m",
        "population 'b'.v_reset",
        "population 'b/c'.i_offset",
        "input 'in'.indices",
        "projection 'p'.source",
        "projection 'q'.connector",
        "projection 'q'.weight",
        "projection 'q'.delay",
        "projection 'r'.weight",
        "probe of 'b'.variable",
    }


def test_check_error_names_the_network(network: Make) -> None:
    with pytest.raises(CheckError) as caught:
        network(seed=-1, semantics="tock")
    assert caught.value.where == "network 'net'"
    assert len(caught.value.issues) == 2


def test_single_fault_is_raised_as_itself(network: Make) -> None:
    with pytest.raises(ValidationError) as caught:
        network(seed=-1)
    assert not isinstance(caught.value, CheckError)


# --- network -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.0, -0.1, np.nan, np.inf])
def test_time_step_must_be_positive_and_finite(faults: Faults, dt: float) -> None:
    assert set(faults(dt=dt)) == {"network 'net'.dt"}


@pytest.mark.parametrize("dt", [[0.1, 0.2], Uniform(0.1, 0.2)])
def test_time_step_is_one_number(faults: Faults, dt: object) -> None:
    assert "network 'net'.dt" in faults(dt=dt, projections=join())


def test_unknown_semantics_are_refused_with_a_suggestion(faults: Faults) -> None:
    issue = faults(semantics="exakt")["network 'net'.semantics"]
    assert issue.limit == "Did you mean 'exact'? Known: exact, tick."
    assert issue.value == "exakt"


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, "1"])
def test_seed_is_a_whole_number_not_negative(faults: Faults, seed: object) -> None:
    issue = faults(seed=seed)["network 'net'.seed"]
    assert issue.limit == "A seed is a whole number, not negative"


def test_seed_may_be_a_numpy_integer(network: Make) -> None:
    assert network(seed=np.uint64(7)).seed == 7


# --- names ---------------------------------------------------------------------------------------


def test_populations_and_inputs_share_one_set_of_names(faults: Faults) -> None:
    found = faults(inputs=[Poisson(name="a", size=1, rate=1.0)])
    issue = found["population or input 'a'"]
    assert issue.problem == "2 have this name"
    assert issue.value == "a"
    assert issue.hint == "Give each a name of its own with name="


def test_two_projections_between_the_same_ends_need_names(faults: Faults) -> None:
    twice = [Projection("a", "b", AllToAll(), Static(weight=1.0)) for _ in range(2)]
    assert set(faults(projections=twice)) == {"projection 'a->b'"}


@pytest.mark.parametrize("name", ["", "a/b", "a b", "-a", ".", "é", "a\n", 3, None])
def test_unusable_name_is_refused(faults: Faults, name: Any) -> None:
    found = faults(populations=[Population(name, 3, DeltaLIF())], inputs=[])
    assert found[f"population or input {name!r}"].problem == "not a usable name"


@pytest.mark.parametrize("name", ["QA->NA", "_x", "1st", "a.b", "e+i", "A-b"])
def test_usable_name_is_accepted(network: Make, name: str) -> None:
    assert network(populations=[Population(name, 3, DeltaLIF())]).populations[0].name == name


# --- populations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, -1, 2.5, 3.0, True, "3", None])
def test_size_is_a_whole_number_of_at_least_one(faults: Faults, size: object) -> None:
    issue = faults(populations=one(DeltaLIF(), size))["population 'a'.size"]
    assert issue.limit == "A whole number, at least 1"


def test_size_fits_into_32_bits(faults: Faults, network: Make) -> None:
    issue = faults(populations=one(DeltaLIF(), 2**32))["population 'a'.size"]
    assert issue.limit == "At most 4294967295, positions have 32 bits"
    assert (
        network(populations=one(DeltaLIF(), 2**32 - 1), probes=()).populations[0].size == 2**32 - 1
    )


@pytest.mark.parametrize("size", ["3", None])
@pytest.mark.parametrize(
    "connector", [PairList(sources=[0], targets=[0]), FixedFanIn(count=1), OneToOne()]
)
def test_wrong_size_is_reported_whatever_refers_to_it(
    faults: Faults, size: object, connector: Connector
) -> None:
    found = faults(
        populations=one(DeltaLIF(), size),
        projections=join("a", "a", connector),
        probes=[Probe(population="a", variable="v", indices=[0])],
    )
    assert "population 'a'.size" in found


@pytest.mark.parametrize("cell", ["LIF", DeltaLIF, None])
def test_cell_must_be_a_cell_type(faults: Faults, cell: object) -> None:
    issue = faults(populations=one(cell))["population 'a'.cell"]
    assert "CurrentExponentialLIF, " in str(issue.limit)


def test_cell_must_be_a_cell_type_whatever_refers_to_it(faults: Faults) -> None:
    found = faults(
        populations=one("LIF"), projections=join("in", "a"), probes=[Probe(population="a")]
    )
    assert "population 'a'.cell" in found


@pytest.mark.parametrize(
    ("cell", "member", "limit"),
    [
        (CurrentExponentialLIF(cm=0), "cm", "Must be above 0 nF"),
        (CurrentExponentialLIF(tau_m=-1), "tau_m", "Must be above 0 ms"),
        (CurrentExponentialLIF(tau_syn_E=0), "tau_syn_E", "Must be above 0 ms"),
        (ConductanceExponentialLIF(tau_syn_I=0), "tau_syn_I", "Must be above 0 ms"),
        (DeltaLIF(tau_refrac=-0.1), "tau_refrac", "Must be at least 0 ms"),
        (DeltaLIF(tau_m=[20.0, 0.0, 20.0]), "tau_m", "Must be above 0 ms"),
        (DiscreteLIF(decay=-0.1), "decay", "Must be at least 0"),
        (DiscreteLIF(threshold=0), "threshold", "Must be above 0"),
    ],
)
def test_parameter_beyond_its_limit_is_refused(
    faults: Faults, cell: Any, member: str, limit: str
) -> None:
    assert faults(populations=one(cell))[f"population 'a'.{member}"].limit == limit


@pytest.mark.parametrize("value", [np.nan, np.inf, [1.0, np.nan, 1.0], "nan nA"])
def test_parameter_must_be_finite(faults: Faults, value: object) -> None:
    issue = faults(populations=one(DeltaLIF(i_offset=value)))["population 'a'.i_offset"]
    assert issue.hint == "Every value must be a finite number"


def test_array_in_a_message_is_shown_by_shape_and_range(faults: Faults) -> None:
    cell = DeltaLIF(i_offset=[1.0, np.nan, 3.0])
    issue = faults(populations=one(cell))["population 'a'.i_offset"]
    assert issue.problem == "array of shape (3,) from 1 to 3 nA and 1 not finite"


@pytest.mark.parametrize("value", [[1.0, 2.0], [[1.0, 2.0, 3.0]], []])
def test_parameter_array_has_one_entry_for_each_neuron(faults: Faults, value: object) -> None:
    issue = faults(populations=one(DeltaLIF(i_offset=value)))["population 'a'.i_offset"]
    assert issue.limit == "One value, or one for each of the 3 neurons"


def test_distribution_of_a_bounded_parameter_needs_a_bound(faults: Faults) -> None:
    found = faults(populations=one(DeltaLIF(tau_m=Normal("20 ms", "1 ms"))))
    issue = found["population 'a'.tau_m"]
    assert issue.limit == "Must be above 0 ms"
    assert "low=" in str(issue.hint)


def test_bounded_distribution_of_a_bounded_parameter_is_accepted(network: Make) -> None:
    cell = DeltaLIF(tau_m=Normal("20 ms", "1 ms", low="1 ms"))
    assert network(populations=one(cell)).populations[0].cell == cell


def test_impossible_distribution_of_a_parameter_is_refused(faults: Faults) -> None:
    found = faults(populations=one(DeltaLIF(i_offset=Uniform("2 nA", "1 nA"))))
    assert found["population 'a'.i_offset"].problem == "low 2.0 is above high 1.0"


@pytest.mark.parametrize("distribution", [Uniform(0, np.inf), Uniform([0.0, 1.0], 2.0)])
def test_distribution_that_cannot_be_drawn_is_refused(
    faults: Faults, distribution: Uniform
) -> None:
    cell = DeltaLIF(i_offset=distribution)
    assert "population 'a'.i_offset" in faults(populations=one(cell))


def test_distribution_with_arrays_for_bounds_is_refused_everywhere(faults: Faults) -> None:
    odd = Uniform([1.0, 2.0], 3.0)
    found = faults(
        populations=one(DeltaLIF(v_reset=odd)),
        projections=join("in", "a", synapse=stdp(weight=odd, delay=odd)),
    )
    assert set(found) == {
        "population 'a'.v_reset",
        "projection 'p'.weight",
        "projection 'p'.delay",
    }


@pytest.mark.parametrize("reset", [-50.0, -40.0, [-65.0, -65.0, -40.0], Uniform(-65.0, -45.0)])
def test_reset_must_be_below_threshold(faults: Faults, reset: object) -> None:
    issue = faults(populations=one(DeltaLIF(v_reset=reset)))["population 'a'.v_reset"]
    assert issue.limit == "The reset must be below the threshold, or the neuron would fire for ever"


def test_reset_is_compared_with_threshold_neuron_by_neuron(network: Make) -> None:
    cell = DeltaLIF(v_reset=[-70.0, -50.0, -30.0], v_thresh=[-60.0, -40.0, -20.0])
    assert network(populations=one(cell)).populations[0].cell == cell


# --- inputs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 2.5, None, "3"])
def test_size_of_an_input_is_a_whole_number(faults: Faults, size: Any) -> None:
    found = faults(inputs=[SpikeArray(name="in", size=size, times=[1.0], indices=[0])])
    assert "input 'in'.size" in found


def test_index_of_a_listed_spike_must_be_in_range(faults: Faults) -> None:
    spikes = SpikeArray(name="in", size=3, times=[1.0, 2.0, 3.0], indices=[0, 3, -1])
    issue = faults(inputs=[spikes])["input 'in'.indices"]
    assert issue.problem == "2 of 3 out of range, the first is 3 at position 1"
    assert issue.limit == "Indices run from 0 to 2"


@pytest.mark.parametrize("time", [-0.1, np.nan, np.inf])
def test_listed_spike_time_must_be_finite_and_not_negative(faults: Faults, time: float) -> None:
    spikes = SpikeArray(name="in", size=3, times=[time], indices=[0])
    assert set(faults(inputs=[spikes])) == {"input 'in'.times"}


@pytest.mark.parametrize("rate", [-1.0, np.nan, [1.0, 2.0], Normal(5.0, 1.0)])
def test_rate_must_be_possible_for_each_source(faults: Faults, rate: object) -> None:
    assert set(faults(inputs=[Poisson(name="in", size=3, rate=rate)])) == {"input 'in'.rate"}


@pytest.mark.parametrize("member", ["start", "stop"])
@pytest.mark.parametrize("value", [[1.0, 2.0, 3.0], Uniform(1.0, 2.0)])
def test_start_and_stop_are_one_time(faults: Faults, member: str, value: object) -> None:
    source = Poisson(name="in", size=3, rate=1.0, **{member: value})
    assert set(faults(inputs=[source])) == {f"input 'in'.{member}"}


# --- projections: ends and receptors -------------------------------------------------------------


def test_unknown_source_is_refused_with_a_suggestion(faults: Faults) -> None:
    issue = faults(projections=join("inn"))["projection 'p'.source"]
    assert issue.problem == "no population 'inn'"
    assert issue.limit == "Did you mean 'in'? Known: a, b, d, in."


def test_unknown_target_is_refused_with_a_suggestion(faults: Faults) -> None:
    issue = faults(projections=join("a", "bb"))["projection 'p'.target"]
    assert issue.limit == "Did you mean 'b'? Known: a, b, d."


def test_input_cannot_be_a_target(faults: Faults) -> None:
    assert set(faults(projections=join("a", "in"))) == {"projection 'p'.target"}


def test_unknown_source_and_target_are_both_reported(faults: Faults) -> None:
    found = faults(projections=join("x", "y"))
    assert set(found) == {"projection 'p'.source", "projection 'p'.target"}


@pytest.mark.parametrize("source", [Population("a", 3, CurrentExponentialLIF()), None, 3])
def test_source_must_be_a_name(faults: Faults, source: object) -> None:
    assert "projection 'p'.source" in faults(projections=join(source))


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (0, 4), (2, 2), (2, 1)])
def test_view_must_lie_within_its_population(faults: Faults, start: int, stop: int) -> None:
    issue = faults(projections=join(View("a", start, stop)))["projection 'p'.source"]
    assert issue.problem == f"view {start}:{stop} of 'a'"
    assert issue.limit == "A view is not empty and lies within 0:3"


@pytest.mark.parametrize("bounds", [(0.5, 2), (0, 1.5), ("0", 2)])
def test_view_has_whole_bounds(faults: Faults, bounds: Any) -> None:
    assert "projection 'p'.source" in faults(projections=join(View("a", *bounds)))


def test_unknown_receptor_is_refused_with_a_suggestion(faults: Faults) -> None:
    issue = faults(projections=join(receptor="inhibitry"))["projection 'p'.receptor"]
    assert issue.problem == "CurrentExponentialLIF has no receptor 'inhibitry'"
    assert issue.limit == "Did you mean 'inhibitory'? Known: excitatory, inhibitory."


def test_receptor_must_be_a_name(faults: Faults) -> None:
    assert set(faults(projections=join(receptor=None))) == {"projection 'p'.receptor"}


@pytest.mark.parametrize("connector", [AllToAll, "all"])
def test_connector_must_be_a_connector(faults: Faults, connector: object) -> None:
    assert "projection 'p'.connector" in faults(projections=join(connector=connector))


@pytest.mark.parametrize("synapse", [Static, 0.5])
def test_synapse_must_be_a_synapse_type(faults: Faults, synapse: object) -> None:
    assert "projection 'p'.synapse" in faults(projections=join(synapse=synapse))


# --- projections: connectors ---------------------------------------------------------------------


def test_one_to_one_needs_equal_sizes(faults: Faults) -> None:
    issue = faults(projections=join(connector=OneToOne()))["projection 'p'.connector"]
    assert issue.problem == "one-to-one from 3 to 4 neurons"
    assert issue.hint == "Name a run of neurons with View(population, start, stop)"


def test_one_to_one_between_views_of_equal_size_is_accepted(network: Make) -> None:
    made = network(projections=join(View("a", 1, 3), View("b", 2, 4), OneToOne()))
    assert made.projection("p").target == View("b", 2, 4)


@pytest.mark.parametrize("probability", [-0.1, 1.1, np.nan, [0.1, 0.2], Uniform(0.1, 0.2)])
def test_probability_is_one_number_from_zero_to_one(faults: Faults, probability: object) -> None:
    found = faults(projections=join(connector=FixedProbability(probability=probability)))
    assert set(found) == {"projection 'p'.connector.probability"}


@pytest.mark.parametrize("probability", [0, 1, "30 %"])
def test_probability_may_be_zero_and_one(network: Make, probability: object) -> None:
    connector = FixedProbability(probability=probability)
    assert network(projections=join(connector=connector)).projection("p").connector == connector


@pytest.mark.parametrize(
    ("connector", "most"),
    [
        (FixedFanIn(count=4), 3),
        (FixedFanIn(count=3, skip_equal_index=True), 2),
        (FixedFanOut(count=5), 4),
        (FixedFanOut(count=4, skip_equal_index=True), 3),
        (FixedFanOut(count=-1), 4),
        (FixedFanIn(count=1.0), 3),  # type: ignore[arg-type]
        (FixedFanIn(count=True), 3),
    ],
)
def test_fan_counts_are_limited_by_the_partners(
    faults: Faults, connector: Connector, most: int
) -> None:
    issue = faults(projections=join(connector=connector))["projection 'p'.connector.count"]
    assert issue.limit == f"A whole number from 0 to {most}: partners are drawn without replacement"


def test_pair_list_out_of_range_names_the_first_offender(faults: Faults) -> None:
    pairs = PairList(sources=[0, 3], targets=[-1, 4])
    found = faults(projections=join(connector=pairs))
    where = "projection 'p'.connector"
    problem = "1 of 2 out of range, the first is 3 at position 1"
    assert found[f"{where}.sources"].problem == problem
    assert found[f"{where}.targets"].limit == "Indices run from 0 to 3"


def test_pair_list_counts_within_the_view(faults: Faults) -> None:
    pairs = PairList(sources=[2], targets=[0])
    found = faults(projections=join(View("a", 1, 3), "b", pairs))
    assert found["projection 'p'.connector.sources"].limit == "Indices run from 0 to 1"


def test_pair_list_needs_as_many_sources_as_targets(faults: Faults) -> None:
    pairs = PairList(sources=[0, 1], targets=[0])
    found = faults(projections=join(connector=pairs))
    assert found["projection 'p'.connector"].problem == "2 sources and 1 targets"


# --- projections: weights and delays -------------------------------------------------------------


@pytest.mark.parametrize("weight", [-1.0, "-6 nA", Uniform(-1.0, 1.0), Normal(5.0, 1.0)])
@pytest.mark.parametrize("receptor", ["excitatory", "inhibitory"])
def test_negative_weight_onto_an_unsigned_receptor_is_refused(
    faults: Faults, weight: object, receptor: str
) -> None:
    found = faults(projections=join(synapse=Static(weight=weight), receptor=receptor))
    issue = found["projection 'p'.weight"]
    assert issue.limit == f"Weights onto receptor {receptor!r} are magnitudes, at least 0 nA"
    assert issue.hint == "For inhibition give the magnitude and receptor='inhibitory'"


def test_negative_weight_onto_a_signed_receptor_is_accepted(network: Make) -> None:
    made = network(
        populations=one(DiscreteLIF()),
        projections=join("in", "a", synapse=Static(weight=-1.0), receptor="input"),
    )
    assert made.projection("p").synapse.weight == -1.0


@pytest.mark.parametrize("weight", [np.nan, np.inf, "nan nA", np.full((3, 4), np.nan)])
def test_weight_must_be_finite(faults: Faults, weight: object) -> None:
    found = faults(projections=join(synapse=Static(weight=weight)))
    assert found["projection 'p'.weight"].hint == "Every value must be a finite number"


@pytest.mark.parametrize(
    ("cell", "unit", "wrong"),
    [
        (CurrentExponentialLIF(), "nA", "6 mV"),
        (ConductanceExponentialLIF(), "uS", "6 nA"),
        (DeltaLIF(), "mV", "6 uS"),
    ],
)
def test_weight_takes_the_unit_of_the_receptor(
    network: Make, faults: Faults, cell: Any, unit: str, wrong: str
) -> None:
    made = network(
        populations=one(cell), projections=join("in", "a", synapse=Static(weight=f"6 {unit}"))
    )
    assert made.projection("p").synapse.weight == 6.0
    found = faults(populations=one(cell), projections=join("in", "a", synapse=Static(weight=wrong)))
    assert isinstance(found["projection 'p'.weight"], UnitError)


def test_weight_without_a_number_is_refused(faults: Faults) -> None:
    found = faults(projections=join(synapse=Static(weight="strong")))
    assert isinstance(found["projection 'p'.weight"], UnitError)


def test_weight_of_the_wrong_unit_is_reported_once_beside_other_faults(faults: Faults) -> None:
    found = faults(projections=join(synapse=Static(weight="6 mV", delay=0.01)))
    assert set(found) == {"projection 'p'.weight", "projection 'p'.delay"}


def test_the_projection_that_was_given_is_left_untouched(network: Make) -> None:
    mine = join(synapse=Static(weight="6 nA"))
    network(projections=mine)
    assert mine[0].synapse.weight == "6 nA"


@pytest.mark.parametrize("delay", [0.05, "50 us", Uniform(0.05, 1.0)])
def test_delay_below_one_step_is_refused(faults: Faults, delay: object) -> None:
    issue = faults(projections=join(synapse=Static(weight=1, delay=delay)))["projection 'p'.delay"]
    assert issue.limit == "A delay is at least one time step, 0.1 ms"
    assert issue.hint == "Use a longer delay or a smaller dt"


@pytest.mark.parametrize("delay", [0.0, -1.0, Normal(1.0, 0.1)])
def test_delay_must_be_positive(faults: Faults, delay: object) -> None:
    found = faults(projections=join(synapse=Static(weight=1, delay=delay)))
    assert found["projection 'p'.delay"].limit == "Must be above 0 ms"


def test_delay_of_exactly_one_step_is_accepted(network: Make) -> None:
    made = network(projections=join(synapse=Static(weight=1, delay="100 us")))
    assert made.projection("p").synapse.delay == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("connector", "rule"),
    [
        (AllToAll(), "Must have shape (3, 4)"),
        (PairList(sources=[0, 1], targets=[0, 0]), "Must have shape (2,)"),
        (
            FixedProbability(probability=0.5),
            "FixedProbability draws its pairs: give a scalar or a distribution",
        ),
        (FixedFanIn(count=1), "FixedFanIn draws its pairs: give a scalar or a distribution"),
    ],
)
@pytest.mark.parametrize("member", ["weight", "delay"])
def test_array_must_fit_the_connector(
    faults: Faults, connector: Connector, rule: str, member: str
) -> None:
    synapse = Static(**{"weight": 1.0, "delay": 1.0, member: np.ones(5)})
    issue = faults(projections=join(connector=connector, synapse=synapse))[
        f"projection 'p'.{member}"
    ]
    assert issue.limit == rule
    assert issue.problem == "array of shape (5,)"


@pytest.mark.parametrize(
    ("connector", "source", "shape"),
    [
        (AllToAll(), "a", (3, 4)),
        (AllToAll(), View("a", 1, 3), (2, 4)),
        (PairList(sources=[0, 1], targets=[0, 0]), "a", (2,)),
        (OneToOne(), "b", (4,)),
    ],
)
def test_array_that_fits_the_connector_is_accepted(
    network: Make, connector: Connector, source: Any, shape: tuple[int, ...]
) -> None:
    synapse = Static(weight=np.ones(shape), delay=np.ones(shape))
    made = network(projections=join(source, "b", connector, synapse))
    assert made.projection("p").synapse.weight.shape == shape


def test_projection_without_pairs_takes_empty_arrays(network: Make) -> None:
    empty = PairList(sources=[], targets=[])
    made = network(projections=join(connector=empty, synapse=Static(weight=[], delay=[])))
    assert made.projection("p").synapse.delay.shape == (0,)


# --- projections: plasticity ---------------------------------------------------------------------


def test_learning_rule_must_be_known(faults: Faults) -> None:
    found = faults(projections=join(synapse=stdp(rule="aditive")))
    assert found["projection 'p'.rule"].limit == (
        "Did you mean 'additive'? Known: additive, multiplicative."
    )


def test_amplitude_must_be_known(faults: Faults) -> None:
    found = faults(projections=join(synapse=stdp(amplitude="relativ")))
    assert found["projection 'p'.amplitude"].limit == (
        "Did you mean 'relative'? Known: absolute, relative."
    )


def test_multiplicative_rule_has_relative_amplitudes_only(faults: Faults) -> None:
    found = faults(projections=join(synapse=stdp(rule="multiplicative", amplitude="absolute")))
    assert found["projection 'p'.amplitude"].hint == "Use amplitude='relative'"


@pytest.mark.parametrize(("low", "high"), [(2.0, 2.0), (3.0, 2.0)])
def test_upper_bound_must_be_above_the_lower_one(faults: Faults, low: float, high: float) -> None:
    found = faults(projections=join(synapse=stdp(weight=low, w_min=low, w_max=high)))
    assert found["projection 'p'.w_max"].limit == "w_max must be above w_min"


@pytest.mark.parametrize("weight", [0.4, 2.1, Uniform(1.0, 3.0), np.full((3, 4), 2.1)])
def test_initial_weight_lies_within_the_bounds(faults: Faults, weight: object) -> None:
    found = faults(projections=join(synapse=stdp(weight=weight, w_min=0.5)))
    assert found["projection 'p'.weight"].limit == "An initial weight lies within 0.5 to 2 nA"


@pytest.mark.parametrize("name", ["a_plus", "a_minus", "tau_plus", "tau_minus", "w_max"])
@pytest.mark.parametrize("value", [[1.0, 2.0], Uniform(1.0, 2.0)])
def test_rule_constants_are_one_number(faults: Faults, name: str, value: object) -> None:
    found = faults(projections=join(synapse=stdp(**{name: value})))
    assert found[f"projection 'p'.{name}"].problem == "must be one number"


@pytest.mark.parametrize("name", ["a_plus", "a_minus"])
def test_amplitudes_are_not_negative(faults: Faults, name: str) -> None:
    found = faults(projections=join(synapse=stdp(**{name: -0.1})))
    assert found[f"projection 'p'.{name}"].limit == "Must be at least 0"


def test_lower_bound_below_zero_names_the_receptor(faults: Faults) -> None:
    found = faults(projections=join(synapse=stdp(w_min=-1.0), receptor="inhibitory"))
    issue = found["projection 'p'.w_min"]
    assert issue.limit == "Weights onto receptor 'inhibitory' are magnitudes, at least 0 nA"


def test_lower_bound_below_zero_is_accepted_on_a_signed_receptor(network: Make) -> None:
    made = network(
        populations=one(DiscreteLIF()),
        projections=join("in", "a", synapse=stdp(w_min=-1.0), receptor="input"),
    )
    assert made.projection("p").synapse.w_min == -1.0


def test_absolute_amplitudes_have_the_unit_of_the_receptor(network: Make) -> None:
    rule = stdp(amplitude="absolute", a_plus="100 pA", a_minus="0.2 nA")
    synapse = network(projections=join(synapse=rule)).projection("p").synapse
    assert (synapse.a_plus, synapse.a_minus) == (pytest.approx(0.1), 0.2)


@pytest.mark.parametrize(
    ("amplitude", "name", "value"),
    [
        ("relative", "a_plus", "0.1 nA"),
        ("absolute", "a_minus", "0.1 mV"),
        ("absolute", "w_max", "2 mV"),
        ("absolute", "w_min", "0 mV"),
        ("absolute", "weight", "1 mV"),
    ],
)
def test_rule_constant_of_the_wrong_unit_is_refused(
    faults: Faults, amplitude: str, name: str, value: str
) -> None:
    synapse: SynapseType = stdp(**{"amplitude": amplitude, name: value})
    found = faults(projections=join(synapse=synapse))
    assert isinstance(found[f"projection 'p'.{name}"], UnitError)


# --- probes --------------------------------------------------------------------------------------


def test_probe_of_an_unknown_population_is_refused_with_a_suggestion(faults: Faults) -> None:
    issue = faults(probes=[Probe(population="bb")])["probe of 'bb'"]
    assert issue.limit == "Did you mean 'b'? Known: a, b, d, in."


def test_probe_of_an_unknown_variable_lists_the_known_ones(faults: Faults) -> None:
    issue = faults(probes=[Probe(population="a", variable="i_excitatry")])["probe of 'a'.variable"]
    assert issue.limit == (
        "Did you mean 'i_excitatory'? Known: i_excitatory, i_inhibitory, spikes, v."
    )


def test_probe_of_an_input_records_spikes_only(faults: Faults) -> None:
    issue = faults(probes=[Probe(population="in", variable="v")])["probe of 'in'.variable"]
    assert issue.limit == "Known: spikes."


@pytest.mark.parametrize("variable", [None, 3, ["v"]])
def test_probe_variable_must_be_a_name(faults: Faults, variable: Any) -> None:
    probe = Probe(population="a", variable=variable)
    assert set(faults(probes=[probe])) == {"probe of 'a'.variable"}


@pytest.mark.parametrize("population", [None, View("a", 0, 2), ["a", "b"]])
def test_probe_population_must_be_a_name(faults: Faults, population: Any) -> None:
    assert set(faults(probes=[Probe(population=population)])) == {f"probe of {population!r}"}


def test_probe_indices_must_be_in_range(faults: Faults) -> None:
    probe = Probe(population="a", variable="v", indices=[0, 3])
    assert faults(probes=[probe])["probe of 'a'.indices"].limit == "Indices run from 0 to 2"


@pytest.mark.parametrize("interval", ["0.25 ms", "0.05 ms"])
def test_probe_interval_must_be_a_multiple_of_the_step(faults: Faults, interval: str) -> None:
    probe = Probe(population="a", variable="v", interval=interval)
    issue = faults(probes=[probe])["probe of 'a'.interval"]
    assert issue.limit == "A multiple of the time step, 0.1 ms, not negative"


@pytest.mark.parametrize("interval", [0.0, -1.0, np.nan, [1.0, 2.0], Uniform(1.0, 2.0)])
def test_probe_interval_is_one_positive_time(faults: Faults, interval: object) -> None:
    probe = Probe(population="a", variable="v", interval=interval)
    assert set(faults(probes=[probe])) == {"probe of 'a'.interval"}


def test_variable_of_a_population_is_probed_once(faults: Faults) -> None:
    # A result holds one trace for each variable: the second would silently replace the first.
    probes = [Probe(population="a", variable="v", indices=[k]) for k in range(2)]
    issue = faults(probes=probes)["probe of 'a'.variable"]
    assert issue.hint == "Give one probe all the indices"


# --- protocols -----------------------------------------------------------------------------------


def protocol(**changes: Any) -> MemoryProtocol:
    times = {"hold": 1.0, "longest_hold": 2.0, "cue_read": 1.0, "content_read": 1.0, "spacing": 5.0}
    learn = Operation(code="L", name="learn", takes_cue=True, takes_content=True, **times)
    places = {
        name: View("a", 0, 3)
        for name in ("cue_input", "content_input", "cue_output", "content_output")
    }
    return MemoryProtocol(**{**places, "operations": [learn], "safe_spacing": 5.0, **changes})


def test_protocol_of_a_valid_network_is_kept(network: Make) -> None:
    assert network(protocol=protocol()).protocol == protocol()


@pytest.mark.parametrize("place", [View("x", 0, 3), View("a", 0, 4)])
def test_protocol_names_views_of_the_network(faults: Faults, place: View) -> None:
    [(where, _)] = faults(protocol=protocol(cue_input=place)).items()
    assert "protocol.cue_input" in where


def test_protocol_times_are_positive(faults: Faults) -> None:
    [(where, issue)] = faults(protocol=protocol(safe_spacing=-1.0)).items()
    assert "protocol.safe_spacing" in where
    assert issue.limit == "Must be above 0 ms"


def counting(**changes: Any) -> MemoryProtocol:
    """Return a protocol with one control line and two threshold lines."""
    lines = {
        "control_input": View("a", 0, 1),
        "threshold_input": View("a", 1, 3),
        "threshold_steps": (1, 2),
    }
    return protocol(**{**lines, **changes})


def test_protocol_with_control_and_threshold_lines_is_kept(network: Make) -> None:
    assert network(protocol=counting()).protocol == counting()


def told(**changes: Any) -> Operation:
    """Return an operation that is told what to do."""
    learn = protocol().operations[0]
    return replace(learn, **{"controls": (0,), "takes_threshold": True, **changes})


@pytest.mark.parametrize(
    ("changed", "where", "message"),
    [
        ({"control_input": View("a", 0, 9)}, "protocol.control_input", "view 0:9"),
        ({"threshold_input": View("b", 0, 2)}, "protocol.threshold_input", "lies in 'b'"),
        ({"threshold_steps": (1,)}, "protocol.threshold_steps", "1 steps for 2 threshold lines"),
        (
            {"operations": [told(controls=(0, 1))]},
            "protocol.operation 'L'.controls",
            "The protocol has 1 control lines",
        ),
        (
            {"operations": [told(controls=())], "threshold_input": None, "threshold_steps": ()},
            "protocol.operation 'L'.takes_threshold",
            "no threshold lines",
        ),
    ],
)
def test_protocol_lines_that_do_not_fit_are_found(
    faults: Faults, changed: dict[str, Any], where: str, message: str
) -> None:
    [(place, issue)] = faults(protocol=counting(**changed)).items()
    assert where in place and message in str(issue)


def test_verb_of_an_operation_follows_from_what_it_takes() -> None:
    learn = protocol().operations[0]
    assert learn.verb == "store"
    assert replace(learn, takes_content=False, verb=None).verb == "recall"
    assert replace(learn, takes_cue=False, verb=None).verb == "find"
    assert replace(learn, verb="forget").verb == "forget"
