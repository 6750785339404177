"""`neuro run`: run a program on a memory and write the answers."""

import json as json_module
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.options import (
    HardwareOptions,
    Model,
    ProgramFile,
    Seed,
    Semantics,
    Settings,
    TargetName,
    Unchecked,
)
from neuro.cli.output import print_energy, print_table, progress_bar, shortened
from neuro.cli.paths import check_paths
from neuro.errors import UnsupportedError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.energy import EnergyReport
    from neuro.target import Target
    from neuro.tasks import ProgramRun


def run(
    model: Model,
    program: ProgramFile,
    settings: Settings = None,
    backend: Annotated[
        str, typer.Option(help="What runs it; 'neuro backends' lists them.")
    ] = "cpu",
    target: TargetName = None,
    options: HardwareOptions = None,
    semantics: Semantics = None,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="Write the result here, as HDF5.")] = None,
    json: Annotated[
        Path | None,
        typer.Option(help="Write answers, spikes, counters and provenance here, as JSON."),
    ] = None,
    energy: Annotated[
        bool,
        typer.Option("--energy", help="Print the energy of the run, where there is a model of it."),
    ] = False,
    unchecked: Unchecked = False,
) -> None:
    """Run a program on a memory and print its answers.

    A program is a JSON list of rows [t, op, cue, content]: L learns, C recalls by cue, K recalls by
    content. Further columns are ignored.

    \b
    Examples:
      neuro run ca3 --program program.json
      neuro run ca3 --set cue_size=5 --set content_size=10 --program program.json \\
                    --backend cpu --out result.h5 --json answers.json
      neuro run ca3 --set "tau_plus=3 ms" --program program.json --semantics exact
      neuro run ca3 --program program.json --backend spinnaker --option mode=loaded --energy
    """
    check_paths({"--program": program}, {"--out": out, "--json": json})

    from neuro.config import parse_settings, read_program
    from neuro.hardware_configs import load_target
    from neuro.models import load_model
    from neuro.registry import load_backend
    from neuro.tasks import AssociativeMemory, answers_document

    recipe = load_model(model)
    parameters = parse_settings(recipe.parameters, settings or (), model)
    rows = read_program(program)
    network = recipe.build(parameters, seed=seed)
    hardware = load_target(target or load_backend(backend).default_target, options or ())
    memory = AssociativeMemory(network, backend, target=hardware, semantics=semantics)
    with progress_bar(f"{model} on {backend}") as progress:
        done = memory.run_program(rows, guard=not unchecked, progress=progress)
    if out is not None:
        done.result.save(out)
    document = answers_document(done)
    _print_answers(done)
    if energy:
        report = _energy(done, hardware)
        document["energy"] = None if report is None else report.as_dict()
    if json is not None:
        write_text(json, json_module.dumps(document) + "\n")
    for written in filter(None, (out, json)):
        typer.echo(f"Written: {written}")


def _print_answers(done: "ProgramRun") -> None:
    print_table(
        f"{len(done.answers)} operations",
        ("t (ms)", "op", "asked", "cues", "content", "dropped"),
        (
            (
                f"{answer.t:g}",
                answer.op,
                f"cue {answer.cue}" if answer.op == "C" else _asked(answer.cue, answer.query),
                shortened(answer.cues),
                shortened(answer.content),
                shortened(answer.dropped),
            )
            for answer in done.answers
        ),
    )
    result, counts = done.result, done.result.counters.as_dict()
    typer.echo(
        f"{counts['spikes']['total']} spikes, "
        f"{counts['synaptic_events']['total']} synaptic events, "
        f"{counts['plastic_updates']['total']} plastic updates; "
        f"{result.duration:g} ms of model time in {result.provenance.run_seconds:.2f} s."
    )


def _energy(done: "ProgramRun", target: "Target") -> "EnergyReport | None":
    """Print the energy of a run, or why there is none, and return it."""
    from neuro.run import energy

    try:
        account = energy(done.result, target=target)
    except UnsupportedError as error:
        typer.echo(f"No energy: {error}")
        return None
    report = replace(account, events={"operation": len(done.answers), **account.events})
    print_energy(report)
    return report


def _asked(cue: int | None, query: tuple[int, ...]) -> str:
    bits = shortened(query)
    return bits if cue is None else f"cue {cue}: {bits}"
