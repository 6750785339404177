"""The demo's page: pictures, queries, answers, raster and costs in one self-contained file."""

from typing import Any

import numpy as np

from neuro.demo.digits import SIDE, load_digits
from neuro.demo.outcome import Bits, DigitOutcome, Outcome
from neuro.plotting import raster, to_svg
from neuro.report import bitmap_uri, origin_of, render

RASTER_DIGIT = 3
RASTER_TAIL = 8.0
"""Milliseconds of a recall that the raster shows; the last spike comes 6 ms after the cue."""


def demo_page(outcome: Outcome, seconds: float) -> str:
    """Fill the page.

    Parameters
    ----------
    outcome : Outcome
        What happened.
    seconds : float
        Wall time of the demo.
    """
    images, _ = load_digits()
    start = outcome.recall_start[RASTER_DIGIT]
    figure = raster(outcome.result, start=start, stop=start + RASTER_TAIL)
    rows = [
        _row(item, bitmap_uri(image)) for item, image in zip(outcome.digits, images, strict=True)
    ]
    return render(
        "demo.html",
        origin_of(
            outcome.result.provenance,
            f"neuro demo --backend {outcome.result.provenance.backend} --seed {outcome.seed}",
            ran=f"{outcome.result.duration:g} ms of model time in {seconds:.2f} s",
            engine=f"{outcome.result.provenance.backend}, {outcome.result.provenance.engine}",
        ),
        rows=rows,
        summary=outcome.summary(),
        raster=to_svg(figure),
        raster_digit=RASTER_DIGIT,
        raster_start=start,
        result=outcome.result,
        counters=outcome.result.counters.as_dict(),
        robust_counters=outcome.robust.counters.as_dict(),
    )


def _row(item: DigitOutcome, stored: str) -> dict[str, Any]:
    return {
        "item": item,
        "stored": stored,
        "recalled": _picture(item.recalled),
        "own": _picture(item.own_pixels),
        "quarter": _picture(item.quarter),
        "completed": _picture(item.completed),
    }


def _picture(bits: Bits) -> str:
    image = np.zeros(SIDE * SIDE, dtype=bool)
    image[list(bits)] = True
    return bitmap_uri(image.reshape(SIDE, SIDE))
