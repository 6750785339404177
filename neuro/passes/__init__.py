"""Passes: pure functions that lower a network to a plan, one small step each.

Every pass can be run and inspected alone; a pass that changes a number leaves a fidelity note.
"""

from neuro.passes.capabilities import (
    check_language,
    precision_notes,
    unsupported,
    whole_language,
)
from neuro.passes.discretise import array_steps, discretise
from neuro.passes.expand import expand
from neuro.passes.inputs import emitted
from neuro.passes.quantise import Grid, quantise

__all__ = [
    "Grid",
    "array_steps",
    "check_language",
    "discretise",
    "emitted",
    "expand",
    "precision_notes",
    "quantise",
    "unsupported",
    "whole_language",
]
