"""What the laws of a device are, and those that say that there is no such effect.

A law holds numbers and no state; randomness comes in as standard normal or uniform draws, or as a
generator, so that a programmed array can be read, saved and aged bit for bit.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def quantity(unit: str) -> Any:
    """Declare a coefficient with its coherent unit."""
    return field(metadata={"unit": unit})


def series(unit: str, default: Any = ()) -> Any:
    """Declare a tuple of coefficients, numbered from 0; an empty one may be left out."""
    return field(default=default, metadata={"unit": unit, "series": True})


def polynomial(coefficients: tuple[float, ...], x: FloatArray) -> FloatArray:
    """Evaluate a polynomial whose first coefficient belongs to the power 0."""
    value: FloatArray = np.polynomial.polynomial.polyval(x, np.asarray(coefficients))
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Any law of a device."""


class Programming(Law, ABC):
    """How far from its target a device lands when it is written and verified."""

    __slots__ = ()

    @abstractmethod
    def sigma(self, target: FloatArray) -> FloatArray:
        """Return the standard deviation at some targets, uS."""

    @abstractmethod
    def programmed(self, target: FloatArray, normal: FloatArray) -> FloatArray:
        """Return conductances, not negative, from targets and standard normal draws."""


class Drift(Law, ABC):
    """What a conductance becomes as time passes after programming."""

    __slots__ = ()

    @abstractmethod
    def aged(
        self, programmed: FloatArray, target: FloatArray, normal: FloatArray, time: float
    ) -> FloatArray:
        """Return conductances `time` ms after programming, not negative.

        Parameters
        ----------
        programmed, target : array, uS
            Right after programming, and asked for.
        normal : array
            One standard normal number for each device, the same for every time.
        time : float, ms
            Since programming; at 0 nothing has changed.
        """


class ReadNoise(Law, ABC):
    """White noise: fresh for every device in every read."""

    __slots__ = ()

    @abstractmethod
    def sigma(self, conductance: FloatArray) -> FloatArray:
        """Return the standard deviation of one read, uS."""


class Flicker(Law, ABC):
    """1/f noise: a deviation of each device that persists over a sequence of reads."""

    __slots__ = ()

    @abstractmethod
    def sigma(self, conductance: FloatArray, target: FloatArray, time: float) -> FloatArray:
        """Return the standard deviation `time` ms after programming, uS."""


class Telegraph(Law, ABC):
    """Random telegraph noise: each device jumps between two levels."""

    __slots__ = ()

    @abstractmethod
    def start(self, uniform: FloatArray) -> NDArray[np.bool_]:
        """Return which devices are in the upper level, in equilibrium."""

    @abstractmethod
    def after(
        self, upper: NDArray[np.bool_], uniform: FloatArray, time: float
    ) -> NDArray[np.bool_]:
        """Return which devices are in the upper level `time` ms later."""

    @abstractmethod
    def factor(self, upper: NDArray[np.bool_]) -> FloatArray:
        """Return what the conductances are multiplied with; 1 on average in equilibrium."""


class Conduction(Law, ABC):
    """Current of a device as a function of the voltage across it."""

    __slots__ = ()

    symmetric: ClassVar[bool] = True
    """Whether the current only changes its sign with the voltage."""

    @abstractmethod
    def current(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the current, nA, of conductances at small voltage (uS) at some voltage (mV)."""

    @abstractmethod
    def differential(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the derivative of the current by the voltage, uS."""


class Writing(Law, ABC):
    """What small changes of a conductance during learning cost and how they miss."""

    __slots__ = ()

    @abstractmethod
    def changed(
        self, conductance: FloatArray, change: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        """Return the new conductances before clipping to the range, and pulses of each device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactProgramming(Programming):
    """Every device lands on its target."""

    def sigma(self, target: FloatArray) -> FloatArray:
        """Return zeros."""
        return np.zeros_like(target)

    def programmed(self, target: FloatArray, normal: FloatArray) -> FloatArray:
        """Return the targets."""
        return target.copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDrift(Drift):
    """Conductances stay."""

    def aged(
        self, programmed: FloatArray, target: FloatArray, normal: FloatArray, time: float
    ) -> FloatArray:
        """Return what was programmed."""
        return programmed.copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReadNoise(ReadNoise):
    """Every read is the same."""

    def sigma(self, conductance: FloatArray) -> FloatArray:
        """Return zeros."""
        return np.zeros_like(conductance)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFlicker(Flicker):
    """There is no 1/f noise."""

    def sigma(self, conductance: FloatArray, target: FloatArray, time: float) -> FloatArray:
        """Return zeros."""
        return np.zeros_like(conductance)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTelegraph(Telegraph):
    """No device jumps."""

    def start(self, uniform: FloatArray) -> NDArray[np.bool_]:
        """Return that none is in the upper level."""
        return np.zeros(uniform.shape, dtype=np.bool_)

    def after(
        self, upper: NDArray[np.bool_], uniform: FloatArray, time: float
    ) -> NDArray[np.bool_]:
        """Return the same levels."""
        return upper

    def factor(self, upper: NDArray[np.bool_]) -> FloatArray:
        """Return ones."""
        return np.ones(upper.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearConduction(Conduction):
    """Ohm's law."""

    def current(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the product."""
        return conductance * voltage

    def differential(self, conductance: FloatArray, voltage: FloatArray) -> FloatArray:
        """Return the conductance."""
        return np.broadcast_to(conductance, np.broadcast_shapes(conductance.shape, voltage.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactWriting(Writing):
    """Any change is made exactly, with one pulse."""

    def changed(
        self, conductance: FloatArray, change: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        """Add the change."""
        return conductance + change, (change != 0).astype(np.int64)
