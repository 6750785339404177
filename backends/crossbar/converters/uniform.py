r"""The uniform quantiser, with the errors of gain, offset and linearity that converters have.

Schemes for N = 2^bits codes on [low, high]:

========== ============================ =====================================================
``cell``   value low + (n + 1/2) D      D = (high - low) / N; the error is at most D / 2
``mid``    value low + n D              D = (high - low) / (N - 1); both ends are exact
``signed`` value (n - N/2 + 1) D        N - 1 codes, D = high / (N/2 - 1), low = -high; 0 is exact
========== ============================ =====================================================
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion

SCHEMES = ("cell", "mid", "signed")
MOST_BITS = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UniformConverter:
    """A uniform quantiser.

    Parameters
    ----------
    bits : int
        Resolution, 1 to 24; at least 2 if signed.
    low, high : float
        Range, in the unit of what is converted; beyond it codes are clipped.
    scheme : {"cell", "mid", "signed"}
        Where the levels are.
    gain, offset : float
        What is converted is ``gain * x + offset``.
    inl : array, shape (codes - 1,), optional
        By how much each threshold is off, in steps.

    Raises
    ------
    ValidationError, CheckError
        If a number is out of range.
    """

    bits: int
    low: float
    high: float
    scheme: Literal["cell", "mid", "signed"] = "cell"
    gain: float = 1.0
    offset: float = 0.0
    inl: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Check every number."""
        raise_all("converter", list(_issues(self)))

    @property
    def count(self) -> int:
        """Number of codes."""
        return (1 << self.bits) - (self.scheme == "signed")

    @property
    def step(self) -> float:
        """Distance of the levels."""
        return (self.high - self.low) / (self.count - (self.scheme != "cell"))

    @property
    def levels(self) -> NDArray[np.float64]:
        """Value of each code, ascending."""
        numbers: NDArray[np.float64] = np.arange(self.count, dtype=np.float64)
        if self.scheme == "signed":
            return (numbers - self.count // 2) * self.step
        return self.low + (numbers + 0.5 * (self.scheme == "cell")) * self.step

    @property
    def thresholds(self) -> NDArray[np.float64]:
        """Where codes change, ascending."""
        ideal: NDArray[np.float64] = self.levels[1:] - 0.5 * self.step
        return ideal if self.inl is None else np.maximum.accumulate(ideal + self.inl * self.step)

    def codes(self, analog: NDArray[Any]) -> NDArray[np.int64]:
        """Return the code of each value."""
        seen = self.gain * analog + self.offset
        if self.inl is not None:
            return np.searchsorted(self.thresholds, seen, side="right").astype(np.int64)
        position = (seen - self.levels[0]) / self.step
        codes: NDArray[np.int64] = np.clip(np.floor(position + 0.5), 0, self.count - 1).astype(
            np.int64
        )
        return codes

    def convert(self, analog: NDArray[Any]) -> NDArray[Any]:
        """Return the level of each value."""
        return self.levels[self.codes(analog)]


def _issues(converter: UniformConverter) -> list[NeuroError]:
    issues: list[NeuroError] = []
    least = 2 if converter.scheme == "signed" else 1
    if converter.scheme not in SCHEMES:
        limit = suggestion(converter.scheme, SCHEMES)
        where = "converter.scheme"
        value = converter.scheme
        return [ValidationError(where, repr(value), value=value, limit=limit)]
    if not least <= converter.bits <= MOST_BITS:
        limit = f"From {least} to {MOST_BITS}"
        issues.append(
            ValidationError(
                "converter.bits", f"{converter.bits}", value=converter.bits, limit=limit
            )
        )
        return issues
    if not converter.low < converter.high:
        problem, limit = f"{converter.low:g}", f"Below high, {converter.high:g}"
        issues.append(ValidationError("converter.low", problem, value=converter.low, limit=limit))
    if converter.scheme == "signed" and converter.low != -converter.high:
        problem, limit = f"{converter.low:g}", f"A signed range is symmetric: {-converter.high:g}"
        issues.append(ValidationError("converter.low", problem, value=converter.low, limit=limit))
    if converter.inl is not None and converter.inl.shape != (converter.count - 1,):
        problem, limit = f"shape {converter.inl.shape}", f"Shape ({converter.count - 1},)"
        issues.append(
            ValidationError("converter.inl", problem, value=converter.inl.shape, limit=limit)
        )
    return issues
