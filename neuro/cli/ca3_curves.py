"""`neuro run ca3-curves`: the published and the robust CA3 memory, filled up and damaged."""

import json as json_module
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from neuro.cli.output import command_line, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.files import write_text


def ca3_curves(
    quick: Annotated[
        bool, typer.Option("--quick", help="Small memories and few questions: seconds.")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Draws at each point; default 3, quick 1.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Root of all draws.")] = 0,
    page: Annotated[
        Path | None, typer.Option("--page", "--report", help="Write a page here, as HTML.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures here, as JSON.")] = None,
) -> None:
    """Draw exact recall of two CA3 memories, published and robust, beside what is possible.

    Five curves: over items stored, density of contents, damage of cues, spread of static weights,
    and write errors of resistive devices. A minute or two; --quick takes some ten seconds.

    \b
    Examples:
      neuro run ca3-curves --quick
      neuro run ca3-curves --page curves.html --json curves.json
    """
    check_paths({}, {"--page": page, "--json": json})

    from neuro.experiments.ca3 import Scale, draw_curves
    from neuro.experiments.ca3.page import curves_page, table, verdict
    from neuro.report import Origin, version_facts

    scale = Scale().quick() if quick else Scale()
    if seeds is not None:
        scale = scale.with_seeds(seeds)
    begun = time.perf_counter()
    with progress_bar("ca3 curves") as progress:
        curves = draw_curves(scale, seed=seed, progress=progress)
    for curve in curves:
        print_table(curve.title, *table(curve))
    for curve in curves:
        typer.echo(verdict(curve))
    if page is not None:
        origin = Origin(command=command_line(), seed=seed, facts=version_facts())
        write_text(page, curves_page(curves, origin, time.perf_counter() - begun))
        typer.echo(f"Page: {page.resolve()}")
    if json is not None:
        document = {"seed": seed, "scale": asdict(scale), "curves": [asdict(c) for c in curves]}
        write_text(json, json_module.dumps(document) + "\n")
        typer.echo(f"Written: {json}")
