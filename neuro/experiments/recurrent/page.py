"""The page of an experiment with a recurrent network: figures, a plot, and what it costs."""

from typing import Any

from neuro.energy import EnergyBasis
from neuro.experiments.recurrent.conditions import Measured, Outcome
from neuro.plotting import to_svg
from neuro.report import Origin, render, version_facts

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

STYLES = {"float": "--", "aware": "-"}
TRAINED = {"float": "trained in floating point", "aware": "trained for the hardware"}


PICOJOULE, NANOSECOND, SQUARE_MILLIMETRE = 1e3, 1e-6, 1e6
"""In fJ, ms and square micrometres."""


def outcome_page(outcome: Outcome, command: str, seed: int) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    outcome : Outcome
        What came out.
    command : str
        That makes this page.
    seed : int
        Root of all randomness.
    """
    accounts = {bits: point.costs.energy_report() for bits, point in outcome.by_bits().items()}
    return render(
        "recurrent.html",
        Origin(command=command, seed=seed, facts=version_facts()),
        outcome=outcome,
        points=_points(outcome),
        costs=_costs(outcome),
        accounts={bits: _account(report.bases[0]) for bits, report in accounts.items()},
        remarks=next(iter(accounts.values())).remarks if accounts else (),
        facts=[(name.replace("_", " "), str(value)) for name, value in outcome.facts.items()],
        curve=to_svg(curve_figure(outcome)),
    )


def _points(outcome: Outcome) -> Table:
    heads = ("bits", "network", "imperfections", "ramps", outcome.quantity, "arrays")
    return heads, [_point(point) for point in outcome.points]


def _point(point: Measured) -> tuple[str, ...]:
    condition = point.condition
    found = f"{point.mean:.4f}"
    return (
        str(condition.bits),
        TRAINED[condition.training],
        "all of the hardware" if condition.sigma is None else f"write error {condition.sigma:g} uS",
        "mended" if condition.mended else "plain",
        found if len(point.values) == 1 else f"{found} \N{PLUS-MINUS SIGN} {point.deviation:.4f}",
        str(len(point.values)),
    )


def _costs(outcome: Outcome) -> Table:
    heads = (
        "bits",
        "energy (pJ)",
        "latency (ns)",
        "area (mm\N{SUPERSCRIPT TWO})",
        "TOPS",
        "TOPS/W",
        "TOPS/mm\N{SUPERSCRIPT TWO}",
    )
    rows: list[tuple[str, ...]] = []
    for bits, point in outcome.by_bits().items():
        one = point.per_inference()
        rows.append(
            (
                str(bits),
                f"{one['energy'] / PICOJOULE:.4g}",
                f"{one['latency'] / NANOSECOND:.4g}",
                f"{one['area'] / SQUARE_MILLIMETRE:.4g}",
                f"{one['tops']:.3g}",
                f"{one['tops_per_watt']:.3g}",
                f"{one['tops_per_mm2']:.3g}",
            )
        )
    return heads, rows


def _account(basis: EnergyBasis) -> dict[str, Any]:
    rows = [
        (
            row.name,
            f"{row.count:.6g}",
            f"{row.coefficient:.4g}",
            f"{row.energy / PICOJOULE:.4g}",
            row.source,
        )
        for row in basis.rows
    ]
    return {"rows": rows, "covers": basis.covers}


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
    figure.legend(loc="outside upper left", frameon=False, fontsize=8, ncols=2)
    return figure
