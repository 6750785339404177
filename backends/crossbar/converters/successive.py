"""Successive approximation: one comparison for each bit, against a sum of binary capacitors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SuccessiveApproximation:
    """A charge-redistribution converter.

    Parameters
    ----------
    low, high : float
        Range, in the unit of what is converted.
    capacitors : array, shape (bits,)
        Most significant first; ``2 ** (bits - 1), ..., 1`` if they match.

    Notes
    -----
    Levels are in the middle of cells, as those of the uniform quantiser of scheme ``cell``.
    """

    low: float
    high: float
    capacitors: NDArray[np.float64]

    @property
    def cycles(self) -> int:
        """Comparisons of one conversion."""
        return self.capacitors.size

    def codes(self, analog: NDArray[Any]) -> NDArray[np.int64]:
        """Return the code of each value."""
        unit = (self.high - self.low) / (self.capacitors.sum() + 1.0)
        kept = np.full(np.shape(analog), self.low)
        codes = np.zeros(np.shape(analog), dtype=np.int64)
        for capacitor in self.capacitors.tolist():
            taken = analog >= kept + unit * capacitor
            kept = kept + unit * capacitor * taken
            codes = 2 * codes + taken
        return codes

    def convert(self, analog: NDArray[Any]) -> NDArray[Any]:
        """Return the level of each value."""
        step = (self.high - self.low) / 2**self.capacitors.size
        values: NDArray[np.float64] = self.low + (self.codes(analog) + 0.5) * step
        return values
