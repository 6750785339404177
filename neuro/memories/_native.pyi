from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Letters = NDArray[np.int32]
Units = NDArray[np.int64]

def store(words: Words, clusters: int, size: int, units: Units) -> None: ...
def learn(
    words: Words,
    clusters: int,
    size: int,
    letters: Letters,
    first_message: int,
    rule: dict[str, Any],
    first: Units,
    second: Units,
    weights: NDArray[np.float64],
    active: list[int],
) -> dict[str, Any]: ...
def drives(words: Words, clusters: int, size: int, units: Units, offsets: Units) -> Letters: ...
def recall(
    words: Words,
    clusters: int,
    size: int,
    cues: Letters,
    by_max: bool,
    iterations: int,
    memory_effect: int,
) -> tuple[Letters, Letters, Units]: ...
