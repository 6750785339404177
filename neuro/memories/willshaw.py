"""Willshaw memory: units of a sparse pattern are linked once and for all, in one network.

Reference: Willshaw, Buneman and Longuet-Higgins, Nature 222 (1969), doi:10.1038/222960a0; theory:
`neuro.analysis.willshaw`.
"""

from typing import Any

from numpy.typing import ArrayLike

from neuro.memories.bits import BitRows
from neuro.memories.cliques import BLOCK, decoder_of, link_cliques
from neuro.memories.decoders import Decoder, decode
from neuro.memories.interface import Recall
from neuro.memories.native import Kernels
from neuro.memories.topology import Topology
from neuro.memories.vectors import check_sparse


class WillshawMemory:
    """An auto-associative memory of sparse patterns with binary links.

    Parameters
    ----------
    units : int
        N.
    links : BitRows, optional
        What is stored already; default nothing.
    kernels : {"fastest", "reference"}
        "reference" runs NumPy even where compiled kernels were built.

    Examples
    --------
    >>> memory = WillshawMemory(64)
    >>> memory.store([[1, 9, 33], [5, 20, 60]])
    >>> memory.recall([[9, 33, -1]]).answers.tolist()
    [[1, 9, 33]]
    """

    def __init__(
        self, units: int, links: BitRows | None = None, *, kernels: Kernels = "fastest"
    ) -> None:
        self.topology = Topology(n_clusters=1, cluster_size=units)
        self.links = BitRows.empty(self.topology) if links is None else links
        self._kernels = kernels

    def store(self, patterns: ArrayLike) -> None:
        """Link the units of each pattern.

        Parameters
        ----------
        patterns : int array, shape (patterns, ones)
            Active units.

        Raises
        ------
        ValidationError
            If a unit does not exist or occurs twice in a pattern; nothing is stored then.
        """
        units = check_sparse(patterns, self.topology.units, "patterns").astype("int64")
        for begin in range(0, len(units), BLOCK):
            link_cliques(self.links, units[begin : begin + BLOCK], self._kernels)

    def recall(self, cues: ArrayLike, decoder: str | Decoder = "k_wta", **options: Any) -> Recall:
        """Answer cues.

        Parameters
        ----------
        cues : int array, shape (cues, ones)
            Units, or `ERASED`.
        decoder : str or Decoder
            `k_wta` or `threshold`; `options` are the other parameters of `Decoder`.

        Raises
        ------
        ValidationError, CheckError
            If a unit does not exist or the decoder does not fit.
        """
        units = check_sparse(cues, self.topology.units, "cues")
        return decode(self.links, units, decoder_of(decoder, options), self._kernels)

    def density(self) -> float:
        """Return the share of possible links that is there."""
        return self.links.density()

    @property
    def nbytes(self) -> int:
        """Bytes of the links."""
        return self.links.nbytes
