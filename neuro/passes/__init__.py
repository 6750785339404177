"""Passes: pure functions that lower a network to a plan, one small step each.

Every pass can be run and inspected alone; a pass that changes a number leaves a fidelity note.
"""

from neuro.passes.capabilities import unsupported
from neuro.passes.discretise import array_steps, discretise
from neuro.passes.expand import expand
from neuro.passes.inputs import emitted
from neuro.passes.quantise import Grid, quantise

__all__ = ["Grid", "array_steps", "discretise", "emitted", "expand", "quantise", "unsupported"]
