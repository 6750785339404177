r"""Energy of a run: the toolchain's own report, fed with the counters of the emulator.

.. math:: E = T (P_{idle} + P_{core} n_{cores}) + E_{packet} \sum_{packets} routers

Three accounting bases side by side, because figures for this machine differ by three orders of
magnitude with what is charged (specs, spinnaker section 9).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from neuro.backends.spinnaker.hardware import Hardware, hardware
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.load import busy_cycles
from neuro.backends.spinnaker.resources import Machine, machine
from neuro.backends.spinnaker.rows import Rows, layout_rows
from neuro.energy import EnergyBasis, EnergyReport, EnergyRow, energy_row
from neuro.results import Counters
from neuro.target import Target

CORE_CYCLES, PACKETS = "core_cycles", "packets"
"""Counters of the emulator that are used where it has them."""

Charge = Callable[[str, float, str], EnergyRow]
"""From what it is, how much of it, and the name of its coefficient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of the machine a run used.

    Parameters
    ----------
    time : float, ms
        How long the machine was busy.
    boards, frames, chips, cores : int
        Parts in use; frames house more than one board.
    busy : float, ms
        Time that cores worked, summed over cores.
    packets : float
        Packets, each counted in every router that it passes.
    """

    time: float
    boards: int
    frames: int
    chips: int
    cores: int
    busy: float
    packets: float


def energy_report(
    layout: Layout,
    target: Target,
    counters: Counters,
    duration: float,
    *,
    time_scale_factor: float = 1.0,
) -> EnergyReport:
    """Account for the energy of a run.

    Parameters
    ----------
    layout : Layout
        What ran.
    target : Target
        Whose coefficients are used.
    counters : Counters
        Of the run.
    duration : float, ms
        Model time.
    time_scale_factor : float, default 1
        How many times slower than real time the machine runs.
    """
    numbers = hardware(target)
    rows = layout_rows(layout)
    ticks = round(duration / layout.plan.dt)
    used = measure(layout, rows, numbers, counters, ticks, duration * time_scale_factor)

    def charge(name: str, count: float, coefficient: str) -> EnergyRow:
        return energy_row(name, count, target.coefficients[coefficient])

    return EnergyReport(
        target=target.name,
        duration=used.time,
        bases=(_whole_boards(used, charge), _used_chips(used, charge), _dynamic(used, charge)),
        events={
            "spike": sum(counters.spikes.values()),
            "synaptic event": sum(counters.synaptic_events.values()),
        },
        remarks=_REMARKS,
    )


def measure(
    layout: Layout,
    rows: Sequence[Rows],
    numbers: Hardware,
    counters: Counters,
    ticks: int,
    time: float,
) -> Usage:
    """Return how much of the machine a run used.

    Parameters
    ----------
    layout : Layout
    rows : sequence of Rows
        Its rows, from `layout_rows`.
    numbers : Hardware
    counters : Counters
    ticks : int
        Length of the run.
    time : float, ms
        How long the machine was busy with it.
    """
    used = machine(layout, rows, numbers)
    cycles = counters.hardware.get(CORE_CYCLES) or busy_cycles(
        layout, rows, numbers, counters, ticks
    )
    frames = -(-used.boards // numbers.boards_per_frame) if used.boards > 1 else 0
    return Usage(
        time=time,
        boards=used.boards,
        frames=frames,
        chips=used.chip_count,
        cores=len(used.cores),
        busy=sum(cycles.values()) / numbers.clock * 1e3,
        packets=router_passages(used, rows, counters),
    )


def router_passages(used: Machine, rows: Sequence[Rows], counters: Counters) -> float:
    """Return the packets of a run, each counted once in every router that it passes.

    A packet passes at least the router of its own chip and those of all chips that it reaches; a
    detour over other chips is not counted. A delay extension is one more target, and sends packets
    of its own.
    """
    passages = 0.0
    for name in dict.fromkeys(item.projection.source for item in rows):
        reached = [item for item in rows if item.projection.source == name]
        targets = {chip for item in reached for chip in used.chips_of(item.projection.target)}
        extension = used.chips_of(name, extension=True)
        stages = max(item.counts.shape[0] - 1 for item in reached)
        direct = counters.spikes[name]
        sent = counters.hardware.get(PACKETS, {}).get(name, direct * (1 + stages))
        # Several spikes of one neuron in one tick are one packet.
        direct = min(direct, sent)
        passages += direct * _routers(used.chips_of(name), targets | extension)
        passages += (sent - direct) * _routers(extension, targets)
    return passages


def _routers(senders: set[int], targets: set[int]) -> float:
    """Return how many routers a packet passes, on average over the chips that send."""
    return sum(len(targets | {chip}) for chip in senders) / max(len(senders), 1)


def _whole_boards(used: Usage, charge: Charge) -> EnergyBasis:
    housing = (
        charge("box of one board, idle", used.time, "idle_box"),
        charge("frames, idle", used.time * used.frames, "idle_frame"),
        charge("frames, more when active", used.time * used.frames, "active_frame"),
    )
    return EnergyBasis(
        name="whole boards",
        covers="boards with all their chips, power supply and cooling, while the model runs; not "
        "loading, reading back and the host",
        rows=(
            charge("boards, idle", used.time * used.boards, "idle_board"),
            *_present(housing[1:] if used.frames else housing[:1]),
            *_always_active(used, charge),
        ),
    )


def _used_chips(used: Usage, charge: Charge) -> EnergyBasis:
    return EnergyBasis(
        name="used chips",
        covers="chips that hold a part of the network; not the rest of the board",
        rows=(
            charge("chips, idle", used.time * used.chips, "idle_chip"),
            *_always_active(used, charge),
        ),
    )


def _dynamic(used: Usage, charge: Charge) -> EnergyBasis:
    return EnergyBasis(
        name="dynamic",
        covers="work alone: cores for the cycles that they work, and packets; nothing that an idle "
        "machine takes as well",
        rows=(
            charge("cores, while they work", used.busy, "active_core"),
            charge("packets in routers", used.packets, "packet"),
        ),
    )


def _always_active(used: Usage, charge: Charge) -> tuple[EnergyRow, EnergyRow]:
    """Charge cores for the whole run, as the toolchain does without a power monitor."""
    return (
        charge("application cores", used.time * used.cores, "active_core"),
        charge("packets in routers", used.packets, "packet"),
    )


def _present(rows: Sequence[EnergyRow]) -> tuple[EnergyRow, ...]:
    """Leave out what this machine does not have."""
    return tuple(row for row in rows if row.coefficient)


_REMARKS = (
    "Cores of inputs and delay extensions count as application cores; their work is not part of "
    "'dynamic'.",
    "A packet is charged in the routers of its own chip and of those that it reaches, on chips "
    "filled one after the other.",
    "Published for this machine: 43 nJ for a postsynaptic potential beside 100 nJ for a neuron and "
    "ms (Sharp et al. 2012, doi:10.1016/j.jneumeth.2012.03.001); at most 27 nJ for a synaptic "
    "event with everything, at full load (Stromatias et al., IJCNN 2013); 5.9 uJ and 0.6 uJ for a "
    "sparse cortical model (van Albada et al. 2018, doi:10.3389/fnins.2018.00291; Rhodes et al. "
    "2020, doi:10.1098/rsta.2019.0160).",
)
