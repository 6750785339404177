"""Options that several commands share, so that a name means the same in each of them."""

from pathlib import Path
from typing import Annotated

import typer

from neuro.cli.completion import models_like, targets_like

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="Name of a model; 'neuro models' lists them.",
        autocompletion=models_like,
    ),
]
ProgramFile = Annotated[
    Path, typer.Option("--program", help="JSON file with rows [t in ms, op, cue, content].")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; with its unit."),
]
TargetName = Annotated[
    str | None,
    typer.Option(
        "--target", autocompletion=targets_like, help="Which hardware; default the backend's own."
    ),
]
HardwareOptions = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="Change an option of the hardware."),
]
Semantics = Annotated[
    str | None,
    typer.Option(help="exact or tick; default what the model was designed for."),
]
Seed = Annotated[int, typer.Option(min=0, help="Root of all randomness.")]
Expected = Annotated[
    bool,
    typer.Option(
        "--expected",
        help="Columns 5 and 6 of the program are the cues and content that should come back.",
    ),
]
Unchecked = Annotated[
    bool,
    typer.Option(
        "--unchecked",
        help="Run also what corrupts the memory: overlapping operations, empty contents.",
    ),
]
Page = Annotated[Path | None, typer.Option("--page", help="Write a page here, as HTML.")]
PageOrOut = Annotated[
    Path | None, typer.Option("--page", "--out", help="Write a page here, as HTML.")
]
PageOrReport = Annotated[
    Path | None, typer.Option("--page", "--report", help="Write a page here, as HTML.")
]
