"""Chooses the kernels of the emulator: compiled where they were built and can do the mode."""

from typing import Literal

from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.engine import Engine


def make_emulator(
    layout: Layout,
    options: Options,
    hardware: Hardware,
    *,
    kernels: Literal["fastest", "reference"] = "fastest",
) -> Engine:
    """Return a layout at time zero, ready to run.

    Parameters
    ----------
    layout : Layout
        What runs.
    options : Options
        How; only the reference does mode ``"loaded"``.
    hardware : Hardware
        Cycles and sizes of the machine.
    kernels : {"fastest", "reference"}
        ``"fastest"`` falls back to the reference where there are no compiled kernels.
    """
    if kernels == "fastest" and options.mode != "loaded" and native_detail() is not None:
        from neuro.backends.spinnaker.native import NativeEmulator

        return NativeEmulator(layout, options)
    return ReferenceEmulator(layout, options, hardware)


def native_detail() -> str | None:
    """Return what the compiled kernels run on, such as ``"avx2"``; None if they were not built."""
    try:
        from neuro.backends.spinnaker import _native
    except ImportError:
        return None
    return str(_native.instruction_sets()[0])
