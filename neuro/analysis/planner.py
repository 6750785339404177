"""Capacity planner: the smallest clustered memory for a number of messages, cues and an error.

Theory gives a size that is too small rather than too large; a Monte-Carlo run then confirms it, or
the size grows until one does.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import ceil, log2
from typing import Any

from neuro.analysis.cliques import (
    capacity,
    density,
    efficiency,
    iterated_error,
    one_shot_error,
)
from neuro.analysis.confirm import Confirmation, Progress, Trials, confirm
from neuro.analysis.demand import MemoryDemand
from neuro.analysis.recall_energy import check_costs, recall_energy
from neuro.energy import EnergyReport
from neuro.errors import CapacityError
from neuro.memories import Topology
from neuro.memories.decoders import Decoder
from neuro.target import Target

MOST_LINK_BYTES = 2**31
"""Largest memory that is simulated."""

MOST_LETTERS = 2**26
"""Most letters of all messages that are simulated."""

GROWTH = 0.01
"""First step of a size that was not confirmed, and how closely the right one is looked for."""

MOST_GROWTH = 3.0
"""Step beyond which growing has not helped."""

MOST_SIZE = 2**20
"""Units of a cluster beyond which nothing is planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """The answer.

    Parameters
    ----------
    demand : MemoryDemand
    topology : Topology
        The network.
    density : float
        Share of links that are there.
    one_shot_error, iterated_error : float
        Theory: after one round, and what remains after many.
    efficiency : float
        Bits stored for each link that could be there.
    devices : int
        Crosspoints of a crossbar that holds every link in both directions.
    capacity : int
        Messages that theory allows in this network.
    decoder : Decoder
        How the run decoded.
    confirmation : Confirmation, optional
        None if the network is too large to be simulated.
    energy : EnergyReport, optional
        Of one recall; None without a run.
    """

    demand: MemoryDemand
    topology: Topology
    density: float
    one_shot_error: float
    iterated_error: float
    efficiency: float
    devices: int
    capacity: int
    decoder: Decoder
    confirmation: Confirmation | None
    energy: EnergyReport | None

    @property
    def bits_per_synapse(self) -> float:
        """Bits stored for each device."""
        return self.efficiency / 2

    @property
    def confirmed(self) -> bool:
        """Whether a run stayed within the error asked for."""
        return self.confirmation is not None and self.confirmation.error <= self.demand.error

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ, times in ms."""
        return {
            "demand": asdict(self.demand),
            "network": {
                "clusters": self.topology.n_clusters,
                "cluster_size": self.topology.cluster_size,
                "units": self.topology.units,
                "density": self.density,
                "devices": self.devices,
                "bits_per_synapse": self.bits_per_synapse,
                "bits_per_link": self.efficiency,
                "bits_per_message": self.topology.n_clusters * log2(self.topology.cluster_size),
                "capacity": self.capacity,
            },
            "theory": {
                "one_shot_error": self.one_shot_error,
                "iterated_error": self.iterated_error,
            },
            "decoder": asdict(self.decoder),
            "simulation": None if self.confirmation is None else asdict(self.confirmation),
            "confirmed": self.confirmed,
            "energy": None if self.energy is None else self.energy.as_dict(),
        }


def plan_memory(
    demand: MemoryDemand,
    target: Target,
    *,
    decoder: Decoder | None = None,
    cues: int = 5000,
    seed: int = 0,
    progress: Progress = lambda fraction: None,
) -> MemoryPlan:
    """Find the smallest network that does what is asked, and confirm it.

    Parameters
    ----------
    demand : MemoryDemand
    target : Target
        The crossbar whose coefficients give the energy.
    decoder : Decoder, optional
        Default `decoder_for` the demand.
    cues : int, default 5000
        Of the confirming run.
    seed : int, default 0
    progress : callable, optional
        Called with the fraction done of the run at hand.

    Raises
    ------
    CapacityError
        If the given size is too small, or no size will do.
    UnsupportedError
        If the target has no coefficients to charge a recall with.

    Examples
    --------
    >>> from neuro.hardware_configs import load_target
    >>> demand = MemoryDemand(messages=500, erased=4, error=0.01)
    >>> plan = plan_memory(demand, load_target("crossbar_rram_wan2022"), cues=500)
    >>> 40 < plan.topology.cluster_size < 70, plan.confirmed
    (True, True)
    """
    check_costs(target)
    chosen = decoder_for(demand) if decoder is None else decoder
    run = _Run(demand=demand, decoder=chosen, cues=cues, seed=seed, progress=progress)
    if demand.units is None:
        topology, found = _grown(run, smallest(demand))
    else:
        topology = Topology.divided(demand.units, demand.clusters)
        _check_load(demand, topology)
        found = run(topology)
    return _planned(demand, topology, target, chosen, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A confirming run, for one size after the other."""

    demand: MemoryDemand
    decoder: Decoder
    cues: int
    seed: int
    progress: Progress

    def __call__(self, topology: Topology, *, growing: bool = False) -> Confirmation | None:
        """Simulate; None if the network is too large. While growing, hopeless runs end early."""
        letters = self.demand.messages * topology.n_clusters
        if topology.units * topology.words * 8 > MOST_LINK_BYTES or letters > MOST_LETTERS:
            return None
        most_wrong = self.demand.error if growing else 1.0
        return confirm(
            topology,
            self.demand.messages,
            self.demand.erased,
            self.decoder,
            self.demand.faults,
            Trials(cues=self.cues, seed=self.seed, most_wrong=most_wrong),
            progress=self.progress,
        )


