"""The liquid state machine on real events: data, settings, protocols, figures and the page.

Reference: Lin et al., Nat. Comput. Sci. 5 (2025) 37-47, arXiv 2307.00771; specs, resistive_lsm.
"""

from neuro.experiments.lsm.association import AssociationOutcome, run_association
from neuro.experiments.lsm.classification import ClassificationOutcome, Run, run_classification
from neuro.experiments.lsm.data import Split, TaskData, data_folder, load_sample, load_task
from neuro.experiments.lsm.settings import PRESETS, TASKS, Preset, preset

__all__ = [
    "PRESETS",
    "TASKS",
    "AssociationOutcome",
    "ClassificationOutcome",
    "Preset",
    "Run",
    "Split",
    "TaskData",
    "data_folder",
    "load_sample",
    "load_task",
    "preset",
    "run_association",
    "run_classification",
]
