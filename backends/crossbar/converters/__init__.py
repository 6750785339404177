"""Linear converters, for comparison with the nonlinear ramp; specs, crossbar_nladc section 3.7."""

from neuro.backends.crossbar.converters.dac import DAC_KINDS, Encoding, encode
from neuro.backends.crossbar.converters.interface import Converter
from neuro.backends.crossbar.converters.ramp import LinearRamp
from neuro.backends.crossbar.converters.successive import SuccessiveApproximation
from neuro.backends.crossbar.converters.uniform import UniformConverter

__all__ = [
    "DAC_KINDS",
    "Converter",
    "Encoding",
    "LinearRamp",
    "SuccessiveApproximation",
    "UniformConverter",
    "encode",
]
