"""Devices: what a crosspoint does when it is written, waits and is read; one law a file.

A law is a small frozen dataclass whose members are coefficients of a hardware file: member `scale`
of a law of the kind ``programming`` is the coefficient ``programming_scale``, and the numbers of
a tuple `error` are ``programming_error_0``, ``programming_error_1``, and so on.
"""

from neuro.backends.crossbar.devices.branch_flicker import BranchFlicker
from neuro.backends.crossbar.devices.cubic import CubicConduction
from neuro.backends.crossbar.devices.interface import (
    Conduction,
    Drift,
    ExactProgramming,
    ExactWriting,
    Flicker,
    Law,
    LinearConduction,
    NoDrift,
    NoFlicker,
    NoReadNoise,
    NoTelegraph,
    Programming,
    ReadNoise,
    Telegraph,
    Writing,
)
from neuro.backends.crossbar.devices.logarithm_flicker import LogarithmFlicker
from neuro.backends.crossbar.devices.lognormal import LognormalProgramming
from neuro.backends.crossbar.devices.polynomial import PolynomialProgramming
from neuro.backends.crossbar.devices.power_drift import PowerDrift
from neuro.backends.crossbar.devices.power_flicker import PowerFlicker
from neuro.backends.crossbar.devices.pulses import PulseWriting
from neuro.backends.crossbar.devices.relaxation import Relaxation
from neuro.backends.crossbar.devices.retention import Retention
from neuro.backends.crossbar.devices.sinh import SinhConduction
from neuro.backends.crossbar.devices.telegraph import TwoLevelTelegraph
from neuro.backends.crossbar.devices.white import ConstantReadNoise, ProportionalReadNoise

LAWS: dict[str, dict[str, type[Law]]] = {
    "programming": {
        "none": ExactProgramming,
        "polynomial": PolynomialProgramming,
        "lognormal": LognormalProgramming,
    },
    "drift": {
        "none": NoDrift,
        "power": PowerDrift,
        "relaxation": Relaxation,
        "retention": Retention,
    },
    "read_noise": {
        "none": NoReadNoise,
        "proportional": ProportionalReadNoise,
        "constant": ConstantReadNoise,
    },
    "flicker": {
        "none": NoFlicker,
        "power": PowerFlicker,
        "branches": BranchFlicker,
        "logarithm": LogarithmFlicker,
    },
    "telegraph": {"none": NoTelegraph, "two_level": TwoLevelTelegraph},
    "iv": {"linear": LinearConduction, "sinh": SinhConduction, "cubic": CubicConduction},
    "write": {"exact": ExactWriting, "pulses": PulseWriting},
}
"""Every law by kind, which is the prefix of its coefficients, and name."""

__all__ = [
    "LAWS",
    "BranchFlicker",
    "Conduction",
    "ConstantReadNoise",
    "CubicConduction",
    "Drift",
    "ExactProgramming",
    "ExactWriting",
    "Flicker",
    "Law",
    "LinearConduction",
    "LogarithmFlicker",
    "LognormalProgramming",
    "NoDrift",
    "NoFlicker",
    "NoReadNoise",
    "NoTelegraph",
    "PolynomialProgramming",
    "PowerDrift",
    "PowerFlicker",
    "Programming",
    "ProportionalReadNoise",
    "PulseWriting",
    "ReadNoise",
    "Relaxation",
    "Retention",
    "SinhConduction",
    "Telegraph",
    "TwoLevelTelegraph",
    "Writing",
]
