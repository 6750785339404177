"""Every limit of specs, spinnaker section 7: a network that just passes and one that just fails."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuro.backends.spinnaker.findings import shared_memory
from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.resources import CoreUse, Machine
from neuro.check import Finding
from neuro.errors import ValidationError
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    Network,
    OneToOne,
    PairList,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.run import check

CELL = CurrentExponentialLIF(tau_refrac="1 ms")
STAGES = "stages of a delay extension"
LEARN = PairSTDP(
    weight="0.5 nA",
    rule="additive",
    amplitude="absolute",
    a_plus="0.1 nA",
    a_minus="0.1 nA",
    w_max="1 nA",
)


def network(
    populations: Sequence[Population],
    projections: Sequence[Projection] = (),
    inputs: Sequence[Any] = (),
    semantics: str = "tick",
) -> Network:
    return Network(
        name="n",
        dt="1 ms",
        semantics=semantics,
        populations=populations,
        projections=projections,
        inputs=inputs,
    )


def pair(size: int, synapse: Any, connector: Any = None, *, sources: int | None = None) -> Network:
    """Return an input of as many sources, or one population's worth, onto one population."""
    return network(
        [Population("b", size, CELL)],
        [Projection("a", "b", connector or OneToOne(), synapse)],
        [SpikeArray(name="a", size=size if sources is None else sources)],
    )


def found(
    made: Network, what: str, *options: str, target: str = "spinnaker_spin5"
) -> tuple[Finding, ...]:
    report = check(made, target=load_target(target, options))
    return tuple(item for item in report.findings if item.what == what)


def only(made: Network, what: str, *options: str, target: str = "spinnaker_spin5") -> Finding:
    (finding,) = found(made, what, *options, target=target)
    assert all((finding.where, finding.value, finding.limit, finding.reaction, finding.remedy)), (
        "a finding says everything"
    )
    return finding


def test_delay_of_nine_times_the_slots_is_the_longest() -> None:
    # Section 3.1: 129 to 256 neurons on a core leave 32 slots, so 288 steps.
    assert not found(pair(200, Static(weight="1 nA", delay="288 ms")), "delay")
    finding = only(pair(200, Static(weight="1 nA", delay="289 ms")), "delay")
    assert (finding.severity, finding.where) == ("error", "projection 'a->b'.delay")
    assert "DelayExtensionException" in finding.reaction
    assert not found(
        pair(200, Static(weight="1 nA", delay="289 ms")), "delay", "neurons_per_core=128"
    )


@pytest.mark.parametrize("slots", [2, 4, 8])
def test_plastic_delay_that_fills_the_slots_is_lost(slots: int) -> None:
    # Section 3.3: measured for 2, 4 and 16; one step less, or more, is delivered.
    for delay in (slots - 1, slots + 1):
        assert not found(pair(4, replace(LEARN, delay=float(delay))), "plastic delay")
    finding = only(pair(4, replace(LEARN, delay=float(slots))), "plastic delay")
    assert (finding.severity, finding.where) == ("error", "projection 'a->b'.delay")
    assert finding.reaction.startswith("silent")


def test_static_delay_that_fills_the_slots_is_delivered() -> None:
    assert not found(pair(4, Static(weight="1 nA", delay="4 ms")), "plastic delay")


@pytest.mark.parametrize(("size", "fails"), [(254, False), (255, True), (256, True)])
def test_plastic_row_holds_254_synapses(size: int, fails: bool) -> None:
    # Section 3.4: 2 + 2 ceil(n / 2) words of at most 256.
    rows = found(pair(size, LEARN, AllToAll(), sources=1), "row length")
    assert bool(rows) is fails
    if rows:
        assert rows[0].reaction == "SynapseRowTooBigException at mapping"


def test_plastic_row_fits_on_smaller_cores() -> None:
    made = pair(256, LEARN, AllToAll(), sources=1)
    assert not found(made, "row length", "neurons_per_core=254")


def test_static_row_of_a_full_core_fits() -> None:
    assert not found(pair(256, Static(weight="1 nA"), AllToAll(), sources=1), "row length")


