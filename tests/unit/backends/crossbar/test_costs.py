from dataclasses import replace

import numpy as np
import pytest

from neuro.backends.crossbar.costs import (
    CONVERTER_SURVEY,
    KEYWORDS,
    LANGUAGE,
    PUBLISHED,
    CostReport,
    LayerCounts,
    array_energy,
    driver_energy,
    layer_costs,
    macro_figures,
    row_energies,
    schreier_energy,
    walden_energy,
    write_energy,
)
from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.nladc import Options as RampOptions
from neuro.backends.crossbar.nladc import function_named, levels_of, ramp_for
from neuro.backends.crossbar.wires import OHM, Wires, linear_operating_point
from neuro.errors import ValidationError
from neuro.hardware_configs import load_target

HARDWARE = hardware_from(load_target("crossbar_rram_nladc"))
MW, NS, MM2, PJ = 1e9, 1e-6, 1e6, 1e3


# Specs, crossbar_nladc section 4.2: TOPS, TOPS/W, mW, ns, pJ of the model; None where it gives
# none. A half of the last digit that is printed is added to the 1 % of acceptance test 11.
@pytest.mark.parametrize(
    ("workload", "bits", "tops", "per_watt", "power", "latency", "energy"),
    [
        (KEYWORDS, 5, 0.115, 31.0, 3.7, 160, 595),
        (KEYWORDS, 8, 0.017, 4.0, 4.4, 1056, 4610),
        (LANGUAGE, 5, 19.3, 47.9, 403.7, 528, 213e3),
        (LANGUAGE, 8, 5.45, 7.2, 757, 1872, 1.42e6),
        (KEYWORDS, 3, 0.288, 112, None, None, None),
        (KEYWORDS, 4, 0.192, 59.9, None, None, None),
        (LANGUAGE, 3, 26.6, 121, None, None, None),
        (LANGUAGE, 4, 23.6, 80.3, None, None, None),
    ],
)
def test_macro_model_gives_the_rows_of_the_specs(
    workload, bits, tops, per_watt, power, latency, energy
):
    found = macro_figures(workload, bits, HARDWARE)
    assert found.tops == pytest.approx(tops, rel=0.01, abs=0.0005)
    assert found.tops_per_watt == pytest.approx(per_watt, rel=0.01, abs=0.05)
    if power is not None:
        assert found.power / MW == pytest.approx(power, rel=0.01, abs=0.05)
        assert found.latency / NS == pytest.approx(latency, rel=0.01)
        assert found.energy / PJ == pytest.approx(energy, rel=0.01)


# Yang et al. 2025, Table 1, as it is printed; its figures have one or two digits. Two parameters
# miss the power of keyword spotting at 8 bits by 5 %, as the specs say.
@pytest.mark.parametrize(
    ("workload", "bits"), [(KEYWORDS, 5), (KEYWORDS, 8), (LANGUAGE, 5), (LANGUAGE, 8)]
)
def test_macro_model_gives_the_figures_of_the_paper(workload, bits):
    found = macro_figures(workload, bits, HARDWARE)
    row = next(item for item in PUBLISHED if item.name == f"{workload.name}, {bits} bits")
    assert found.tops_per_watt == pytest.approx(row.tops_per_watt, rel=0.01)
    assert found.power / MW == pytest.approx(row.power, rel=0.06)
    assert found.tops == pytest.approx(row.tops, rel=0.02, abs=0.0055)
    assert found.area / MM2 == pytest.approx(row.area, rel=0.01, abs=0.0005)
    assert found.tops_per_mm2 == pytest.approx(row.tops_per_mm2, rel=0.03)


def test_macro_figures_need_their_constants():
    bare = replace(HARDWARE, costs=())
    with pytest.raises(ValidationError, match="cost_device"):
        macro_figures(KEYWORDS, 5, bare)


def test_array_energy_is_that_of_ohm_without_wires():
    rng = np.random.default_rng(1)
    conductance, cycles = rng.uniform(0, 150, (7, 5)), rng.integers(0, 32, 7).astype(float)
    # V^2 G n T in SI: 0.2 V, uS to S, 1 ns, J to fJ.
    expected = sum(
        0.2**2 * conductance[i, j] * 1e-6 * cycles[i] * 1e-9 * 1e15
        for i in range(7)
        for j in range(5)
    )
    assert array_energy(conductance, cycles, 200.0, 1e-6) == pytest.approx(expected, rel=1e-12)


def test_energy_of_spikes_adds_up_without_wires():
    conductance = np.random.default_rng(2).uniform(0, 150, (6, 4))
    each = row_energies(conductance, 200.0, 1e-6)
    together = array_energy(conductance, np.array([1.0, 0, 1, 1, 0, 0]), 200.0, 1e-6)
    assert each[[0, 2, 3]].sum() == pytest.approx(together, rel=1e-12)


