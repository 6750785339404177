"""Models: one memory, one file, with a parameter dataclass and a builder of the file's name.

A builder returns a `Network`. There is nothing to register: `model_names` looks into the folder.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from neuro.errors import ValidationError, suggestion
from neuro.ir import Network

if __name__ != "neuro.models":
    raise ImportError(f"import 'neuro.models', not {__name__!r}: this folder is a part of neuro")


@dataclass(frozen=True, slots=True)
class Model:
    """A recipe for networks.

    Parameters
    ----------
    name : str
        Name of its file and of its builder.
    summary : str
        First line of the file's docstring.
    parameters : type
        Its parameter dataclass.
    build : callable
        From parameters and ``seed=`` to a network.
    """

    name: str
    summary: str
    parameters: type
    build: Callable[..., Network]


def model_names() -> list[str]:
    """Return the names of all models."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load_model(name: str) -> Model:
    """Import a model.

    Raises
    ------
    ValidationError
        If there is no model of that name.

    Examples
    --------
    >>> load_model("ca3").parameters.__name__
    'CA3Parameters'
    """
    if name not in model_names():
        raise ValidationError(
            f"model {name!r}", "no such model", value=name, limit=suggestion(name, model_names())
        )
    module = importlib.import_module(f"neuro.models.{name}")
    build: Any = getattr(module, name)
    summary = (module.__doc__ or "").partition("\n")[0]
    return Model(name, summary, get_type_hints(build)["parameters"], build)
