"""`neuro ladder`: which approximation of a machine first changes a spike, and what that costs."""

import json as json_module
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.completion import backends_like
from neuro.cli.options import (
    Expected,
    HardwareOptions,
    Model,
    PageOrOut,
    ProgramFile,
    Seed,
    Semantics,
    Settings,
    TargetName,
    Unchecked,
)
from neuro.cli.output import command_line, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.ladder import Ladder

SHOWN_ANSWERS = 10


def ladder(
    model: Model,
    program: ProgramFile,
    backend: Annotated[
        str,
        typer.Option(
            autocompletion=backends_like, help="Whose approximations; 'neuro backends' lists them."
        ),
    ] = "spinnaker",
    target: TargetName = None,
    options: HardwareOptions = None,
    settings: Settings = None,
    semantics: Semantics = None,
    seed: Seed = 0,
    expected: Expected = False,
    unchecked: Unchecked = False,
    json: Annotated[
        Path | None,
        typer.Option(help="Write distances, answers, counters and energies here, as JSON."),
    ] = None,
    out: PageOrOut = None,
) -> None:
    """Run a program on a memory again and again, with one approximation of a machine more.

    On SpiNNaker: real numbers, quantised weights, fixed-point state, finite delays and history,
    machine load. On a crossbar: real numbers, an ideal array, each imperfection alone, and all
    together. Each run is compared with the first and with the one it adds to.

    \b
    Examples:
      neuro ladder ca3 --program program.json
      neuro ladder ca3 --program program.json --expected --json ladder.json --out ladder.html
      neuro ladder ca3 --program program.json --backend crossbar --target crossbar_rram_wan2022
    """
    check_paths({"--program": program}, {"--json": json, "--out": out})

    from neuro.config import parse_settings, read_expected, read_program
    from neuro.hardware_configs import load_target
    from neuro.ladder import climb
    from neuro.models import load_model
    from neuro.registry import load_backend
    from neuro.tasks.written import with_program

    recipe = load_model(model)
    parameters = parse_settings(recipe.parameters, settings or (), model)
    rows = read_program(program)
    ideal = read_expected(program) if expected else None
    network = recipe.build(parameters, seed=seed)
    written = with_program(network, rows, guard=not unchecked)
    hardware = load_target(target or load_backend(backend).default_target, options or ())
    with progress_bar(f"{model} on {backend}") as progress:
        found = climb(
            written.network,
            written.duration,
            backend=backend,
            target=hardware,
            semantics=semantics,
            operations=written.operations,
            ideal=ideal,
            progress=progress,
        )
    _print_ladder(found)
    if json is not None:
        write_text(json, json_module.dumps(found.as_dict()) + "\n")
        typer.echo(f"Written: {json}")
    if out is not None:
        write_text(out, _page(found, settings or (), options or (), program))
        typer.echo(f"Page: {out.resolve()}")


def _print_ladder(found: "Ladder") -> None:
    from neuro.report.ladder_tables import (
        answer_table,
        answering_otherwise,
        counter_table,
        energy_table,
        overview,
        verdict,
    )

    print_table(
        f"Fidelity ladder of {found.network!r} on {found.target!r}, {found.duration:g} ms",
        *overview(found),
    )
    for rung in answering_otherwise(found):
        heads, rows = answer_table(found, rung)
        title = f"Answers that {rung.name!r} changes"
        if len(rows) > SHOWN_ANSWERS:
            title += f": the first {SHOWN_ANSWERS} of {len(rows)}"
        print_table(title, heads, rows[:SHOWN_ANSWERS])
    print_table("Counters", *counter_table(found))
    heads, rows = energy_table(found)
    if rows:
        print_table("Energy of one operation, by what is charged", heads, rows)
    for line in verdict(found):
        typer.echo(line)


def _page(
    found: "Ladder",
    settings: Sequence[str],
    options: Sequence[str],
    program: Path,
) -> str:
    from neuro.report.ladder import Page, ladder_page

    asked = {
        "model": found.network,
        "parameters": ", ".join(settings) or "as published",
        "backend": found.backend,
        "target": found.target,
        "options": ", ".join(options) or "those of the hardware file",
        "program": f"{program.name}, {len(found.operations)} operations",
    }
    return ladder_page(Page(ladder=found, settings=asked, command=command_line()))