def _grown(run: _Run, topology: Topology) -> tuple[Topology, Confirmation | None]:
    """Grow a size, in steps that double, until a run confirms it; then close in from below."""
    error = run.demand.error
    tried = run(topology, growing=True)
    if tried is None or tried.error <= error:
        return topology, tried
    low, growth = topology.cluster_size, GROWTH
    while tried is not None and tried.error > error:
        if growth > MOST_GROWTH:
            raise CapacityError(
                "memory",
                f"even {topology.units} units leave an error of {tried.error:.3g}",
                value=tried.error,
                limit=f"{error:g} was asked for",
                hint="Allow more error, fewer erased letters or fewer faults, or another decoder",
            )
        low = topology.cluster_size
        topology = _topology(run.demand, max(low + 1, ceil(low * (1 + growth))))
        growth *= 2
        tried = run(topology, growing=True)
    while topology.cluster_size - low > max(1, GROWTH * low):
        middle = _topology(run.demand, (low + topology.cluster_size) // 2)
        closer = run(middle, growing=True)
        if closer is not None and closer.error > error:
            low = middle.cluster_size
        else:
            topology, tried = middle, closer
    return topology, tried


def decoder_for(demand: MemoryDemand) -> Decoder:
    """Return the decoder that a memory is planned for.

    Read noise resolves ties of a single winner and then helps; without it all maxima are kept
    (specs, noisy_hebbian sections 6 and 10.3). With most letters erased only `sum_of_max`, which
    needs every true link, finds its way.
    """
    faults = demand.faults
    if faults.read_noise > 0:
        return Decoder(rule="single_winner", iterations=10, read_noise=faults.read_noise)
    if 2 * demand.erased > demand.clusters and faults.stuck_off == 0:
        return Decoder(rule="sum_of_max", iterations=8)
    return Decoder(rule="sum_of_sum", iterations=4)


def smallest(demand: MemoryDemand) -> Topology:
    """Return the smallest network that theory allows: a lower bound.

    Raises
    ------
    CapacityError
        If no size will do, as when too many devices are stuck.

    Examples
    --------
    >>> smallest(MemoryDemand(messages=15000, erased=4, error=0.02)).cluster_size
    256
    """
    return _bisected(demand, lambda size: _error(demand, _topology(demand, size)) <= demand.error)


def _bisected(demand: MemoryDemand, holds: Callable[[int], bool]) -> Topology:
    low, high = 1, 2
    while not (_distinct(demand, high) and holds(high)):
        low, high = high, 2 * high
        if high > MOST_SIZE:
            least = _error(demand, _topology(demand, MOST_SIZE))
            raise CapacityError(
                "memory",
                f"no network reaches an error of {demand.error:g}",
                value=demand.error,
                limit=f"With these faults and {demand.clusters} clusters about {least:.2g} remains",
                hint="Take more clusters, fewer erased letters, or devices with fewer faults",
            )
    while high - low > 1:
        middle = (low + high) // 2
        if _distinct(demand, middle) and holds(middle):
            high = middle
        else:
            low = middle
    return _topology(demand, high)


def _distinct(demand: MemoryDemand, size: int) -> bool:
    """Say whether there are as many messages as are to be stored."""
    return demand.clusters * log2(size) >= log2(demand.messages)


def _topology(demand: MemoryDemand, size: int) -> Topology:
    return Topology(n_clusters=demand.clusters, cluster_size=size)


def _error(demand: MemoryDemand, topology: Topology) -> float:
    return iterated_error(topology, demand.messages, demand.erased, demand.faults)


def _check_load(demand: MemoryDemand, topology: Topology) -> None:
    """Refuse a load beyond capacity before anything is run."""
    if topology.cluster_size > 1 and _error(demand, topology) <= demand.error:
        return
    fits = 0
    if topology.cluster_size > 1:
        fits = capacity(topology, demand.erased, demand.error, demand.faults)
    damage = f"{demand.erased} erased at an error of {demand.error:g}"
    raise CapacityError(
        "memory",
        f"{demand.messages} messages are beyond {topology.units} units in "
        f"{demand.clusters} clusters",
        value=demand.messages,
        limit=f"They hold {fits} messages with {damage}",
        hint=f"Take {smallest(demand).units} units, or leave out the size to have it planned",
    )


def _planned(
    demand: MemoryDemand,
    topology: Topology,
    target: Target,
    decoder: Decoder,
    found: Confirmation | None,
) -> MemoryPlan:
    energy = None
    if found is not None:
        energy = recall_energy(target, topology, rounds=found.rounds, rows=found.spikes)
    return MemoryPlan(
        demand=demand,
        topology=topology,
        density=density(topology, demand.messages),
        one_shot_error=one_shot_error(topology, demand.messages, demand.erased),
        iterated_error=_error(demand, topology),
        efficiency=efficiency(topology, demand.messages),
        devices=2 * topology.pairs,
        capacity=capacity(topology, demand.erased, demand.error, demand.faults),
        decoder=decoder,
        confirmation=found,
        energy=energy,
    )
