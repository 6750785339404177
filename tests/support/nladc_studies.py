"""Columns of nonlinear converters on the hardware of the published tables."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.devices import PolynomialProgramming, ProportionalReadNoise
from neuro.backends.crossbar.hardware import Hardware, hardware_from
from neuro.backends.crossbar.nladc import (
    Conductances,
    Options,
    Ramp,
    function_named,
    levels_of,
    programmed_columns,
    ramp_for,
)
from neuro.backends.crossbar.nladc.metrics import inl
from neuro.backends.crossbar.nladc.program import Faults, streams
from neuro.hardware_configs import load_target

SIGMA = 2.67
"""Write error of the published tables, uS, for 150 uS."""


class Columns(NamedTuple):
    """Many programmed columns: thresholds (draws, steps) in x, and INL in output LSB."""

    ramp: Ramp
    held: Conductances
    thresholds: NDArray[np.float64]
    inl: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Mean |INL| over codes and columns."""
        return float(np.abs(self.inl).mean())

    @property
    def largest(self) -> float:
        """Mean over columns of the largest |INL|."""
        return float(np.abs(self.inl).max(axis=1).mean())


def hardware(*, sigma: float = SIGMA, stuck_off: float = 0.0, **changes: Any) -> Hardware:
    """Return the RRAM of the paper with another write error, share of stuck devices, and so on."""
    found = hardware_from(load_target("crossbar_rram_nladc"))
    programming = PolynomialProgramming(error=(sigma,), scale=1.0)
    return replace(found, programming=programming, stuck_off=stuck_off, **changes)


def reading(ratio: float) -> ProportionalReadNoise:
    """Return read noise of a share of the conductance."""
    return ProportionalReadNoise(ratio=ratio)


def columns(
    name: str = "sigmoid",
    bits: int = 5,
    *,
    on: Hardware | None = None,
    draws: int = 2000,
    seed: int = 0,
    faults: Faults | None = None,
    **options: Any,
) -> Columns:
    """Program columns; by default without stuck devices and calibrated at the zero crossing."""
    device, chosen = on or hardware(), Options(**options)
    ramp = ramp_for(levels_of(function_named(name), bits), device, chosen)
    random = streams(seed, "test")
    found = programmed_columns(ramp, device, chosen, draws=draws, random=random, faults=faults)
    thresholds = ramp.thresholds(found.conductances)
    return Columns(ramp, found.conductances, thresholds, inl(ramp.levels, thresholds))
