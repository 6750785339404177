"""The page of the curves: two memories beside what a perfect one could do."""

from dataclasses import replace

from neuro.experiments.ca3.curves import Curve
from neuro.plotting import to_svg
from neuro.report import Origin, Trace
from neuro.report.sections import Section, SectionsPage, sections_page

LEAD = (
    "The content-addressable memory as it was published (D. Casanueva-Morato et al., Neural "
    "Networks 178 (2024) 106474) and the robust one of neuro, asked the same. Possible is what a "
    "perfect memory would bring back: a fragment may belong to several items, and then none of "
    "them comes back alone."
)


def curves_page(curves: tuple[Curve, ...], origin: Origin, seconds: float) -> str:
    """Fill the page.

    Parameters
    ----------
    curves : tuple of Curve
        What came out.
    origin : Origin
        Seed and command.
    seconds : float
        Wall time.
    """
    page = SectionsPage(
        title="CA3 memories: exact recall",
        lead=LEAD,
        summary=[verdict(curve) for curve in curves],
        sections=[part for curve in curves for part in _sections(curve)],
        origin=replace(origin, facts={"ran": f"{seconds:.1f} s", **origin.facts}),
    )
    return sections_page(page)


def verdict(curve: Curve) -> str:
    """Say in one line what a curve shows."""
    short = [point for point in curve.points if point.robust < point.possible]
    lost = [point for point in curve.points if point.published < point.possible]

    def where(points: list[float]) -> str:
        if not points:
            return "answers everything that can be answered"
        falls = len(points) == len(curve.points)
        return "falls short everywhere" if falls else f"falls short first at {points[0]:g}"

    return (
        f"{curve.title} ({curve.axis}): the robust memory {where([p.x for p in short])}; "
        f"the published one {where([p.x for p in lost])}."
    )


def table(curve: Curve) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and rows; shares in percent."""
    heads = (curve.axis, "published (%)", "robust (%)", "possible (%)", "questions")
    return heads, [
        (
            f"{point.x:g}",
            *(f"{100 * share:.1f}" for share in (point.published, point.robust, point.possible)),
            str(point.asked),
        )
        for point in curve.points
    ]


def _sections(curve: Curve) -> tuple[Section, Section]:
    trace = Trace(how=curve.how)
    return (
        Section(title=curve.title, trace=trace, svg=_figure(curve), caption=curve.how),
        Section(title=f"{curve.title}: the figures", trace=trace, table=table(curve)),
    )


def _figure(curve: Curve) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    places = [point.x for point in curve.points]
    styles = {
        "possible": ("0.7", "-", 6.0),
        "robust": ("C0", "o-", 1.5),
        "published": ("C3", "s--", 1.5),
    }
    for name, (colour, style, width) in styles.items():
        shares = [100 * getattr(point, name) for point in curve.points]
        axes.plot(places, shares, style, color=colour, linewidth=width, label=name)
    axes.set_xlabel(curve.axis)
    axes.set_ylabel("exact (%)")
    axes.set_ylim(-4, 104)
    axes.legend(loc="best")
    return to_svg(figure)
