"""The directive `command-reference`: every command of `neuro`, read from the command itself."""

import textwrap
from collections.abc import Iterator
from typing import Any

import typer
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

EXAMPLES = ("Examples:", "Example:")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class CommandReference(Directive):
    """One section for each command, in the order in which `neuro --help` lists them."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        from neuro.cli import app

        root = typer.main.get_command(app)
        return [_section(context) for context in _contexts(root, "neuro", None)]


def _contexts(command: Any, name: str, parent: Any) -> Iterator[Any]:
    """Walk over a command and those below it; a group comes only if it says something."""
    context = typer.Context(command, info_name=name, parent=parent)
    if parent is not None:
        yield context
    for below, child in getattr(command, "commands", {}).items():
        yield from _contexts(child, below, context)


def _section(context: Any) -> nodes.section:
    path = context.command_path
    section = nodes.section(ids=[nodes.make_id(path)], names=[path])
    section += nodes.title(path, path)
    usage = context.command.get_usage(context).removeprefix("Usage: ")
    section += _code(" ".join(usage.split()), "text")
    text = textwrap.dedent(context.command.help or "").replace("\b", "")
    told, _, examples = _split(text)
    section += [nodes.paragraph("", part) for part in _paragraphs(told)]
    if examples:
        section += _code(textwrap.dedent(examples).strip("\n"), "console")
    rows = [row for item in context.command.params if (row := item.get_help_record(context))]
    if rows:
        section += _options(rows)
    return section


def _split(text: str) -> tuple[str, str, str]:
    """Take a help text apart: what it tells, the word, the examples."""
    for word in EXAMPLES:
        if word in text:
            return text.partition(word)
    return text, "", ""


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _code(text: str, language: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language=language)


def _options(rows: list[tuple[str, str]]) -> nodes.definition_list:
    """List options: a table would be too wide for a phone."""
    listed = nodes.definition_list()
    for name, told in rows:
        text = " ".join(told.split()).replace("  ", " ")
        term = nodes.term("", "", nodes.literal(name, name))
        listed += nodes.definition_list_item(
            "", term, nodes.definition("", nodes.paragraph("", text))
        )
    return listed
