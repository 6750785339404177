"""The layout: partition, encoded parameters, notes, and what is refused or goes wrong."""

import numpy as np
import pytest

from neuro.backends.spinnaker.lay_out import examine, lay_out
from neuro.backends.spinnaker.options import Options
from neuro.errors import CapacityError, CheckError, UnsupportedError
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DeltaLIF,
    Network,
    OneToOne,
    Poisson,
    Population,
    Projection,
    Static,
)
from neuro.run import lower


def notes_at(layout, place: str) -> list:
    return [note for note in layout.notes if note.where == place]


# Section 8: 1000 neurons take 4 cores of 256 and 232.
def test_population_is_cut_into_slices_of_256(one_target, laid_out, static) -> None:
    population = laid_out(one_target(static(1.0), size=1000)).populations[0]
    assert population.slices == ((0, 256), (256, 512), (512, 768), (768, 1000))
    assert (population.atom_bits, population.type_bits) == (8, 1)


def test_sources_are_cut_by_their_own_sizes(one_target, laid_out, static) -> None:
    network = one_target(static(1.0), sources=600)
    assert laid_out(network).sources[0].slices == ((0, 256), (256, 512), (512, 600))
    noisy = Network(
        name="noisy",
        dt=1.0,
        semantics="tick",
        populations=[Population("a", 1, CurrentExponentialLIF())],
        inputs=[Poisson(name="in", size=600, rate=10.0)],
    )
    assert laid_out(noisy).sources[0].slices == ((0, 500), (500, 600))


def test_parameters_are_encoded_to_the_nearest_bit(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(1.0), size=2, cm=0.27, v_rest=[-64.0, -65.1]))
    parameters = layout.populations[0].parameters
    assert parameters["cm"].tolist() == [8847, 8847]  # 0.27 * 32768 = 8847.36
    assert parameters["v_rest"].tolist() == [-64 * 32768, -2133197]  # 2133196.8
    assert parameters["v_init"].tolist() == parameters["v_rest"].tolist()
    note = notes_at(layout, "population 'a'.cm")[0]
    assert note.stored == 8847 / 32768
    assert note.relative_error == pytest.approx(0.36 / 8847.36)
    assert note.reason.startswith("3 parameters")  # and v_init


def test_exact_network_leaves_no_note(one_target, laid_out, static) -> None:
    assert laid_out(one_target(static(0.5))).notes == ()


def test_rounded_weight_leaves_a_note(one_target, laid_out, static) -> None:
    layout = laid_out(one_target(static(0.3)))
    note = notes_at(layout, "projection 'p0'.weight")[0]
    assert note.stored == 9830 / 32768  # 9830.4
    assert note.relative_error == pytest.approx(0.4 / 9830.4)


def test_plastic_constants_of_conductances_are_scaled_like_weights(
    one_target, laid_out, plastic
) -> None:
    rule = plastic(weight=0.1, w_max=0.5, a_plus=0.25, a_minus=0.125)
    found = laid_out(one_target(rule, conductance=True)).projections[0].plasticity
    assert (found.w_max, found.a_plus) == (512 * 32768, 256 * 32768)


def test_multiplicative_amplitudes_are_fractions_and_not_scaled(
    one_target, laid_out, plastic
) -> None:
    rule = plastic(weight=0.1, w_max=0.5, rule="multiplicative", amplitude="relative")
    found = laid_out(one_target(rule, conductance=True)).projections[0].plasticity
    assert (found.w_max, found.a_plus, found.multiplicative) == (512 * 32768, 8192, True)


def test_relative_amplitudes_become_weight_changes(one_target, laid_out, plastic) -> None:
    found = laid_out(one_target(plastic(amplitude="relative"))).projections[0].plasticity
    assert found.a_plus == 0.25 * 2.0 * 32768


def test_steps_below_a_millisecond_leave_a_note_on_split_cores(
    one_target, laid_out, static
) -> None:
    layout = laid_out(one_target(static(0.5), dt=0.5))
    assert "split" in notes_at(layout, "network 'net'.dt")[0].reason


# --- refused -------------------------------------------------------------------------------------


