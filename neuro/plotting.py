"""Plots of results, with labelled axes and units, and writing them as SVG text."""

import io
from collections.abc import Sequence
from typing import Any

from neuro.results import Result

LEAST_HEIGHT = 2.2
"""Inches; lower, the label of the axis would not fit."""


def raster(
    result: Result, *, start: float, stop: float, populations: Sequence[str] | None = None
) -> Any:
    """Draw the spikes of a stretch of time, one band for each population.

    Parameters
    ----------
    result : Result
        What to draw.
    start, stop : float, ms
        The stretch, both ends included.
    populations : sequence of str, optional
        Which ones, from top to bottom; default all that were recorded.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    names = list(populations or result.spikes)
    figure = Figure(figsize=(8.0, max(0.42 * len(names) + 0.9, LEAST_HEIGHT)), layout="constrained")
    axes = figure.subplots()
    for band, name in enumerate(names):
        trains = result.spikes[name]
        inside = (trains.times >= start) & (trains.times <= stop)
        # Every band has the same height, whatever the number of neurons in it.
        heights = band + 0.1 + 0.8 * (trains.indices[inside] + 0.5) / trains.size
        axes.plot(trains.times[inside], heights, "|", markersize=7, color=f"C{band % 10}")
        axes.axhline(band, linewidth=0.5, color="0.8")
    axes.set_yticks(
        [band + 0.5 for band in range(len(names))],
        [f"{name} ({result.spikes[name].size})" for name in names],
    )
    axes.set_ylim(len(names), 0)
    axes.set_xlim(start - 0.5, stop + 0.5)
    axes.set_xlabel("time (ms)")
    axes.set_ylabel("population (neurons)")
    return figure


def to_svg(figure: Any) -> str:
    """Write a figure as SVG text for a page; the same figure gives the same text."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.hashsalt": "neuro", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
