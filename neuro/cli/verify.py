"""`neuro verify`: which backends give the same spikes, network by network and pair by pair."""

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.output import print_table, progress_bar
from neuro.files import check_writable, write_text

if TYPE_CHECKING:
    from neuro.conformance import Matrix

DIFFERS = 2


def verify(
    network: Annotated[
        list[str] | None, typer.Option(help="A network of the suite; may be repeated. Default all.")
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(help="Hold this backend to the CPU; may be repeated. Default: all to all."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the verdicts here, as JSON.")
    ] = None,
) -> None:
    """Run small networks on every backend and say, for each pair, whether the spikes agree.

    A pair is exact, within tolerance (with the share of spikes that only one of them has), or one
    of them refuses the network, for the reason given. The exit code is 2 if a pair differs by more.

    \b
    Examples:
      neuro verify --network binary
      neuro verify --backend spinnaker --backend gpu --json verdicts.json
    """
    if json is not None:
        check_writable(json, "--json")

    from neuro.conformance import verify as run_suite

    chosen = ["cpu", *backend] if backend else None
    with progress_bar("runs") as progress:
        matrix = run_suite(networks=network or None, backends=chosen, progress=progress)
    _print_matrix(matrix)
    if json is not None:
        write_text(json, json_module.dumps(matrix.as_dict(), indent=2) + "\n")
        typer.echo(f"Written: {json}")
    if matrix.failures:
        raise typer.Exit(DIFFERS)


def _print_matrix(matrix: "Matrix") -> None:
    from neuro.conformance import CASES

    for case in dict.fromkeys(item.case for item in matrix.outcomes):
        pairs = {(item.one, item.other): str(item) for item in matrix.verdicts if item.case == case}
        first, *columns = matrix.backends
        rows = [
            (one, *(pairs.get((one, other), "") for other in columns))
            for one in (first, *columns[:-1])
        ]
        print_table(f"{case}: {CASES[case].what}", ("", *columns), rows)
        for item in matrix.outcomes:
            if item.case == case and item.result is None:
                typer.echo(f"  {item.backend} refuses: {item.refusal}")
