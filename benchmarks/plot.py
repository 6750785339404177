"""The plot: run times of all configurations, one panel for each case, on a logarithmic axis."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.summary import Summary, loop, run_cpu

COLOURS = {"neuro": "tab:orange"}
OTHERS = "tab:blue"


def save_plot(summaries: Sequence[Summary], path: Path) -> None:
    """Draw the bars and write them to a file."""
    from matplotlib.figure import Figure

    cases = [
        (case, [item for item in group if item.status == "ok"])
        for case, group in groupby(summaries, key=lambda item: item.configuration.case)
    ]
    cases = [(case, members) for case, members in cases if members]
    if not cases:
        return
    bars = [len(members) for _, members in cases]
    figure = Figure(figsize=(8.0, sum(0.35 * count + 1.1 for count in bars)), layout="constrained")
    panels = figure.subplots(len(cases), 1, squeeze=False, height_ratios=[n + 1 for n in bars])
    for (case, members), axes in zip(cases, panels[:, 0], strict=True):
        _draw(axes, members)
        axes.set_title(str(case), loc="left", fontsize="medium")
    figure.savefig(path, dpi=150)


def _draw(axes: Any, members: Sequence[Summary]) -> None:
    for place, item in enumerate(members):
        spread = item.spread(run_cpu)
        assert spread is not None, "only measurements that count are drawn"
        error = [[spread.median - spread.low], [spread.high - spread.median]]
        colour = COLOURS.get(item.configuration.peer, OTHERS)
        axes.barh(place, spread.median, xerr=error, color=colour, height=0.7)
        if "loop" in item.shown.extras:
            alone = item.spread(loop)
            assert alone is not None
            axes.plot(alone.median, place, "|", color="black", markersize=12)
    axes.set_yticks(
        range(len(members)),
        [f"{item.configuration.peer}, {item.configuration.precision}" for item in members],
    )
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_ylabel("simulator")
    axes.set_xlabel("CPU time of the run (s); a tick: simulation loop alone (wall s)")
    axes.grid(axis="x", which="both", alpha=0.3)
