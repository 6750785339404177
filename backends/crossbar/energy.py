r"""Energy of a spiking network on crossbars: its counters times the constants of the hardware file.

A spike drives one row of each tile that it reaches for one clock, then the columns of the tile are
converted:

.. math:: E = V_{read}^2 T_{clk} \sum_{reads} G + C V_{drv}^2 n_{reads}
          + e_{col} 2^b n_{conversions} + V_w^2 T_w \sum_{pulses} G

Specs, crossbar_nladc section 4.1.
"""

from dataclasses import replace
from math import ceil

from neuro.backends.crossbar.costs import CostReport, LayerCounts, layer_costs
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.options import Options, described
from neuro.backends.crossbar.placement import Plane, place
from neuro.energy import EnergyReport
from neuro.errors import UnsupportedError
from neuro.plan import Plan
from neuro.results import Counters
from neuro.target import Target

MICROSIEMENS = 1e-3
"""In one nS."""

REMARKS = (
    "Neurons and learning rules are digital and are not charged.",
    "Each read of a tile is charged with a ramp conversion of all its columns, whether or not the "
    "converter is one of the imperfections that act.",
    "The time is that of all reads one after the other, in which tiles of one matrix take turns; "
    "the model time is that of the network.",
)


def energy_report(plan: Plan, target: Target, counters: Counters) -> EnergyReport:
    """Account for the energy of a run.

    Parameters
    ----------
    plan : Plan
        What ran.
    target : Target
        Whose constants are used.
    counters : Counters
        Of the run.

    Raises
    ------
    UnsupportedError
        If the run did not count what is charged: it is one of another backend.
    ValidationError
        If the hardware file lacks a constant.
    """
    report = costs_of_run(plan, target, counters)
    account = report.energy_report()
    return replace(account, remarks=(*account.remarks, *REMARKS))


def costs_of_run(plan: Plan, target: Target, counters: Counters) -> CostReport:
    """Return energy, time, area and operations by projection, and in all; see `energy_report`."""
    hardware, options = described(target)
    if "read_nanosiemens" not in counters.hardware:
        raise UnsupportedError(
            f"target {target.name!r}",
            "the run has no counts of reads",
            limit="Counters of a run on backend 'crossbar'",
        )
    layers = tuple(
        layer_costs(
            projection_counts(item.name, place(item), hardware, options, counters), hardware
        )
        for item in plan.projections
    )
    return CostReport(hardware=hardware, layers=layers)


def projection_counts(
    name: str,
    planes: tuple[Plane, ...],
    hardware: Hardware,
    options: Options,
    counters: Counters,
) -> LayerCounts:
    """Return what one projection did.

    Parameters
    ----------
    name : str
    planes : tuple of Plane
        Its matrices.
    hardware : Hardware
    options : Options
    counters : Counters
        Of the run.
    """
    counted = {kind: counts[name] for kind, counts in counters.hardware.items() if name in counts}
    columns = sum(plane.shape[1] * plane.tiles(options)[0] for plane in planes)
    weights = sum(plane.shape[0] * plane.shape[1] for plane in planes)
    across = max((min(plane.shape[1], options.weights_across) for plane in planes), default=0)
    devices = {"differential": 2 * across, "offset": across + 1, "single": across}
    clocks = 2**hardware.adc_bits
    conversions = counted["column_conversions"]
    read = hardware.v_read**2 * hardware.clock * MICROSIEMENS
    write = hardware.v_write**2 * hardware.write_pulse * MICROSIEMENS
    return LayerCounts(
        name=name,
        rows=ceil(weights / columns) if columns else 0,
        columns=columns,
        devices_across=devices[options.mapping],
        reads=counted["reads"],
        pulses=counted["reads"],
        row_cycles=counted["reads"],
        array_energy=read * counted["read_nanosiemens"],
        conversions=conversions,
        conversion_cycles=clocks,
        bits=hardware.adc_bits,
        cycles=ceil(conversions / across) * (1 + clocks) if across else 0,
        spikes=counted["reads"],
        synaptic_events=counters.synaptic_events.get(name, 0),
        write_pulses=counted["write_pulses"],
        write_energy=write * counted["write_nanosiemens"],
    )
