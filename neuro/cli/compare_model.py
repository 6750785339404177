"""`neuro compare MODEL`: one memory on many machines, and what each of them does to it."""

import json as json_module
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.completion import machines_like
from neuro.cli.options import Expected, Model, Page, Seed, Semantics, Settings, Unchecked
from neuro.cli.output import command_line, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.errors import UnsupportedError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.comparison import Comparison
    from neuro.comparison.compare import Question
    from neuro.config import ProgramRow
    from neuro.tasks import MemoryOperation


def model(
    model: Model,
    program: Annotated[
        str,
        typer.Option(
            metavar="FILE|NAME",
            help="JSON file with rows [t in ms, op, cue, content]; or mix or pyramid, drawn for "
            "the memory's size.",
        ),
    ] = "mix",
    backends: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            autocompletion=machines_like,
            help="Where it runs: names of backends, or backend:target, separated by commas.",
        ),
    ] = "cpu,spinnaker,crossbar",
    settings: Settings = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            metavar="BACKEND:NAME=VALUE",
            help="Change an option of the hardware of a backend.",
        ),
    ] = None,
    semantics: Semantics = None,
    seed: Seed = 0,
    draws: Annotated[
        int,
        typer.Option(
            min=1, help="Draw devices and weights so often anew, with the seeds that follow."
        ),
    ] = 1,
    expected: Expected = False,
    unchecked: Unchecked = False,
    page: Page = None,
    json: Annotated[
        Path | None, typer.Option(help="Write everything that was found here, as JSON.")
    ] = None,
) -> None:
    """Run one memory on many machines, with each of their approximations.

    Says for each: does it work there, how fast, at what energy, and which approximation first
    changes a spike and costs most answers. The right answers are those of a dictionary, or those
    of the program. A machine that cannot run it says why, and what would mend it.

    \b
    Examples:
      neuro compare ca3 --backends cpu,spinnaker,crossbar
      neuro compare ca3 --program program.json --page page.html --json figures.json \\
                    --backends cpu,spinnaker,crossbar:crossbar_rram_nladc
      neuro compare ca3 --set cue_size=8 --set content_size=16 --program pyramid \\
                    --backends cpu,brian2,spinnaker --option spinnaker:neurons_per_core=64
      neuro compare ca3 --backends crossbar:crossbar_rram_wan2022 --draws 5
    """
    source = Path(program)
    check_paths({"--program": source}, {"--json": json, "--page": page})

    from neuro.comparison import compare_targets, parse_machines

    machines = parse_machines(backends, options or ())
    question = _question(
        (model, settings or ()),
        program,
        seed=seed,
        semantics=semantics,
        expected=expected,
        guard=not unchecked,
    )
    question = replace(question, draws=draws)
    with progress_bar(f"{model} on {len(machines)} targets") as progress:
        found = compare_targets(question, machines, progress=progress)
    _print(found)
    command = command_line()
    if json is not None:
        write_text(json, json_module.dumps({**found.as_dict(), "command": command}) + "\n")
        typer.echo(f"Written: {json}")
    if page is not None:
        from neuro.report.comparison import comparison_page

        write_text(page, comparison_page(found, command))
        typer.echo(f"Page: {page.resolve()}")


def _question(
    recipe: tuple[str, list[str] | tuple[str, ...]],
    program: str,
    *,
    seed: int,
    semantics: str | None,
    expected: bool,
    guard: bool,
) -> "Question":
    """Build the memory and write its program into it, from a file or drawn by name."""
    from neuro.comparison import named_program
    from neuro.comparison.compare import Question
    from neuro.config import parse_settings, read_expected, read_program
    from neuro.models import load_model
    from neuro.tasks.written import with_program

    model, settings = recipe
    loaded = load_model(model)
    network = loaded.build(parse_settings(loaded.parameters, settings, model), seed=seed)
    source = Path(program)
    from_file = source.is_file() or source.suffix or len(source.parts) > 1
    if expected and not from_file:
        raise UnsupportedError(
            "--expected", f"program {program!r} holds no answers", hint="Leave --expected out"
        )
    rows: list[ProgramRow] | tuple[MemoryOperation, ...] = ()
    # Of a network that is no memory `with_program` says so.
    if network.protocol is not None:
        rows = read_program(source) if from_file else named_program(program, network.protocol, seed)
    return Question(
        model=model,
        written=with_program(network, rows, guard=guard),
        program=source.name if from_file else f"{program}, drawn for this memory",
        parameters=dict(setting.split("=", 1) for setting in settings),
        seed=seed,
        expected=read_expected(source) if expected else None,
        semantics=semantics,
    )


def _print(found: "Comparison") -> None:
    from neuro.report.comparison_tables import overview, refusals, score_table, verdict

    title = (
        f"{found.model} on {len(found.targets)} targets: {len(found.operations)} operations of "
        f"{found.program}; right answers: {found.reference}"
    )
    heads, rows = overview(found)
    runs = [row for row, item in zip(rows, found.targets, strict=True) if item.refusal is None]
    print_table(title, heads, runs)
    if len(runs) < len(rows):
        print_table("Targets that cannot run it", *refusals(found))
    print_table("Answers by operation", *score_table(found))
    for line in verdict(found):
        typer.echo(line)
