"""`neuro demo`: ten handwritten digits in a spiking memory, as a table and as a page."""

import time
from pathlib import Path
from typing import Annotated

import typer

from neuro.cli.output import print_table, progress_bar
from neuro.files import check_writable, write_text


def demo(
    out: Annotated[Path, typer.Option("--page", "--out", help="Where to write the page.")] = Path(
        "neuro-demo.html"
    ),
    backend: Annotated[str, typer.Option(help="What runs it.")] = "cpu",
    seed: Annotated[int, typer.Option(min=0, help="Chooses the random fragments.")] = 0,
) -> None:
    """Store ten handwritten digits in a CA3 memory and recall them, in both directions.

    First in the published memory, which answers with any overlap; then in the robust one, which
    counts how much of a fragment matches and completes it.

    \b
    Examples:
      neuro demo
      neuro demo --out digits.html --seed 1
    """
    check_writable(out, "--out")

    from neuro.demo import demo_page, run_demo

    begun = time.perf_counter()
    with progress_bar("digits") as progress:
        outcome = run_demo(backend=backend, seed=seed, progress=progress)
    seconds = time.perf_counter() - begun
    write_text(out, demo_page(outcome, seconds))
    print_table(
        "Ten digits in a CA3 memory of 10 cues and 784 content bits: what came back",
        (
            "digit",
            "pixels",
            "by its cue",
            "by 3 pixels of its own",
            "by a random quarter",
            "that quarter, robust",
        ),
        [
            (
                str(item.digit),
                str(len(item.pixels)),
                "exact" if item.exact else f"{item.wrong_pixels} pixels wrong",
                item.describe(item.found),
                item.describe(item.quarter_found),
                "the whole digit" if item.whole else item.describe(item.completed_cues),
            )
            for item in outcome.digits
        ],
    )
    for line in outcome.summary():
        typer.echo(line)
    typer.echo(f"Took {seconds:.1f} s. Page: {out.resolve()}")
