"""Equations as MathML, made at build time: no script, no font, no request to another host.

docutils translates LaTeX; every browser of today lays MathML out.
"""

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer to Sphinx."""
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(_inline, None),
        block_renderers=(_block, None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(_mathml(node, node.astext()))
    raise nodes.SkipNode


def _block(writer: HTML5Translator, node: nodes.math_block) -> None:
    # A blank line separates equations, as in Sphinx's own renderers.
    rows = [part for part in node.astext().split("\n\n") if part.strip()]
    body = "".join(_mathml(node, _aligned(row), as_block=True) for row in rows)
    writer.body.append(f"{writer.starttag(node, 'div', CLASS='math')}{body}</div>\n")
    raise nodes.SkipNode


def _mathml(node: nodes.Node, latex: str, *, as_block: bool = False) -> str:
    try:
        translated: str = tex2mathml(latex, as_block=as_block)
    except MathError as error:
        logger.warning("equation not understood: %s", error, location=node)
        return ""
    return translated


def _aligned(equation: str) -> str:
    """Lines with breaks form a table; docutils wants that said."""
    if r"\\" in equation and r"\begin" not in equation:
        return rf"\begin{{aligned}}{equation}\end{{aligned}}"
    return equation