def test_energy_of_a_spike_with_wires_is_dissipated_in_cells_and_wires():
    conductance = np.random.default_rng(3).uniform(1, 150, (6, 4))
    wires = Wires(row=2 * OHM, column=1 * OHM)
    each = row_energies(conductance, 200.0, 1e-6, wires)
    for row in range(6):
        voltage = np.where(np.arange(6) == row, 200.0, 0.0)
        point = linear_operating_point(conductance, voltage[None], wires)
        dissipated = point.cell_power + point.wire_power(wires)
        assert each[row] == pytest.approx(1e-6 * float(dissipated[0]), rel=1e-6)


# Specs, crossbar_nladc section 4.1: 0.085 pJ for a 5-bit sigmoid.
def test_ramp_column_energy_is_that_of_the_specs():
    ramp = ramp_for(levels_of(function_named("sigmoid"), 5), HARDWARE, RampOptions())
    held = np.concatenate([ramp.targets, ramp.bias_targets])[:, None]
    energy = array_energy(held, np.ones(held.size), 200.0, 1e-6)
    assert energy / PJ == pytest.approx(0.085, rel=0.01)


def test_driver_charges_the_capacitance_of_its_row():
    # 128 cells of 0.2 fF at 0.8 V: 16.384 fJ.
    assert driver_energy(128, 0.2e-6, 800.0) == pytest.approx(16.384)


def test_write_energy_is_that_of_its_pulses():
    # 3 pulses of 1.5 V and 100 ns on 50 uS: 3 * 2.25 * 50e-6 * 1e-7 J = 33.75 pJ.
    assert write_energy(3, 1500.0, 50.0, 1e-4) == pytest.approx(33.75 * PJ)


def test_conventional_converters_cost_what_their_figures_of_merit_say():
    # 10 fJ * 2^8; and 0.5 * 10^((49.92 - 165) / 10) J = 1.552 pJ.
    assert walden_energy(10.0, 8) == pytest.approx(2560.0)
    assert schreier_energy(165.0, 8) == pytest.approx(0.5 * 10 ** (-11.508 + 15), rel=1e-9)


def test_survey_has_both_nodes_and_rises_with_bits():
    for node in (16, 65):
        energies = [item.energy for item in CONVERTER_SURVEY if item.node == node]
        assert energies == sorted(energies)
        assert [item.bits for item in CONVERTER_SURVEY if item.node == node] == [4, 5, 6, 7, 8]


def layer(**changes):
    counts = {
        "name": "lstm",
        "rows": 72,
        "columns": 128,
        "devices_across": 256,
        "steps": 1,
        "reads": 1,
        "pulses": 72.0,
        "row_cycles": 1000.0,
        "array_energy": 5e4,
        "conversions": 128,
        "conversion_cycles": 32,
        "bits": 5,
        "ramps": 2,
        "ramp_energy": 170.0,
        "elementwise": 32,
        "cycles": 160.0,
    }
    return LayerCounts(**{**counts, **changes})


def test_layer_is_charged_for_every_term():
    found = layer_costs(layer(write_pulses=4, write_energy=100.0), HARDWARE)
    # 72 pulses on 256 cells of 0.2 fF at 0.8 V; 128 columns for 32 clocks; 32 units.
    expected = 5e4 + 72 * 256 * 0.2 * 0.64 + 170 + 128 * 32 * 72.3 + 32 * 660 + 100
    assert found.figures.energy == pytest.approx(expected, rel=1e-12)
    assert found.figures.latency == pytest.approx(160e-6)
    assert found.figures.tops == pytest.approx(0.1152)


def test_every_figure_has_a_source():
    report = CostReport(hardware=HARDWARE, layers=(layer_costs(layer(), HARDWARE),), inferences=1)
    for basis in report.energy_report().bases:
        assert basis.rows
        assert all(row.source.strip() for row in basis.rows)


def test_conventional_converters_take_the_place_of_ramp_and_columns():
    report = CostReport(hardware=HARDWARE, layers=(layer_costs(layer(), HARDWARE),), inferences=1)
    ramps, walden, _ = report.energy_report().bases
    # Without 128 * 32 column clocks and the ramps, with 128 conversions of 320 fJ.
    difference = 128 * 320 - 128 * 32 * 72.3 - 170
    assert walden.energy - ramps.energy == pytest.approx(difference, rel=1e-9)


def test_report_adds_layers_and_divides_by_what_happened():
    layers = tuple(layer_costs(layer(name=name), HARDWARE) for name in ("a", "b"))
    report = CostReport(hardware=HARDWARE, layers=layers, inferences=2)
    assert report.total.energy == pytest.approx(2 * layers[0].figures.energy)
    assert report.events == {"inference": 2, "step": 1, "read": 2, "conversion": 256}
    basis = report.energy_report().bases[0]
    per_inference = report.energy_report().per_event(basis)["inference"]
    assert per_inference == pytest.approx(layers[0].figures.energy)
