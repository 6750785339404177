"""`neuro show`: what a stored result holds."""

from pathlib import Path
from typing import Annotated

import typer

from neuro.cli.output import print_table
from neuro.cli.sweep import print_sweep


def show(
    path: Annotated[Path, typer.Argument(help="A file written by 'neuro run --out'.")],
) -> None:
    """Summarise a stored result: spikes, synaptic events, weights, where it comes from.

    Of the table of a sweep: means over seeds.

    \b
    Examples:
      neuro show result.h5
      neuro show study.sweep/table.h5
    """
    from neuro.results import load_result
    from neuro.sweep.table_file import is_table, read_table

    if is_table(path):
        print_sweep(read_table(path))
        return
    result = load_result(path)
    counters, sizes = result.counters, result.network.sizes()
    print_table(
        f"Network {result.network.name!r}, {result.duration:g} ms at dt {result.dt:g} ms",
        ("population", "neurons", "spikes"),
        [(name, str(sizes.get(name, "")), str(count)) for name, count in counters.spikes.items()],
    )
    print_table(
        "Projections",
        ("projection", "synaptic events", "plastic updates", "mean weight"),
        [
            (
                name,
                str(count),
                str(counters.plastic_updates.get(name, "")),
                f"{result.weights[name].values.mean():.4g} {result.weights[name].unit}"
                if name in result.weights
                else "",
            )
            for name, count in counters.synaptic_events.items()
        ],
    )
    print_table(
        "Provenance",
        ("what", "value"),
        [
            (name, str(value))
            for name, value in result.provenance.as_dict().items()
            if name not in ("notes", "warnings")
        ],
    )
    for note in result.provenance.notes:
        typer.echo(f"Note: {note}")
