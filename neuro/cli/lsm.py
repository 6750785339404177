"""`neuro run lsm`: a resistive liquid state machine on real events, as a table, a page and JSON."""

import json as json_module
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuro.cli.options import PageOrReport
from neuro.cli.output import command_line, print_energy, print_table, progress_bar
from neuro.errors import ValidationError, suggestion
from neuro.files import check_writable, write_text

if TYPE_CHECKING:
    from neuro.experiments.lsm import (
        AssociationOutcome,
        ClassificationOutcome,
        Preset,
        Run,
        TaskData,
    )
    from neuro.report import Origin

NO_LIMIT, AS_PRESET = 0, 0
Page = Callable[[float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the user changes in a preset."""

    neurons: int
    law: Any
    converted: bool


def lsm(
    task: Annotated[str, typer.Option(help="nmnist, digits, keywords or association.")] = "digits",
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the data; default the environment variable NEURO_DATA."),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Use the excerpt of spoken digits that is shipped.")
    ] = False,
    preset: Annotated[
        str, typer.Option(help="Settings: improved with 1000 neurons, or those of the authors.")
    ] = "improved",
    neurons: Annotated[
        int, typer.Option(min=0, help="Of a reservoir; 0: as in the preset.")
    ] = AS_PRESET,
    law: Annotated[
        str, typer.Option(help="Of the conductances: normal, lognormal, measured or gaussian.")
    ] = "normal",
    converted: Annotated[
        bool, typer.Option("--converted", help="Train nmnist also on converted still images.")
    ] = False,
    speakers_apart: Annotated[
        bool,
        typer.Option(
            "--speakers-apart", help="Train digits on the other speakers than the one who is asked."
        ),
    ] = False,
    backend: Annotated[str, typer.Option(help="cpu, crossbar or spinnaker.")] = "cpu",
    target: Annotated[
        str | None, typer.Option(help="Which hardware; default the backend's own.")
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="Change an option of the hardware."),
    ] = None,
    reservoirs: Annotated[int, typer.Option(min=1, help="How many, each with own devices.")] = 5,
    read_noise: Annotated[
        float, typer.Option(min=0, max=1, help="Relative, of a device in a read; on cpu.")
    ] = 0.0,
    adc_bits: Annotated[
        int, typer.Option(min=0, max=16, help="Of the column converters, 0 for exact; on cpu.")
    ] = 0,
    relaxation: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Relative change of each device after training; then recalibrate."
        ),
    ] = 0.0,
    limit: Annotated[
        int, typer.Option(min=0, help="Use at most this many samples of each split; 0: all.")
    ] = NO_LIMIT,
    pairs: Annotated[
        bool,
        typer.Option(help="Association: also leave out each of the 45 pairs of digits in turn."),
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Root of all randomness.")] = 0,
    report: PageOrReport = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures here, as JSON.")] = None,
) -> None:
    """Train and test liquid state machines, with the linear baseline beside them.

    The data are read from a folder that holds nmnist, mnist5k, spoken_digits and speech_commands10.
    A run that is stopped keeps nothing.

    \b
    Examples:
      neuro run lsm --sample
      neuro run lsm --task nmnist --data PATH --report page.html --json figures.json
      neuro run lsm --task digits --data PATH --preset authors --read-noise 0.02 --adc-bits 6
      neuro run lsm --task digits --data PATH --neurons 200 --relaxation 0.05
      neuro run lsm --task digits --data PATH --backend spinnaker --reservoirs 1 --limit 200
      neuro run lsm --task association --data PATH --no-pairs
    """
    _check_paths(report, json)
    _check_choices(
        task,
        backend,
        sample=sample,
        noisy=bool(read_noise or adc_bits),
        converted=converted,
        apart=speakers_apart,
        ages=relaxation > 0,
    )

    from neuro.experiments.lsm import Run
    from neuro.hardware_configs import load_target
    from neuro.registry import load_backend
    from neuro.resistive import ArrayEffects

    run = Run(
        reservoirs=reservoirs,
        backend=backend,
        target=load_target(target or load_backend(backend).default_target, options or ()),
        effects=ArrayEffects(read_noise=read_noise, adc_bits=adc_bits),
        seed=seed,
        relaxation=relaxation,
    )
    begun = time.perf_counter()
    change = Changes(neurons=neurons, law=law, converted=converted)
    if task == "association":
        settings = (_settings("digits", preset, change), _settings("nmnist", preset, change))
        document, page = _associate(settings, data, run, limit, pairs=pairs)
    else:
        found = _read(task, _settings(task, preset, change), None if sample else data, sample)
        found = replace(found.limited(limit or None), apart=speakers_apart)
        document, page = _classify(found, _settings(task, preset, change), run)
    document |= {"preset": preset, "backend": backend, "seed": seed, "reservoirs": reservoirs}
    if json is not None:
        write_text(json, json_module.dumps(document) + "\n")
    if report is not None:
        write_text(report, page(time.perf_counter() - begun))
    typer.echo(f"Took {time.perf_counter() - begun:.1f} s.")
    for written in filter(None, (report, json)):
        typer.echo(f"Written: {written}")


def _check_paths(report: Path | None, json: Path | None) -> None:
    for option, path in (("--report", report), ("--json", json)):
        if path is not None:
            check_writable(path, option)
    if report is not None and json is not None and report.resolve() == json.resolve():
        raise ValidationError("--json", f"{str(json)!r} is also the --report file")


def _check_choices(
    task: str,
    backend: str,
    *,
    sample: bool,
    noisy: bool,
    converted: bool,
    apart: bool,
    ages: bool,
) -> None:
    from neuro.experiments.lsm import TASKS

    if task not in TASKS:
        raise ValidationError("--task", repr(task), value=task, limit=suggestion(task, TASKS))
    if sample and task != "digits":
        raise ValidationError(
            "--sample", f"holds no {task}", value=task, limit="It holds spoken digits"
        )
    refused = (
        (noisy and backend != "cpu", "--read-noise", f"not on backend {backend!r}, only on cpu"),
        (converted and task != "nmnist", "--converted", f"not for {task!r}, only for nmnist"),
        (apart and task != "digits", "--speakers-apart", f"not for {task!r}, only for digits"),
        (ages and task == "association", "--relaxation", "not for 'association'"),
        (ages and apart, "--relaxation", "not with --speakers-apart"),
    )
    for wrong, option, what in refused:
        if wrong:
            raise ValidationError(option, what)


def _settings(task: str, preset: str, change: "Changes") -> "Preset":
    from neuro.experiments.lsm import preset as preset_of

    settings = preset_of(preset, task)
    parameters = replace(settings.parameters, law=change.law)
    if change.neurons:
        parameters = replace(parameters, neurons=change.neurons)
    return replace(settings, parameters=parameters, converted=change.converted)


def _origin(run: "Run") -> "Origin":
    from neuro.report import Origin, version_facts

    facts = {"backend": run.backend, "target": run.target.name, **version_facts()}
    return Origin(command=command_line(), seed=run.seed, facts=facts)


def _read(task: str, settings: "Preset", folder: Path | None, sample: bool) -> "TaskData":
    from neuro.experiments.lsm import data_folder, load_sample, load_task

    if sample:
        return load_sample(settings)
    with progress_bar(f"reading {task}") as progress:
        return load_task(task, settings, data_folder(folder), progress=progress)


def _classify(data: "TaskData", settings: "Preset", run: "Run") -> tuple[dict[str, Any], Page]:
    """Run, print, and return the figures and what makes the page from the seconds taken."""
    from neuro.experiments.lsm import run_classification
    from neuro.experiments.lsm.page import classification_page

    with progress_bar(f"{run.reservoirs} reservoirs on {run.backend}") as progress:
        outcome = run_classification(data, settings, run, progress=progress)
    _print_classification(outcome)
    return outcome.as_dict(), lambda seconds: classification_page(
        outcome, data, _origin(run), seconds
    )


def _associate(
    settings: "tuple[Preset, Preset]", folder: Path | None, run: "Run", limit: int, *, pairs: bool
) -> tuple[dict[str, Any], Page]:
    """Run, print, and return the figures and what makes the page from the seconds taken."""
    from neuro.experiments.lsm import run_association
    from neuro.experiments.lsm.page import association_page

    audio, image = (
        _read(name, one, folder, False).limited(limit or None)
        for name, one in zip(("digits", "nmnist"), settings, strict=True)
    )
    with progress_bar(f"{run.reservoirs} pairs of reservoirs on {run.backend}") as progress:
        outcome = run_association((audio, image), settings, run, pairs=pairs, progress=progress)
    _print_association(outcome)
    return outcome.as_dict(), lambda seconds: association_page(outcome, _origin(run), seconds)


def _print_classification(outcome: "ClassificationOutcome") -> None:
    rows = [(f"reservoir {k}", f"{value:.1f}") for k, value in enumerate(outcome.accuracies)]
    rows.append(("mean", f"{outcome.accuracy:.1f}"))
    rows.append(("sd", f"{outcome.accuracy_sd:.1f}"))
    rows += [(f"no reservoir: {name}", f"{value:.1f}") for name, value in outcome.baselines.items()]
    print_table(f"{outcome.task}: test accuracy in percent", ("", "%"), rows)
    if outcome.aged is not None:
        aged = [(name, f"{m:.1f}", f"{sd:.1f}") for name, (m, sd) in outcome.aged.means().items()]
        print_table(
            f"After each device has changed by {100 * outcome.aged.relaxation:g} %",
            ("readout", "%", "sd"),
            aged,
        )
    print_energy(outcome.energy)
    typer.echo(f"{outcome.accuracy:.1f} % +- {outcome.accuracy_sd:.1f}. {outcome.verdict}")


def _print_association(outcome: "AssociationOutcome") -> None:
    import numpy as np

    def row(name: str, values: Sequence[tuple[float, float]]) -> tuple[str, str, str]:
        there, back = np.mean(values, axis=0)
        return name, f"{there:.1f}", f"{back:.1f}"

    rows = [
        row("A1, all ten digits", outcome.all_classes),
        row("A1, digits 1 to 7", outcome.seen),
        row("A1, all ten digits, no reservoir", [outcome.baseline]),
    ]
    print_table(
        "Association, test gallery: accuracy in percent",
        ("", "audio searches image", "image searches audio"),
        rows,
    )
    print_energy(outcome.energy)
    if not outcome.left_out:
        return
    zero, few = outcome.zero_shot(), outcome.few_shot()
    low, high = zero["interval"]
    typer.echo(
        f"A2, zero shot over all pairs of unseen digits: {zero['mean']:.1f} % "
        f"(interval {low:.1f} to {high:.1f}, single pairs {zero['range'][0]:.0f} to "
        f"{zero['range'][1]:.0f}); chance is 50."
    )
    if not zero["above_chance"]:
        typer.echo("This is not above chance.")
    shots = ", ".join(f"{name} samples {value:.1f} %" for name, value in few.items())
    typer.echo(f"A3, few shot over all pairs: {shots}.")
