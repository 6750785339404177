"""What a recall takes, and its energy on three kinds of machine.

Counts are those of the algorithm; coefficients are those of the hardware files. Writing, idle power
and the host are left out everywhere, so that the columns of a comparison charge the same things.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log2

from neuro.energy import EnergyBasis, EnergyRow, energy_row
from neuro.errors import UnsupportedError
from neuro.target import Target

WORD = 64
"""Bits that a processor fetches at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Counts of one recall, means over cues.

    Parameters
    ----------
    rows : float
        Rows that are driven, summed over rounds: spikes, where units spike.
    entries : float
        Weights in them that are not 0.
    reads : float
        Units that are evaluated, summed over rounds: columns that are read.
    width : float
        Columns of a row that is driven.
    pulses : float
        Times that all units get a pulse to find the largest drive in spikes.
    ticks : float
        Updates of all units in spikes.
    units : int
    bits : int
        Of a weight in a processor's memory.
    levels : int
        Largest sum of a column in steps of one weight; 0 if sums are real numbers.
    devices : int
        For each weight: 2 if weights have a sign.
    spiking : bool
        Whether rows carry spikes and not real numbers.
    """

    rows: float
    entries: float
    reads: float
    width: float
    pulses: float
    ticks: float
    units: int
    bits: int
    levels: int
    devices: int = 1
    spiking: bool = True


def processor_energy(work: Work, target: Target) -> EnergyBasis:
    """Charge a recall on a processor: rows are fetched and added, units compared.

    Parameters
    ----------
    work : Work
    target : Target
        With energies of operations, such as 'cpu_45nm'.

    Raises
    ------
    UnsupportedError
        If the hardware file lacks a coefficient.
    """
    charge = _charging(target)
    dense = work.rows * work.width
    rows = [charge("fetches of rows", dense * work.bits / WORD, "fetch")]
    if work.spiking:
        rows.append(charge("additions", work.entries, "add_integer"))
    else:
        rows.append(charge("multiplications", dense, "multiply_float"))
        rows.append(charge("additions", dense, "add_float"))
    rows.append(charge("comparisons", work.reads, "add_integer"))
    return EnergyBasis(
        name="operations",
        covers="fetches of weights from a cache, and arithmetic; not instructions and idle power",
        rows=tuple(rows),
    )


def spinnaker_energy(work: Work, target: Target) -> EnergyBasis | None:
    """Charge a recall on SpiNNaker: cores for the cycles that they work, and packets.

    Parameters
    ----------
    work : Work
    target : Target
        A SpiNNaker machine.

    Returns
    -------
    EnergyBasis or None
        None if rows carry real numbers.

    Raises
    ------
    UnsupportedError
        If the hardware file lacks a coefficient.
    """
    if not work.spiking:
        return None
    charge, number = _charging(target), _numbers(target)
    cycles = (
        (work.rows + work.pulses) * number("cycles_static_row")
        + (work.entries + work.pulses * work.units) * number("cycles_static_synapse")
        + work.ticks * work.units * number("cycles_neuron")
    )
    busy = cycles / number("clock") * 1e3
    return EnergyBasis(
        name="dynamic",
        covers="cores while they work, and packets in the router of their own chip; not idle power",
        rows=(
            charge("cores, while they work", busy, "active_core"),
            charge("packets in routers", work.rows + work.pulses, "packet"),
        ),
    )


def crossbar_energy(work: Work, target: Target) -> EnergyBasis:
    """Charge a recall on a crossbar: devices of driven rows, and columns, for a ramp of clocks.

    Parameters
    ----------
    work : Work
    target : Target
        A crossbar.

    Raises
    ------
    UnsupportedError
        If the hardware file lacks a coefficient.
    """
    charge, number = _charging(target), _numbers(target)
    bits = ceil(log2(work.levels + 1)) if work.levels else int(number("adc_bits"))
    clocks = 2 ** min(bits, int(number("adc_bits")))
    return EnergyBasis(
        name="reads",
        covers="devices of driven rows and integrators, comparators and counters of columns; not "
        "writing, wires and what decides the winners",
        rows=(
            charge("devices", work.rows * work.width * work.devices * clocks, "cost_device"),
            charge("columns", work.reads * work.devices * clocks, "cost_column"),
        ),
    )


def _charging(target: Target) -> Callable[[str, float, str], EnergyRow]:
    def charge(name: str, count: float, coefficient: str) -> EnergyRow:
        _check(target, coefficient)
        return energy_row(name, count, target.coefficients[coefficient])

    return charge


def _numbers(target: Target) -> Callable[[str], float]:
    def number(name: str) -> float:
        _check(target, name)
        return target.coefficients[name].value

    return number


def _check(target: Target, name: str) -> None:
    if name not in target.coefficients:
        raise UnsupportedError(
            f"target {target.name!r}",
            f"has no coefficient {name!r}, so that a recall cannot be charged",
            hint="Take cpu_45nm, spinnaker_spin5 and crossbar_rram_wan2022",
        )
