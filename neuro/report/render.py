"""Fills a page template; everything a page shows is inside it, and every figure has its trace.

Templates say where a figure comes from with ``{{ text|traced(trace("How it was obtained.")) }}``.
"""

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.report.values import Footnotes, Origin, Trace

LONGEST_NUMBER = 18
"""Characters of a cell beyond which it is a text, even if it begins with a digit."""


def render(template: str, origin: Origin, **values: Any) -> str:
    """Fill a template of `neuro/report/templates`; text is escaped.

    Parameters
    ----------
    template : str
        File name of the template.
    origin : Origin
        Seed, command and versions, which every page shows at its end.
    **values
        What it shows.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("neuro.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    notes = Footnotes(origin)
    environment.globals["notes"] = notes
    environment.globals["number_columns"] = _number_columns
    environment.globals["trace"] = lambda how, source="": Trace(how=how, source=source)
    environment.filters["traced"] = lambda text, trace: _link(notes, text, trace)
    return environment.get_template(template).render(**values)


def bitmap_uri(image: NDArray[Any]) -> str:
    """Write a picture as a PNG data URI.

    Parameters
    ----------
    image : array, shape (height, width)
        0 is paper, the largest possible value ink: 255 for integers, 1 for booleans and floats.
    """
    from matplotlib.image import imsave

    ink = image / 255.0 if image.dtype == np.uint8 else np.asarray(image, dtype=np.float64)
    buffer = io.BytesIO()
    imsave(buffer, 1.0 - ink, cmap="gray", vmin=0.0, vmax=1.0, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _link(notes: Footnotes, text: object, trace: Trace | None) -> Any:
    """Write a text as a link to its footnote, with the whole trace as a hover."""
    from markupsafe import Markup

    if trace is None:
        return text
    return Markup('<a class="{3}" href="#note-{0}" title="{1}">{2}<sup>{0}</sup></a>').format(
        notes.number(trace), notes.hover(trace), str(text), "traced" if str(text) else "traced bare"
    )


def _number_columns(rows: Sequence[Sequence[str]]) -> set[int]:
    """Return the columns that hold numbers, perhaps with units, and nothing else."""
    cells: dict[int, list[str]] = {}
    for row in rows:
        for column, text in enumerate(row):
            cells.setdefault(column, []).append(text)
    # What is missing is no text.
    kept = {column: [text for text in texts if text] for column, texts in cells.items()}
    return {column for column, texts in kept.items() if texts and all(map(_is_number, texts))}


def _is_number(text: str) -> bool:
    return len(text) <= LONGEST_NUMBER and text.lstrip("+-\N{MINUS SIGN} ")[:1].isdigit()
