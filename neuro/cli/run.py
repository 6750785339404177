"""`neuro run`: run a program on a memory and write the answers."""

import json as json_module
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.completion import backends_like
from neuro.cli.options import (
    HardwareOptions,
    Model,
    Page,
    ProgramFile,
    Seed,
    Semantics,
    Settings,
    TargetName,
    Unchecked,
)
from neuro.cli.output import command_line, print_energy, print_table, progress_bar, shortened
from neuro.cli.paths import check_paths
from neuro.errors import UnsupportedError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.energy import EnergyReport
    from neuro.target import Target
    from neuro.tasks import Answer, ProgramRun


def run(
    model: Model,
    program: ProgramFile,
    settings: Settings = None,
    backend: Annotated[
        str,
        typer.Option(
            autocompletion=backends_like, help="What runs it; 'neuro backends' lists them."
        ),
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
    page: Page = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Keep the state of the run here; the same command goes on from it after a kill.",
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Model time between checkpoints; default a minute of wall time."
        ),
    ] = None,
    unchecked: Unchecked = False,
) -> None:
    """Run a program on a memory and print its answers.

    A program is a JSON list of rows [t, op, cue, content]: L learns, C recalls by cue, K recalls by
    content. Further columns are ignored. Memories that count (ca3_robust) also have F to forget, P
    to complete a content, and thresholds: K:2, K:50%, P:all.

    \b
    Examples:
      neuro run ca3 --program program.json
      neuro run ca3 --set cue_size=5 --set content_size=10 --program program.json \\
                    --backend cpu --out result.h5 --json answers.json
      neuro run ca3 --set "tau_plus=3 ms" --program program.json --semantics exact
      neuro run ca3 --program program.json --backend spinnaker --option mode=loaded --energy
      neuro run ca3 --program program.json --page run.html
      neuro run ca3 --program long.json --json answers.json --checkpoint kept --every "10 s"

    A run with a checkpoint ends with the same bits however often it was stopped. The folder is
    removed when the answers are written.
    """
    new = None if checkpoint is None or checkpoint.is_dir() else checkpoint
    check_paths(
        {"--program": program},
        {"--out": out, "--json": json, "--page": page, "--checkpoint": new},
    )

    from neuro.config import parse_settings, read_program
    from neuro.hardware_configs import load_target
    from neuro.models import load_model
    from neuro.program.checkpoint import discard
    from neuro.registry import load_backend
    from neuro.tasks import AssociativeMemory, answers_document

    recipe = load_model(model)
    parameters = parse_settings(recipe.parameters, settings or (), model)
    rows = read_program(program)
    network = recipe.build(parameters, seed=seed)
    hardware = load_target(target or load_backend(backend).default_target, options or ())
    if checkpoint is not None:
        _check_checkpoint(checkpoint, backend, hardware)
    memory = AssociativeMemory(network, backend, target=hardware, semantics=semantics)
    with _kept(checkpoint), progress_bar(f"{model} on {backend}") as progress:
        done = memory.run_program(
            rows, guard=not unchecked, progress=progress, checkpoint=checkpoint, every=every
        )
    if out is not None:
        done.result.save(out)
    document = answers_document(done)
    _print_answers(done)
    if energy:
        report = _energy(done, hardware)
        document["energy"] = None if report is None else report.as_dict()
    if json is not None:
        write_text(json, json_module.dumps(document) + "\n")
    if page is not None:
        write_text(page, _page(done, hardware))
    for written in filter(None, (out, json, page)):
        typer.echo(f"Written: {written}")
    if checkpoint is not None:
        discard(checkpoint)


def _check_checkpoint(folder: Path, backend: str, hardware: "Target") -> None:
    """Refuse what cannot be kept, and say from where a run goes on."""
    from neuro.program.checkpoint import check_folder, reached
    from neuro.run import check_saves

    check_folder(folder)
    check_saves(backend, hardware)
    time = reached(folder)
    if time is not None:
        typer.echo(f"Goes on from {time:g} ms, kept in {str(folder)!r}.", err=True)


@contextmanager
def _kept(folder: Path | None) -> Iterator[None]:
    """Say of an interrupted run what is not lost."""
    from neuro.program.checkpoint import reached

    try:
        yield
    except KeyboardInterrupt:
        time = None if folder is None else reached(folder)
        if time is not None:
            typer.echo(f"Kept in {str(folder)!r} up to {time:g} ms: run the same again.", err=True)
        raise


def _print_answers(done: "ProgramRun") -> None:
    print_table(
        f"{len(done.answers)} operations",
        ("t (ms)", "op", "asked", "cues", "content", "dropped"),
        (
            (
                f"{answer.t:g}",
                answer.op,
                _asked(answer),
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
    try:
        report = _charged(done, target)
    except UnsupportedError as error:
        typer.echo(f"No energy: {error}")
        return None
    print_energy(report)
    return report


def _charged(done: "ProgramRun", target: "Target") -> "EnergyReport":
    from neuro.run import energy

    account = energy(done.result, target=target)
    return replace(account, events={"operation": len(done.answers), **account.events})


def _page(done: "ProgramRun", target: "Target") -> str:
    from neuro.report.run import run_page

    try:
        report: EnergyReport | None = _charged(done, target)
    except UnsupportedError:
        report = None
    return run_page(done, report, command_line())


def _asked(answer: "Answer") -> str:
    """Say what was asked with: a cue, bits, and how many of them had to match if not any."""
    cue = "" if answer.cue is None else f"cue {answer.cue}"
    bits = shortened(answer.query)
    if answer.threshold > 1:
        bits += f" ({answer.threshold} match)"
    return ": ".join(filter(None, (cue, bits)))
