"""`neuro crossbar nladc`: a nonlinear ramp converter, its errors and what it needs."""

import json as json_module
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.nladc_outcome import Outcome, print_outcome
from neuro.cli.output import progress_bar
from neuro.cli.paths import check_paths
from neuro.errors import ValidationError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.backends.crossbar.hardware import Hardware
    from neuro.backends.crossbar.nladc import Function, Levels


def nladc(
    function: Annotated[
        str,
        typer.Option(
            help="sigmoid, tanh, softsign, softplus, elu, selu, relu_clip, hard_sigmoid, linear, "
            "exp, gelu or swish."
        ),
    ] = "sigmoid",
    bits: Annotated[int, typer.Option(help="Resolution, 2 to 10.")] = 5,
    target: Annotated[
        str,
        typer.Option(
            help="Which hardware; 'neuro backends' lists them. Or the path of a .toml file."
        ),
    ] = "crossbar_rram_nladc",
    scheme: Annotated[str, typer.Option(help="Where the levels lie: cell, floor or mid.")] = "cell",
    x_range: Annotated[
        tuple[float, float] | None,
        typer.Option("--range", metavar="LOW HIGH", help="Convert between two x only."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(help="JSON file {'x': [...], 'y': [...]} with a function of your own."),
    ] = None,
    levels: Annotated[
        Path | None,
        typer.Option(help="JSON file {'levels': [...], 'thresholds': [...]}; the latter optional."),
    ] = None,
    calibration: Annotated[
        str, typer.Option(help="How the bias is trimmed: none, zero or lsq.")
    ] = "zero",
    error_feedback: Annotated[
        bool,
        typer.Option("--error-feedback", help="Fold the error so far into the next write."),
    ] = False,
    row_budget: Annotated[
        int | None, typer.Option(help="Spend up to so many rows; large steps share devices.")
    ] = None,
    bias_rows: Annotated[
        int | None, typer.Option(help="Devices that set the start; default what one pulse needs.")
    ] = None,
    copies: Annotated[int, typer.Option(help="Program so many columns, keep the best.")] = 1,
    spare_rows: Annotated[int, typer.Option(help="Rows that replace stuck ones.")] = 0,
    sigma: Annotated[
        str | None,
        typer.Option(help="Write error instead of the hardware's, such as '2.67 uS'."),
    ] = None,
    verify_noise: Annotated[
        str, typer.Option(help="Error of a verifying read, for --error-feedback.")
    ] = "0.5 uS",
    draws: Annotated[int, typer.Option(help="Columns to program.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, help="Root of all randomness.")] = 0,
    json: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
    out: Annotated[Path, typer.Option("--page", "--out", help="Where to write the page.")] = Path(
        "neuro-nladc.html"
    ),
) -> None:
    """Study a nonlinear ramp converter: a column of memristors that applies a function.

    Programs many columns and prints INL, DNL, MSE and ENOB as one imperfection after the other is
    switched on, and what the converter needs. INL and DNL are in output LSB. Top-level figures of
    the JSON file are those with write errors alone; 'with_faults' and 'in_operation' have more.

    \b
    Examples:
      neuro crossbar nladc --function sigmoid --bits 5
      neuro crossbar nladc --bits 8 --error-feedback --row-budget 512 --json figures.json
      neuro crossbar nladc --function gelu --copies 4 --sigma "1 uS" --out gelu.html
    """
    check_paths({"--table": table, "--levels": levels}, {"--out": out, "--json": json})

    from neuro.backends.crossbar.nladc import Options, ramp_for
    from neuro.backends.crossbar.nladc.study import study
    from neuro.backends.crossbar.options import described
    from neuro.hardware_configs import load_target
    from neuro.units import to_coherent

    description = load_target(target)
    hardware, _ = described(description)
    options = Options(
        row_budget=row_budget,
        bias_rows=bias_rows,
        calibration=calibration,
        copies=copies,
        spare_rows=spare_rows,
        error_feedback=error_feedback,
        verify_noise=to_coherent(verify_noise, "uS", "--verify-noise", bare=False),
    )
    if sigma is not None:
        hardware = _with_sigma(hardware, to_coherent(sigma, "uS", "--sigma", bare=False))
    converted = _levels(_function(function, table, x_range), bits, scheme, levels)
    ramp = ramp_for(converted, hardware, options)
    with progress_bar("columns") as progress:
        found = study(ramp, hardware, options, draws=draws, seed=seed, progress=progress)
    outcome = Outcome(
        study=found,
        hardware=hardware,
        options=options,
        target=description,
        sigma=sigma,
        seed=seed,
    )
    print_outcome(outcome)
    if json is not None:
        write_text(json, json_module.dumps(outcome.figures(), indent=1) + "\n")
        typer.echo(f"Figures: {json.resolve()}")
    write_text(out, outcome.page())
    typer.echo(f"Page: {out.resolve()}")


def _with_sigma(hardware: "Hardware", sigma: float) -> "Hardware":
    from neuro.backends.crossbar.devices import PolynomialProgramming

    if not 0 <= sigma < float("inf"):
        raise ValidationError("--sigma", f"{sigma:g} uS", value=sigma, limit="Not negative, finite")
    return replace(hardware, programming=PolynomialProgramming(error=(sigma,), scale=1.0))


def _function(name: str, table: Path | None, bounds: tuple[float, float] | None) -> "Function":
    from neuro.backends.crossbar.nladc import function_named, tabulated

    if table is None:
        function = function_named(name)
    else:
        points = _lists(table, "--table", ("x", "y"))
        function = tabulated(points["x"], points["y"], name=table.stem)
    return function if bounds is None else function.within(*bounds)


def _levels(function: "Function", bits: int, scheme: str, path: Path | None) -> "Levels":
    from neuro.backends.crossbar.nladc import given_levels, levels_of

    if path is None:
        return levels_of(function, bits, scheme)
    lists = _lists(path, "--levels", ("levels",), ("thresholds",))
    return given_levels(function, lists["levels"], lists.get("thresholds"))


def _lists(
    path: Path, option: str, needed: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, list[float]]:
    """Read a JSON object whose members are lists of numbers."""
    where = f"{option} file {str(path)!r}"
    example = "{" + ", ".join(f'"{name}": [0.1, 0.2, ...]' for name in (*needed, *optional)) + "}"
    try:
        content = json_module.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValidationError(
            where, f"cannot be read ({error})", hint=f"Write {example}"
        ) from error
    if not isinstance(content, dict) or not set(needed) <= set(content) <= {*needed, *optional}:
        raise ValidationError(where, "has other members", hint=f"Write {example}")
    for name, values in content.items():
        if not isinstance(values, list) or not all(type(item) in (int, float) for item in values):
            raise ValidationError(
                f"{where}.{name}", "is no list of numbers", hint=f"Write {example}"
            )
    return content
