"""The numbers of a SpiNNaker hardware file, by name: sizes, limits, cycles and powers.

Specs, spinnaker sections 7 to 9; the files in `neuro.hardware_configs` name the source of each.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from neuro.target import Target


def _count() -> Any:
    return field(metadata={"unit": ""})


def _quantity(unit: str) -> Any:
    return field(metadata={"unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """One kind of SpiNNaker machine.

    Parameters
    ----------
    boards, boards_per_frame, chips_per_board, cores_per_chip : int
        How much of it there is at most.
    system_cores_per_chip, system_cores_per_board : int
        Cores that the system software keeps, on every chip and once more on each board.
    sdram : int, bytes
        Shared memory of a chip.
    router_entries : int
        Routing table of a chip.
    post_history, packet_queue : int
        Post spikes and packets that a core keeps.
    clock : float, Hz
    dtcm_static, dtcm_plastic : int, bytes
        Data memory of a core for a program without and with plasticity.
    dtcm_base_static, dtcm_base_plastic, dtcm_neuron_static, dtcm_neuron_plastic, \
    dtcm_conductance, dtcm_recorded, dtcm_slot : int, bytes
        What takes it: always, by neuron, by neuron of the conductance type, by recorded state
        variable of a neuron, by entry of the ring buffer.
    dtcm_margin : float
        Share to keep free.
    sdram_monitor, sdram_gatherer : int, bytes
        Shared memory that system cores keep, on every chip and once more on each board.
    sdram_core, sdram_plastic, sdram_neuron, sdram_conductance : int, bytes
        Shared memory of a core: always, with plasticity, by neuron, by conductance-based neuron.
    sdram_row_header : int, words
    cycles_tick, cycles_neuron, cycles_static_row, cycles_static_synapse, cycles_plastic_row, \
    cycles_plastic_synapse, cycles_post_event : int
        Work of a core.
    expected_rate : float, Hz
        Rate that is assumed of neurons before a run.
    idle_board, idle_box, idle_frame, active_frame, idle_chip, active_core : float, pW
        Powers.
    packet : float, fJ
        Energy of one packet in one router.
    """

    boards: int = _count()
    boards_per_frame: int = _count()
    chips_per_board: int = _count()
    cores_per_chip: int = _count()
    system_cores_per_chip: int = _count()
    system_cores_per_board: int = _count()
    sdram: int = _count()
    router_entries: int = _count()
    post_history: int = _count()
    packet_queue: int = _count()
    clock: float = _quantity("Hz")
    dtcm_static: int = _count()
    dtcm_plastic: int = _count()
    dtcm_base_static: int = _count()
    dtcm_base_plastic: int = _count()
    dtcm_neuron_static: int = _count()
    dtcm_neuron_plastic: int = _count()
    dtcm_conductance: int = _count()
    dtcm_recorded: int = _count()
    dtcm_slot: int = _count()
    dtcm_margin: float = _count()
    sdram_monitor: int = _count()
    sdram_gatherer: int = _count()
    sdram_core: int = _count()
    sdram_plastic: int = _count()
    sdram_neuron: int = _count()
    sdram_conductance: int = _count()
    sdram_row_header: int = _count()
    cycles_tick: int = _count()
    cycles_neuron: int = _count()
    cycles_static_row: int = _count()
    cycles_static_synapse: int = _count()
    cycles_plastic_row: int = _count()
    cycles_plastic_synapse: int = _count()
    cycles_post_event: int = _count()
    expected_rate: float = _quantity("Hz")
    idle_board: float = _quantity("pW")
    idle_box: float = _quantity("pW")
    idle_frame: float = _quantity("pW")
    active_frame: float = _quantity("pW")
    idle_chip: float = _quantity("pW")
    active_core: float = _quantity("pW")
    packet: float = _quantity("fJ")

    def tick_cycles(self, dt: float, time_scale_factor: float) -> float:
        """Return how many cycles a core has for one tick of `dt` ms."""
        return self.clock * 1e-3 * dt * time_scale_factor


def hardware(target: Target) -> Hardware:
    """Read the numbers of a target.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If the hardware file lacks one, has one that is not known, or one of another dimension.
    """
    members = fields(Hardware)
    numbers = target.numbers({item.name: item.metadata["unit"] for item in members})
    return Hardware(
        **{item.name: item.type(numbers[item.name]) for item in members}  # type: ignore[operator]
    )
