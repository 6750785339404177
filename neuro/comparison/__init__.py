"""One memory on many targets: does it work there, how fast, at what energy, and what hurts it."""

from neuro.comparison.compare import compare_targets
from neuro.comparison.machines import Machine, parse_machines
from neuro.comparison.outcome import Comparison, Refusal, TargetOutcome
from neuro.comparison.programs import named_program, program_names

__all__ = [
    "Comparison",
    "Machine",
    "Refusal",
    "TargetOutcome",
    "compare_targets",
    "named_program",
    "parse_machines",
    "program_names",
]
