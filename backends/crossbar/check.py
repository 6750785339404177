"""What a network meets on a crossbar, and how it is mapped: tiles, devices, converters, errors.

Nothing here raises for a network that does not fit; nothing is programmed.
"""

from math import sqrt

import numpy as np

from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.mapping import checked_weights
from neuro.backends.crossbar.options import Options, described, with_effects
from neuro.backends.crossbar.placement import Plane, capacity_issue, place
from neuro.backends.crossbar.synapses import largest_weight
from neuro.check import Cell, CheckReport, CheckTable, Finding, refusal, sorted_findings
from neuro.errors import CheckError, NeuroError
from neuro.ir.validate_projection import receptor_of
from neuro.passes import unsupported
from neuro.plan import Plan, PlannedProjection
from neuro.target import Capabilities, Target

Placed = tuple[tuple[PlannedProjection, tuple[Plane, ...]], ...]


def check_plan(plan: Plan, target: Target, able: Capabilities) -> CheckReport:
    """Map a discretised plan and compare it with the hardware.

    Parameters
    ----------
    plan : Plan
        What is to run.
    target : Target
        The hardware.
    able : Capabilities
        What it offers.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If the hardware file is wrong.
    """
    whole, options = described(target)
    hardware = with_effects(whole, options)
    placed = tuple((item, place(item)) for item in plan.projections)
    found = [
        refusal(gap, "capabilities") for gap in unsupported(plan.network, plan.semantics, able)
    ]
    for item, planes in placed:
        found += [refusal(issue, "weights") for issue in weight_issues(item, options)]
        issue = capacity_issue(item, planes, options)
        found += [] if issue is None else [refusal(issue, "devices")]
        found += _coarse_writes(item, hardware)
    return CheckReport(
        network=plan.network.name,
        backend=target.backend,
        target=target.name,
        findings=sorted_findings(found),
        tables=(
            _tile_table(placed, options, hardware),
            _weight_table(placed, plan, hardware, options),
            _effect_table(hardware, options),
        ),
        remarks=(
            *(str(note) for note in plan.notes),
            "Neurons, delays and learning rules are digital, in double precision; every synaptic "
            "input is a read of the rows that have a spike.",
            "Crosspoints without a synapse are devices too: they are programmed to weight 0 and "
            "add their read noise.",
        ),
    )


def weight_issues(projection: PlannedProjection, options: Options) -> list[NeuroError]:
    """Return what is wrong with the weights of a projection, for this mapping."""
    rule = projection.plasticity
    bounds = [] if rule is None else [rule.w_min, rule.w_max]
    weights = np.append(np.asarray(projection.weights, dtype=np.float64).reshape(-1), bounds)
    try:
        checked_weights(weights[None], options.mapping, f"projection {projection.name!r}.weights")
    except CheckError as error:
        return list(error.issues)
    except NeuroError as error:
        return [error]
    return []


def _coarse_writes(projection: PlannedProjection, hardware: Hardware) -> list[Finding]:
    """Say so if the smallest possible change of a weight by one pulse is a large share of it."""
    step = getattr(hardware.write, "step", 0.0)
    rule = projection.plasticity
    if rule is None or not step:
        return []
    states = hardware.g_range / step
    return [
        Finding(
            where=f"projection {projection.name!r}.synapse",
            what="write step",
            value=f"changes of {rule.a_plus:g} and {rule.a_minus:g} for a unit trace",
            limit=f"one pulse changes a weight by {largest_weight(projection) / states:.4g}, "
            f"1/{states:.0f} of its range",
            reaction="Changes are rounded to whole pulses",
            remedy="Use larger amplitudes, or --option programming_error=false for exact writes",
            severity="note",
        )
    ]


def _tile_table(placed: Placed, options: Options, hardware: Hardware) -> CheckTable:
    rows: list[tuple[Cell, ...]] = []
    for item, planes in placed:
        for plane in planes:
            down, across = plane.tiles(options)
            taken = plane.devices(options)
            each = 2 if options.mapping == "differential" else 1
            physical = down * across * options.tile_rows * options.tile_columns
            rows.append(
                (
                    item.name,
                    plane.delay,
                    *plane.shape,
                    f"{down} x {across}",
                    taken,
                    plane.synapses.size,
                    100.0 * each * plane.synapses.size / taken,
                    100.0 * taken / physical,
                )
            )
    every = [plane for _, planes in placed for plane in planes]
    tiles = sum(down * across for down, across in (plane.tiles(options) for plane in every))
    devices = sum(plane.devices(options) for plane in every)
    synapses = sum(plane.synapses.size for plane in every)
    total = ("all", None, None, None, f"{tiles}", devices, synapses, None, None)
    return CheckTable(
        name="tiles",
        title=f"Tiles of {options.tile_rows} x {options.tile_columns} devices, {options.mapping} "
        f"mapping, {hardware.name}",
        columns=(
            *("projection", "delay (steps)", "rows", "columns", "tiles", "devices", "synapses"),
            *("devices with a synapse (%)", "tiles filled (%)"),
        ),
        rows=(*rows, total),
    )


def _weight_table(placed: Placed, plan: Plan, hardware: Hardware, options: Options) -> CheckTable:
    """Show the scale of each projection and how large its errors are."""
    pair = sqrt(2.0) if options.mapping != "single" else 1.0
    half = 2.0 if options.mapping == "offset" else 1.0
    top = np.array([hardware.g_max])
    written = float(hardware.programming_sigma(top)[0]) / hardware.g_range
    read = float(hardware.read_noise.sigma(top)[0]) / hardware.g_range
    rows = []
    for item, _ in placed:
        largest = largest_weight(item)
        unit = receptor_of(plan.network, plan.network.projection(item.name)).unit
        rows.append(
            (
                item.name,
                largest,
                unit,
                half * largest / hardware.g_range,
                100.0 * half * pair * written,
                100.0 * half * read,
                "yes" if item.plasticity is not None else "no",
            )
        )
    return CheckTable(
        name="weights",
        title="Weights on devices",
        columns=(
            *("projection", "largest weight", "unit", "weight for 1 uS"),
            *("write error (% of largest)", "read noise (% of largest)", "written by a rule"),
        ),
        rows=tuple(rows),
    )


def _effect_table(hardware: Hardware, options: Options) -> CheckTable:
    def on(active: bool) -> str:
        return "on" if active else "off"

    top = np.array([hardware.g_max])
    sigma = float(hardware.programming_sigma(top)[0])
    noisy = float(hardware.read_noise.sigma(top)[0])
    stuck = 100.0 * (hardware.stuck_off + hardware.stuck_on)
    ohm = 1e6
    rows = (
        ("programming_error", on(options.programming_error), f"{sigma:.4g} uS at G_max"),
        ("read_noise", on(options.read_noise), f"{noisy:.4g} uS at G_max, white"),
        ("faults", on(options.faults), f"{stuck:.4g} % of devices are stuck"),
        ("wires", on(options.wires), f"{ohm * hardware.wire_row:.4g} ohm from cell to cell"),
        ("converter", on(options.converter), f"{hardware.adc_bits} bits"),
    )
    return CheckTable(
        name="effects",
        title="Imperfections that act",
        columns=("option", "is", "size"),
        rows=rows,
    )
