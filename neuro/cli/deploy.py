"""`neuro deploy`: a memory on a SpiNNaker board through PyNN, or on a virtual one, compared."""

import json as json_module
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuro.cli.options import HardwareOptions, Model, Seed, Settings
from neuro.cli.output import print_table, shortened
from neuro.cli.paths import check_paths
from neuro.errors import UnsupportedError, ValidationError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.ir import Network
    from neuro.plan import Plan
    from neuro.pynn_export import Script
    from neuro.target import Target
    from neuro.tasks.written import WrittenProgram

SIMULATOR = "spiNNaker"
BACKEND = "spinnaker"
DIFFERS = 2
SHORT_RUN = 100.0
"""Length of a run without a program, ms."""

TITLES = {
    "populations": "Populations on the board",
    "sources": "Inputs on the board",
    "projections": "Projections on the board",
}
COLUMNS = {
    "populations": ("neurons", "cores", "shifts", "slots", "parameters"),
    "sources": ("sources", "cores"),
    "projections": ("synapses", "weights", "delays"),
}


def deploy(
    model: Model,
    target: Annotated[
        str, typer.Option(help="Which hardware; 'neuro backends' lists them.")
    ] = "spinnaker_spin5",
    virtual: Annotated[
        bool,
        typer.Option("--virtual", help="Map and compare on a virtual board, even if there is one."),
    ] = False,
    settings: Settings = None,
    options: HardwareOptions = None,
    program: Annotated[
        Path | None,
        typer.Option(help="JSON file with rows [t in ms, op, cue, content], sent with the memory."),
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option(help="How long to run, such as '1 s'; default what the program takes."),
    ] = None,
    script: Annotated[
        Path | None, typer.Option(help="Write the PyNN script of the memory here too.")
    ] = None,
    simulator: Annotated[
        str,
        typer.Option(help="Of the script: spiNNaker, nest or brian2; the last two deploy nothing."),
    ] = SIMULATOR,
    seed: Seed = 0,
    json: Annotated[
        Path | None,
        typer.Option(help="Write the comparison, or what the board answered, here as JSON."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what the machine would silently do wrong.")
    ] = False,
) -> None:
    """Deploy a memory to SpiNNaker through sPyNNaker.

    It runs on the board of ~/.spynnaker.cfg. Without one, or with --virtual, sPyNNaker maps the
    memory on a virtual board and generates all data; cores, delay slots, shifts, weights and
    delays are then compared with what neuro predicts. The exit code is 2 if anything differs.

    \b
    Examples:
      neuro deploy ca3 --target spinnaker_spin5 --virtual
      neuro deploy ca3 --set cue_size=5 --set content_size=10 --program program.json \\
                       --script ca3_spinnaker.py --json report.json
      neuro deploy ca3 --script ca3_nest.py --simulator nest
    """
    _check_paths(program, script, json, simulator)

    from neuro.config import parse_settings
    from neuro.hardware_configs import load_target
    from neuro.models import load_model

    recipe = load_model(model)
    chosen = [*(options or ()), "strict=true"] if strict else options or ()
    hardware = load_target(target, chosen)
    if hardware.backend != BACKEND:
        raise UnsupportedError(
            f"target {target!r}",
            f"belongs to backend {hardware.backend!r}, to which nothing is deployed",
            value=target,
            limit="Memories are deployed to backend 'spinnaker'",
        )
    network = recipe.build(parse_settings(recipe.parameters, settings or (), model), seed=seed)
    job = _job(network, program, duration, simulator)
    if script is not None:
        for path in job.script(simulator, hardware).write(script):
            typer.echo(f"Written: {path}")
    if simulator != SIMULATOR:
        return
    board = None if virtual else _board()
    if board is None:
        _deploy_virtually(job, hardware, json)
    else:
        _deploy_to_board(job, hardware, board, json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What is deployed: a plan, its program if it has one, and for how long."""

    plan: "Plan"
    written: "WrittenProgram | None"
    duration: float

    def script(self, simulator: str, hardware: "Target") -> "Script":
        from neuro.backends.spinnaker.options import target_options
        from neuro.pynn_export import to_script

        options = target_options(hardware)
        return to_script(
            self.plan,
            simulator,
            duration=self.duration,
            neurons_per_core=options.neurons_per_core,
            time_scale_factor=options.time_scale_factor,
        )


def _job(network: "Network", program: Path | None, duration: str | None, simulator: str) -> _Job:
    from neuro.config import read_program
    from neuro.pynn_export import conventions_of
    from neuro.run import lower
    from neuro.tasks.written import with_program
    from neuro.units import to_coherent

    semantics = conventions_of(simulator).semantics
    written = None if program is None else with_program(network, read_program(program))
    if duration is not None:
        length = float(to_coherent(duration, "ms", "--duration", bare=False))
    else:
        length = SHORT_RUN if written is None else written.duration
    plan = lower(network if written is None else written.network, semantics=semantics)
    return _Job(plan=plan, written=written, duration=length)


def _check_paths(
    program: Path | None, script: Path | None, json: Path | None, simulator: str
) -> None:
    """Refuse, before any work, files that cannot be written or would overwrite one another."""
    from neuro.pynn_export import conventions_of

    conventions_of(simulator)
    if simulator != SIMULATOR and (script is None or json is not None):
        raise ValidationError(
            "--simulator",
            f"{simulator!r} deploys nothing, it only takes a script",
            value=simulator,
            hint="Name the file with --script, and leave --json out",
        )
    outputs = {"--script": script, "--json": json}
    if script is not None:
        outputs["the data file of --script"] = script.with_suffix(".npz")
    check_paths({"--program": program}, outputs)


def _board() -> str | None:
    """Return the board of the user's configuration, and say so if there is none."""
    from neuro.backends.spinnaker.toolchain import USER_CONFIGURATION, configured_board

    board = configured_board()
    if board is None:
        typer.echo(
            f"No board is configured in ~/{USER_CONFIGURATION}: virtual mode, which maps and "
            "compares but simulates nothing."
        )
    return board


def _deploy_virtually(job: _Job, hardware: "Target", json: Path | None) -> None:
    from neuro.backends.spinnaker.toolchain import require_toolchain
    from neuro.backends.spinnaker.virtual import deploy_virtual, report

    version = require_toolchain()
    with _spinner(f"sPyNNaker {version} maps {job.plan.network.name!r} on a virtual board"):
        deployment = deploy_virtual(job.plan, hardware, duration=job.duration)
    document = report(deployment, version)
    _print_report(document)
    if json is not None:
        write_text(json, json_module.dumps(document, indent=2) + "\n")
        typer.echo(f"Written: {json}")
    if deployment.differences:
        raise typer.Exit(DIFFERS)


def _deploy_to_board(job: _Job, hardware: "Target", board: str, json: Path | None) -> None:
    from neuro.backends.spinnaker.board import run_on
    from neuro.tasks import Answer, ProgramRun, answers_document
    from neuro.tasks.program import decode

    with _spinner(f"{job.plan.network.name!r} on {board}"):
        result = run_on(job.plan, hardware, duration=job.duration)
    answers: tuple[Answer, ...] = ()
    if job.written is not None and job.plan.network.protocol is not None:
        answers = decode(job.plan.network.protocol, job.written.operations, result)
    done = ProgramRun(answers=answers, result=result)
    print_table(
        f"{len(answers)} operations on {board}",
        ("t (ms)", "op", "cues", "content"),
        ((f"{a.t:g}", a.op, shortened(a.cues), shortened(a.content)) for a in answers),
    )
    typer.echo(f"{result.counters.as_dict()['spikes']['total']} spikes were recorded.")
    if json is not None:
        write_text(json, json_module.dumps(answers_document(done)) + "\n")
        typer.echo(f"Written: {json}")


def _print_report(document: dict[str, Any]) -> None:
    """Print what was predicted and generated side by side; equal numbers once."""
    for part, columns in COLUMNS.items():
        print_table(
            TITLES[part],
            ("name", *(column.replace("_", " ") for column in columns)),
            ((row["name"], *(_both(row[column]) for column in columns)) for row in document[part]),
        )
    differences = document["differences"]
    for row in differences:
        typer.echo(f"Differs: {row['text']}")
    typer.echo(
        f"{len(differences) or 'No'} difference{'' if len(differences) == 1 else 's'} between "
        f"prediction and sPyNNaker {document['toolchain']}: {document['cores']} cores on "
        f"{document['chips']} chip{'' if document['chips'] == 1 else 's'}, "
        f"{document['seconds']:.1f} s."
    )


def _both(values: dict[str, str]) -> str:
    predicted, generated = values["predicted"], values["generated"]
    if predicted == generated:
        return predicted
    return f"{predicted} predicted, {generated} generated"


@contextmanager
def _spinner(what: str) -> Iterator[None]:
    """Show, on standard error, that something of unknown length goes on."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    console = Console(stderr=True)
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        bar.add_task(what)
        yield