def test_unknown_cell_is_refused_with_those_on_offer() -> None:
    network = Network(
        name="net", semantics="tick", populations=[Population("d", 1, DeltaLIF(tau_refrac=1.0))]
    )
    with pytest.raises(UnsupportedError, match="ConductanceExponentialLIF") as caught:
        lay_out(lower(network))
    assert caught.value.where == "population 'd'.cell"


# 9 * 32 slots at 256 neurons per core.
@pytest.mark.parametrize(("delay", "fits"), [(288.0, True), (289.0, False)])
def test_delay_is_refused_above_nine_times_the_slots(
    one_target, laid_out, static, delay: float, fits: bool
) -> None:
    network = one_target(static(1.0, delay), size=256)
    if fits:
        assert laid_out(network).projections[0].stages == 8
        return
    with pytest.raises(CapacityError, match="hold 288 steps") as caught:
        laid_out(network)
    assert caught.value.where == "projection 'p0'.delay" and caught.value.value == 289.0
    assert laid_out(network, limits=False).projections[0].stages == 0


# Section 3.4: 256 plastic synapses of one source on one core make 2 + 256 words.
@pytest.mark.parametrize(("neurons_per_core", "fits"), [(254, True), (255, False), (256, False)])
def test_plastic_row_is_refused_above_254_synapses_on_a_core(
    one_target, laid_out, plastic, neurons_per_core: int, fits: bool
) -> None:
    network = one_target(plastic(), size=256)
    if fits:
        assert len(laid_out(network, neurons_per_core=neurons_per_core).populations[0].slices) == 2
        return
    with pytest.raises(CapacityError, match="at most 254 neurons per core"):
        laid_out(network, neurons_per_core=neurons_per_core)


def test_second_rule_of_one_target_is_refused(one_target, laid_out, plastic) -> None:
    with pytest.raises(UnsupportedError, match="another learning rule than projection 'p0'"):
        laid_out(one_target(plastic(), plastic(tau_plus=10.0)))
    assert laid_out(one_target(plastic(), plastic(weight=0.25, delay=3.0)))


def test_immediate_pairing_is_refused(one_target, laid_out, plastic) -> None:
    with pytest.raises(UnsupportedError) as caught:
        laid_out(one_target(plastic(pairing="immediate")))
    assert caught.value.where == "projection 'p0'.pairing"


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ({"v_rest": -70000.0}, "v_rest"),
        ({"tau_syn_E": 1e-5}, "tau_syn_E"),
        ({"cm": 1e-5}, "cm"),
        ({"tau_m": 60000.0, "cm": 0.5}, "tau_m"),
    ],
)
def test_number_that_the_machine_cannot_hold_is_refused(
    one_target, static, cell: dict, place: str
) -> None:
    found = examine(lower(one_target(static(1.0), **cell)))
    assert found.layout is None
    assert f"population 'a'.{place}" in [issue.where for issue in found.refusals]


def test_source_with_delay_extensions_of_two_lengths_is_refused(laid_out) -> None:
    cell = CurrentExponentialLIF()
    long = Static(weight=1.0, delay=100.0)
    network = Network(
        name="net",
        dt=1.0,
        semantics="tick",
        populations=[
            Population("s", 1, cell),
            Population("a", 256, cell),
            Population("b", 90, cell),
        ],
        projections=[
            Projection("s", "a", AllToAll(), long),
            Projection("s", "b", AllToAll(), long),
        ],
    )
    with pytest.raises(CapacityError, match="64 steps per stage") as caught:
        laid_out(network)
    assert caught.value.where == "projection 's->b'.delay" and caught.value.value == 64


def test_everything_that_is_refused_is_listed_at_once(one_target, laid_out, plastic) -> None:
    network = one_target(plastic(delay=600.0), plastic(delay=1.0), size=256)
    with pytest.raises(CheckError) as caught:
        laid_out(network)
    assert [issue.where for issue in caught.value.issues] == [
        "projection 'p0'.delay",
        "projection 'p0'",
        "projection 'p1'",
    ]


# --- defects -------------------------------------------------------------------------------------


