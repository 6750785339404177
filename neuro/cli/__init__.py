"""The command `neuro`: one module for each command, one place for errors.

A mistake of the user is one message and exit code 2; an interrupt is exit code 130; only a fault of
neuro itself shows a traceback. Heavy modules are imported inside the commands.
"""

import sys
import warnings
from typing import Annotated, TextIO

import typer

from neuro import __version__
from neuro.cli import (
    ca3_curves,
    check,
    compare,
    compare_model,
    crossbar,
    demo,
    deploy,
    kws,
    ladder,
    listing,
    lsm,
    plan,
    run,
    run_group,
    show,
    sweep,
    verify,
)
from neuro.errors import NeuroError, NeuroWarning

USER_ERROR, INTERRUPTED = 2, 130

app = typer.Typer(
    name="neuro",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Spiking memories, written once, run on many machines.",
)
app.command()(demo.demo)
runs = typer.Typer(
    cls=run_group.ModelGroup,
    no_args_is_help=True,
    help="""Run a program on a memory, or an experiment; each has its own --help.

    \b
    Examples:
      neuro run ca3 --program program.json --backend cpu --json answers.json
      neuro run ca3 --help
      neuro run lsm --sample
    """,
)
runs.command(run_group.MEMORY)(run.run)
runs.command()(lsm.lsm)
runs.command("ca3-curves")(ca3_curves.ca3_curves)
runs.command(cls=kws.ListCommand)(kws.kws)
runs.command(cls=kws.ListCommand)(kws.characters)
app.add_typer(runs, name="run")
app.command()(check.check)
app.command()(ladder.ladder)
app.command()(deploy.deploy)
app.command()(verify.verify)
app.command()(plan.plan)
app.command()(sweep.sweep)
app.command()(show.show)
app.command()(listing.models)
app.command()(listing.backends)
app.add_typer(crossbar.app, name="crossbar")
comparisons = typer.Typer(
    cls=run_group.ModelGroup,
    no_args_is_help=True,
    help="""Compare one memory on many machines, or many memories on equal terms.

    \b
    Examples:
      neuro compare ca3 --backends cpu,spinnaker,crossbar --page page.html
      neuro compare ca3 --help
      neuro compare memories --synapses 1e6
    """,
)
comparisons.command(run_group.MEMORY)(compare_model.model)
comparisons.command()(compare.memories)
app.add_typer(comparisons, name="compare")


def main() -> None:
    """Run the command and turn errors into messages and exit codes."""
    warnings.showwarning = _show_warning
    try:
        app()
    except NeuroError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.exit(USER_ERROR)
    except MemoryError as error:
        sys.stderr.write(f"CapacityError: {error or 'out of memory'}. Use a smaller network.\n")
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: no file was written.\n")
        sys.exit(INTERRUPTED)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
    ] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, NeuroWarning):
        sys.stderr.write(f"{category.__name__}: {message}\n")
    else:
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno))
