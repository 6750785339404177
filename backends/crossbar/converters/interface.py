"""What a linear converter of column sums is; what it gives stands for the sums themselves."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Converter(Protocol):
    """Anything that turns analog values into codes and codes into values."""

    def codes(self, analog: NDArray[Any]) -> NDArray[np.int64]:
        """Return the code of each value."""

    def convert(self, analog: NDArray[Any]) -> NDArray[Any]:
        """Return the value that stands for the code of each value."""
