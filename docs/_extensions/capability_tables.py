"""Directives for tables that the package itself answers, so that they cannot grow stale.

`support-table`: what each target can represent, from its `Capabilities`. `target-table`: hardware
files. `backend-table`: backends, semantics and extras. `model-table`: models. `parameter-table
NAME`: the parameters of one. `pynn-support`: the table of `neuro.pynn`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

YES, NO = "yes", "–"  # noqa: RUF001


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in {
        "support-table": SupportTable,
        "target-table": TargetTable,
        "backend-table": BackendTable,
        "model-table": ModelTable,
        "parameter-table": ParameterTable,
        "pynn-support": PyNNSupport,
    }.items():
        app.add_directive(name, directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class SupportTable(Directive):
    """Rows: semantics, cells, synapses, inputs. Columns: the backends at their default target."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        able = _capabilities()
        names = list(able)
        rows: list[list[str]] = []
        for kind in ("semantics", "cells", "synapses", "inputs"):
            offered = {name: getattr(item, kind) for name, item in able.items()}
            for part in sorted(frozenset().union(*offered.values())):
                marks = [YES if part in offered[name] else NO for name in names]
                rows.append([kind.removesuffix("s") if kind != "semantics" else kind, part, *marks])
        return [_table(["", "", *names], rows, code=(1,))]


class TargetTable(Directive):
    """The hardware files."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        from neuro.hardware_configs import load_target, target_names

        targets = [load_target(name) for name in target_names()]
        rows = [[item.name, item.backend, item.description] for item in targets]
        return [_table(["target", "backend", "what it is"], rows, code=(0, 1))]


class BackendTable(Directive):
    """The backends with the semantics that they offer."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        from neuro.registry import backend_class

        rows = []
        for name, able in _capabilities().items():
            backend = backend_class(name)
            told = (backend.__doc__ or "").strip().partition("\n")[0]
            rows.append([name, told, ", ".join(sorted(able.semantics)), backend.default_target])
        return [_table(["backend", "what runs", "semantics", "default target"], rows, code=(0, 3))]


class ModelTable(Directive):
    """The models."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        from neuro.models import load_model, model_names

        rows = [[name, load_model(name).summary] for name in model_names()]
        return [_table(["model", "what it is"], rows, code=(0,))]


class ParameterTable(Directive):
    """The parameters of one model with their defaults."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        from neuro.config import parameter_rows
        from neuro.models import load_model

        rows = [list(row) for row in parameter_rows(load_model(self.arguments[0]).parameters)]
        return [_table(["parameter", "default", "unit"], rows, code=(0, 1))]


class PyNNSupport(Directive):
    """What of PyNN's interface is offered."""

    def run(self) -> list[nodes.Node]:
        """Parse the table that `neuro.pynn.support` makes."""
        from neuro.pynn.support import markdown

        lines = markdown().splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("|"))
        holder = nodes.Element()
        source = StringList(lines[start:], source="neuro.pynn.support")
        self.state.nested_parse(source, self.content_offset, holder)
        return list(holder.children)


def _capabilities() -> dict[str, Any]:
    from neuro.hardware_configs import load_target
    from neuro.registry import backend_class, backend_names

    found = {}
    for name in backend_names():
        backend = backend_class(name)()
        found[name] = backend.capabilities(load_target(backend.default_target))
    return found


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, code: Sequence[int] = ()
) -> nodes.table:
    """Make a table; the columns named by `code` are set as code."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", _row(heads, ()))
    group += nodes.tbody("", *(_row(row, code) for row in rows))
    return nodes.table("", group, classes=["figures", "colwidths-auto"])


def _row(cells: Sequence[str], code: Sequence[int]) -> nodes.row:
    row = nodes.row()
    for column, text in enumerate(cells):
        kind = nodes.literal if column in code and text else nodes.inline
        row += nodes.entry("", nodes.paragraph("", "", kind(text, text)))
    return row
