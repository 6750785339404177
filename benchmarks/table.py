"""The tables: rich on the terminal, the same in Markdown, and everything measured as JSON."""

import io
import json
import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.box import MARKDOWN, SIMPLE_HEAD, Box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.measure import PHASES, Report
from benchmarks.rounds import Measurement
from benchmarks.summary import Spread, Summary, cpu, first_result, loop, run_cpu, run_wall

BASELINE = "neuro"
RATES = {
    "neuron_steps": "steps",
    "synaptic_events": "events",
    "plastic_updates": "updates",
}
"""Work by its name in `Report.figures`: neuron steps, synaptic events, plastic updates."""
MARKDOWN_WIDTH = 400
NARROWEST = 118
EXPLANATION = (
    "CPU seconds of a process with its threads and children unless said otherwise, medians of the "
    "rounds. Ratio: the peer's run over neuro's in the same round, in CPU time; in brackets the "
    "peer's simulation loop alone, in wall time. First result: import, set-up, compile and run. "
    "MiB: peak to the end of the run. Check: every spike in its place, or how the count differs. "
    "M/s: millions of neuron steps, synaptic events and plastic updates in a CPU second of the run."
)


def print_tables(summaries: Sequence[Summary], measurements: Sequence[Measurement]) -> None:
    """Print everything to standard output."""
    console = Console()
    console.width = max(console.width, NARROWEST)
    _write(console, summaries, measurements, SIMPLE_HEAD)


def markdown(summaries: Sequence[Summary], measurements: Sequence[Measurement]) -> str:
    """Return everything as Markdown."""
    stream = io.StringIO()
    console = Console(file=stream, width=MARKDOWN_WIDTH, color_system=None)
    _write(console, summaries, measurements, MARKDOWN)
    lines = [line.strip() for line in stream.getvalue().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(["# Benchmarks", "", *lines])).strip() + "\n"


def as_json(measurements: Iterable[Measurement], started: str) -> str:
    """Return every measurement and the machine as JSON."""
    rows = [asdict(item) for item in measurements]
    return json.dumps({"started": started, "machine": machine(), "measurements": rows}, indent=1)


def machine() -> dict[str, Any]:
    """Describe the computer."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _write(
    console: Console, summaries: Sequence[Summary], measurements: Sequence[Measurement], box: Box
) -> None:
    loads = [item.load for item in measurements]
    rounds = max(item.round for item in measurements)
    about = machine()
    console.print(
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}; load average "
        f"{min(loads):.2f} to {max(loads):.2f}; {rounds} round(s).\n\n{EXPLANATION}\n",
        soft_wrap=True,
    )
    for case, group in groupby(summaries, key=lambda item: item.configuration.case):
        members = list(group)
        console.print(f"## {case}\n")
        console.print(_times(members, box))
        console.print()
        if any(item.status == "ok" for item in members):
            console.print(_work(members, box))
            console.print()
        for remark in filter(None, map(_remark, members)):
            console.print(f"* {escape(remark)}", highlight=False, soft_wrap=True)
        console.print()


def _times(members: Sequence[Summary], box: Box) -> Table:
    baselines = [item for item in members if _is_baseline(item)]
    numbers = ("run, wall", "run, CPU", "range", *(f"/ neuro {_bits(each)}" for each in baselines))
    table = _table(box, (*numbers, "first result", "MiB", "spikes"), "check")
    for item in members:
        cells = [
            item.configuration.peer,
            _bits(item),
            _short(item.spread(run_wall)),
            _short(item.spread(run_cpu)),
            _range(item.spread(run_cpu)),
            *(_ratio(item, baseline) for baseline in baselines),
            _short(item.spread(first_result)),
            _short(item.spread(lambda report: report.memory)),
            f"{item.shown.spikes or ''}",
            item.shown.check if item.status == "ok" else item.status,
        ]
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _work(members: Sequence[Summary], box: Box) -> Table:
    """Return the phases around the run, and the rates that say what it is bound by."""
    phases = [phase for phase in PHASES if phase != "run"]
    table = _table(box, (*phases, *(f"M {name}/s" for name in RATES.values())), "further figures")
    for item in members:
        if item.status == "ok":
            table.add_row(
                item.configuration.peer,
                _bits(item),
                *(_short(item.spread(cpu(phase))) for phase in phases),
                *(_rate(item, name) for name in RATES),
                _further(item.shown),
            )
    return table


def _table(box: Box, numbers: Iterable[str], last: str) -> Table:
    table = Table(box=box)
    for column in ("peer", "bits"):
        table.add_column(column, no_wrap=True)
    for column in numbers:
        table.add_column(column, justify="right")
    table.add_column(last)
    return table


def _remark(item: Summary) -> str:
    """Say what the table has no room for, if anything."""
    differs = item.wall_per_cpu
    parts = [
        item.shown.reason,
        "" if differs is None else f"wall time is {differs:.2g} x CPU time",
    ]
    said = "; ".join(filter(None, parts))
    return said and f"{item.configuration.peer}, {item.configuration.precision}: {said}"


def _is_baseline(item: Summary) -> bool:
    return item.configuration.peer == BASELINE and item.status == "ok"


def _bits(item: Summary) -> str:
    return item.configuration.precision.removeprefix("float")


def _short(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.median:.3g}"


def _range(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.low:.3g} to {spread.high:.3g}"


def _ratio(item: Summary, baseline: Summary) -> str:
    found = item.ratio(run_cpu, baseline, run_cpu)
    if found is None:
        return ""
    if "loop" not in item.shown.extras:
        return f"{found.median:.3g}"
    alone = item.ratio(loop, baseline, run_wall)
    return f"{found.median:.3g} ({_short(alone)})"


def _rate(item: Summary, name: str) -> str:
    work = item.shown.figures.get(name)
    if work is None:
        return ""
    return _short(item.spread(lambda report: 1e-6 * work / run_cpu(report)))


def _further(report: Report) -> str:
    shown = ("recall", "strong_weights", "mean_weight")
    found = {name: report.figures[name] for name in shown if name in report.figures}
    found |= {f"{name} (s)": value for name, value in report.extras.items()}
    return ", ".join(f"{name.replace('_', ' ')} {value:.5g}" for name, value in found.items())
