"""The nonlinear ramp converter: a ramp of memristors that applies a function while it converts.

The ramp rises as the inverse of the function, so the number of cycles until it passes a column's
value is the function of that value. J. Yang et al., Nat. Commun. 16, 1136 (2025), arXiv 2411.18271.
"""

from neuro.backends.crossbar.nladc.convert import ideal_codes
from neuro.backends.crossbar.nladc.converter import NLADC, nonlinear_adc
from neuro.backends.crossbar.nladc.functions import (
    FUNCTIONS,
    Function,
    function_named,
    tabulated,
)
from neuro.backends.crossbar.nladc.levels import SCHEMES, Levels, given_levels, levels_of
from neuro.backends.crossbar.nladc.metrics import (
    Inputs,
    conversion_errors,
    sampled_inputs,
    uniform_inputs,
)
from neuro.backends.crossbar.nladc.options import CALIBRATIONS, Options
from neuro.backends.crossbar.nladc.ramp import Conductances, Ramp, design_ramp
from neuro.backends.crossbar.nladc.study import Rung, Study, programmed_columns, ramp_for, study

__all__ = [
    "CALIBRATIONS",
    "FUNCTIONS",
    "NLADC",
    "SCHEMES",
    "Conductances",
    "Function",
    "Inputs",
    "Levels",
    "Options",
    "Ramp",
    "Rung",
    "Study",
    "conversion_errors",
    "design_ramp",
    "function_named",
    "given_levels",
    "ideal_codes",
    "levels_of",
    "nonlinear_adc",
    "programmed_columns",
    "ramp_for",
    "sampled_inputs",
    "study",
    "tabulated",
    "uniform_inputs",
]