@pytest.mark.parametrize(("synapses", "fails"), [(256, False), (257, True)])
def test_static_row_holds_256_synapses(synapses: int, fails: bool) -> None:
    # More than the neurons of a core, because a pair may be joined more than once.
    pairs = PairList(sources=[0] * synapses, targets=np.arange(synapses) % 16)
    made = pair(16, Static(weight="0.01 nA"), pairs, sources=1)
    assert bool(found(made, "row length")) is fails


def test_recorded_state_takes_data_memory() -> None:
    # Measured: 223 plastic neurons start with 16 slots, and 218 if their voltage is recorded.
    made = pair(223, replace(LEARN, delay=9.0))
    (fits,) = found(made, "data memory of a core")
    probed = replace(made, probes=(Probe(population="b", variable="v"),))
    (fails,) = found(probed, "data memory of a core")
    assert (fits.severity, fails.severity) == ("warning", "error")


def test_data_memory_of_a_plastic_core_holds_eight_slots_but_not_sixteen() -> None:
    # Section 8, measured: 256 plastic neurons start with 8 slots and fail with 16.
    fits = found(pair(256, replace(LEARN, delay=5.0)), "data memory of a core")
    assert [item.severity for item in fits] == ["warning"], "inside the margin of a tenth"
    fails = only(pair(256, replace(LEARN, delay=9.0)), "data memory of a core")
    assert fails.severity == "error"
    assert "mapping says nothing" in fails.reaction


def test_data_memory_of_a_small_core_is_no_finding() -> None:
    assert not found(pair(128, replace(LEARN, delay=5.0)), "data memory of a core")


def beside_a_large_weight(weight: float) -> Network:
    # Section 3.2: with a 500 nA weight the last bit is 2^-6 nA = 0.015625 nA.
    return network(
        [Population("b", 1, CELL)],
        [
            Projection("a", "b", OneToOne(), Static(weight="500 nA"), name="large"),
            Projection("a", "b", OneToOne(), Static(weight=weight), name="small"),
        ],
        [SpikeArray(name="a", size=1)],
    )


def test_weight_below_half_the_last_bit_becomes_zero() -> None:
    assert not found(beside_a_large_weight(0.0079), "weight resolution")
    finding = only(beside_a_large_weight(0.0077), "weight resolution")
    assert (finding.severity, finding.where) == ("warning", "projection 'small'.weight")


def test_negative_weight_is_refused_before_there_is_a_plan() -> None:
    with pytest.raises(ValidationError, match="Weights onto receptor 'excitatory' are magnitudes"):
        pair(1, Static(weight="-0.5 nA"))


def test_current_input_saturates_when_delays_are_spread() -> None:
    # Section 3.2: 100 inputs of 0.1 nA have S = 4 with equal delays, S = 1 with delays 1 to 8.
    equal = pair(1, Static(weight="0.1 nA"), AllToAll(), sources=100)
    assert not found(equal, "saturation")
    delays = 1.0 + np.arange(100.0) % 8
    spread = pair(1, Static(weight="0.1 nA", delay=delays[:, None]), AllToAll(), sources=100)
    finding = only(spread, "saturation")
    assert (finding.severity, finding.where) == ("note", "population 'b'.excitatory")
    assert finding.limit == "3.99994 nA"  # 65535 last bits of 2^-14 nA


def conductance(sources: int, synapse: Any) -> Network:
    return network(
        [Population("b", 1, ConductanceExponentialLIF())],
        [Projection("a", "b", AllToAll(), synapse)],
        [SpikeArray(name="a", size=sources)],
    )


def test_conductance_input_saturates_at_a_quarter_microsiemens() -> None:
    # Section 3.2: inputs of 0.1 uS have S = 7 and full scale 0.25 uS, whatever their number.
    assert not found(conductance(2, Static(weight="0.1 uS")), "saturation")
    finding = only(conductance(3, Static(weight="0.1 uS")), "saturation")
    assert finding.severity == "warning"
    assert finding.limit == "A ring-buffer entry holds 0.249996 uS"


