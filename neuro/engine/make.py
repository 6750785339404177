"""Chooses the kernels: compiled where they were built, else the NumPy reference."""

from typing import Literal

from neuro.engine.interface import Engine
from neuro.engine.network import EngineNetwork
from neuro.engine.run_loop import ReferenceEngine
from neuro.errors import UnavailableError

Precision = Literal["float64", "float32"]
Kernels = Literal["fastest", "reference"]

REMEDY = "Install a C++ compiler and reinstall neuro-spiking-memory, or use float64"


def make_engine(network: EngineNetwork, *, precision: Precision, kernels: Kernels) -> Engine:
    """Return a network at time zero, ready to run.

    Parameters
    ----------
    network : EngineNetwork
        What runs.
    precision : {"float64", "float32"}
        Of state and weights; the reference has float64 only.
    kernels : {"fastest", "reference"}
        ``"fastest"`` falls back to the reference where there are no compiled kernels.

    Raises
    ------
    UnavailableError
        If float32 is asked for and there are no compiled kernels.
    """
    if kernels == "fastest" and native_detail() is not None:
        from neuro.engine.native import NativeEngine

        return NativeEngine(network, precision)
    if precision != "float64":
        raise UnavailableError("engine", f"{precision} needs the compiled kernels", hint=REMEDY)
    return ReferenceEngine(network)


def native_detail() -> str | None:
    """Return what the compiled kernels run on, such as ``"avx2"``; None if they were not built."""
    try:
        from neuro.engine import _native
    except ImportError:
        return None
    return str(_native.instruction_set())
