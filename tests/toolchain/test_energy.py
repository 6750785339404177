"""The toolchain's own energy function, fed with the same counts, gives the same energies.

`compute_energy_over_time` is pure: times, parts in use, packets. Its wattages are those of the
machine version, so this also holds the hardware files against the package.
"""

import pytest

pytest.importorskip(
    "spynnaker",
    reason="needs sPyNNaker. Install with: pip install 'neuro-spiking-memory[spinnaker]'",
)

from spinn_front_end_common.interface.interface_functions.compute_energy_used import (
    compute_energy_over_time,
)
from spinn_front_end_common.utilities.utility_objs import PowerUsed
from spinn_machine.config_setup import unittest_setup
from spinn_machine.version.version_3 import Version3
from spinn_machine.version.version_5 import Version5

from neuro.backends.spinnaker.energy import energy_report, measure
from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.rows import layout_rows
from neuro.energy import EnergyBasis
from neuro.hardware_configs import load_target
from neuro.ir import CurrentExponentialLIF, Network, OneToOne, Population, Projection, Static
from neuro.models.ca3 import ca3
from neuro.results import Counters
from neuro.run import compile_network, lower

pytestmark = pytest.mark.toolchain

JOULE = 1e15
"""In fJ."""

DURATION = 250.0


def toolchain_power(version: Version3 | Version5, layout: Layout, counts: Counters) -> PowerUsed:
    """Ask the toolchain for the energy of a run; only what happens on the machine takes time."""
    numbers = hardware(load_target(f"spinnaker_spin{version.number}"))
    used = measure(layout, layout_rows(layout), numbers, counts, 250, DURATION)
    seconds = DURATION / 1000.0
    return compute_energy_over_time(
        *(0.0 for _ in range(10)),
        DURATION,
        *(0.0 for _ in range(2)),
        version,
        used.boards * numbers.chips_per_board,
        used.chips,
        used.boards,
        used.frames,
        used.cores,
        used.cores,
        {},
        {},
        {(0, 0): (seconds * used.cores, used.cores)},
        {},
        {},
        {(0, 0): {"Local_Multicast_Packets": used.packets}},
    )


@pytest.fixture(autouse=True)
def toolchain_settings() -> None:
    """Let the toolchain use its defaults without a configuration file."""
    unittest_setup()


def without(basis: EnergyBasis, name: str) -> float:
    return sum(row.energy for row in basis.rows if row.name != name) / JOULE


@pytest.fixture(scope="module")
def memory() -> tuple[Layout, Counters]:
    """Return a run of the CA3 memory: one item learned and recalled."""
    network = ca3()
    lines = [0, 5, 6, 13, 14]
    times = [t for t in (0.0, 1.0, 2.0) for _ in lines] + [40.0]
    with compile_network(network, backend="spinnaker") as program:
        program.run(DURATION, inputs={"IN": (times, lines * 3 + [0])})
        counts = program.result().counters
    return lay_out(lower(network)), counts


def test_one_board_agrees_with_the_toolchain(memory: tuple[Layout, Counters]) -> None:
    layout, counts = memory
    whole, chips, _ = energy_report(layout, load_target("spinnaker_spin5"), counts, DURATION).bases
    power = toolchain_power(Version5(), layout, counts)
    # A board that is not part of a frame: the toolchain then leaves its box out.
    assert without(whole, "box of one board, idle") == pytest.approx(power.exec_energy_j, rel=1e-12)
    assert without(whole, "box of one board, idle") == pytest.approx(
        power.exec_energy_boards_j, rel=1e-12
    )
    assert without(chips, "") == pytest.approx(power.exec_energy_cores_j, rel=1e-12)


def test_box_of_one_board_agrees_with_the_toolchain(memory: tuple[Layout, Counters]) -> None:
    layout, counts = memory
    whole = energy_report(layout, load_target("spinnaker_spin5"), counts, DURATION).bases[0]
    idle = sum(row.energy for row in whole.rows if "idle" in row.name) / JOULE
    seconds = DURATION / 1000.0
    boxed = Version5().get_idle_energy(seconds, n_frames=1, n_boards=1, n_chips=48)
    assert idle == pytest.approx(boxed, rel=1e-12)


def test_small_board_agrees_with_the_toolchain(memory: tuple[Layout, Counters]) -> None:
    layout, counts = memory
    whole, chips, _ = energy_report(layout, load_target("spinnaker_spin3"), counts, DURATION).bases
    power = toolchain_power(Version3(), layout, counts)
    assert without(whole, "") == pytest.approx(power.exec_energy_j, rel=1e-12)
    assert without(chips, "") == pytest.approx(power.exec_energy_cores_j, rel=1e-12)


def test_boards_in_a_frame_agree_with_the_toolchain() -> None:
    network = Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", 1600, CurrentExponentialLIF())],
        projections=[Projection("b", "b", OneToOne(), Static(weight="1 nA"))],
    )
    layout = lay_out(lower(network), Options(neurons_per_core=1))
    counts = Counters(spikes={"b": 12345}, synaptic_events={"b->b": 12345}, plastic_updates={})
    report = energy_report(layout, load_target("spinnaker_spin5"), counts, DURATION)
    power = toolchain_power(Version5(), layout, counts)
    assert (power.n_boards, power.n_frames) == (3, 1)
    assert without(report.bases[0], "") == pytest.approx(power.exec_energy_j, rel=1e-12)
    assert without(report.bases[1], "") == pytest.approx(power.exec_energy_cores_j, rel=1e-12)


@pytest.mark.parametrize(("name", "version"), [("spin5", Version5), ("spin3", Version3)])
def test_hardware_files_hold_the_sizes_of_the_toolchain(
    name: str, version: type[Version3 | Version5]
) -> None:
    made = version()
    numbers = hardware(load_target(f"spinnaker_{name}"))
    assert numbers.chips_per_board == len(made.chip_core_map)
    assert numbers.cores_per_chip == made.max_cores_per_chip
    assert numbers.sdram == made.max_sdram_per_chip
    assert numbers.router_entries == made.n_router_entries
    assert numbers.clock == made.clock_speeds_hz[0]
