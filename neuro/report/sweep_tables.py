"""A sweep in tables, for a terminal and for a page alike."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from neuro.energy import format_scaled
from neuro.report.ladder_tables import Row, Table
from neuro.sweep.plan import PlannedTrial, shown
from neuro.sweep.record import Record
from neuro.sweep.summary import Group, factors, groups, mean_and_spread
from neuro.sweep.table import ENERGY, METRICS, Column, SweepTable

ANSWERS = ("accuracy", "recall_accuracy", "latency", "seconds")
SHOWN_METRICS = (
    "accuracy",
    "recall_accuracy",
    "latency",
    "spikes",
    "synaptic_events",
    "plastic_updates",
)
"""Of those that are not energies; also the order of figures."""


def answer_columns(table: SweepTable) -> tuple[Column, ...]:
    """Return the metrics of answers and of time."""
    return tuple(column for column in metric_columns(table) if column.name in ANSWERS)


def event_columns(table: SweepTable) -> tuple[Column, ...]:
    """Return the metrics of events and of energy."""
    return tuple(column for column in metric_columns(table) if column.name not in ANSWERS)


def metric_columns(table: SweepTable) -> tuple[Column, ...]:
    """Return the metrics that a summary shows; those that no trial has are left out."""
    energies = [item for item in table.of_role("metric") if item.name.startswith(ENERGY)]
    columns = [*(table.column(name) for name in SHOWN_METRICS), *energies, table.column("seconds")]
    return tuple(column for column in columns if mean_and_spread(column.values)[2])


def heading(column: Column) -> str:
    """Return the name of a metric for people; energies carry their unit in each cell."""
    name = column.name.removeprefix(ENERGY).replace("_", " ")
    if column.name.startswith(ENERGY):
        return f"energy, {name}"
    return f"{name} ({column.unit})" if column.unit else name


def summary_table(table: SweepTable, metrics: Sequence[Column] | None = None) -> Table:
    """Return mean and standard deviation over seeds, one row for each point of the other axes.

    Parameters
    ----------
    table : SweepTable
        What was found.
    metrics : sequence of Column, optional
        Which metrics; default all that some trial has.
    """
    names = factors(table)
    metrics = metric_columns(table) if metrics is None else metrics
    heads = (*(table.column(name).title for name in names), "trials", *map(heading, metrics))
    rows = [
        (*map(_setting, group.key), _trials(table, group), *_cells(metrics, group))
        for group in groups(table, names)
    ]
    return heads, rows


def trial_table(trials: Sequence[PlannedTrial], paths: Sequence[str], done: set[str]) -> Table:
    """Return the trials of a study with their settings."""
    rows: list[Row] = [
        (
            str(trial.number),
            *(shown(*trial.coordinates[path]) for path in paths),
            f"{trial.duration:g}",
            trial.digest[:12],
            "finished" if trial.digest in done else "to be run",
        )
        for trial in trials
    ]
    return ("trial", *paths, "model time (ms)", "digest", ""), rows


def failure_table(table: SweepTable) -> Table:
    """Return the trials that have failed, with what they said and the command that shows it."""
    rows: list[Row] = [
        (str(number), message, command)
        for number, (status, message, command) in enumerate(
            zip(table["status"], table["message"], table["command"], strict=True)
        )
        if status == "failed"
    ]
    return ("trial", "why", "command"), rows


def cell(column: Column, value: float, digits: int = 4) -> str:
    """Write one value of a metric."""
    if isnan(value):
        return ""
    if column.unit == "fJ":
        return format_scaled(value, "fJ")
    # Rounded first, for 4.3e+02 is no way to write 430.
    return f"{float(f'{value:.{digits}g}'):.10g}"


def _cells(metrics: Sequence[Column], group: Group) -> Row:
    texts = []
    for column in metrics:
        mean, spread, _ = mean_and_spread(column.values[group.rows])
        text = cell(column, mean)
        # A spread of zero says nothing that the mean does not.
        texts.append(f"{text} ± {cell(column, spread, 2)}" if spread > 0 else text)
    return tuple(texts)


def _setting(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _trials(table: SweepTable, group: Group) -> str:
    good = sum(table["status"][row] == "done" for row in group.rows)
    return str(good) if good == group.rows.size else f"{good} of {group.rows.size}"


def record_table(trial: PlannedTrial, record: Record) -> Table:
    """Return all that one trial gave."""
    rows: list[Row] = [(path, shown(*found)) for path, found in trial.coordinates.items()]
    rows += [("status", record.status), ("message", record.message)]
    if record.metrics is not None:
        for name, (unit, _) in METRICS.items():
            value = getattr(record.metrics, name)
            rows.append((name, "" if value is None else f"{value:.6g} {unit}".rstrip()))
        rows += [
            (f"energy, {name}", format_scaled(value, "fJ"))
            for name, value in record.metrics.energy.items()
        ]
    rows += [("seconds", f"{record.seconds:.3g}"), ("digest", record.digest)]
    return ("what", "value"), [row for row in rows if row[1]]
