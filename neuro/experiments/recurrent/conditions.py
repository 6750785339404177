"""What is varied in an experiment with a recurrent network, and what was measured."""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from neuro.backends.crossbar.costs import CostReport
from neuro.backends.crossbar.devices import PolynomialProgramming
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.nladc import Options as RampOptions
from neuro.backends.crossbar.nladc.levels import checked_bits
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.recurrent import Settings
from neuro.errors import ValidationError

Training = Literal["float", "aware"]
INPUT_BITS = 5
"""Of pulses, unless the converters have more: the 8-bit rows of the specs have 8-bit inputs."""

ROWS_OF_STEP = 2
"""Rows of the ramp for one code with a row budget: 512 for 8 bits, as in the specs."""

MENDED_FROM = 6
"""Bits from which on the errors of a plain ramp add up to more than a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One point of the grid.

    Parameters
    ----------
    bits : int
        Of the converters.
    training : {"float", "aware"}
        Whether the network was trained in floating point, or for these bits with noise.
    sigma : float or None, uS
        Write error of every device, and no other imperfection; None for everything that the
        hardware has.
    mended : bool
        Whether ramps are programmed with error feedback and a row budget.
    """

    bits: int
    training: Training
    sigma: float | None
    mended: bool = False

    @property
    def exact(self) -> bool:
        """Whether all programmed arrays are the same."""
        return self.sigma == 0

    def hardware(self, base: Hardware) -> Hardware:
        """Return the hardware with these imperfections."""
        if self.sigma is None:
            return base
        error = PolynomialProgramming(error=(self.sigma,), scale=1.0)
        return replace(base, programming=error, comparator_offset=0.0)

    def settings(self) -> Settings:
        """Return how the network runs on it."""
        everything = self.sigma is None
        budget = ROWS_OF_STEP * 2**self.bits
        mended = RampOptions(error_feedback=True, row_budget=budget)
        alone = Options(wires=False, faults=False, read_noise=False)
        return Settings(
            bits=self.bits,
            input_bits=input_bits(self.bits),
            noise=everything,
            ramp=mended if self.mended else RampOptions(),
            array=Options() if everything else alone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came out at one point.

    Parameters
    ----------
    condition : Condition
    values : tuple of float
        Accuracy, or bits per character, of each programmed array.
    costs : CostReport
        Of the first of them.
    """

    condition: Condition
    values: tuple[float, ...]
    costs: CostReport

    @property
    def mean(self) -> float:
        """Mean over arrays."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Standard deviation over arrays; 0 for one."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else 0.0

    def per_inference(self) -> dict[str, float]:
        """Return energy in fJ and latency in ms of one sample, and the figures of merit."""
        total, count = self.costs.total, max(self.costs.inferences, 1)
        return {
            "energy": total.energy / count,
            "latency": total.latency / count,
            "area": total.area,
            "tops": total.tops,
            "tops_per_watt": total.tops_per_watt,
            "tops_per_mm2": total.tops_per_mm2,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        condition = self.condition
        return {
            "bits": condition.bits,
            "training": condition.training,
            "sigma_uS": condition.sigma,
            "mended": condition.mended,
            "mean": self.mean,
            "deviation": self.deviation,
            "values": list(self.values),
            **self.per_inference(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All points of one experiment.

    Parameters
    ----------
    name : str
    quantity : str
        What is measured.
    exact : float
        The network trained in floating point, without hardware.
    target : str
    facts : mapping of str to plain values
        The protocol.
    points : tuple of Measured
    """

    name: str
    quantity: str
    exact: float
    target: str
    facts: dict[str, Any]
    points: tuple[Measured, ...]

    def at(
        self, bits: int, training: Training, sigma: float | None, *, mended: bool = False
    ) -> Measured:
        """Return one point.

        Raises
        ------
        KeyError
            If it was not measured.
        """
        asked = Condition(bits=bits, training=training, sigma=sigma, mended=mended)
        found = {point.condition: point for point in self.points}
        return found[asked]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ, times in ms, areas in um^2."""
        costs = {str(bits): point.costs.as_dict() for bits, point in self.by_bits().items()}
        return {
            "experiment": self.name,
            "quantity": self.quantity,
            "target": self.target,
            "float": self.exact,
            "protocol": self.facts,
            "points": [point.as_dict() for point in self.points],
            "costs": costs,
        }

    def by_bits(self) -> dict[int, Measured]:
        """Return the last plain point of each resolution, for its account."""
        return {point.condition.bits: point for point in self.points if not point.condition.mended}


def input_bits(bits: int) -> int:
    """Return the bits of pulses that go with those of converters."""
    return max(bits, INPUT_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Conditions of one experiment.

    Parameters
    ----------
    bits : tuple of int
        Resolutions of the converters.
    sigmas : tuple of float, uS
        Write errors of arrays and ramps.
    everything : bool, default False
        Whether also the hardware with all its imperfections is measured.

    Raises
    ------
    ValidationError
        If a resolution cannot be built, or a write error is negative.
    """

    bits: tuple[int, ...]
    sigmas: tuple[float, ...]
    everything: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        for bits in self.bits:
            checked_bits(bits)
        for sigma in self.sigmas:
            if not 0 <= sigma < np.inf:
                raise ValidationError(
                    "write error", f"{sigma:g} uS", value=sigma, limit="Not negative"
                )

    def conditions(self) -> list[Condition]:
        """Return all; ramps with many steps also mended where there are write errors."""
        sigmas: list[float | None] = [*self.sigmas, *([None] if self.everything else [])]
        return [
            Condition(bits=bits, training=training, sigma=sigma, mended=mended)
            for bits in self.bits
            for training in get_args(Training)
            for sigma in sigmas
            for mended in ((False, True) if bits >= MENDED_FROM and sigma != 0 else (False,))
        ]
