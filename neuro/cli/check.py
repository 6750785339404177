"""`neuro check`: everything that a memory meets on a machine, before anything runs."""

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.completion import targets_like
from neuro.cli.options import HardwareOptions, Model, Page, Seed, Semantics, Settings
from neuro.cli.output import command_line, print_table
from neuro.cli.paths import check_paths
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.check import CheckReport

STANDARD_OUTPUT = Path("-")
FAILS = 2


def check(
    model: Model,
    target: Annotated[
        str,
        typer.Option(
            autocompletion=targets_like, help="Which hardware; 'neuro backends' lists them."
        ),
    ],
    settings: Settings = None,
    options: HardwareOptions = None,
    semantics: Semantics = None,
    seed: Seed = 0,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write findings and tables here, as JSON; - prints it."),
    ] = None,
    page: Page = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on warnings too: on what would be changed.")
    ] = False,
) -> None:
    """Check a memory against a machine and list every limit that it meets.

    The exit code is 2 if something would fail, or be lost as a whole; with --strict also if
    something would be changed.

    \b
    Examples:
      neuro check ca3 --target spinnaker_spin5
      neuro check ca3 --target spinnaker_spin5 --set cue_size=300 --set content_size=60 \\
                      --option neurons_per_core=128
      neuro check ca3 --target spinnaker_spin3 --strict --json -
      neuro check ca3 --target spinnaker_spin5 --page check.html
    """
    to_file = json is not None and json != STANDARD_OUTPUT
    check_paths({}, {"--json": json if to_file else None, "--page": page})

    from neuro.config import parse_settings
    from neuro.hardware_configs import load_target
    from neuro.models import load_model
    from neuro.run import check as check_network

    recipe = load_model(model)
    hardware = load_target(target, options or ())
    parameters = parse_settings(recipe.parameters, settings or (), model)
    network = recipe.build(parameters, seed=seed)
    report = check_network(network, target=hardware, semantics=semantics)
    text = json_module.dumps(report.as_dict(), indent=2) + "\n"
    if json == STANDARD_OUTPUT:
        typer.echo(text, nl=False)
    else:
        _print_report(report)
    if json is not None and to_file:
        write_text(json, text)
        typer.echo(f"Written: {json}")
    if page is not None:
        from neuro.report.check import check_page
        from neuro.report.values import Origin, version_facts

        origin = Origin(command=command_line(), seed=seed, facts=version_facts())
        write_text(page, check_page(report, _verdict(report), origin))
        typer.echo(f"Page: {page.resolve()}", err=json == STANDARD_OUTPUT)
    if report.fails(strict=strict):
        raise typer.Exit(FAILS)


def _print_report(report: "CheckReport") -> None:
    from neuro.report.check import cell_text

    for table in report.tables:
        rows = [tuple(cell_text(cell) for cell in row) for row in table.rows]
        print_table(table.title, table.columns, rows)
    if report.findings:
        print_table(
            "Findings",
            ("", "where", "what, and what to do"),
            (
                (
                    finding.severity,
                    f"{finding.where}\n{finding.what}",
                    "\n".join(
                        f"{name}: {text}"
                        for name, text in (
                            ("asked", finding.value),
                            ("limit", finding.limit),
                            ("otherwise", finding.reaction),
                            ("remedy", finding.remedy),
                        )
                        if text
                    ),
                )
                for finding in report.findings
            ),
        )
    for remark in report.remarks:
        typer.echo(f"Note: {remark}")
    typer.echo(_verdict(report))


def _verdict(report: "CheckReport") -> str:
    count = {name: 0 for name in ("error", "warning", "note")}
    for finding in report.findings:
        count[finding.severity] += 1
    where = f"network {report.network!r} on {report.target!r}"
    if report.fails():
        return f"Would fail: {where}, {count['error']} errors, {count['warning']} warnings."
    if count["warning"]:
        return f"Would run: {where}, with {count['warning']} warnings."
    return f"Fits: {where}, {count['note']} notes."
