"""The page of an experiment with a recurrent network: figures, a plot, and what it costs."""

from typing import Any

from neuro.experiments.recurrent.conditions import Measured, Outcome
from neuro.plotting import to_svg
from neuro.report.render import render

STYLES = {"float": "--", "aware": "-"}
TRAINED = {"float": "trained in floating point", "aware": "trained for the hardware"}


def outcome_page(outcome: Outcome) -> str:
    """Fill the page; one file without links to others."""
    accounts = {bits: point.costs.energy_report() for bits, point in outcome.by_bits().items()}
    return render(
        "recurrent.html",
        outcome=outcome,
        costs={bits: point.per_inference() for bits, point in outcome.by_bits().items()},
        accounts=accounts,
        trained=TRAINED,
        curve=to_svg(curve_figure(outcome)),
    )


def curve_figure(outcome: Outcome) -> Any:
    """Draw the quantity against the write error, one line for bits, training and ramps."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.5), layout="constrained")
    axes = figure.subplots()
    lines: dict[tuple[int, str, bool], list[Measured]] = {}
    for point in outcome.points:
        condition = point.condition
        if condition.sigma is not None:
            key = condition.bits, condition.training, condition.mended
            lines.setdefault(key, []).append(point)
    order = list(outcome.by_bits())
    for (bits, training, mended), points in lines.items():
        axes.errorbar(
            [point.condition.sigma or 0.0 for point in points],
            [point.mean for point in points],
            yerr=[point.deviation for point in points],
            linestyle=":" if mended else STYLES[training],
            marker="s" if mended else "o",
            color=f"C{order.index(bits)}",
            capsize=3,
            label=f"{bits} bits, {TRAINED[training]}{', mended ramps' if mended else ''}",
        )
    axes.axhline(outcome.exact, color="0.5", linewidth=1, label="floating point, no hardware")
    axes.set_xlabel("write error of a device (uS)")
    axes.set_ylabel(outcome.quantity)
    axes.legend(fontsize="x-small", ncols=2)
    return figure
