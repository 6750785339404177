"""Curves of the two CA3 memories: what they must look like, whatever the draw."""

import pytest

from neuro.experiments.ca3 import Curve, Point, Scale, draw_curves
from neuro.experiments.ca3.page import curves_page, table, verdict
from neuro.report import Origin

FEW = Scale(cues=8, bits=24, seeds=1, operations=12)


@pytest.fixture(scope="module")
def curves() -> tuple[Curve, ...]:
    return draw_curves(FEW, seed=4)


def test_robust_memory_brings_back_all_that_its_cues_determine(curves) -> None:
    # Items, density, damage: what is asked decides, not the memory.
    for curve in curves[:3]:
        for point in curve.points:
            assert point.robust == point.possible, (curve.title, point)


def test_published_memory_brings_back_no_more_than_is_possible(curves) -> None:
    for curve in curves:
        assert all(point.published <= point.possible for point in curve.points)
    # A whole item overlaps with others: any overlap answers, so it is never found alone.
    undamaged = curves[2].points[0]
    assert (undamaged.x, undamaged.possible, undamaged.robust) == (0.0, 1.0, 1.0)
    assert undamaged.published < 0.5


def test_both_memories_are_exact_without_noise(curves) -> None:
    # Single draws of twelve operations at safe spacings (specs, ca3_cam section 6); queries of
    # several bits make the published memory fail later, not so early.
    for curve in curves[3:]:
        assert curve.points[0].x == 0.0
        assert curve.points[0].robust == 1.0


def test_same_seed_gives_the_same_curves(curves) -> None:
    assert draw_curves(FEW, seed=4)[:1] == curves[:1]


def test_progress_ends_at_one() -> None:
    seen: list[float] = []
    draw_curves(Scale(cues=2, bits=8, seeds=1, operations=2), progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0


CURVE = Curve(
    title="Damage",
    axis="share",
    how="Asked.",
    points=(
        Point(x=0.0, published=0.5, robust=1.0, possible=1.0, asked=4),
        Point(x=0.5, published=0.0, robust=0.25, possible=0.5, asked=4),
    ),
)


def test_verdict_says_where_a_memory_falls_short_first() -> None:
    assert verdict(CURVE) == (
        "Damage (share): the robust memory falls short first at 0.5; the published one falls short "
        "everywhere."
    )


def test_table_has_shares_in_percent() -> None:
    heads, rows = table(CURVE)
    assert heads[0] == "share"
    assert rows[1] == ("0.5", "0.0", "25.0", "50.0", "4")


def test_page_shows_every_curve_and_how_it_came_about() -> None:
    page = curves_page((CURVE,), Origin(command="neuro run ca3-curves", seed=0), 1.5)
    assert page.count("<svg") == 1
    assert "Asked." in page and "falls short first at 0.5" in page and "1.5 s" in page
