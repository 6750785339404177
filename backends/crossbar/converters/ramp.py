"""The linear ramp: a counter runs until a rising voltage passes what is held at the column."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearRamp:
    """A single-slope converter, cycle by cycle.

    Parameters
    ----------
    start : float
        Value at which the first code ends.
    steps : array, shape (codes - 2,)
        Rise of the ramp from one threshold to the next.
    levels : array, shape (codes,)
        Value that stands for each code.
    """

    start: float
    steps: NDArray[np.float64]
    levels: NDArray[np.float64]

    @property
    def cycles(self) -> int:
        """Clock cycles of one conversion."""
        return self.levels.size

    def codes(self, analog: NDArray[Any]) -> NDArray[np.int64]:
        """Return the cycle at which each comparator flips."""
        codes = np.zeros(np.shape(analog), dtype=np.int64)
        running = np.ones(np.shape(analog), dtype=np.bool_)
        ramp = self.start
        for step in [*self.steps.tolist(), 0.0]:
            running &= analog >= ramp
            codes += running
            ramp += step
        return codes

    def convert(self, analog: NDArray[Any]) -> NDArray[Any]:
        """Return the level of each value."""
        return self.levels[self.codes(analog)]
