"""The page of a run: what was asked and answered, spikes, events, energy, what is approximated."""

from neuro.energy import EnergyReport
from neuro.plotting import raster, to_svg
from neuro.report.ladder_tables import Table, answered_text, asked_text
from neuro.report.sections import Section, SectionsPage, energy_sections, sections_page
from neuro.report.values import Trace, origin_of
from neuro.results import Result
from neuro.tasks import ProgramRun

SHOWN_MILLISECONDS = 120.0
SHOWN_ANSWERS = 200


def run_page(done: ProgramRun, energy: EnergyReport | None, command: str) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    done : ProgramRun
        Answers and result.
    energy : EnergyReport or None
        Of the run; None where there is no model of it.
    command : str
        That makes this page.
    """
    result, operations = done.result, max(len(done.answers), 1)
    counts = result.counters.as_dict()
    origin = origin_of(
        result.provenance,
        command,
        backend=f"{result.provenance.backend}, {result.provenance.engine}",
        target=result.provenance.target,
    )
    sections = [
        Section(
            title="What was asked, and what came back",
            trace=Trace(how="Read from output spikes at the times of the memory's protocol."),
            table=_answers(done),
            caption="" if len(done.answers) <= SHOWN_ANSWERS else _more(len(done.answers)),
        ),
        Section(
            title="Spikes",
            trace=Trace(how="All recorded spikes of the run between these times."),
            svg=to_svg(raster(result, start=0.0, stop=min(result.duration, SHOWN_MILLISECONDS))),
            caption="The beginning of the run; every band is a population or input.",
        ),
        Section(
            title="Events",
            trace=Trace(
                how="Counted during the run. A synaptic event is a synapse that a spike reached."
            ),
            table=_events(result),
            caption="Empty where there is no such event.",
        ),
    ]
    if energy is not None:
        sections += energy_sections(energy, operations)
    sections.append(
        Section(
            title="What is stored otherwise than asked",
            trace=Trace(how="Recorded when the network was lowered to the target."),
            table=_notes(result),
        )
    )
    return sections_page(
        SectionsPage(
            title=f"{result.network.name} on {result.provenance.target}",
            lead=f"A program of {len(done.answers)} operations, {result.duration:g} ms of model "
            f"time at {result.dt:g} ms a step.",
            summary=[
                f"{counts['spikes']['total']} spikes, {counts['synaptic_events']['total']} "
                f"synaptic events, {counts['plastic_updates']['total']} plastic updates.",
                f"{result.provenance.run_seconds:.2g} s on this computer.",
                *result.provenance.warnings,
            ],
            sections=sections,
            origin=origin,
        )
    )


def _answers(done: ProgramRun) -> Table:
    rows: list[tuple[str, ...]] = [
        (str(number), f"{answer.t:g}", answer.op, asked_text(answer), answered_text(answer))
        for number, answer in enumerate(done.answers[:SHOWN_ANSWERS])
    ]
    return ("row", "t (ms)", "op", "asked", "answered"), rows


def _more(count: int) -> str:
    return f"The first {SHOWN_ANSWERS} of {count}."


def _events(result: Result) -> Table:
    counters, sizes = result.counters, result.network.sizes()
    rows: list[tuple[str, ...]] = [
        (name, str(sizes[name]), str(count), "", "") for name, count in counters.spikes.items()
    ]
    rows += [
        (name, "", "", str(count), str(counters.plastic_updates.get(name, "")))
        for name, count in counters.synaptic_events.items()
    ]
    return ("part", "neurons", "spikes", "synaptic events", "plastic updates"), rows


def _notes(result: Result) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            note.where,
            f"{note.requested} {note.unit}".rstrip(),
            f"{note.stored} {note.unit}".rstrip(),
            "" if note.relative_error is None else f"{note.relative_error:.2g}",
            note.reason,
        )
        for note in result.provenance.notes
    ]
    return ("where", "asked", "stored", "relative error", "why"), rows
