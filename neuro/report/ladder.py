"""The page of a fidelity ladder: where the bits go, spike by spike and answer by answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neuro.energy import EnergyReport
from neuro.ladder import Ladder, RungOutcome
from neuro.plotting import to_svg
from neuro.report.ladder_tables import (
    answer_table,
    answering_otherwise,
    component_summary,
    component_table,
    counter_table,
    energy_table,
    overview,
    verdict,
)
from neuro.report.render import render
from neuro.report.values import Origin, origin_of
from neuro.results import Result

BEFORE, AFTER = 12, 28
"""Ticks around the first differing spike that the raster shows."""

LINEAR_UP_TO = 30
"""Differing spikes up to which the axis is linear; logarithmic beyond."""

SHOWN_ANSWERS, SHOWN_NOTES = 20, 12
MANY_MARKS = 60
"""Differing spikes of one side beyond which their marks are small."""

MARKS: tuple[tuple[bool, str, str, str], ...] = (
    (False, "C3", "o", "missing"),
    (True, "C0", "D", "extra"),
)
"""Side of a differing spike, its colour, marker and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page shows.

    Parameters
    ----------
    ladder : Ladder
        What was found.
    settings : mapping of str to str
        What was asked for, by option of the command.
    command : str
        The command that makes this page.
    """

    ladder: Ladder
    settings: Mapping[str, str]
    command: str


def ladder_page(page: Page) -> str:
    """Fill the page; one file without links to others."""
    ladder = page.ladder
    changed = [rung for rung in ladder.rungs if rung.to_after.distance]
    first, asked = ladder.first_change, len(ladder.operations)
    final = ladder.rungs[-1]
    return render(
        "ladder.html",
        _origin(page),
        ladder=ladder,
        verdict=verdict(ladder),
        overview=overview(ladder),
        distances=to_svg(distance_figure(ladder)),
        growth=to_svg(growth_figure(ladder)) if first is not None else None,
        rasters=[
            {"rung": rung, "svg": to_svg(difference_figure(ladder, rung))} for rung in changed
        ],
        answers=[
            {"rung": rung, "table": answer_table(ladder, rung)}
            for rung in answering_otherwise(ladder)
        ],
        shown_answers=SHOWN_ANSWERS,
        shown_notes=SHOWN_NOTES,
        counters=counter_table(ladder),
        energies=energy_table(ladder),
        parts_of_energy=None
        if final.energy is None
        else component_summary(final.energy, max(asked, 1)),
        components=None if final.energy is None else component_table(final.energy, max(asked, 1)),
        covers=() if final.energy is None else _covers(final.energy),
        meanings=[(r.name, r.what, r.result.provenance.engine) for r in ladder.rungs],
    )


def distance_figure(ladder: Ladder) -> Any:
    """Draw how many spikes differ on each rung and, of a memory, how many answers stay.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    rungs = ladder.rungs
    figure = Figure(figsize=(9.0, 0.5 * len(rungs) + 1.4), layout="constrained")
    panels = figure.subplots(
        1, 2 if ladder.operations else 1, sharey=True, squeeze=False, width_ratios=None
    )[0]
    heights = np.arange(len(rungs))
    largest = 1
    for shift, label, color, counts in (
        (-0.19, "from the first rung", "C0", [rung.to_first.distance for rung in rungs]),
        (0.19, "from the rung it adds to", "C1", [rung.to_after.distance for rung in rungs]),
    ):
        bars = panels[0].barh(heights + shift, counts, 0.36, color=color, label=label)
        panels[0].bar_label(bars, padding=3, fontsize=8)
        largest = max(largest, *counts)
    panels[0].set_xscale("symlog", linthresh=LINEAR_UP_TO)
    if largest <= LINEAR_UP_TO:
        panels[0].set_xscale("linear")
        panels[0].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[0].set_xlim(0, 1.25 * largest if largest <= LINEAR_UP_TO else 3 * largest)
    panels[0].set_yticks(heights, [rung.name for rung in rungs])
    panels[0].set_ylim(len(rungs) - 0.5, -0.5)
    panels[0].set_ylabel("rung")
    panels[0].set_xlabel("spikes that differ")
    panels[0].legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0))
    if ladder.operations:
        _draw_answers(panels[1], ladder)
    return figure


