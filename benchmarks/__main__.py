"""`python -m benchmarks`: measure neuro and its peers side by side, and write what came out.

Run it from the root of the repository, on a quiet machine.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import plot, table
from benchmarks.peers import MODULES
from benchmarks.rounds import Configuration, Measurement, configurations, run_rounds
from benchmarks.summary import summarise
from benchmarks.workloads import CASES, QUICK, Case
from neuro.cli.output import progress_bar
from neuro.errors import suggestion
from neuro.files import write_text

INTERRUPTED = 130
PRECISIONS = ("float64", "float32")

HELP = """Measure neuro and its peers side by side on the reference workloads.

Every configuration runs once in each round, in a process of its own; ratios are taken within a
round. Times count only if the spikes are those of the workload.

\b
Examples:
  python -m benchmarks --quick
  python -m benchmarks --workload W1 --size 4000 --size 20000 --out results
  python -m benchmarks --workload W2 --peer neuro --peer snntorch --rounds 5
  python -m benchmarks --workload growth --peer neuro --precision float32
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _one_of(known: Iterable[str]) -> Callable[[list[str] | None], list[str] | None]:
    """Return the check that every value of an option is known."""
    names = list(known)

    def check(values: list[str] | None) -> list[str] | None:
        for value in values or ():
            if value not in names:
                raise typer.BadParameter(f"no {value!r}. {suggestion(value, names)}")
        return values

    return check


@app.command(help=HELP)
def benchmarks(  # noqa: PLR0913, PLR0917, one argument for each option
    workload: Annotated[
        list[str] | None,
        typer.Option(
            callback=_one_of(CASES),
            help="W1, W2, W3, or growth: W1 at four sizes. Default W1, W2 and W3.",
        ),
    ] = None,
    size: Annotated[
        list[int] | None, typer.Option(min=100, help="Neurons of W1, instead of the usual size.")
    ] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option(callback=_one_of(MODULES), help=f"{', '.join(MODULES)}. Default all."),
    ] = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            callback=_one_of(PRECISIONS),
            help="float64 or float32, for peers that offer both. Default both.",
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often.")] = 3,
    threads: Annotated[int, typer.Option(min=1, help="Threads that a run may use.")] = 1,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one measurement.")] = 600,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for table.md, measurements.json and times.png.", file_okay=False),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small versions of the workloads: a test, no measure.")
    ] = False,
) -> None:
    """Run the rounds, print the tables and write the files; see `HELP`."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    started = datetime.now().isoformat(timespec="seconds")
    configured = configurations(
        _cases(workload or ["W1", "W2", "W3"], size or [], quick=quick),
        peer or MODULES,
        precision or PRECISIONS,
        threads,
    )
    if not configured:
        raise typer.BadParameter("none of these peers runs any of these workloads")
    measurements: list[Measurement] = []
    complete = _gather(measurements, configured, rounds, timeout)
    if measurements:
        summaries = summarise(measurements)
        table.print_tables(summaries, measurements)
        if out is not None:
            _write(out, measurements, started)
    if not complete:
        raise typer.Exit(INTERRUPTED)


def _cases(names: list[str], sizes: list[int], *, quick: bool) -> list[Case]:
    """Return the cases that were asked for, each once."""
    known = QUICK if quick else CASES
    found: dict[Case, None] = {}
    for name in names:
        usual = known[name]
        if name == "W1" and sizes:
            steps = usual[0].steps
            usual = tuple(Case(workload="W1", size=size, steps=steps) for size in sizes)
        found |= dict.fromkeys(usual)
    return list(found)


def _gather(
    measurements: list[Measurement], configured: list[Configuration], rounds: int, timeout: float
) -> bool:
    """Fill the list; return whether it is complete and not cut by an interrupt."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch,
            progress_bar(f"{len(configured)} configurations") as progress,
        ):
            for measurement in run_rounds(
                configured, rounds, timeout=timeout, scratch=Path(scratch), progress=progress
            ):
                measurements.append(measurement)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: what was measured so far follows.\n")
        return False
    return True


def _write(out: Path, measurements: list[Measurement], started: str) -> None:
    summaries = summarise(measurements)
    write_text(out / "table.md", table.markdown(summaries, measurements))
    write_text(out / "measurements.json", table.as_json(measurements, started))
    plot.save_plot(summaries, out / "times.png")
    typer.echo(f"Written: {out}")


if __name__ == "__main__":
    app(prog_name="python -m benchmarks")
