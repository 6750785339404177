"""Networks in PyNN's language: a plan as a stand-alone script for any of its simulators.

The simulators disagree on signs, amplitudes and delays; `conventions` is the one table of that.
"""

from neuro.pynn_export.conventions import CONVENTIONS, Conventions, conventions_of
from neuro.pynn_export.launch import launched_processes
from neuro.pynn_export.script import Script, to_script

__all__ = [
    "CONVENTIONS",
    "Conventions",
    "Script",
    "conventions_of",
    "launched_processes",
    "to_script",
]
