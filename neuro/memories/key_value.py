r"""Key-value memory: keys that tell items apart, values that are answered.

.. math:: y = W q, \quad W \leftarrow W + v k^T \;(\mathrm{Hebb}), \quad
          W \leftarrow W + \eta (v - W k) k^T \;(\mathrm{delta})

Reference: Gershman, Fiete and Irie, arXiv 2501.02950. Interference relative to the signal of M
random keys is (M - 1) / d_k (`interference`); sparse expanded keys (`KeyExpansion`) tell apart what
raw keys share.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from neuro.errors import ValidationError, suggestion
from neuro.memories.interface import FloatArray, IntArray
from neuro.memories.vectors import VectorRecall, check_size, check_vectors
from neuro.seeds import stream

RULES = ("hebb", "delta")
BLOCK = 2**24


class KeyValueMemory:
    """A matrix from keys to values.

    Parameters
    ----------
    key_size, value_size : int
    rule : {"hebb", "delta"}
        How a pair is written.
    rate : float, default 1
        eta of the delta rule; 1 makes a unit key answer exactly.

    Raises
    ------
    ValidationError
        If a size, the rule or the rate is outside its range.

    Examples
    --------
    >>> memory = KeyValueMemory(2, 3)
    >>> memory.store([[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0, 3.0], [-1.0, 0.0, 1.0]])
    >>> memory.recall([[0.9, 0.1]]).items.tolist()
    [0]
    """

    def __init__(
        self,
        key_size: int,
        value_size: int,
        *,
        rule: Literal["hebb", "delta"] = "hebb",
        rate: float = 1.0,
    ) -> None:
        check_size("key_size", key_size)
        check_size("value_size", value_size)
        if rule not in RULES:
            raise ValidationError("rule", repr(rule), value=rule, limit=suggestion(rule, RULES))
        if not 0 < rate <= 2:  # noqa: PLR2004
            limit = "Above 0, at most 2: the delta rule diverges beyond"
            raise ValidationError("rate", f"{rate:g}", value=rate, limit=limit)
        self.rule, self.rate = rule, rate
        self.weights: FloatArray = np.zeros((value_size, key_size))
        self.values: FloatArray = np.empty((0, value_size))

    def store(self, keys: ArrayLike, values: ArrayLike, *, passes: int = 1) -> None:
        """Write pairs, one after the other.

        Parameters
        ----------
        keys : float array, shape (pairs, key_size)
        values : float array, shape (pairs, value_size)
        passes : int, default 1
            How often; the delta rule comes closer to all pairs with each pass.

        Raises
        ------
        ValidationError
            If shapes do not fit or a number is not finite; nothing is stored then.
        """
        where_from, what = self._checked(keys, values)
        check_size("passes", passes)
        if self.rule == "hebb":
            self.weights += passes * (what.T @ where_from)
        else:
            for _ in range(passes):
                for key, value in zip(where_from, what, strict=True):
                    self.weights += self.rate * np.outer(value - self.weights @ key, key)
        self.values = np.concatenate([self.values, what])

    def recall(self, cues: ArrayLike) -> VectorRecall:
        """Read the values of keys.

        Parameters
        ----------
        cues : float array, shape (cues, key_size)

        Returns
        -------
        VectorRecall
            Its items are those whose value has the largest cosine with what is read.

        Raises
        ------
        ValidationError
            If the shape does not fit, a number is not finite, or nothing is stored.
        """
        vectors = check_vectors(cues, self.weights.shape[1], "cues") @ self.weights.T
        return VectorRecall(
            vectors=vectors,
            items=nearest(self.values, vectors),
            iterations=np.ones(len(vectors), dtype=np.int32),
        )

    def density(self) -> float:
        """Return the share of weights that are not 0."""
        return int(np.count_nonzero(self.weights)) / self.weights.size

    @property
    def nbytes(self) -> int:
        """Bytes of the matrix; the values that answers are compared with are not counted."""
        return self.weights.nbytes

    def _checked(self, keys: ArrayLike, values: ArrayLike) -> tuple[FloatArray, FloatArray]:
        value_size, key_size = self.weights.shape
        where_from = check_vectors(keys, key_size, "keys")
        what = check_vectors(values, value_size, "values")
        if len(where_from) != len(what):
            problem = f"{len(what)} for {len(where_from)} keys"
            raise ValidationError("values", problem, value=len(what), limit="One for each key")
        return where_from, what


class KeyExpansion:
    """Random expansion with sparse competition: what the dentate gyrus does to keys.

    Parameters
    ----------
    size, units, winners : int
        Entries of a raw key, units of the expansion, and how many of them stay active.
    seed : int, default 0
        Of the random projection.

    Raises
    ------
    ValidationError
        If there are more winners than units.

    Examples
    --------
    >>> KeyExpansion(100, 2000, 40).expand(np.ones((1, 100))).astype(bool).sum()
    np.int64(40)
    """

    def __init__(self, size: int, units: int, winners: int, *, seed: int = 0) -> None:
        for name, value in (("size", size), ("winners", winners)):
            check_size(name, value)
        check_size("units", units, winners)
        self.winners = winners
        self._projection: FloatArray = stream(seed, "key expansion").standard_normal((size, units))

    def expand(self, keys: ArrayLike) -> FloatArray:
        """Return unit vectors whose largest entries are equal and all others 0.

        Parameters
        ----------
        keys : float array, shape (keys, size)

        Returns
        -------
        float array, shape (keys, units)
        """
        raw = check_vectors(keys, len(self._projection), "keys")
        drive = raw @ self._projection
        top = np.argpartition(-drive, self.winners - 1, axis=1)[:, : self.winners]
        expanded = np.zeros(drive.shape)
        np.put_along_axis(expanded, top, 1 / np.sqrt(self.winners), axis=1)
        return expanded


def interference(items: int, key_size: int) -> float:
    """Interference relative to the signal, (M - 1) / d_k, of random keys of length 1.

    Examples
    --------
    >>> interference(129, 128)
    1.0
    """
    return (items - 1) / key_size


def nearest(stored: FloatArray, vectors: FloatArray) -> IntArray:
    """Return which stored vector has the largest cosine with each vector, shape (vectors,).

    Raises
    ------
    ValidationError
        If nothing is stored.
    """
    if not len(stored):
        raise ValidationError("memory", "is empty", hint="Store items before recalling any")
    lengths = np.linalg.norm(stored, axis=1)
    scaled = stored / np.where(lengths > 0, lengths, 1.0)[:, None]
    found = np.empty(len(vectors), dtype=np.int64)
    step = max(1, BLOCK // len(stored))
    for begin in range(0, len(vectors), step):
        found[begin : begin + step] = (vectors[begin : begin + step] @ scaled.T).argmax(axis=1)
    return found
