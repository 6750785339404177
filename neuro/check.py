"""What a check finds before anything runs: findings and tables, the same on every backend.

Data and plain values for files; what is checked is the business of each backend.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from neuro.errors import NeuroError

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One limit that a network meets on a target.

    Parameters
    ----------
    where : str
        The thing that meets it, such as ``projection 'QA->NA'.delay``.
    what : str
        The limit, by a short name that is the same for all findings of its kind.
    value : str
        What the network asks for, with its unit.
    limit : str
        What there is, with its unit.
    reaction : str
        What the real machine or its software would do, without a check.
    remedy : str
        How to mend it, one sentence.
    severity : {"error", "warning", "note"}
        Whether it fails or loses what was asked for, changes it, or may do so in some runs.
    """

    where: str
    what: str
    value: str
    limit: str
    reaction: str
    remedy: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTable:
    """Numbers about the parts of a network on a target.

    Parameters
    ----------
    name : str
        Key in files, one word.
    title : str
        Heading for people.
    columns : tuple of str
        Headings, with units.
    rows : tuple of tuple
        Plain values.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Everything that a check found.

    Parameters
    ----------
    network, backend, target : str
        What was checked, and for what.
    findings : tuple of Finding
        The worst first.
    tables : tuple of CheckTable
        Numbers behind them.
    remarks : tuple of str
        Assumptions and what is not covered, one sentence each.
    """

    network: str
    backend: str
    target: str
    findings: tuple[Finding, ...]
    tables: tuple[CheckTable, ...] = ()
    remarks: tuple[str, ...] = ()

    def fails(self, *, strict: bool = False) -> bool:
        """Say whether something would fail; with `strict`, or be changed."""
        refused: tuple[Severity, ...] = ("error", "warning") if strict else ("error",)
        return any(finding.severity in refused for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; table rows by column."""
        return {
            "network": self.network,
            "backend": self.backend,
            "target": self.target,
            "fails": self.fails(),
            "findings": [asdict(finding) for finding in self.findings],
            "tables": {
                table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
                for table in self.tables
            },
            "remarks": list(self.remarks),
        }


def sorted_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings with the worst first, else in the order in which they were found."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def refusal(issue: NeuroError, what: str) -> Finding:
    """Turn an error that lowering or compiling would raise into a finding.

    Parameters
    ----------
    issue : NeuroError
        The error; a `CheckError` is to be taken apart first.
    what : str
        Name of the limit.
    """
    return Finding(
        where=issue.where,
        what=what,
        value=issue.problem,
        limit=issue.limit or "",
        reaction=f"neuro refuses it: {type(issue).__name__}",
        remedy=issue.hint or "",
        severity="error",
    )
