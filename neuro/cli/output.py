"""What commands print: tables, and a progress bar for anything that takes more than two seconds."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from neuro.backend import Progress

PATIENCE = 2.0
"""Seconds before a progress bar appears."""


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to standard output."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """Yield a callback for the fraction done; the bar, with time left, shows on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    bar = RichProgress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
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


def shortened(numbers: Sequence[int], most: int = 10) -> str:
    """Write a list of numbers, cut after the first few.

    Examples
    --------
    >>> shortened([1, 2, 3], most=2)
    '1, 2, ... (3 in all)'
    """
    shown = ", ".join(str(number) for number in numbers[:most])
    return shown if len(numbers) <= most else f"{shown}, ... ({len(numbers)} in all)"