@pytest.mark.parametrize(
    ("weight", "fails"), [(65000.0, False), (65535.0, True)], ids=["below", "above"]
)
def test_input_beyond_the_number_range_is_noted(weight: float, fails: bool) -> None:
    # S = 16: 65535 nA is stored as 32768, and 32768 << 16 is 2^31.
    assert bool(found(pair(1, Static(weight=weight)), "number range of inputs")) is fails


@pytest.mark.parametrize("name", ["a_plus", "a_minus"])
def test_update_of_few_last_bits_is_coarse(name: str) -> None:
    # One synapse of at most 1 nA: S = 1, last bit 2^-14 nA = 6.1e-5 nA.
    assert not found(pair(1, replace(LEARN, **{name: 10.1 * 2.0**-14})), "STDP resolution")
    finding = only(pair(1, replace(LEARN, **{name: 9.9 * 2.0**-14})), "STDP resolution")
    assert (finding.severity, finding.where) == ("warning", f"projection 'a->b'.{name}")
    assert "is 9.9 last bits" in finding.value


def test_potentiation_below_one_last_bit_is_lost() -> None:
    coarse = only(pair(1, replace(LEARN, a_plus=1.01 * 2.0**-14)), "STDP resolution")
    assert "lost" not in coarse.value
    lost = only(pair(1, replace(LEARN, a_plus=0.99 * 2.0**-14)), "STDP resolution")
    assert "is lost" in lost.value


def two_rules(**changed: Any) -> Network:
    return network(
        [Population("b", 4, CELL)],
        [
            Projection("a", "b", OneToOne(), LEARN, name="first"),
            Projection("a", "b", OneToOne(), replace(LEARN, **changed), name="second"),
        ],
        [SpikeArray(name="a", size=4)],
    )


def test_target_has_one_learning_rule() -> None:
    assert not found(two_rules(weight=0.3), "learning rules of a target")
    finding = only(two_rules(tau_plus=21.0), "learning rules of a target")
    assert (finding.severity, finding.where) == ("error", "projection 'second'.synapse")
    assert "SynapticConfigurationException" in finding.reaction


def noisy(sources: int, rate: str) -> Network:
    return network(
        [Population("b", 1, CELL)],
        [Projection("a", "b", AllToAll(), Static(weight="0.1 nA"))],
        [Poisson(name="a", size=sources, rate=rate)],
    )


def test_queue_holds_the_packets_of_256_sources() -> None:
    assert not found(noisy(256, "10 Hz"), "packets of a tick")
    assert only(noisy(257, "10 Hz"), "packets of a tick").severity == "note"
    assert only(noisy(257, "1 kHz"), "packets of a tick").severity == "warning"


def test_projections_of_one_source_share_its_packets() -> None:
    made = noisy(256, "10 Hz")
    second = Projection("a", "b", AllToAll(), Static(weight="0.1 nA"), name="again")
    assert not found(replace(made, projections=(*made.projections, second)), "packets of a tick")


def test_tick_has_work_for_two_hundred_static_spikes() -> None:
    # Section 8: 200,000 - 1,170 - 150 cycles, and 960 + 31 for a row of one synapse.
    assert not found(noisy(200, "1 kHz"), "work of a tick")
    assert only(noisy(201, "10 Hz"), "work of a tick").severity == "note"
    finding = only(noisy(201, "1 kHz"), "work of a tick")
    assert finding.severity == "warning"
    assert "200 spikes fit" in finding.limit
    assert not found(noisy(201, "1 kHz"), "work of a tick", "time_scale_factor=2")


@pytest.mark.parametrize(("cores", "fails"), [(1023, False), (1024, True)])
def test_router_has_1023_entries(cores: int, fails: bool) -> None:
    made = network(
        [Population("b", cores, CELL)],
        [Projection("b", "b", OneToOne(), Static(weight="0.1 nA"))],
    )
    assert bool(found(made, "router entries of a chip", "neurons_per_core=1")) is fails


@pytest.mark.parametrize(("cores", "fails"), [(63, False), (64, True)])
def test_small_board_has_63_application_cores(cores: int, fails: bool) -> None:
    # Section 7: 17 less one monitor on each of 4 chips, and one more on the Ethernet chip.
    made = network([Population("b", cores, CELL)])
    finding = found(made, "cores", "neurons_per_core=1", target="spinnaker_spin3")
    assert [item.severity for item in finding] == (["error"] if fails else [])


