"""The page of a check: limits that a network meets on a target, and the numbers behind them."""

from neuro.check import Cell, CheckReport
from neuro.report.ladder_tables import Table
from neuro.report.sections import Section, SectionsPage, sections_page
from neuro.report.values import Origin, Trace

SHOWN_WHOLE = 1e4


def check_page(report: CheckReport, verdict: str, origin: Origin) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    report : CheckReport
        What was found.
    verdict : str
        It in one sentence.
    origin : Origin
        Seed, command and versions.
    """
    limits = Trace(
        how="Computed from the network and the limits of the target, without running anything.",
        source=f"the hardware file {report.target} and the sources that it names",
    )
    remarks = report.remarks
    tables = [
        Section(title=table.title, trace=limits, table=(table.columns, _rows(table.rows)))
        for table in report.tables
    ]
    return sections_page(
        SectionsPage(
            title=f"{report.network} on {report.target}, checked",
            lead="Every limit that the memory meets there, before anything runs.",
            summary=[verdict],
            sections=[
                Section(
                    title="Findings",
                    trace=limits,
                    table=_findings(report),
                    caption="Otherwise: what the machine or its software does without a check.",
                ),
                *tables,
                Section(
                    title="Assumed, rounded and left out",
                    trace=limits,
                    table=(("", "what"), [(str(k), text) for k, text in enumerate(remarks, 1)]),
                ),
            ],
            origin=origin,
        )
    )


def cell_text(cell: Cell) -> str:
    """Write one plain value of a check's table."""
    if cell is None:
        return ""
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if abs(cell) >= SHOWN_WHOLE else f"{cell:.4g}"


def _findings(report: CheckReport) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            finding.severity,
            finding.where,
            finding.what,
            finding.value,
            finding.limit,
            finding.reaction,
            finding.remedy,
        )
        for finding in report.findings
    ]
    return ("severity", "where", "what", "asked", "limit", "otherwise", "remedy"), rows


def _rows(rows: tuple[tuple[Cell, ...], ...]) -> list[tuple[str, ...]]:
    return [tuple(cell_text(cell) for cell in row) for row in rows]
