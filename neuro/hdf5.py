"""HDF5 files that may be damaged: what reading them raises, and arrays that are what they claim.

A damaged file can claim arrays of any size; HDF5 would fill terabytes with zeros.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

HDF5_ERRORS = (
    *(OSError, RuntimeError, LookupError, TypeError, ValueError, AttributeError),
    *(ArithmeticError, MemoryError, NotImplementedError),
)
"""What HDF5, or what is made of its values, raises for a damaged or foreign file."""

CHECKED = "v110"
"""Version of the format whose structures carry checksums: in files of older versions, damage can
send the library round in circles."""

NUMBERS = "iufb"
MOST_COMPRESSED = 1032
"""Deflate makes at most this many bytes of one (zlib's technical notes)."""


def read_array(item: Any) -> NDArray[Any]:
    """Return the numbers in a data set.

    Parameters
    ----------
    item : h5py.Dataset
        Of an open file.

    Raises
    ------
    ValueError
        If it is no data set of numbers, or larger than the bytes that the file has for it.
    """
    dtype, shape = getattr(item, "dtype", None), getattr(item, "shape", None)
    if dtype is None or shape is None or dtype.kind not in NUMBERS:
        raise ValueError(f"{item.name} is no array of numbers")
    size = dtype.itemsize
    for length in shape:
        size *= int(length)
    if size > MOST_COMPRESSED * item.id.get_storage_size():
        raise ValueError(f"{item.name} has fewer bytes than its shape {shape} needs")
    return np.asarray(item[()])
