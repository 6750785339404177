"""neuro: spiking memories, written once, run on the CPU, on SpiNNaker and on resistive crossbars.

The public names; everything heavy is imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuro.ir import Network
    from neuro.results import Result, load_result
    from neuro.run import lower, simulate
    from neuro.tasks import AssociativeMemory

__version__ = "0.1.0"

__all__ = ["AssociativeMemory", "Network", "Result", "load_result", "lower", "simulate"]

_HOMES = {
    "AssociativeMemory": "neuro.tasks",
    "Network": "neuro.ir",
    "Result": "neuro.results",
    "load_result": "neuro.results",
    "lower": "neuro.run",
    "simulate": "neuro.run",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'neuro' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
