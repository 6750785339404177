"""`neuro models` and `neuro backends`: what there is, and whether it can run here."""

from typing import Annotated

import typer

from neuro.cli.output import print_table


def models(
    name: Annotated[
        str | None, typer.Argument(help="A model, to list its parameters; default all models.")
    ] = None,
) -> None:
    """List the models, or the parameters of one.

    \b
    Examples:
      neuro models
      neuro models ca3
    """
    from neuro.config import parameter_rows
    from neuro.models import load_model, model_names

    if name is None:
        recipes = [load_model(each) for each in model_names()]
        print_table("Models", ("name", "what it is"), [(r.name, r.summary) for r in recipes])
        return
    recipe = load_model(name)
    typer.echo(recipe.summary)
    print_table(
        f"Parameters of {name}, for --set",
        ("name", "default", "unit"),
        parameter_rows(recipe.parameters),
    )


def backends() -> None:
    """List the backends, whether they can run here, and the targets, their hardware.

    \b
    Example:
      neuro backends
    """
    from neuro.hardware_configs import load_target, target_names
    from neuro.registry import backend_class, backend_names

    rows = []
    for name in backend_names():
        kind = backend_class(name)
        availability = kind.availability()
        offered = kind().capabilities(load_target(kind.default_target)).semantics
        runs = "yes" if availability.available else "no"
        rows.append((name, runs, availability.detail, ", ".join(sorted(offered))))
    print_table("Backends", ("name", "runs here", "detail", "semantics"), rows)
    targets = [load_target(name) for name in target_names()]
    print_table(
        "Targets, for --target",
        ("name", "backend", "what it is"),
        [(item.name, item.backend, item.description) for item in targets],
    )
