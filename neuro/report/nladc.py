"""The page of a nonlinear converter: ramp, transfer curve, nonlinearity, spread, and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.nladc import Rung, Study
from neuro.backends.crossbar.nladc.metrics import dnl, inl
from neuro.plotting import to_svg
from neuro.report.render import render
from neuro.report.values import Origin, version_facts

NANOSECONDS = 1e6
"""Nanoseconds of a millisecond."""

CURVE_POINTS = 2001
MARGIN = 0.1
"""Share of the ramp that the transfer curve shows beyond both of its ends."""

ERRORS = {
    "mean |INL|": ("mean_abs_inl", ".3f"),
    "max |INL|": ("max_abs_inl", ".3f"),
    "mean |DNL|": ("mean_abs_dnl", ".3f"),
    "missing codes": ("missing_codes", ".2f"),
    "MSE": ("mse", ".3e"),
    "ENOB": ("enob", ".2f"),
}
"""By heading: key of a figure, and how it is written."""

BINS = 40
LEAST_SPREAD = 1e-3
"""Output LSB from which on the distribution is shown: without errors all columns are the same."""

BAND = 5, 95
"""Percentiles between which a band is drawn."""

LONG_AXIS = 64
"""Codes up to which single steps are marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page shows.

    Parameters
    ----------
    study : Study
        Figures of many columns.
    names : mapping of str to str
        What each rung of the study is called, by its name.
    facts : sequence of (str, str)
        The converter, by what is said of it.
    sources : sequence of (str, str, str)
        Name, value and source of each coefficient.
    clock : float, ms
        Length of a cycle.
    command : str
        The command that makes this page.
    seed : int
        Root of all randomness.
    """

    study: Study
    names: Mapping[str, str]
    facts: Sequence[tuple[str, str]]
    sources: Sequence[tuple[str, str, str]]
    clock: float
    command: str
    seed: int


def nladc_page(page: Page) -> str:
    """Fill the page; one file without links to others."""
    study = page.study
    levels = study.ramp.levels
    return render(
        "nladc.html",
        Origin(command=page.command, seed=page.seed, facts=version_facts()),
        page=page,
        errors=error_table(page),
        function=levels.function.name,
        codes=levels.values.size,
        lsb=levels.lsb,
        draws=study.programmed.thresholds.shape[0],
        inputs=levels.function.inputs,
        waveform=to_svg(waveform_figure(study, page.clock)),
        transfer=to_svg(transfer_figure(study)),
        nonlinearity=to_svg(nonlinearity_figure(study)),
        spread=to_svg(spread_figure(study, page.names)),
        conductances=to_svg(conductance_figure(study)),
    )


def error_table(page: Page) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and one row for each rung: errors in output LSB, mean square, bits."""
    rows = []
    for rung in page.study.rungs:
        several = rung.thresholds.shape[0] > 1
        cells = []
        for key, form in ERRORS.values():
            figure = rung.figures[key]
            spread = several and key.startswith(("mean_abs", "max_abs"))
            more = f" \N{PLUS-MINUS SIGN} {figure.deviation:{form}}" if spread else ""
            cells.append(f"{figure.mean:{form}}{more}")
        rows.append((page.names[rung.name], *cells))
    return ("errors", *ERRORS), rows


