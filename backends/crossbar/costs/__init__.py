"""What a crossbar costs: energy, time and area of every operation, each with its source.

Specs, crossbar_nladc section 4: terms from the bottom up, a model of two parameters calibrated on
published figures, and the figures of other chips for comparison.
"""

from .account import CostReport, LayerCosts, LayerCounts, layer_costs
from .figures import Figures
from .macro import KEYWORDS, LANGUAGE, Workload, macro_figures
from .published import CONVERTER_SURVEY, PUBLISHED, Published, SurveyedConverter
from .terms import (
    array_energy,
    driver_energy,
    row_energies,
    schreier_energy,
    walden_energy,
    write_energy,
)

__all__ = [
    "CONVERTER_SURVEY",
    "KEYWORDS",
    "LANGUAGE",
    "PUBLISHED",
    "CostReport",
    "Figures",
    "LayerCosts",
    "LayerCounts",
    "Published",
    "SurveyedConverter",
    "Workload",
    "array_energy",
    "driver_energy",
    "layer_costs",
    "macro_figures",
    "row_energies",
    "schreier_energy",
    "walden_energy",
    "write_energy",
]
