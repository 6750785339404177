"""What recording costs: W1 without probes, with all spikes, with traces, and streamed to a file.

``python -m benchmarks.probes`` runs each in turn, round after round in one process, and compares
CPU times within a round. Memory is that of a run ten times as long, in a process of its own.
"""

import json
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.measure import cpu_seconds, peak_memory
from benchmarks.rounds import failure, run_module

NEURONS = 4000
STEPS = 10_000
KINDS = ("no probe", "all spikes", "spikes, v of all every 5 ms", "spikes, streamed to a file")
LONGER = 10

HELP = """Compare the cost of probes on W1, 4000 neurons.

\b
Examples:
  python -m benchmarks.probes
  python -m benchmarks.probes --rounds 20
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=HELP)
def probes(
    rounds: Annotated[int, typer.Option(min=1, help="How often.")] = 7,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one long run.")] = 600,
    child: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the rounds and print the table; with `child`, print the memory of two durations."""
    if child is not None:
        typer.echo(json.dumps(_memory(KINDS[child])))
        return
    from neuro.cli.output import print_table

    times = [_round() for _ in range(rounds)]
    rows = []
    for number, kind in enumerate(KINDS):
        ratios = [each[kind] / each[KINDS[0]] for each in times]
        rows.append(
            (
                kind,
                f"{1e3 * statistics.median(each[kind] for each in times):.3g}",
                f"{statistics.median(ratios):.3f}",
                f"{min(ratios):.3f} to {max(ratios):.3f}",
                _grown(number, timeout),
            )
        )
    print_table(
        f"W1, {NEURONS} neurons, {STEPS} steps, median of {rounds} rounds",
        ("recorded", "CPU ms", "ratio", "range", f"MiB more for {LONGER} times as long"),
        rows,
    )


def _round() -> dict[str, float]:
    return {kind: _run(kind, 1) for kind in KINDS}


def _run(kind: str, factor: int) -> float:
    """Run W1 with some probes; return the CPU seconds of the run alone."""
    from dataclasses import replace

    from benchmarks.peers.neuro_peer import CELLS, build_cuba
    from benchmarks.workloads import cuba
    from neuro.ir import Probe
    from neuro.run import compile_network

    workload = cuba(NEURONS, STEPS)
    wanted: tuple[Probe, ...] = () if kind == KINDS[0] else (Probe(population=CELLS),)
    if kind == KINDS[2]:
        wanted += (Probe(population=CELLS, variable="v", interval="5 ms"),)
    network = replace(build_cuba(workload), probes=wanted)
    duration = factor * workload.duration
    with compile_network(network) as program, tempfile.TemporaryDirectory() as folder:
        begun = cpu_seconds()
        if kind == KINDS[3]:
            program.stream(duration, Path(folder, "result.h5"))
        else:
            program.run(duration)
        return cpu_seconds() - begun


def _memory(kind: str) -> dict[str, float]:
    _run(kind, 1)
    before = peak_memory()
    _run(kind, LONGER)
    return {"grown": peak_memory() - before}


def _grown(number: int, timeout: float) -> str:
    """Return how much more memory a long run takes, MiB as text, or why it is not known."""
    try:
        code, out, error = run_module(
            "benchmarks.probes", ["--child", str(number)], timeout=timeout
        )
    except subprocess.TimeoutExpired:
        return f"more than {timeout:g} s"
    return failure(error) if code else f"{json.loads(out)['grown']:.1f}"


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.probes")
