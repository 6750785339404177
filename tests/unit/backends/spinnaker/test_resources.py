from dataclasses import replace

import numpy as np
import pytest

from neuro.backends.spinnaker.delays import bits
from neuro.backends.spinnaker.hardware import Hardware, hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import CorePopulation
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.resources import (
    CoreUse,
    Machine,
    dtcm_bytes,
    free_cores,
    machine,
    place,
    recorded_variables,
)
from neuro.backends.spinnaker.rows import layout_rows
from neuro.errors import CheckError
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    OneToOne,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.run import lower


@pytest.fixture(scope="module")
def numbers() -> Hardware:
    return hardware(load_target("spinnaker_spin5"))


def population(neurons: int, slots: int, cell: str = "CurrentExponentialLIF") -> CorePopulation:
    return CorePopulation(
        name="b",
        size=neurons,
        cell=cell,
        slices=((0, neurons),),
        atom_bits=bits(neurons),
        type_bits=1,
        available_slots=slots,
        slots=slots,
        shifts=(0, 0),
        scales=(1.0, 1.0),
        parameters={},
    )


# Specs, spinnaker section 8: points found by starting the shipped binaries.
@pytest.mark.parametrize(
    ("neurons", "slots", "fits"),
    [
        (256, 8, True),
        (256, 16, False),
        (208, 16, True),
        (224, 16, False),
        (128, 64, True),
        (160, 32, False),
    ],
)
def test_plastic_core_fits_as_measured(
    numbers: Hardware, neurons: int, slots: int, fits: bool
) -> None:
    needed = dtcm_bytes(population(neurons, slots), neurons, numbers, plastic=True)
    assert (needed <= numbers.dtcm_plastic) is fits


def test_static_core_of_256_neurons_fits_with_32_slots(numbers: Hardware) -> None:
    needed = dtcm_bytes(population(256, 32), 256, numbers, plastic=False)
    assert needed <= numbers.dtcm_static


def test_conductance_neurons_take_two_words_more(numbers: Hardware) -> None:
    current, other = population(10, 2), population(10, 2, "ConductanceExponentialLIF")
    taken = [dtcm_bytes(item, 10, numbers, plastic=False) for item in (current, other)]
    assert taken[1] - taken[0] == 80


def test_recorded_variables_take_a_word_for_each_neuron(numbers: Hardware) -> None:
    taken = [
        dtcm_bytes(population(10, 2), 10, numbers, plastic=True, recorded=count) for count in (0, 3)
    ]
    assert taken[1] - taken[0] == 120


@pytest.mark.parametrize(
    ("probes", "recorded"),
    [
        ((), 0),
        ((Probe(population="b"),), 0),
        ((Probe(population="b", variable="v"), Probe(population="c", variable="v")), 1),
        ((Probe(population="b", variable="v"), Probe(population="b", variable="i_excitatory")), 2),
    ],
)
def test_state_probes_are_recorded_variables(probes: tuple[Probe, ...], recorded: int) -> None:
    cell = CurrentExponentialLIF()
    network = Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", 10, cell), Population("c", 10, cell)],
        probes=probes,
    )
    assert recorded_variables(lay_out(lower(network)), "b") == recorded


def use(synapse: Static, *, neurons_per_core: int, numbers: Hardware) -> Machine:
    network = Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", 300, CurrentExponentialLIF())],
        inputs=[SpikeArray(name="a", size=300)],
        projections=[
            Projection("a", "b", AllToAll(), synapse),
            Projection("b", "b", OneToOne(), Static(weight="1 nA"), name="own"),
        ],
    )
    layout = lay_out(lower(network), Options(neurons_per_core=neurons_per_core))
    return machine(layout, layout_rows(layout), numbers)


def test_machine_counts_every_core(numbers: Hardware) -> None:
    used = use(Static(weight="1 nA"), neurons_per_core=100, numbers=numbers)
    assert [(core.name, core.kind, core.neurons) for core in used.cores] == [
        ("a", "input", 256),
        ("a", "input", 44),
        ("b", "population", 100),
        ("b", "population", 100),
        ("b", "population", 100),
    ]
    assert (used.chip_count, used.boards, used.routes) == (1, 1, 5)
    assert used.chips_of("b") == {0}


def test_shared_memory_follows_the_formula(numbers: Hardware) -> None:
    # Section 8: 4 n_source (3 + L) for each projection; neurons as the partitioner plans them.
    used = use(Static(weight="1 nA"), neurons_per_core=100, numbers=numbers)
    expected = 1400 + 524 * 100 + 4 * 300 * (3 + 100) + 4 * 300 * (3 + 1)
    assert [core.sdram for core in used.cores[2:]] == [expected] * 3
    assert used.cores[2].longest_row == 103


def test_delay_extension_takes_cores_and_rows_for_each_stage(numbers: Hardware) -> None:
    # 256 neurons: 32 slots; delays of 40 steps all need stage 1.
    used = use(Static(weight="1 nA", delay="40 ms"), neurons_per_core=256, numbers=numbers)
    assert [core.neurons for core in used.cores if core.kind == "delay extension"] == [256, 44]
    first = next(core for core in used.cores if core.kind == "population")
    rows = 4 * 300 * (3 + 256) + 4 * 300 * (3 + 1)
    assert first.sdram == 1400 + 524 * 256 + rows
    assert used.chips_of("a", extension=True) == {0}


def cores(count: int, sdram: int = 0) -> list[CoreUse]:
    return [
        CoreUse(name="b", kind="population", index=number, neurons=1, sdram=sdram)
        for number in range(count)
    ]


def test_first_chip_of_a_board_has_one_core_less(numbers: Hardware) -> None:
    # Section 7: 17 less one monitor, and one more on the Ethernet chip.
    assert [free_cores(chip, numbers) for chip in (0, 1, 47, 48, 49)] == [15, 16, 16, 15, 16]
    assert np.bincount(place(cores(40), numbers)).tolist() == [15, 16, 9]


def test_chip_is_full_when_its_shared_memory_is(numbers: Hardware) -> None:
    # The Ethernet chip has less of it, for the packet gatherer.
    half = (numbers.sdram - numbers.sdram_monitor) // 2
    assert place(cores(5, half), numbers) == (0, 1, 1, 2, 2)
    assert place(cores(2, half - numbers.sdram_gatherer // 2), numbers) == (0, 0)
    assert place(cores(3, 2 * numbers.sdram), numbers) == (0, 1, 2)


def test_incomplete_hardware_file_names_what_is_missing() -> None:
    target = load_target("spinnaker_spin5")
    fewer = {name: item for name, item in target.coefficients.items() if "row" not in name}
    with pytest.raises(CheckError) as caught:
        hardware(replace(target, coefficients=fewer))
    places = {issue.where.rpartition(".")[2] for issue in caught.value.issues}
    assert places == {
        "sdram_row_header",
        "cycles_static_row",
        "cycles_plastic_row",
    }


def test_tick_has_200_000_cycles_for_each_millisecond(numbers: Hardware) -> None:
    # Section 7: 200,000 cycles x dt [ms] x time_scale_factor.
    assert numbers.tick_cycles(1.0, 1.0) == 200_000
    assert numbers.tick_cycles(0.1, 5.0) == pytest.approx(100_000)
