from typing import Any

import numpy as np
from numpy.typing import NDArray

def add_noise(sums: NDArray[Any], variance: NDArray[Any], words: NDArray[np.uint32]) -> None: ...
