"""The check before deployment: every limit that a network meets on a SpiNNaker machine, at once.

Nothing here raises for a network that does not fit: what cannot be laid out is left out, named, and
the rest is checked all the same (specs, spinnaker sections 7 and 8).
"""

from collections.abc import Sequence
from dataclasses import replace

from neuro.backends.spinnaker import findings, tables
from neuro.backends.spinnaker.hardware import Hardware, hardware
from neuro.backends.spinnaker.lay_out import Examination, examine
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.load import core_loads
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.resources import machine
from neuro.backends.spinnaker.rows import layout_rows
from neuro.check import CheckReport, CheckTable, Finding, sorted_findings
from neuro.errors import NeuroError
from neuro.ir.network import endpoint
from neuro.notes import FidelityNote
from neuro.plan import Plan
from neuro.target import Target
from neuro.units import format_value


def check_plan(plan: Plan, target: Target, options: Options) -> CheckReport:
    """Check a discretised plan against a target.

    Parameters
    ----------
    plan : Plan
        What is to be deployed.
    target : Target
        The hardware; its coefficients say what there is.
    options : Options
        Those of the target; limits always hold and nothing is raised, whatever they say.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If the hardware file is incomplete.
    """
    numbers = hardware(target)
    found = examine_all(plan, replace(options, limits=True, strict=False))
    problems = [findings.refused(issue) for issue in found.refusals]
    problems += [findings.defective(defect) for defect in found.defects]
    shown: tuple[CheckTable, ...] = ()
    if found.layout is not None:
        more, shown = _measured(found.layout, numbers, options.time_scale_factor)
        problems += more
    return CheckReport(
        network=plan.network.name,
        backend=target.backend,
        target=target.name,
        findings=sorted_findings(problems),
        tables=shown,
        remarks=(*_remarks(numbers), *(str(note) for note in _notes(plan, found))),
    )


def examine_all(plan: Plan, options: Options) -> Examination:
    """Lay out a plan; if parts of it are refused beforehand, lay out the rest as well."""
    found = examine(plan, options)
    if found.layout is not None:
        return found
    rest = examine(without(plan, found.refusals), options)
    refusals = (*found.refusals, *rest.refusals)
    return Examination(layout=rest.layout, refusals=refusals, defects=rest.defects)


def without(plan: Plan, issues: Sequence[NeuroError]) -> Plan:
    """Return a plan without the populations, inputs and projections that issues name."""
    places = [issue.where for issue in issues]

    def named(kind: str, name: str) -> bool:
        return any(place.startswith(f"{kind} {name!r}") for place in places)

    gone = {item.name for item in plan.populations if named("population", item.name)}
    gone |= {item.name for item in plan.inputs if named("input", item.name)}
    lost = {
        item.name
        for item in plan.projections
        if named("projection", item.name) or item.source in gone or item.target in gone
    }
    network = plan.network
    return replace(
        plan,
        semantics="tick",
        populations=tuple(item for item in plan.populations if item.name not in gone),
        inputs=tuple(item for item in plan.inputs if item.name not in gone),
        projections=tuple(item for item in plan.projections if item.name not in lost),
        network=replace(
            network,
            populations=tuple(item for item in network.populations if item.name not in gone),
            inputs=tuple(item for item in network.inputs if item.name not in gone),
            projections=tuple(item for item in network.projections if item.name not in lost),
            probes=tuple(item for item in network.probes if endpoint(item.population) not in gone),
            protocol=None,
        ),
    )


def _measured(
    layout: Layout, numbers: Hardware, time_scale_factor: float
) -> tuple[list[Finding], tuple[CheckTable, ...]]:
    """Return what follows from sizes and load, and the tables."""
    rows = layout_rows(layout)
    used = machine(layout, rows, numbers)
    loads = core_loads(layout, rows, numbers, time_scale_factor=time_scale_factor)
    problems = [
        *findings.data_memory(used, numbers),
        *findings.shared_memory(used, numbers),
        *findings.machine_size(used, numbers, layout.plan.network.name),
        *findings.packet_queue(loads, numbers),
        *findings.tick_work(loads),
        *findings.input_range(layout),
        *findings.update_resolution(layout),
        *findings.post_history(layout, numbers),
    ]
    shown = (
        tables.machine_table(used, numbers),
        tables.memory_table(used),
        tables.load_table(loads),
        tables.receptor_table(layout),
        tables.weight_table(layout),
    )
    return problems, shown


def _notes(plan: Plan, found: Examination) -> tuple[FidelityNote, ...]:
    """Return what is stored differently, without the defects, which are findings already."""
    defects = {defect.note() for defect in found.defects}
    laid = () if found.layout is None else found.layout.notes
    return (*plan.notes, *(note for note in laid if note not in defects))


def _remarks(numbers: Hardware) -> tuple[str, ...]:
    return (
        f"Expected load: neurons, and inputs whose spikes are not known yet, fire at "
        f"{format_value(numbers.expected_rate, 'Hz')}, the tool's own assumption.",
        "Memory and load are estimates, fitted to the shipped programs; waiting for shared memory "
        "and recordings are not included.",
        "The sign of a weight is ignored by the machine; here weights are magnitudes already.",
    )
