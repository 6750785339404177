from collections.abc import Mapping
from typing import Any

import pytest

from neuro.backends.spinnaker.energy import energy_report
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import Options
from neuro.energy import EnergyBasis, EnergyReport
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.results import Counters
from neuro.run import lower

WATT, NANOJOULE, JOULE = 1e12, 1e6, 1e15
"""In pW and fJ."""


def layout_of(size: int = 10, delay: str = "1 ms", neurons_per_core: int = 256) -> Layout:
    network = Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", size, CurrentExponentialLIF())],
        inputs=[SpikeArray(name="a", size=4)],
        projections=[Projection("a", "b", AllToAll(), Static(weight="1 nA", delay=delay))],
    )
    return lay_out(lower(network), Options(neurons_per_core=neurons_per_core))


def counters(spikes: int, hardware: Mapping[str, Any] | None = None, size: int = 10) -> Counters:
    return Counters(
        spikes={"a": spikes, "b": 0},
        synaptic_events={"a->b": spikes * size},
        plastic_updates={},
        hardware=hardware or {},
    )


def report_of(
    layout: Layout, counts: Counters, target: str = "spinnaker_spin5", **changed: Any
) -> EnergyReport:
    return energy_report(layout, load_target(target), counts, 1000.0, **changed)


def rows(basis: EnergyBasis) -> dict[str, float]:
    return {row.name: row.energy for row in basis.rows}


# Specs, spinnaker section 9, by hand: one second, two cores (input, population) on one chip.
def test_one_board_is_charged_whole_by_chip_or_for_work_alone() -> None:
    report = report_of(layout_of(), counters(100))
    whole, chips, dynamic = report.bases
    packets = 100 * NANOJOULE
    assert rows(whole) == pytest.approx(
        {
            "boards, idle": 26.84 * JOULE,
            "box of one board, idle": 5.04 * JOULE,
            "application cores": 2 * 0.034 * JOULE,
            "packets in routers": packets,
        }
    )
    assert rows(chips) == pytest.approx(
        {
            "chips, idle": 0.35 * JOULE,
            "application cores": 2 * 0.034 * JOULE,
            "packets in routers": packets,
        }
    )
    # Work: 1000 ticks of 1170 + 10 x 150 cycles, 100 rows of ten synapses; 200 MHz.
    cycles = 1000 * (1170 + 1500) + 100 * (960 + 10 * 31)
    assert rows(dynamic) == pytest.approx(
        {"cores, while they work": 0.034 * cycles / 200e6 * JOULE, "packets in routers": packets}
    )
    assert whole.energy > chips.energy > dynamic.energy


def test_every_row_names_the_source_of_its_coefficient() -> None:
    report = report_of(layout_of(), counters(1))
    assert all(row.source.startswith("[toolchain]") for basis in report.bases for row in basis.rows)


def test_energy_is_divided_by_events() -> None:
    report = report_of(layout_of(), counters(100))
    basis = report.bases[1]
    assert report.events == {"spike": 100, "synaptic event": 1000}
    assert report.per_event(basis) == {
        "spike": basis.energy / 100,
        "synaptic event": basis.energy / 1000,
    }


def test_small_board_has_no_box() -> None:
    whole = report_of(layout_of(), counters(0), target="spinnaker_spin3").bases[0]
    assert rows(whole)["boards, idle"] == pytest.approx(3.56 * JOULE)
    assert set(rows(whole)) == {"boards, idle", "application cores", "packets in routers"}


def test_second_board_comes_with_a_frame() -> None:
    # 48 chips hold 767 cores; 767 of the population and the input need a 49th chip.
    whole = report_of(layout_of(767, neurons_per_core=1), counters(0)).bases[0]
    assert rows(whole) == pytest.approx(
        {
            "boards, idle": 2 * 26.84 * JOULE,
            "frames, idle": 117 * JOULE,
            "frames, more when active": 37.163558 * JOULE,
            "application cores": 768 * 0.034 * JOULE,
            "packets in routers": 0.0,
        }
    )


def test_slower_than_real_time_idles_longer() -> None:
    quick, slow = (
        report_of(layout_of(), counters(100), time_scale_factor=factor) for factor in (1.0, 4.0)
    )
    assert slow.duration == 4 * quick.duration
    assert rows(slow.bases[0])["boards, idle"] == pytest.approx(
        4 * rows(quick.bases[0])["boards, idle"]
    )
    assert rows(slow.bases[2]) == pytest.approx(rows(quick.bases[2])), "the work is the same"


def test_packet_passes_the_routers_of_all_chips_that_it_reaches() -> None:
    # 40 cores: the input and 14 cores on chip 0, 16 on chip 1, 10 on chip 2.
    report = report_of(layout_of(40, neurons_per_core=1), counters(100, size=40))
    assert rows(report.bases[2])["packets in routers"] == pytest.approx(300 * NANOJOULE)


def test_delay_extension_sends_its_own_packets() -> None:
    # 256 neurons: 32 slots; a delay of 100 steps is served by stage 3 of the extension.
    report = report_of(layout_of(256, delay="100 ms"), counters(100, size=256))
    assert rows(report.bases[2])["packets in routers"] == pytest.approx(400 * NANOJOULE)


def test_counters_of_the_emulator_are_preferred() -> None:
    counted = {"packets": {"a": 60, "b": 0}, "core_cycles": {"b": 400_000}}
    report = report_of(layout_of(), counters(100, counted))
    assert rows(report.bases[2]) == pytest.approx(
        {
            "cores, while they work": 0.034 * 400_000 / 200e6 * JOULE,
            "packets in routers": 60 * NANOJOULE,
        }
    )
