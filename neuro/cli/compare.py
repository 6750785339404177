"""`neuro compare memories`: many memories side by side on equal terms."""

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.options import PageOrOut
from neuro.cli.output import command_line, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.errors import ValidationError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.experiments.memories.compare import Comparison


def memories(
    synapses: Annotated[float, typer.Option(help="Weights of each memory, such as 1e6.")] = 1e6,
    damage: Annotated[float, typer.Option(help="Share of an item that its cue lacks.")] = 0.5,
    error: Annotated[
        float, typer.Option(help="Share of wrong answers up to which stored items are counted.")
    ] = 0.01,
    only: Annotated[
        list[str] | None,
        typer.Option("--memory", metavar="NAME", help="Compare this one; repeat for more."),
    ] = None,
    cues: Annotated[int, typer.Option(min=1, help="Asked at each load, at most.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Root of all randomness.")] = 0,
    processor: Annotated[str, typer.Option(help="Whose energies of operations.")] = "cpu_45nm",
    spinnaker: Annotated[str, typer.Option(help="Which SpiNNaker machine.")] = "spinnaker_spin5",
    crossbar: Annotated[str, typer.Option(help="Which crossbar.")] = "crossbar_rram_wan2022",
    breakdown: Annotated[
        bool, typer.Option("--breakdown", help="Print what energies are made of, with sources.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option(help="Write curves and figures here, as JSON.")
    ] = None,
    out: PageOrOut = None,
) -> None:
    """Fill every memory until it fails: items, bits for a weight, energy of a recall.

    All have the same number of weights and cues with the same damage: clustered cliques, stored and
    learned under noise, Willshaw, Amari, Sparsey, Hopfield, the multitasking network, key-value
    memory, modern and outlier-efficient Hopfield networks.

    \b
    Examples:
      neuro compare memories --synapses 1e6
      neuro compare memories --synapses 1e5 --damage 0.25 --json table.json --out table.html
      neuro compare memories --synapses 1e6 --memory "clustered cliques" --memory Willshaw
    """
    check_paths({}, {"--json": json, "--out": out})

    from neuro.experiments.memories.compare import Machines, Settings, compare
    from neuro.hardware_configs import load_target

    settings = Settings(
        synapses=_whole(synapses),
        damage=damage,
        error=error,
        cues=cues,
        seed=seed,
        memories=tuple(only or ()),
    )
    machines = Machines(
        processor=load_target(processor),
        spinnaker=load_target(spinnaker),
        crossbar=load_target(crossbar),
    )
    with progress_bar("memories") as progress:
        found = compare(settings, machines, progress=progress)
    _print(found, breakdown=breakdown)
    if json is not None:
        write_text(json, json_module.dumps(found.as_dict(), indent=1) + "\n")
        typer.echo(f"Written: {json}")
    if out is not None:
        from neuro.experiments.memories.page import comparison_page

        write_text(out, comparison_page(found, command_line()))
        typer.echo(f"Page: {out.resolve()}")


def _whole(synapses: float) -> int:
    """Return the number of weights; `1e6` is one."""
    if not synapses.is_integer():
        raise ValidationError("--synapses", f"{synapses:g}", value=synapses, limit="Whole numbers")
    return int(synapses)


def _print(found: "Comparison", *, breakdown: bool) -> None:
    from neuro.experiments.memories import tables

    settings = found.settings
    title = (
        f"Memories with {settings.synapses:,} weights, cues that lack {100 * settings.damage:g} %; "
        "energy of one recall"
    )
    print_table(title, *tables.overview(found))
    if breakdown:
        print_table("What energies are made of", *tables.breakdown(found))
    for line in tables.covers(found):
        typer.echo(line)
    noise = found.noise
    best = min(range(len(noise.errors)), key=noise.errors.__getitem__)
    typer.echo(
        f"Noise that helps: of one winner in each cluster {noise.errors[0]:.3f} are wrong without "
        f"read noise, {noise.errors[best]:.3f} with {noise.sigmas[best]:g} links of it."
    )
    devices = found.devices
    typer.echo(
        f"Devices that differ: written once, {devices.errors[0]:.3f} are wrong on ideal devices, "
        f"{devices.errors[-1]:.3f} with a spread of {devices.spreads[-1]:g}, "
        f"{devices.published:.3f} on {devices.target}."
    )
