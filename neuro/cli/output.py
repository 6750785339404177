"""What commands print: tables, and a progress bar for anything that takes more than two seconds."""

import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from neuro.backend import Progress

if TYPE_CHECKING:
    from neuro.energy import EnergyReport

PATIENCE = 2.0
"""Seconds before a progress bar appears."""

UNLIMITED = 10_000
"""Columns; wider than any table."""


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to standard output; folded to a terminal, in full into a pipe or file."""
    from rich.console import Console
    from rich.markup import escape
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        unlimited = console.options.update(width=UNLIMITED)
        console.width = max(console.width, Measurement.get(console, unlimited, table).maximum)
    console.print(table)


def print_energy(report: "EnergyReport") -> None:
    """Print energies: the bases side by side, then what each is made of, with its source."""
    from neuro.energy import format_scaled

    shares = [report.per_event(basis) for basis in report.bases]
    rows = [("in all", *(format_scaled(basis.energy, "fJ") for basis in report.bases))]
    for name, count in report.events.items():
        values = [share[name] for share in shares]
        texts = ["" if value is None else format_scaled(value, "fJ") for value in values]
        rows.append((f"per {name} ({count})", *texts))
    print_table(
        f"Energy of {_shown(report.duration)} on {report.target!r}, by what is charged",
        ("", *(basis.name for basis in report.bases)),
        rows,
    )
    print_table(
        "What it is made of",
        ("charged", "part", "count", "each", "energy", "source"),
        [
            (
                basis.name,
                row.name,
                f"{row.count:.6g} {row.count_unit}".rstrip(),
                format_scaled(row.coefficient, row.unit),
                format_scaled(row.energy, "fJ"),
                row.source,
            )
            for basis in report.bases
            for row in basis.rows
        ],
    )
    for basis in report.bases:
        print(f"{basis.name}: {basis.covers}.")
    for remark in report.remarks:
        print(f"Note: {remark}")


def _shown(duration: float) -> str:
    """Write a duration in ms with the prefix that suits it.

    Examples
    --------
    >>> _shown(20.0), _shown(4.68e-5)
    ('20 ms', '46.8 ns')
    """
    for scale, unit in ((1.0, "ms"), (1e3, "us"), (1e6, "ns")):
        if duration * scale >= 1 or not duration:
            return f"{duration * scale:g} {unit}"
    return f"{duration * 1e9:g} ps"


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """Yield a callback for the fraction done; the bar, with time left, shows on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    console = Console(stderr=True)
    bar = RichProgress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # Into a pipe or file it would leave an empty line.
        disable=not console.is_terminal,
    )
    task = bar.add_task(what, total=1.0)
    begun = time.monotonic()

    def report(fraction: float) -> None:
        bar.update(task, completed=fraction)
        if time.monotonic() - begun > PATIENCE and not bar.live.is_started:
            bar.start()

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


def command_line() -> str:
    """Return the command as it was called, for a page or a file that says how it was made."""
    return shlex.join(["neuro", *sys.argv[1:]])


def shortened(numbers: Sequence[int], most: int = 10) -> str:
    """Write a list of numbers, cut after the first few.

    Examples
    --------
    >>> shortened([1, 2, 3], most=2)
    '1, 2, ... (3 in all)'
    """
    shown = ", ".join(str(number) for number in numbers[:most])
    return shown if len(numbers) <= most else f"{shown}, ... ({len(numbers)} in all)"