def growth_figure(ladder: Ladder) -> Any:
    """Draw, over time, how many spikes have differed from the first rung so far.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9.0, 2.8), layout="constrained")
    axes = figure.subplots()
    differing = [rung for rung in ladder.rungs if rung.to_first.distance]
    for number, rung in enumerate(differing):
        found = rung.to_first
        times = np.concatenate(([0.0], found.ticks * found.dt, [ladder.duration]))
        counts = np.concatenate((np.arange(found.distance + 1), [found.distance]))
        # Rungs that are equal lie on one another: the later ones are drawn thinner.
        width = 1.2 + 1.5 * (len(differing) - 1 - number)
        axes.step(times, counts, where="post", linewidth=width, label=rung.name)
    axes.set_xlim(0.0, ladder.duration)
    axes.set_ylim(0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("time (ms)")
    axes.set_ylabel("differing spikes so far")
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def difference_figure(ladder: Ladder, rung: RungOutcome) -> Any:
    """Draw the spikes around the first one that a rung changes, and mark those that differ.

    Parameters
    ----------
    ladder : Ladder
        With the rung that it adds to.
    rung : RungOutcome
        One that differs from that.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    found = rung.to_after
    base = ladder.rung(rung.after).result
    begin = int(found.ticks[0]) - BEFORE
    inside = found.ticks <= begin + BEFORE + AFTER
    active = _active(base, begin) | {found.names[place] for place in found.populations[inside]}
    names = [name for name in found.names if name in active]
    bands = {name: band for band, name in enumerate(names)}
    figure = Figure(figsize=(9.0, max(0.42 * len(names) + 1.3, 2.8)), layout="constrained")
    axes = figure.subplots()
    for name, band in bands.items():
        trains = base.spikes[name]
        heights = _height(band, trains.indices, trains.size)
        label = f"in {rung.after!r}" if band == 0 else None
        axes.plot(trains.times, heights, "|", markersize=8, color="0.35", label=label)
        axes.axhline(band, linewidth=0.5, color="0.8")
    band_of = np.array([bands.get(name, 0) for name in found.names])
    size_of = np.array([base.spikes[name].size for name in found.names])
    for side, color, marker, label in MARKS:
        chosen = np.flatnonzero(inside & (found.extra == side))
        who = found.populations[chosen]
        heights = _height(band_of[who], found.neurons[chosen], size_of[who])
        times = found.ticks[chosen] * found.dt
        size = 9.0 if chosen.size <= MANY_MARKS else 4.0
        style: dict[str, Any] = {"markerfacecolor": "none", "markersize": size}
        axes.plot(times, heights, marker, color=color, label=f"{label} in {rung.name!r}", **style)
    axes.set_yticks(
        [band + 0.5 for band in bands.values()],
        [f"{name} ({base.spikes[name].size})" for name in names],
    )
    axes.set_ylim(len(names), 0)
    axes.set_xlim((max(begin, 0) - 0.5) * found.dt, (begin + BEFORE + AFTER + 0.5) * found.dt)
    axes.set_xlabel("time (ms)")
    axes.set_ylabel("population (neurons)")
    figure.legend(loc="outside upper left", frameon=False, fontsize=8, ncols=3)
    return figure


def _covers(report: EnergyReport) -> list[str]:
    return [f"{basis.name}: {basis.covers}." for basis in report.bases]


def _origin(page: Page) -> Origin:
    provenance = page.ladder.rungs[0].result.provenance
    found = origin_of(provenance, page.command)
    return replace(found, facts={**page.settings, **found.facts})


def _draw_answers(axes: Any, ladder: Ladder) -> None:
    asked = len(ladder.operations)
    heights = np.arange(len(ladder.rungs))
    same = [100.0 * (1 - len(rung.changed) / asked) for rung in ladder.rungs]
    right = [
        100.0 * (1 - len(rung.wrong) / asked) for rung in ladder.rungs if rung.wrong is not None
    ]
    bars = axes.barh(
        heights - (0.19 if right else 0.0), same, 0.36, color="C2", label="as in the first rung"
    )
    axes.bar_label(bars, fmt="%.4g", padding=3, fontsize=8)
    if right:
        bars = axes.barh(heights + 0.19, right, 0.36, color="C4", label="as they should be")
        axes.bar_label(bars, fmt="%.4g", padding=3, fontsize=8)
    axes.set_xlim(0, 118)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel(f"answers (% of {asked})")
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0))


def _active(result: Result, begin: int) -> set[str]:
    """Return the populations and inputs that fire in the raster's window."""
    names = set()
    for name, trains in result.spikes.items():
        ticks = trains.ticks(result.dt)
        if np.any((ticks >= begin) & (ticks <= begin + BEFORE + AFTER)):
            names.add(name)
    return names


def _height(band: Any, neurons: Any, size: Any) -> Any:
    """Return where the spikes of neurons lie; every band has the same height."""
    return band + 0.1 + 0.8 * (neurons + 0.5) / size