def waveform_figure(study: Study, clock: float) -> Any:
    """Draw the ramp over time: as designed, and of one programmed column.

    Parameters
    ----------
    study : Study
        What to draw.
    clock : float, ms
        Length of a cycle.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = _figure(8.0, 3.4)
    ramp = study.ramp
    # The last value is held for one more cycle, that of the overflow.
    times = np.arange(ramp.rows + 2) * clock * NANOSECONDS
    for held, label, style in (
        (ramp.ideal(), "as designed", {"color": "C0", "linewidth": 2.0}),
        (study.example, "one programmed column", {"color": "C1", "linewidth": 1.2}),
    ):
        values = ramp.waveform(held)
        axes.step(times, [*values, values[-1]], where="post", label=label, **style)
    axes.axhline(0.0, color="0.8", linewidth=0.8, zorder=0)
    axes.set_xlabel("time since the first threshold (ns)")
    axes.set_ylabel("ramp (units of x)")
    axes.legend(frameon=False)
    return figure


def transfer_figure(study: Study) -> Any:
    """Draw output against input: the exact function, without errors, and of one column.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = _figure(8.0, 4.2)
    levels = study.ramp.levels
    first, last = levels.thresholds[[0, -1]]
    margin = MARGIN * (last - first)
    x = np.linspace(first - margin, last + margin, CURVE_POINTS)
    axes.plot(x, levels.function.value(x), color="0.6", linewidth=3.0, label="exact function")
    example = study.ramp.thresholds(study.example)
    for thresholds, label, color in (
        (levels.thresholds, "converter without errors", "C0"),
        (example, "one programmed column", "C1"),
    ):
        outputs = levels.outputs[np.searchsorted(thresholds, x, side="right")]
        axes.plot(x, outputs, color=color, linewidth=1.0, label=label)
    axes.set_xlabel("input x (weighted sum)")
    axes.set_ylabel("output (units of the function)")
    axes.legend(frameon=False)
    return figure


def nonlinearity_figure(study: Study) -> Any:
    """Draw INL and DNL by code: median and band over draws, and one column.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    levels = study.ramp.levels
    example = study.ramp.thresholds(study.example)
    for axes, measure, name in ((upper, inl, "INL"), (lower, dnl, "DNL")):
        values = measure(levels, study.programmed.thresholds)
        steps = np.arange(1, values.shape[1] + 1)
        low, middle, high = np.percentile(values, [BAND[0], 50, BAND[1]], axis=0)
        label = f"{BAND[0]} % to {BAND[1]} % of columns"
        axes.fill_between(steps, low, high, alpha=0.3, label=label, color="C0")
        axes.plot(steps, middle, color="C0", linewidth=1.5, label="median")
        marker = "." if steps.size <= LONG_AXIS else ""
        line = measure(levels, example)
        axes.plot(steps, line, color="C1", linewidth=0.9, marker=marker, label="one column")
        axes.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
        axes.set_ylabel(f"{name} (output LSB)")
    upper.legend(frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    lower.set_xlabel("threshold number")
    return figure


def spread_figure(study: Study, names: Mapping[str, str]) -> Any:
    """Draw the distribution of the mean absolute INL of a column over draws.

    Parameters
    ----------
    study : Study
        What to draw.
    names : mapping of str to str
        What each rung is called.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = _figure(8.0, 3.2)
    levels = study.ramp.levels
    means = {rung.name: _mean_abs_inl(levels, rung) for rung in study.rungs[1:]}
    # Rungs may lie far apart, so bins and axis are logarithmic.
    everything = np.maximum(np.concatenate(list(means.values())), LEAST_SPREAD)
    low, high = np.percentile(everything, [0.1, 99.9])
    edges = np.geomspace(low * 0.9, high * 1.1, BINS + 1)
    for name, value in means.items():
        # What lies beyond an end is counted in its bin.
        share = np.histogram(np.clip(value, low, high), edges)[0] / value.size * 100
        axes.stairs(share, edges, label=names[name], linewidth=1.5)
    axes.set_xscale("log")
    axes.set_xlabel("mean |INL| of a column (output LSB)")
    axes.set_ylabel("columns (%)")
    axes.legend(frameon=False)
    return figure


def conductance_figure(study: Study) -> Any:
    """Draw the conductances of the ramp devices: targets, and what one column holds.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = _figure(8.0, 3.2)
    rows = np.arange(1, study.ramp.rows + 1)
    edges = np.arange(study.ramp.rows + 1) + 0.5
    axes.stairs(study.ramp.targets, edges, fill=True, alpha=0.35, color="C0", label="target")
    axes.plot(rows, study.example.ramp, ".", color="C1", label="one programmed column")
    axes.set_xlabel("row of the ramp, in the order of its pulses")
    axes.set_ylabel("conductance (\N{MICRO SIGN}S)")
    axes.legend(frameon=False)
    return figure


def _mean_abs_inl(levels: Any, rung: Rung) -> NDArray[np.float64]:
    means: NDArray[np.float64] = np.abs(inl(levels, rung.thresholds)).mean(axis=1)
    return means


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()
