"""Small readings of our docstrings that napoleon does not know.

A reference that no text points to becomes a list item, the colon in the one line on a constant is
a colon, and methods that other packages add to our classes are left out.
"""

from typing import Any

from sphinx.application import Sphinx

ONE_LINERS = ("attribute", "data", "property")
BEFORE_NAPOLEON = 400
PACKAGE = "neuro"


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen to autodoc."""
    app.connect("autodoc-process-docstring", _process, priority=BEFORE_NAPOLEON)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _process(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    if what in ONE_LINERS and lines:
        # Else napoleon takes what is before a colon for a type.
        lines.insert(0, "")
    text = "\n".join(lines)
    for number, line in enumerate(lines):
        mark, found, rest = line.partition("] ")
        label = mark.removeprefix(".. [")
        if found and mark.startswith(".. [") and f"[{label}]_" not in text:
            lines[number] = f"* {rest}"


def _skip(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    home = getattr(thing, "__module__", None) or ""
    callable_of_others = callable(thing) and home and home.partition(".")[0] != PACKAGE
    return True if callable_of_others and what == "class" else None
