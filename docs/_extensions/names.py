"""The role `name`, the default of docstrings: a link if there is such a thing, else plain code.

Docstrings name functions, arguments and quantities alike in single backticks. References to things
outside neuro stay text, because the pages are built without network; one to a part of neuro that
does not exist is a warning.
"""

from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.roles import XRefRole
from sphinx.util.nodes import make_refnode

import neuro

PACKAGE = "neuro"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role and the last resort for names."""
    app.add_role("name", _Name(innernodeclass=nodes.literal))
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class _Name(XRefRole):
    """A name that may or may not be one of ours."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: nodes.Element,
        has_explicit_title: bool,
        title: str,
        target: str,
    ) -> tuple[str, str]:
        refnode["refdomain"], refnode["reftype"], refnode["soft"] = "py", "obj", True
        refnode["neuro:home"] = env.ref_context.get("py:module", "")
        return title, target


def _resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Find a name by its last part, if that is unambiguous."""
    if node.get("refdomain") != "py":
        return None
    target = _at_home(node["reftarget"].rstrip("()"))
    homes = (node.get("neuro:home") or node.get("py:module") or "", PACKAGE)
    found = _places(env, target, homes)
    if len(found) == 1:
        document, anchor = found.pop()
        where = env.docname if app.env is None else node.get("refdoc", env.docname)
        return make_refnode(app.builder, where, document, anchor, content, target)
    outside = not target.startswith(f"{PACKAGE}.")
    return content if node.get("soft") or outside else None


def _at_home(target: str) -> str:
    """Return the last part of a public name of the package, which is described at its home."""
    name = target.removeprefix(f"{PACKAGE}.")
    return name if name in neuro.__all__ else target


def _places(env: BuildEnvironment, target: str, homes: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return where things of that name are described; a module's own thing goes before others."""
    objects = env.domains.python_domain.objects
    for home in homes:
        if f"{home}.{target}" in objects:
            entry = objects[f"{home}.{target}"]
            return {(entry.docname, entry.node_id)}
    ending = f".{target}"
    return {
        (entry.docname, entry.node_id)
        for name, entry in objects.items()
        if name == target or name.endswith(ending)
    }
