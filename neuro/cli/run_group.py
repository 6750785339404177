"""Groups of commands that take a memory by its model, or an experiment by its name.

An experiment is a command of such a group, registered by name in `neuro.cli`; every other name is a
model and goes to the group's command for memories.
"""

from typing import Any

from typer.core import TyperGroup

MEMORY = "MODEL"
"""The command for memories, as help shows it; no experiment has this name."""


class ModelGroup(TyperGroup):
    """Sends what names no experiment to the command for memories."""

    what_follows = "MODEL|EXPERIMENT [OPTIONS]"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command for memories in front, unless an experiment is named."""
        first = args[0] if args else ""
        own = self.commands.keys() | set(ctx.help_option_names)
        rest: list[str] = super().parse_args(ctx, args if first in own else [MEMORY, *args])
        return rest

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Say what can follow the group's own name."""
        formatter.write_usage(ctx.command_path, self.what_follows)
