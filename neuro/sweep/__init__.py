"""Sweeps: one memory over a grid of parameters, seeds, devices and targets, as one table.

A sweep that is stopped at any moment goes on from where it was; nothing is lost or run twice.
"""

from neuro.sweep.runner import Workers, sweep
from neuro.sweep.study import Study
from neuro.sweep.study_file import parse_study, read_study
from neuro.sweep.table import SweepTable
from neuro.sweep.table_file import read_table

__all__ = ["Study", "SweepTable", "Workers", "parse_study", "read_study", "read_table", "sweep"]
