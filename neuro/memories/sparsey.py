r"""Sparsey: sparse codes whose overlap follows the similarity of inputs, chosen in one pass.

With :math:`V_i = \frac{1}{S} \sum_j W_{ji} x_j` the match of unit i and G the mean over modules of
the best match,

.. math:: \eta = 1 + \chi K \max(0, \tfrac{G - G^-}{1 - G^-})^\gamma, \quad
   \psi_i = 1 + \frac{\eta - 1}{(1 + \sigma_1 e^{-\sigma_2 (V_i - \sigma_3)})^{\sigma_4}}, \quad
   P_i = \psi_i / \sum_{module} \psi

A familiar input gets its old code, a new one a random code. References: Rinkus, Front. Comput.
Neurosci. 8 (2014) 160, doi:10.3389/fncom.2014.00160; Rinkus and Leveille, arXiv 1710.07829. The
form is the published family's; the constants are ours (specs, associative_models 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.memories.interface import FloatArray, LetterArray, Recall
from neuro.memories.vectors import check_sparse
from neuro.seeds import stream

BLOCK = 2**24
"""Entries of gathered weights at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseyParameters:
    """Sizes and constants.

    Parameters
    ----------
    features : int
        N, inputs.
    active : int
        S, active inputs of a pattern.
    modules : int
        Q, competitive modules.
    module_size : int
        K, units of a module.
    gain, exponent, floor : float
        chi, gamma and G-: how the noise of the choice falls with familiarity.
    sigmoid : tuple of four floats
        sigma 1 to 4, from matches to odds.

    Raises
    ------
    ValidationError, CheckError
        If a value is outside its range.
    """

    features: int = 144
    active: int = 20
    modules: int = 24
    module_size: int = 16
    gain: float = 1000.0
    exponent: float = 2.0
    floor: float = 0.1
    sigmoid: tuple[float, float, float, float] = (100.0, 8.0, 0.5, 1.0)

    def __post_init__(self) -> None:
        """Refuse sizes and constants that make no memory."""
        sizes = ("features", "active", "modules", "module_size")
        issues: list[NeuroError] = [
            ValidationError(f"sparsey.{name}", f"{getattr(self, name)}", limit="At least 1")
            for name in sizes
            if getattr(self, name) < 1
        ]
        if self.active > self.features:
            limit = f"At most the {self.features} features"
            active = self.active
            issues.append(ValidationError("sparsey.active", f"{active}", value=active, limit=limit))
        if not 0 <= self.floor < 1:
            limit = "At least 0, below 1"
            floor = self.floor
            issues.append(ValidationError("sparsey.floor", f"{floor:g}", value=floor, limit=limit))
        raise_all("sparsey", issues)


class SparseyMemory:
    """A memory that gives each input a code: one winner in each module.

    Parameters
    ----------
    parameters : SparseyParameters, optional
    seed : int, default 0
        Of the choice of codes.

    Examples
    --------
    >>> memory = SparseyMemory(seed=1)
    >>> pattern = [list(range(20))]
    >>> memory.store(pattern)
    >>> bool(memory.recall(pattern).exact(memory.codes)[0])
    True
    """

    def __init__(self, parameters: SparseyParameters | None = None, *, seed: int = 0) -> None:
        self.parameters = SparseyParameters() if parameters is None else parameters
        p = self.parameters
        self.weights: NDArray[np.bool_] = np.zeros(
            (p.features, p.modules * p.module_size), dtype=np.bool_
        )
        self.codes: LetterArray = np.empty((0, p.modules), dtype=np.int32)
        self._rng = stream(seed, "sparsey")

    def store(self, patterns: ArrayLike) -> None:
        """Choose a code for each pattern and link its features with it, one after the other.

        Parameters
        ----------
        patterns : int array, shape (patterns, active)
            Active features. The codes are appended to `codes`.

        Raises
        ------
        ValidationError
            If a feature does not exist or occurs twice; nothing is stored then.
        """
        rows = check_sparse(patterns, self.parameters.features, "patterns")
        first = np.arange(self.parameters.modules) * self.parameters.module_size
        codes = np.empty((len(rows), self.parameters.modules), dtype=np.int32)
        for number, row in enumerate(rows):
            codes[number] = self.choose(row[None])[0]
            self.weights[np.ix_(row[row >= 0], first + codes[number])] = True
        self.codes = np.concatenate([self.codes, codes])

    def choose(self, patterns: ArrayLike) -> LetterArray:
        """Draw a code for each pattern, without learning; shape (patterns, modules)."""
        match = self._match(check_sparse(patterns, self.parameters.features, "patterns"))
        share = _odds(match, self.parameters)
        edges = np.cumsum(share, axis=2)
        drawn = self._rng.random(edges.shape[:2])[:, :, None] * edges[:, :, -1:]
        return np.asarray((drawn >= edges[:, :, :-1]).sum(axis=2), dtype=np.int32)

    def recall(self, cues: ArrayLike) -> Recall:
        """Answer inputs with the code of the largest match in each module.

        Parameters
        ----------
        cues : int array, shape (cues, active)
            Active features, or `ERASED`.

        Returns
        -------
        Recall
            Its answers are codes, letter by module; compare them with `codes`.

        Raises
        ------
        ValidationError
            If a feature does not exist or occurs twice.
        """
        rows = check_sparse(cues, self.parameters.features, "cues")
        answers = self._match(rows).argmax(axis=2).astype(np.int32)
        active = np.count_nonzero(rows >= 0, axis=1).astype(np.int64)
        return Recall(answers=answers, iterations=np.ones(len(rows), dtype=np.int32), spikes=active)

    def density(self) -> float:
        """Return the share of possible links that is there."""
        return float(self.weights.mean())

    @property
    def nbytes(self) -> int:
        """Bytes of the links."""
        return self.weights.nbytes

    def _match(self, rows: LetterArray) -> FloatArray:
        """Return the share of active features that each unit is linked with, by module."""
        p = self.parameters
        found = np.empty((len(rows), p.modules, p.module_size))
        step = max(1, BLOCK // self.weights[0].size // max(1, rows.shape[1]))
        for begin in range(0, len(rows), step):
            block = rows[begin : begin + step]
            known = (block >= 0)[:, :, None]
            sums = (self.weights[block] & known).sum(axis=1)
            found[begin : begin + step] = sums.reshape(len(block), p.modules, p.module_size)
        return found / p.active


def _odds(match: FloatArray, p: SparseyParameters) -> FloatArray:
    """Return psi, the odds of each unit in its module."""
    familiarity = match.max(axis=2).mean(axis=1)
    above = np.maximum(0.0, (familiarity - p.floor) / (1 - p.floor))
    span = p.gain * p.module_size * above**p.exponent
    first, slope, middle, power = p.sigmoid
    squashed = (1 + first * np.exp(-slope * (match - middle))) ** power
    return np.asarray(1 + span[:, None, None] / squashed)
