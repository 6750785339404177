"""Energy of one recall on a crossbar: rows that are driven, columns that are converted.

Devices and columns are charged for each clock of a ramp conversion with the coefficients of the
hardware file; writing, wires and whatever decides the winners are left out.
"""

from math import ceil, log2

from neuro.energy import EnergyBasis, EnergyReport, energy_row
from neuro.errors import UnsupportedError
from neuro.memories import Topology
from neuro.target import Coefficient, Target

NEEDED = ("cost_device", "cost_column", "clock")


def recall_energy(
    target: Target, topology: Topology, *, rounds: float, rows: float
) -> EnergyReport:
    """Charge a recall.

    Parameters
    ----------
    target : Target
        A crossbar.
    topology : Topology
    rounds : float
        Reads of all columns.
    rows : float
        Rows driven, summed over the reads.

    Raises
    ------
    UnsupportedError
        If the hardware file lacks a coefficient.
    """
    device, column, clock = (_coefficient(target, name) for name in NEEDED)
    # A column sums up to C links: a ramp of one clock for each level tells them apart.
    bits = ceil(log2(topology.n_clusters + 1))
    clocks = 2**bits
    devices = rows * (topology.units - topology.cluster_size)
    reads = EnergyBasis(
        name="reads",
        covers=(
            "Devices of driven rows and integrators, comparators and counters of all columns; "
            "without writing, wires and the choice of winners"
        ),
        rows=(
            energy_row("devices", devices * clocks, device),
            energy_row("columns", rounds * topology.units * clocks, column),
        ),
    )
    return EnergyReport(
        target=target.name,
        duration=rounds * clocks * clock.value,
        bases=(reads,),
        events={"recall": 1},
        remarks=(f"Columns are read with {bits} bits, {clocks} clocks, in {rounds:.3g} rounds.",),
    )


def check_costs(target: Target) -> None:
    """Refuse a target by whose coefficients no recall can be charged.

    Raises
    ------
    UnsupportedError
        If the hardware file lacks a coefficient.
    """
    for name in NEEDED:
        _coefficient(target, name)


def _coefficient(target: Target, name: str) -> Coefficient:
    found = target.coefficients.get(name)
    if found is None:
        raise UnsupportedError(
            f"target {target.name!r}",
            f"has no coefficient {name!r}, so that a recall cannot be charged",
            hint="Take a crossbar, such as 'crossbar_rram_wan2022'",
        )
    return found
