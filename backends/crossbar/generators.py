"""Random generators as arrays, so that a state file continues their streams bit for bit."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD, HALF = (1 << 64) - 1, (1 << 32) - 1


def generator_state(rng: np.random.Generator) -> NDArray[np.uint64]:
    """Return the state of a PCG64 generator, shape (6,)."""
    state: Any = rng.bit_generator.state
    inner = state["state"]
    numbers = [
        *(inner[name] >> shift & WORD for name in ("state", "inc") for shift in (64, 0)),
        state["has_uint32"],
        state["uinteger"],
    ]
    return np.array(numbers, dtype=np.uint64)


def generator_from(numbers: NDArray[np.uint64]) -> np.random.Generator:
    """Return the generator whose state was taken.

    Raises
    ------
    ValueError
        If the numbers are no state of a generator.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> copy = generator_from(generator_state(rng))
    >>> bool(rng.random() == copy.random())
    True
    """
    if numbers.shape != (6,) or numbers.dtype != np.uint64 or numbers[4] > 1 or numbers[5] > HALF:
        raise ValueError("an array is no state of a random generator")
    high_state, low_state, high_inc, low_inc, has, value = (int(word) for word in numbers)
    bits = np.random.PCG64()
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": high_state << 64 | low_state, "inc": high_inc << 64 | low_inc},
        "has_uint32": has,
        "uinteger": value,
    }
    return np.random.Generator(bits)
