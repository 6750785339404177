"""`neuro run kws` and `neuro run characters`: recurrent networks on crossbars with ramp gates."""

import json as json_module
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from neuro.cli.options import PageOrOut
from neuro.cli.output import command_line, print_energy, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.errors import ValidationError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.experiments.recurrent import Measured, Outcome

DEFAULT_TARGET = "crossbar_rram_nladc"
DATA_VARIABLE = "NEURO_DATA"
QUICK_EXAMPLES = 300
QUICK_CHARACTERS = 100_000
NANOSECONDS, PICOJOULES, MM2 = 1e6, 1e-3, 1e-6
"""Of a millisecond, a femtojoule and a square micrometre."""


class ListCommand(TyperCommand):
    """Takes `--bits 3 4 5` for `--bits 3 --bits 4 --bits 5`; it has no arguments but options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat an option that may be given often before each of its values."""
        often = {
            name
            for parameter in self.params
            if getattr(parameter, "multiple", False)
            for name in parameter.opts
        }
        found: list[str] = []
        option, values = "", 0
        for arg in args:
            if arg.startswith("--"):
                option, values = arg, 0
            elif option in often:
                values += 1
                if values > 1:
                    found.append(option)
            found.append(arg)
        rest: list[str] = super().parse_args(ctx, found)
        return rest


Bits = Annotated[
    list[int] | None,
    typer.Option(metavar="N [N ...]", help="Of the converters; default 3 4 5 8."),
]
Sigma = Annotated[
    list[float] | None,
    typer.Option(metavar="X [X ...]", help="Write errors of devices in uS."),
]
Seeds = Annotated[
    int | None, typer.Option(min=1, help="Arrays that are programmed for each write error.")
]
Target = Annotated[
    str, typer.Option(help="Which crossbar hardware: a name, or the path of a .toml file.")
]
Kept = Annotated[
    Path | None, typer.Option(help="Folder of trained networks: read if there, else written.")
]
Quick = Annotated[bool, typer.Option("--quick", help="Little data and few epochs: a minute.")]
Energy = Annotated[
    bool, typer.Option("--energy", help="Print the whole account of the last resolution.")
]
Seed = Annotated[int, typer.Option(min=0, help="Root of all randomness.")]
Out = PageOrOut
Json = Annotated[Path | None, typer.Option(help="Write the figures here, as JSON.")]


def kws(
    data: Annotated[
        Path | None,
        typer.Option(envvar=DATA_VARIABLE, help="Folder with spoken_digits or speech_commands10."),
    ] = None,
    words: Annotated[str, typer.Option(help="Which data set: digits or keywords.")] = "digits",
    bits: Bits = None,
    sigma: Sigma = None,
    seeds: Seeds = None,
    target: Target = DEFAULT_TARGET,
    everything: Annotated[
        bool,
        typer.Option(help="Also measure the hardware with all its imperfections at once."),
    ] = True,
    weights: Kept = None,
    quick: Quick = False,
    energy: Energy = False,
    seed: Seed = 0,
    out: Out = None,
    json: Json = None,
) -> None:
    """Spot spoken words with an LSTM on a crossbar: accuracy over bits and write errors, and cost.

    Of a run that is stopped, networks that were trained are kept if --weights names a folder.

    \b
    Examples:
      neuro run kws --data PATH --quick
      neuro run kws --data PATH --bits 3 4 5 8 --sigma 0 2.67 5 10 --seeds 10 --json figures.json
      neuro run kws --data PATH --words keywords --weights trained --out page.html
    """
    check_paths({}, {"--out": out, "--json": json})
    if data is None:
        hint = f"Name the folder, or set the environment variable {DATA_VARIABLE}"
        raise ValidationError("--data", "is missing", hint=hint)

    from dataclasses import replace

    from neuro.backends.crossbar.options import described
    from neuro.experiments.recurrent import QUICK, Sweep, WordProtocol, load_words, run_words
    from neuro.hardware_configs import load_target

    begun = time.perf_counter()
    protocol = QUICK if quick else WordProtocol()
    sweep = Sweep(
        bits=tuple(bits or (3, 4, 5, 8)),
        sigmas=tuple(sigma if sigma else (0.0, 2.67, 5.0, 10.0)),
        everything=everything,
    )
    hardware, _ = described(load_target(target))
    heard = load_words(
        data,
        words,
        most=QUICK_EXAMPLES if quick else None,
        silence="before" if quick else "after",
        seed=seed,
    )
    with progress_bar(f"{words} on {target}") as progress:
        outcome = run_words(
            heard,
            hardware,
            protocol=replace(protocol, arrays=seeds or protocol.arrays),
            sweep=sweep,
            seed=seed,
            folder=weights,
            progress=progress,
        )
    _finish(outcome, begun, seed=seed, energy=energy, out=out, json=json)


