"""Numbers and arrays as Python text: short ones in place, long ones in a file beside the script."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

IN_PLACE = 32
"""Longest array that is written into the script, in numbers or rows."""

ROWS_IN_LINE = 4

DECIMALS = 9
"""Of times in ms, so that 3 steps of 0.1 ms read 0.3."""


def number(value: Any) -> str:
    """Write one number so that reading it gives the same bits.

    Examples
    --------
    >>> number(np.float64(0.1))
    '0.1'
    """
    return repr(float(value))


def time(steps: NDArray[Any], dt: float) -> NDArray[np.float64]:
    """Return steps in ms, without the rounding error of the product.

    Examples
    --------
    >>> time(np.array([3]), 0.1).tolist()
    [0.3]
    """
    return np.round(steps * dt, DECIMALS)


def quoted(text: str) -> str:
    """Write a string as Python text, in double quotes.

    Examples
    --------
    >>> quoted("QA->NA")
    '"QA->NA"'
    """
    return json.dumps(text, ensure_ascii=False)


def plain(text: str) -> str:
    """Return text that is safe inside a docstring, whatever names it quotes."""
    return text.replace("\\", "/").replace('"""', "'''").replace("\n", " ")


class Literals:
    """Turns arrays into Python text and keeps those that are too long for it, by key."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}

    def values(self, values: Any, key: str) -> str:
        """Write a number, or an array of them."""
        array = np.asarray(values, dtype=np.float64)
        if array.size and np.all(array == array.flat[0]):
            return number(array.flat[0])
        if array.size > IN_PLACE:
            return self._keep(array, key)
        return f"np.array({array.tolist()!r})"

    def rows(self, columns: Iterable[NDArray[Any]], key: str) -> str:
        """Write a list of rows, each with one entry of every column."""
        columns = tuple(columns)
        if columns[0].size > IN_PLACE:
            return self._keep(np.column_stack(columns), key)
        rows = [repr(row) for row in zip(*(item.tolist() for item in columns), strict=True)]
        lines = (
            f"        {', '.join(rows[first : first + ROWS_IN_LINE])},"
            for first in range(0, len(rows), ROWS_IN_LINE)
        )
        return "\n".join(["[", *lines, "    ]"])

    def spikes(self, times: NDArray[np.float64], indices: NDArray[Any], key: str) -> str:
        """Write spike times and the source of each as two arguments."""
        if times.size > IN_PLACE:
            kept = self._keep(times, f"{key}.times"), self._keep(indices, f"{key}.indices")
            return ", ".join(kept)
        return f"{times.tolist()!r}, {indices.tolist()!r}"

    def _keep(self, values: NDArray[Any], key: str) -> str:
        self.arrays[key] = values
        return f"DATA[{quoted(key)}]"