@pytest.mark.parametrize(("cores", "boards"), [(767, 1), (768, 2)])
def test_large_board_is_joined_by_a_second(cores: int, boards: int) -> None:
    made = network([Population("b", cores, CELL)])
    report = check(made, target=load_target("spinnaker_spin5", ["neurons_per_core=1"]))
    assert report.as_dict()["tables"]["machine"][0]["used"] == boards
    assert [item.severity for item in report.findings] == ["note"] * (boards - 1)


@pytest.mark.parametrize(("extra", "fails"), [(0, False), (1, True)])
def test_core_has_the_shared_memory_of_its_chip(extra: int, fails: bool) -> None:
    core = CoreUse(
        name="b", kind="population", index=0, neurons=1, sdram=123_469_792 - 488_476 + extra
    )
    used = Machine(cores=(core,), chips=(1,), boards=1, routes=0)
    numbers = hardware(load_target("spinnaker_spin5"))
    assert bool(list(shared_memory(used, numbers))) is fails


@pytest.mark.parametrize(
    ("times", "fails"), [((30, 60, 90), False), ((31,), True), ((30, 61), True), ((), True)]
)
def test_history_holds_fifteen_post_spikes(times: tuple[float, ...], fails: bool) -> None:
    # A refractory time of 1 ms and the tick after it: a spike every 2 ms at most, 15 in 30 ms.
    source = SpikeArray(name="a", size=1, times=times, indices=[0] * len(times))
    made = replace(pair(1, LEARN), inputs=(source,))
    assert bool(found(made, "post spikes between two pre spikes")) is fails


def test_stages_of_a_delay_extension_need_cores_of_one_size() -> None:
    # 200 neurons leave 32 slots: up to 64 steps are one stage of the extension, 65 are two.
    assert not found(pair(200, Static(weight="1 nA", delay="65 ms")), STAGES)
    one = pair(200, Static(weight="1 nA", delay="64 ms"), AllToAll(), sources=100)
    assert not found(one, STAGES)
    two = pair(200, Static(weight="1 nA", delay="65 ms"), AllToAll(), sources=100)
    assert only(two, STAGES).severity == "error"


def test_unknown_cell_is_named_with_those_that_are_known() -> None:
    finding = only(network([Population("b", 1, DeltaLIF())]), "cell types")
    assert (finding.severity, finding.where) == ("error", "population 'b'.cell")
    assert "AttributeError" in finding.reaction
    assert "CurrentExponentialLIF" in finding.limit


@pytest.mark.parametrize(("rest", "fails"), [("-65535 mV", False), ("-65536 mV", True)])
def test_parameters_lie_in_the_number_range(rest: str, fails: bool) -> None:
    made = network([Population("b", 1, CurrentExponentialLIF(v_rest=rest, v_init="-65 mV"))])
    assert bool(found(made, "number range")) is fails


def test_conductance_cells_have_no_program_for_the_multiplicative_rule() -> None:
    def made(rule: str) -> Network:
        synapse = PairSTDP(
            weight="0.1 uS",
            rule=rule,
            amplitude="relative",
            a_plus=0.1,
            a_minus=0.1,
            w_max="0.2 uS",
        )
        return conductance(1, synapse)

    assert not found(made("additive"), "programs")
    assert only(made("multiplicative"), "programs").severity == "error"


def test_other_semantics_are_an_error() -> None:
    finding = only(network([Population("b", 1, CELL)], semantics="exact"), "semantics")
    assert finding.severity == "error"


def everything_wrong() -> Network:
    return network(
        [
            Population("delta", 1, DeltaLIF()),
            Population("far", 1, replace(CELL, v_rest="-70000 mV", v_init="-65 mV")),
            Population("b", 256, CELL),
            Population("c", 4, CELL),
        ],
        [
            Projection("a", "b", AllToAll(), LEARN, name="long_row"),
            Projection("one", "c", AllToAll(), replace(LEARN, delay=4.0), name="lost"),
            Projection("one", "c", AllToAll(), replace(LEARN, tau_plus=3.0), name="other_rule"),
            Projection("one", "b", AllToAll(), Static(weight="1 nA", delay="289 ms"), name="late"),
            Projection("two", "b", AllToAll(), Static(weight=2.0**-14), name="tiny"),
            Projection("two", "delta", AllToAll(), Static(weight="1 mV"), name="to_delta"),
        ],
        [SpikeArray(name=name, size=2) for name in ("a", "one", "two")],
    )


