"""`neuro crossbar`: parts of resistive crossbars, studied alone."""

import typer

from neuro.cli import nladc

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Parts of resistive crossbars, studied alone.",
)
app.command()(nladc.nladc)


@app.callback()
def _group() -> None:
    """Keep the name of the part in the command, however many parts there are."""
