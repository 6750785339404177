"""Peers: one file for each simulator, all with `WORKLOADS`, `PRECISIONS` and `measure`.

A peer imports its simulator inside `measure`, in the phase "import", so that only the worker that
needs it pays for it.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

MODULES: Mapping[str, str] = MappingProxyType(
    {
        "neuro": "neuro_peer",
        "brian2_standalone": "brian2_standalone",
        "brian2_runtime": "brian2_runtime",
        "nest": "nest_peer",
        "snntorch": "snntorch_peer",
        "norse": "norse_peer",
        "numpy": "numpy_peer",
    }
)


def load_peer(name: str) -> Any:
    """Return the module of a peer.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    return import_module(f"benchmarks.peers.{MODULES[name]}")