def test_everything_is_found_at_once() -> None:
    report = check(everything_wrong(), target="spinnaker_spin5")
    places = {(item.what, item.where) for item in report.findings}
    assert places >= {
        ("cell types", "population 'delta'.cell"),
        ("number range", "population 'far'.v_rest"),
        ("row length", "projection 'long_row'"),
        ("plastic delay", "projection 'lost'.delay"),
        ("learning rules of a target", "projection 'other_rule'.synapse"),
        ("delay", "projection 'late'.delay"),
        ("data memory of a core", "population 'b'"),
    }
    severities = [item.severity for item in report.findings]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert {row["part"] for row in report.as_dict()["tables"]["memory"]} >= {"b", "c", "a"}


def test_check_needs_no_limits_or_leniency_of_the_options() -> None:
    made = pair(4, replace(LEARN, delay=4.0))
    for option in ("limits=false", "strict=true"):
        assert only(made, "plastic delay", option).severity == "error"


def test_tick_too_short_for_the_neurons_alone_is_found() -> None:
    # 200,000 cycles x 0.1 ms; 256 neurons take 39,570 without a spike.
    made = replace(network([Population("b", 256, CELL)]), dt="0.1 ms")
    finding = only(made, "work of a tick")
    assert (finding.severity, finding.limit) == ("warning", "20000 cycles; 0 spikes fit")


def test_remarks_say_what_is_stored_differently() -> None:
    # 0.3 nA and 0.1 ms lie on grids of 2^-15; a delay of 1.4 ms goes to 1 ms.
    made = replace(
        pair(1, Static(weight="0.3 nA", delay="1.4 ms")),
        populations=(Population("b", 1, CurrentExponentialLIF(tau_refrac="0.1 ms")),),
    )
    remarks = "\n".join(check(made, target="spinnaker_spin5").remarks)
    for place in ("projection 'a->b'.weight", "projection 'a->b'.delay", "population 'b'.tau_ref"):
        assert place in remarks


def test_defects_are_findings_and_no_remarks() -> None:
    report = check(pair(4, replace(LEARN, delay=4.0)), target="spinnaker_spin5")
    assert not any("deliver nothing" in remark for remark in report.remarks)


def test_small_network_has_only_the_note_on_history() -> None:
    report = check(pair(4, LEARN), target="spinnaker_spin5")
    assert [item.what for item in report.findings] == ["post spikes between two pre spikes"]
    assert not report.fails(strict=True)


# Specs, ca3_cam section 7: the grid of NA is 1/512 nA at 5 to 9 cues, 1/8 nA at 400 to 600 and 1 nA
# beyond about 2,700, and the inhibitory sum on QB, 12 k (c - 1), leaves 16 bits near k (c - 1) =
# 2,700 to 5,400.
@pytest.mark.parametrize(
    ("cues", "last_bit", "coarse"),
    [
        (5, 1 / 512, False),
        (9, 1 / 512, False),
        (400, 1 / 8, False),
        (600, 1 / 8, False),
        (2800, 1.0, True),
    ],
)
def test_number_formats_of_a_large_memory_are_explained(
    cues: int, last_bit: float, coarse: bool
) -> None:
    made = ca3(CA3Parameters(cue_size=cues, content_size=2))
    report = check(made, target=load_target("spinnaker_spin5", ["neurons_per_core=128"]))
    rows = {
        (row["population"], row["receptor"]): row for row in report.as_dict()["tables"]["receptors"]
    }
    assert rows["NA", "excitatory"]["last bit"] == last_bit
    places = {(item.what, item.where) for item in report.findings}
    assert (("STDP resolution", "projection 'QA->NA'.a_plus") in places) is coarse
    assert (("number range of inputs", "population 'QB'.inhibitory") in places) is coarse
