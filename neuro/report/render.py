"""Fills a page template; everything a page shows is inside it."""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray


def render(template: str, **values: Any) -> str:
    """Fill a template of `neuro/report/templates`; text is escaped.

    Parameters
    ----------
    template : str
        File name of the template.
    values
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
