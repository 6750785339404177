"""The page of a comparison: capacity curves, the table, and the noise that helps."""

from typing import Any

from neuro.experiments.memories.compare import Comparison
from neuro.experiments.memories.tables import breakdown, covers, device_table, noise_table, overview
from neuro.plotting import to_svg
from neuro.report import Origin, render, version_facts

STYLES = ("-", "--", ":")
COLOURS = 10


def comparison_page(found: Comparison, command: str) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    found : Comparison
    command : str
        That makes this page.
    """
    return render(
        "memories.html",
        Origin(command=command, seed=found.settings.seed, facts=version_facts()),
        found=found,
        overview=overview(found),
        breakdown=breakdown(found),
        covers=covers(found),
        noise_table=noise_table(found),
        curves=to_svg(curve_figure(found)),
        bits=to_svg(bits_figure(found)),
        noise=to_svg(noise_figure(found)),
        device_table=device_table(found),
        devices=to_svg(device_figure(found)),
    )


def curve_figure(found: Comparison) -> Any:
    """Draw the share of exact answers over the items stored.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    axes = figure.subplots()
    for number, item in enumerate(found.outcomes):
        style = STYLES[number % len(STYLES)]
        colour = f"C{number % COLOURS}"
        axes.plot(item.loads, item.exact, style, marker=".", color=colour, label=item.name)
    axes.axhline(1 - found.settings.error, linewidth=0.6, color="0.5")
    axes.set_xscale("log")
    axes.set_ylim(-0.02, 1.05)
    axes.set_xlabel("items stored")
    axes.set_ylabel("answered exactly (share)")
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    return figure


def bits_figure(found: Comparison) -> Any:
    """Draw what each memory stores for a weight.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 0.34 * len(found.outcomes) + 0.9), layout="constrained")
    axes = figure.subplots()
    names = [item.name for item in found.outcomes]
    bars = axes.barh(names, [item.bits_per_synapse for item in found.outcomes], color="C0")
    axes.bar_label(bars, fmt="%.3f", padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("bits stored for a weight")
    return figure


def noise_figure(found: Comparison) -> Any:
    """Draw the error over read noise.

    Returns
    -------
    matplotlib.figure.Figure
    """
    noise = found.noise
    figure, axes = _error_axes("read noise of a drive (links)")
    axes.plot(noise.sigmas, noise.errors, marker="o", color="C3", label="one winner")
    axes.axhline(noise.all_maxima, linestyle="--", color="0.4", label="all maxima, no noise")
    _finish(axes, noise.cues)
    return figure


def device_figure(found: Comparison) -> Any:
    """Draw the error over the spread of devices.

    Returns
    -------
    matplotlib.figure.Figure
    """
    curve = found.devices
    figure, axes = _error_axes("spread of written devices (of the logarithm)")
    axes.plot(curve.spreads, curve.errors, marker="o", color="C0", label="spread alone")
    axes.axhline(curve.published, linestyle="--", color="0.4", label=curve.target)
    _finish(axes, curve.cues)
    return figure


def _error_axes(over: str) -> tuple[Any, Any]:
    """Return a figure and its axes for errors that differ by orders of magnitude."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(over)
    axes.set_ylabel("wrong answers (share)")
    return figure, axes


def _finish(axes: Any, cues: int) -> None:
    """Scale the axes: logarithmic down to one wrong answer, and no wrong answer at the bottom."""
    axes.set_yscale("symlog", linthresh=1 / cues, linscale=0.5)
    ticks = [0.0, *(share for share in (0.001, 0.01, 0.1, 1.0) if share >= 1 / cues)]
    axes.set_yticks(ticks, labels=[f"{share:g}" for share in ticks], minor=False)
    axes.set_ylim(0.0, 1.3)
    axes.set_xlim(left=0.0)
    axes.grid(visible=True, axis="y", linewidth=0.4, color="0.85")
    axes.legend(frameon=False, fontsize=8, loc="upper left")
