"""A page of sections, each a table or a figure with the trace of what it claims."""

from collections.abc import Sequence
from dataclasses import dataclass

from neuro.energy import EnergyReport
from neuro.report.ladder_tables import Table, component_summary, component_table
from neuro.report.render import render
from neuro.report.values import Origin, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a page.

    Parameters
    ----------
    title : str
        Heading.
    trace : Trace
        Where its figures come from.
    table : Table, optional
        Headings and rows.
    svg : str, optional
        A figure.
    caption : str
        Under the table or figure: units, what is left out.
    folded : bool, default False
        Whether a long table is closed at first.
    """

    title: str
    trace: Trace
    table: Table | None = None
    svg: str | None = None
    caption: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionsPage:
    """A page of sections.

    Parameters
    ----------
    title, lead : str
        Heading, and what the page is about.
    summary : sequence of str
        The findings in words.
    sections : sequence of Section
        The figures behind them.
    origin : Origin
        Seed, command and versions.
    """

    title: str
    lead: str
    summary: Sequence[str]
    sections: Sequence[Section]
    origin: Origin


def sections_page(page: SectionsPage) -> str:
    """Fill the page; one file without links to others."""
    return render("sections.html", page.origin, page=page)


def energy_sections(
    report: EnergyReport, operations: int = 1, *, what: str = "an operation"
) -> tuple[Section, ...]:
    """Return the sections of an energy: by component, and every part with its source.

    Parameters
    ----------
    report : EnergyReport
        Of a run.
    operations : int, default 1
        By how many the energies are divided.
    what : str
        Whose energy it then is.
    """
    trace = Trace(
        how="Counters of the run times the coefficients of the hardware file; the coefficients are "
        "in the table of parts, each with its source.",
        source=f"the hardware file {report.target}",
    )
    covers = " ".join(f"{basis.name}: {basis.covers}." for basis in report.bases)
    return (
        Section(
            title=f"Energy of {what}",
            trace=trace,
            table=component_summary(report, operations),
            caption=f"One column for each way of charging. {covers} {' '.join(report.remarks)}",
        ),
        Section(
            title="What the energy is made of",
            trace=trace,
            table=component_table(report, operations),
            folded=True,
        ),
    )
