"""How fast the CA3 memory answers: program T2 of its publication, 60 operations on 5 x 10.

``python -m benchmarks.ca3`` checks every answer and the spike count before it prints a time. The
network is tiny, so what is timed is mostly the overhead of a step and of an operation.
"""

import json
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.measure import Clock

if TYPE_CHECKING:
    from neuro.tasks import ProgramRun

VECTORS = Path(__file__).parents[1] / "tests" / "support" / "ca3_vectors.json"
PROGRAM = "T2"
SPIKES = 1828
"""Of all populations in T2, input and output included (specs, ca3_cam section 8)."""

HELP = """Run program T2 on the CA3 memory of neuro, and time it.

\b
Examples:
  python -m benchmarks.ca3
  python -m benchmarks.ca3 --repeats 50 --target cpu_reference
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=HELP)
def ca3(
    repeats: Annotated[int, typer.Option(min=1, help="How often the program runs.")] = 20,
    target: Annotated[str, typer.Option(help="Target of the CPU backend.")] = "cpu",
) -> None:
    """Run the program, check it and print the times."""
    clocks, engine = [], ""
    for _ in range(repeats):
        clock = Clock()
        engine = measure(target, clock)
        clocks.append(clock)
    from neuro.cli.output import print_table

    rows = [
        (phase, f"{1e3 * clocks[0].spans[phase].cpu:.3g}", *_middle(clocks, phase))
        for phase in ("import", "compile", "run")
    ]
    print_table(
        f"CA3 memory, {PROGRAM}: CPU milliseconds, {engine}",
        ("phase", "first", "median", "lowest"),
        rows,
    )


def measure(target: str, clock: Clock) -> str:
    """Run the program once; return the name of the engine.

    Raises
    ------
    RuntimeError
        If an answer or the spike count is not the published one.
    """
    with clock.phase("import"):
        from neuro.models.ca3 import ca3 as build_ca3
        from neuro.tasks import AssociativeMemory
    rows = json.loads(VECTORS.read_text(encoding="utf-8"))[PROGRAM]
    with clock.phase("compile"):
        memory = AssociativeMemory(build_ca3(), target=target)
    with clock.phase("run"):
        done = memory.run_program([row[:4] for row in rows])
    _check(done, rows)
    return done.result.provenance.engine


def _check(done: "ProgramRun", rows: list[list[Any]]) -> None:
    answers = [[list(item.cues), list(item.content), list(item.dropped)] for item in done.answers]
    wrong = sum(answer != row[4:7] for answer, row in zip(answers, rows, strict=True))
    spikes = sum(done.result.counters.spikes.values())
    if wrong or spikes != SPIKES:
        raise RuntimeError(
            f"{wrong} of {len(rows)} answers are wrong, {spikes} spikes instead of {SPIKES}"
        )


def _middle(clocks: list[Clock], phase: str) -> tuple[str, str]:
    """Return median and minimum of a phase after its first time, ms; the first if it is alone."""
    times = [1e3 * clock.spans[phase].cpu for clock in clocks[1:] or clocks]
    return f"{statistics.median(times):.3g}", f"{min(times):.3g}"


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.ca3")