# Section 3.3: 2 and 4 fill the slots that they ask for, 3 does not.
@pytest.mark.parametrize(("delay", "lost"), [(1.0, False), (2.0, True), (3.0, False), (4.0, True)])
def test_plastic_delay_that_fills_the_slots_is_found(
    one_target, laid_out, plastic, delay: float, lost: bool
) -> None:
    network = one_target(plastic(delay=delay))
    assert bool(notes_at(laid_out(network), "projection 'p0'.delay")) is lost
    if lost:
        with pytest.raises(CapacityError, match="1 of 1 plastic synapses deliver nothing"):
            laid_out(network, strict=True)
        assert not laid_out(network, limits=False).notes


def test_longer_static_delay_mends_the_plastic_one(one_target, laid_out, plastic, static) -> None:
    layout = laid_out(one_target(plastic(delay=4.0), static(0.0, 5.0)))
    assert layout.populations[0].slots == 8
    assert not notes_at(layout, "projection 'p0'.delay")


def test_weights_that_become_zero_are_counted(one_target, laid_out, static) -> None:
    network = one_target(static([500.0, 0.02, 0.0001]), sources=3)
    with pytest.raises(CapacityError, match="2 of 3 weights are stored as 0") as caught:
        laid_out(network, strict=True)
    assert caught.value.value == 0.02


def test_conductance_range_that_is_too_narrow_is_found(one_target, laid_out, static) -> None:
    network = one_target(static(0.1), sources=100, conductance=True)
    note = notes_at(laid_out(network), "population 'a'.excitatory")[0]
    assert note.requested == pytest.approx(10.0) and note.stored == pytest.approx(0.25, rel=1e-4)


def test_potentiation_below_the_last_bit_is_found(one_target, laid_out, plastic) -> None:
    # 100 * 2 nA: S = 8, a last bit of 1/128 nA.
    network = one_target(plastic(a_plus=0.005), sources=100)
    note = notes_at(laid_out(network), "projection 'p0'.a_plus")[0]
    assert note.requested == 0.005 and "0.0078125 nA" in note.reason


def test_delays_of_a_one_to_one_projection_never_count_as_spread(laid_out) -> None:
    # One synapse a target: the tool's variance has a factor of fan-in - 1.
    cell = CurrentExponentialLIF()
    synapse = Static(weight=np.array([3.0, 3.0]), delay=np.array([1.0, 2.0]))
    network = Network(
        name="net",
        dt=1.0,
        semantics="tick",
        populations=[Population("s", 2, cell), Population("a", 2, cell)],
        projections=[Projection("s", "a", OneToOne(), synapse)],
    )
    assert lay_out(lower(network), Options()).populations[1].shifts[0] == 2


def test_rule_without_a_program_for_its_cell_is_found(one_target, laid_out, plastic) -> None:
    rule = plastic(weight=0.1, w_max=0.5, rule="multiplicative", amplitude="relative")
    network = one_target(rule, conductance=True)
    assert notes_at(laid_out(network), "projection 'p0'.rule")
    with pytest.raises(CapacityError, match="There is no program for multiplicative STDP"):
        laid_out(network, strict=True)
    assert not notes_at(laid_out(one_target(rule)), "projection 'p0'.rule")


# The tool sorts stages by the target's width: 64 and 65 steps are one and two stages of 32 slots.
@pytest.mark.parametrize(
    ("delay", "sources", "found"), [(64.0, 1, False), (65.0, 1, True), (65.0, 300, False)]
)
def test_delay_stages_that_the_tool_mixes_up_are_found(
    one_target, laid_out, static, delay: float, sources: int, found: bool
) -> None:
    layout = laid_out(one_target(static(0.5, delay), size=256, sources=sources))
    assert bool(notes_at(layout, "projection 'p0'.delay")) is found


# The largest number is 2^31 - 1 last bits.
@pytest.mark.parametrize(("current", "fits"), [(65535.99996, True), (65535.99999, False)])
def test_number_range_ends_with_the_last_bit_of_the_word(
    one_target, static, current: float, fits: bool
) -> None:
    assert (examine(lower(one_target(static(1.0), i_offset=current))).layout is not None) is fits
