"""The page of a comparison: one memory on many machines, in words, tables and figures."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neuro.comparison.outcome import Comparison, TargetOutcome
from neuro.energy import EnergyReport
from neuro.plotting import to_svg
from neuro.report import comparison_tables as tables
from neuro.report.ladder import distance_figure
from neuro.report.ladder_tables import component_summary, component_table
from neuro.report.render import render
from neuro.report.values import Origin, version_facts

SHOWN_NOTES = 12
JOULE = 1e15
"""Femtojoules."""


def comparison_page(found: Comparison, command: str) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    found : Comparison
        What was found.
    command : str
        That makes this page.
    """
    runs = [item for item in found.targets if item.ladder is not None]
    powered = [(item, item.energy) for item in runs if item.energy is not None]
    return render(
        "comparison.html",
        _origin(found, command),
        found=found,
        verdict=tables.verdict(found),
        overview=tables.overview(found),
        scores=tables.score_table(found),
        speed=tables.speed_table(found),
        accuracy=to_svg(accuracy_figure(found)) if runs else None,
        ladders=[_ladder(item) for item in runs],
        energy=to_svg(energy_figure(powered)) if powered else None,
        energies=[_energy(item) for item in runs],
    )


def accuracy_figure(found: Comparison) -> Any:
    """Draw the share of right answers by machine and operation.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    runs = [item for item in found.targets if item.scores]
    codes = [(score.op, score.name) for score in runs[0].scores]
    figure = Figure(figsize=(9.0, 0.3 * len(runs) * len(codes) + 1.3), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(codes)
    places = np.arange(len(runs))
    for number, (op, name) in enumerate(codes):
        chosen = [next(score for score in item.scores if score.op == op) for item in runs]
        shares = [100.0 * score.right / score.asked for score in chosen]
        shift = (number - (len(codes) - 1) / 2) * height
        bars = axes.barh(places + shift, shares, 0.9 * height, label=f"{name} ({op})")
        labels = [f"{score.right} of {score.asked}" for score in chosen]
        axes.bar_label(bars, labels, padding=3, fontsize=8)
    axes.set_yticks(places, [item.machine.name for item in runs])
    axes.set_ylim(len(runs) - 0.5, -0.5)
    axes.set_xlim(0, 118)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("answers that are right (%)")
    figure.legend(frameon=False, fontsize=8, loc="outside upper left", ncols=len(codes))
    return figure


def energy_figure(runs: Sequence[tuple[TargetOutcome, EnergyReport]]) -> Any:
    """Draw the energy of an operation by machine and account.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    rows = [
        (f"{item.machine.name}: {basis.name}", basis.energy / item.asked / JOULE, number)
        for number, (item, report) in enumerate(runs)
        for basis in report.bases
        if basis.energy > 0
    ]
    figure = Figure(figsize=(9.0, 0.36 * len(rows) + 1.0), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))
    values = [value for _, value, _ in rows]
    colours = [f"C{number}" for _, _, number in rows]
    # A logarithmic axis has no zero at which bars could begin.
    axes.hlines(places, min(values) / 10, values, colors="0.85", linewidths=1)
    axes.scatter(values, places, c=colours, s=45, zorder=3)
    units = EngFormatter("J", places=2)
    for place, value in zip(places, values, strict=True):
        axes.annotate(
            units(value), (value, place), (8, 0), textcoords="offset points", va="center", size=8
        )
    axes.set_yticks(places, [name for name, _, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 10, 20 * max(values))
    axes.xaxis.set_major_formatter(EngFormatter("J"))
    axes.set_xlabel("energy of an operation (logarithmic)")
    return figure


def _ladder(item: TargetOutcome) -> dict[str, Any]:
    if item.ladder is None:
        raise ValueError(f"target {item.machine.name!r} has no ladder")
    first, worst = item.ladder.first_change, item.costliest
    spike = None if first is None else first.to_first.first
    notes = list(dict.fromkeys(note for rung in item.ladder.rungs for note in rung.notes))
    said = "No approximation changes a spike."
    if first is not None and spike is not None:
        fires = "fires" if spike.extra else "does not fire"
        said = (
            f"{first.name.capitalize()} is the first to change a spike: neuron {spike.neuron} of "
            f"{spike.population} {fires} at {spike.time:g} ms."
        )
    return {
        "name": item.machine.name,
        "table": tables.imperfection_table(item),
        "worst": None if worst is None else worst.name,
        "figure": to_svg(distance_figure(item.ladder)),
        "first": said,
        "notes": notes[:SHOWN_NOTES],
        "note_count": len(notes),
    }


def _energy(item: TargetOutcome) -> dict[str, Any]:
    report = item.energy
    if report is None:
        return {"name": item.machine.name, "gap": f"Not modelled: {item.energy_gap}."}
    return {
        "name": item.machine.name,
        "gap": None,
        "components": component_summary(report, item.asked),
        "table": component_table(report, item.asked),
        "covers": [f"{basis.name}: {basis.covers}." for basis in report.bases],
        "remarks": report.remarks,
    }


def _origin(found: Comparison, command: str) -> Origin:
    digest = found.network_digest
    parameters = ", ".join(f"{name}={text}" for name, text in found.parameters.items())
    return Origin(
        command=command,
        seed=found.seed,
        facts={
            "model": found.model,
            "parameters": parameters or "defaults",
            "program": f"{found.program}, {len(found.operations)} operations",
            "right answers": found.reference,
            "semantics": found.semantics,
            **({} if digest is None else {"network digest": digest}),
            **version_facts(),
        },
    )
