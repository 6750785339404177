"""The page of a sweep: each metric against each axis, mean and spread over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.plotting import to_svg
from neuro.report import sweep_tables as tables
from neuro.report.render import render
from neuro.report.values import Origin, version_facts
from neuro.sweep.study import Study
from neuro.sweep.summary import SEEDS, Group, factors, follows, groups, mean_and_spread
from neuro.sweep.table import ENERGY, Column, SweepTable

MOST_LINES = 8
"""Settings that are told apart by colour; with more, the figure is the mean over all."""

DODGED = 0.4
"""Share of the distance between two places over which the lines stand side by side."""

MARGIN = 0.04
"""Share of an axis of numbers that stays free at its ends; also the most for lines side by side."""

LONG = 50
"""Characters of a label beyond which labels stand below one another."""

PANELS = 3
"""Panels beside one another."""

JOULE = 1e15
"""Femtojoules."""

SHOWN_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a panel.

    Parameters
    ----------
    label : str
        The settings that it has; empty if there is only one.
    places, means, spreads : array, shape (points,)
        Along the axis; spreads are NaN where there is one trial only.
    """

    label: str
    places: NDArray[np.float64]
    means: NDArray[np.float64]
    spreads: NDArray[np.float64]


def sweep_page(table: SweepTable, study: Study, command: str) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    table : SweepTable
        What was found.
    study : Study
        What was asked for.
    command : str
        That makes this page.
    """
    answers = tables.summary_table(table, tables.answer_columns(table))
    events = tables.summary_table(table, tables.event_columns(table))
    return render(
        "sweep.html",
        _origin(table, study, command),
        table=table,
        answers=(answers[0], answers[1][:SHOWN_ROWS]),
        events=(events[0], events[1][:SHOWN_ROWS]),
        hidden=max(len(answers[1]) - SHOWN_ROWS, 0),
        failures=tables.failure_table(table),
        figures=[
            {"axis": name, "svg": to_svg(axis_figure(table, name)), "note": _averaged(table, name)}
            for name in shown_axes(table)
        ],
        columns=[(column.name, column.unit, column.what) for column in table.of_role("metric")],
    )


def shown_axes(table: SweepTable) -> tuple[str, ...]:
    """Return the axes that have a figure: all but seeds, or seeds if there is nothing else."""
    return factors(table) or tuple(name for name in table.axes if name in SEEDS)


def axis_figure(table: SweepTable, name: str) -> Any:
    """Draw every metric against one axis.

    Parameters
    ----------
    table : SweepTable
        What was found.
    name : str
        The axis.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    metrics = tables.metric_columns(table)
    across = min(PANELS, len(metrics))
    down = -(-len(metrics) // across)
    figure = Figure(figsize=(3.4 * across, 2.6 * down + 0.6), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for axes, column in zip(panels, metrics, strict=False):
        _draw(axes, table, name, column)
    for axes in panels[len(metrics) :]:
        axes.set_axis_off()
    handles, labels = panels[0].get_legend_handles_labels()
    if len(labels) > 1:
        beside = 1 if max(map(len, labels)) > LONG else 2
        style: dict[str, Any] = {"frameon": False, "fontsize": 8, "ncols": beside}
        figure.legend(handles, labels, loc="outside upper left", **style)
    return figure


def lines(table: SweepTable, name: str, column: Column) -> list[Line]:
    """Return a metric against one axis, a line for each combination of the other axes.

    With more than `MOST_LINES` of them there is one line, the mean over all. A line is empty where
    no trial has the metric.
    """
    others = _others(table, name)
    places = axis_places(table, name)
    return [
        _line(group, [table.column(other) for other in others], places, column)
        for group in groups(table, others)
    ]


def axis_places(table: SweepTable, name: str) -> NDArray[np.float64]:
    """Return where each trial stands on an axis: its value, or the number of its text."""
    column = table.column(name)
    if column.is_number:
        return column.values.astype(np.float64)
    order = {text: number for number, text in enumerate(dict.fromkeys(column.values.tolist()))}
    return np.array([float(order[text]) for text in column.values])


def _draw(axes: Any, table: SweepTable, name: str, column: Column) -> None:
    from matplotlib.ticker import EngFormatter

    axis, scale = table.column(name), JOULE if column.unit == "fJ" else 1.0
    found = lines(table, name, column)
    places = np.unique(axis_places(table, name))
    places = places[~np.isnan(places)]
    width = _width(places, axis)
    for number, line in enumerate(found):
        # Side by side, or the bars of equal lines would hide one another.
        shift = width * (number - (len(found) - 1) / 2) / len(found)
        axes.errorbar(
            line.places + shift,
            line.means / scale,
            yerr=np.nan_to_num(line.spreads) / scale,
            marker="o",
            markersize=3.5,
            linewidth=1.1,
            capsize=2,
            color=f"C{number}",
            # Between texts there is nothing.
            linestyle="-" if axis.is_number else "none",
            label=line.label,
        )
    # All metrics are positive, though a mean less its spread may not be.
    axes.set_ylim(bottom=max(axes.get_ylim()[0], 0.0))
    if not axis.is_number:
        texts = list(dict.fromkeys(axis.values.tolist()))
        axes.set_xticks(range(len(texts)), texts, rotation=20, ha="right", fontsize=7)
    # The same in all panels, also where lines are missing.
    margin = max(width, MARGIN * (places[-1] - places[0]), 0.5 * (not axis.is_number)) or 0.5
    axes.set_xlim(places[0] - margin, places[-1] + margin)
    axes.set_xlabel(axis.title)
    if column.name.startswith(ENERGY):
        axes.yaxis.set_major_formatter(EngFormatter("J"))
    axes.set_ylabel(tables.heading(column))
    axes.tick_params(labelsize=8)


def _width(places: NDArray[np.float64], axis: Column) -> float:
    """Return over how much of an axis the lines stand side by side at each place."""
    gap = float(np.diff(places).min()) if places.size > 1 else 1.0
    if not axis.is_number:
        return DODGED * gap
    # Where numbers stand should still be seen.
    return min(DODGED * gap, MARGIN * float(places[-1] - places[0])) if places.size > 1 else 0.0


def _line(
    group: Group, others: Sequence[Column], places: NDArray[np.float64], column: Column
) -> Line:
    """Average the trials of a group at each place of the axis."""
    rows = group.rows[~np.isnan(column.values[group.rows]) & ~np.isnan(places[group.rows])]
    where = np.unique(places[rows])
    found = [mean_and_spread(column.values[rows[places[rows] == place]]) for place in where]
    label = ", ".join(
        f"{other.name.rpartition('.')[2]} {_shown(value)} {other.unit}".rstrip()
        for other, value in zip(others, group.key, strict=True)
        if value != ""
    )
    return Line(
        label=label,
        places=where,
        means=np.array([mean for mean, _, _ in found]),
        spreads=np.array([spread for _, spread, _ in found]),
    )


def _free(table: SweepTable, name: str) -> list[str]:
    """Return the axes that vary independently of one."""
    return [o for o in factors(table) if o != name and not follows(table, name, o)]


def _others(table: SweepTable, name: str) -> list[str]:
    """Return the axes that tell the lines of a figure apart."""
    free = _free(table, name)
    return free if len(groups(table, free)) <= MOST_LINES else []


def _averaged(table: SweepTable, name: str) -> str:
    """Say over what a figure averages beside seeds."""
    if _others(table, name) == _free(table, name):
        return ""
    hidden = ", ".join(_free(table, name))
    return f" Also over {hidden}, which have too many values to tell apart."


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _origin(table: SweepTable, study: Study, command: str) -> Origin:
    seeds = table["seed"].tolist()
    facts = {path: str(value) for path, value in study.base.items() if path not in table.axes}
    return Origin(
        command=command,
        seed=", ".join(map(str, sorted(set(seeds)))),
        facts={
            "study": study.source,
            "varied": ", ".join(table.axes),
            **facts,
            **version_facts(),
        },
    )
