"""Groups of commands that take a memory by its model, or an experiment by its name.

An experiment is a command of such a group, registered by name in `neuro.cli`; every other name is a
model and goes to the group's command for memories.
"""

from typing import Any

from typer.core import TyperGroup

from neuro.cli.completion import models_like
from neuro.errors import ValidationError, suggestion

MEMORY = "MODEL"
"""The command for memories, as help shows it; no experiment has this name."""


class ModelGroup(TyperGroup):
    """Sends what names no experiment to the command for memories."""

    what_follows = "MODEL|EXPERIMENT [OPTIONS]"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command for memories in front, unless an experiment is named."""
        first = args[0] if args else ""
        own = self.commands.keys() | set(ctx.help_option_names)
        if first and first not in own:
            self._check_name(ctx, first)
            args = [MEMORY, *args]
        rest: list[str] = super().parse_args(ctx, args)
        return rest

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Offer models and experiments."""
        everything: list[Any] = super().shell_complete(ctx, "")
        kind = type(everything[0])
        models = [kind(name, help=text) for name, text in models_like(incomplete)]
        others = [item for item in everything if item.value != MEMORY]
        return [*models, *(item for item in others if item.value.startswith(incomplete))]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Say what can follow the group's own name."""
        formatter.write_usage(ctx.command_path, self.what_follows)

    def _check_name(self, ctx: Any, name: str) -> None:
        """Refuse what is neither a model nor an experiment, with the nearest of both."""
        if name.startswith("-") or ctx.resilient_parsing:
            return
        known = {model for model, _ in models_like("")} | self.commands.keys() - {MEMORY}
        if name not in known:
            raise ValidationError(
                ctx.command_path,
                f"no model and no experiment {name!r}",
                value=name,
                limit=suggestion(name, known),
            )