def characters(
    text: Annotated[Path, typer.Option(help="A text in UTF-8, better 1 MB and more.")],
    bits: Bits = None,
    sigma: Sigma = None,
    seeds: Seeds = None,
    target: Target = DEFAULT_TARGET,
    weights: Kept = None,
    quick: Quick = False,
    energy: Energy = False,
    seed: Seed = 0,
    out: Out = None,
    json: Json = None,
) -> None:
    """Predict the characters of a text with an LSTM on a crossbar: bits per character, and cost.

    \b
    Examples:
      neuro run characters --text FILE --quick
      neuro run characters --text FILE --bits 3 5 8 --sigma 0 2.67 --out page.html
    """
    check_paths({"--text": text}, {"--out": out, "--json": json})

    from dataclasses import replace

    from neuro.backends.crossbar.options import described
    from neuro.experiments.recurrent import CharacterProtocol, Sweep, load_corpus, run_characters
    from neuro.hardware_configs import load_target

    begun = time.perf_counter()
    protocol = CharacterProtocol()
    corpus = load_corpus(text, most=QUICK_CHARACTERS if quick else None)
    hardware, _ = described(load_target(target))
    with progress_bar(f"{text.name} on {target}") as progress:
        outcome = run_characters(
            corpus,
            hardware,
            protocol=replace(protocol, arrays=seeds or protocol.arrays),
            sweep=Sweep(
                bits=tuple(bits or (3, 4, 5, 8)), sigmas=tuple(sigma if sigma else (0.0, 2.67))
            ),
            seed=seed,
            folder=weights,
            progress=progress,
        )
    _finish(outcome, begun, seed=seed, energy=energy, out=out, json=json)


def _finish(
    outcome: "Outcome",
    begun: float,
    *,
    seed: int,
    energy: bool,
    out: Path | None,
    json: Path | None,
) -> None:
    """Print the figures, and write what was asked for."""
    _print_outcome(outcome)
    if energy:
        print_energy(list(outcome.by_bits().values())[-1].costs.energy_report())
    if out is not None:
        from neuro.experiments.recurrent.page import outcome_page

        write_text(out, outcome_page(outcome, command_line(), seed))
    if json is not None:
        write_text(json, json_module.dumps(outcome.as_dict()) + "\n")
    typer.echo(f"Took {time.perf_counter() - begun:.1f} s.")
    for written in filter(None, (out, json)):
        typer.echo(f"Written: {written}")


def _print_outcome(outcome: "Outcome") -> None:
    print_table(
        f"{outcome.name} on {outcome.target!r}: {outcome.quantity}; "
        f"{outcome.exact:.4g} in floating point",
        ("bits", "trained", "imperfections", "ramps", outcome.quantity, "arrays"),
        [_row(point) for point in outcome.points],
    )
    print_table(
        "What it costs, one sample",
        ("bits", "energy (pJ)", "latency (ns)", "area (mm2)", "TOPS", "TOPS/W", "TOPS/mm2"),
        [(str(bits), *_costs(point)) for bits, point in outcome.by_bits().items()],
    )


def _row(point: "Measured") -> tuple[str, ...]:
    condition = point.condition
    found = f"{point.mean:.4f}"
    return (
        str(condition.bits),
        "for the bits, with noise" if condition.training == "aware" else "in floating point",
        "all" if condition.sigma is None else f"write error {condition.sigma:g} uS",
        "error feedback, row budget" if condition.mended else "plain",
        found if len(point.values) == 1 else f"{found} +- {point.deviation:.4f}",
        str(len(point.values)),
    )


def _costs(point: "Measured") -> tuple[str, ...]:
    one = point.per_inference()
    return (
        f"{PICOJOULES * one['energy']:.4g}",
        f"{NANOSECONDS * one['latency']:.4g}",
        f"{MM2 * one['area']:.4g}",
        f"{one['tops']:.4g}",
        f"{one['tops_per_watt']:.4g}",
        f"{one['tops_per_mm2']:.4g}",
    )
