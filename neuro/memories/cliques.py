"""Clustered cliques: a message links its units with one another, once and for all.

Reference: Gripon and Berrou, IEEE Trans. Neural Networks 22(7), 2011, doi
10.1109/TNN.2011.2146789; messages that use some clusters only: Aliabadi et al. 2014.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neuro.memories.bits import BitRows
from neuro.memories.decoders import Decoder, decode
from neuro.memories.interface import IntArray, Recall
from neuro.memories.native import Kernels, kernels
from neuro.memories.topology import Topology

BLOCK = 2**16
"""Patterns linked at a time, so that storing takes little memory beside the links."""


class CliqueMemory:
    """The binary memory that noisy Hebbian learning ends in.

    Parameters
    ----------
    topology : Topology
    links : BitRows, optional
        What is stored already; default nothing.
    kernels : {"fastest", "reference"}
        "reference" runs NumPy even where compiled kernels were built.

    Examples
    --------
    >>> memory = CliqueMemory(Topology(n_clusters=4, cluster_size=16))
    >>> memory.store([[1, 2, 3, 4], [5, 6, 7, 8]])
    >>> memory.recall([[1, 2, -1, -1]]).answers.tolist()
    [[1, 2, 3, 4]]
    """

    def __init__(
        self, topology: Topology, links: BitRows | None = None, *, kernels: Kernels = "fastest"
    ) -> None:
        self.topology = topology
        self.links = BitRows.empty(topology) if links is None else links
        self._kernels = kernels

    def store(self, patterns: ArrayLike) -> None:
        """Link the units of each message.

        Parameters
        ----------
        patterns : int array, shape (messages, n_clusters)
            Letters, or `UNUSED`.

        Raises
        ------
        ValidationError
            If a letter is outside the alphabet; nothing is stored then.
        """
        letters = self.topology.check_letters(patterns, "patterns")
        for begin in range(0, len(letters), BLOCK):
            units = self.topology.units_of(letters[begin : begin + BLOCK])
            link_cliques(self.links, units, self._kernels)

    def recall(
        self, cues: ArrayLike, decoder: str | Decoder = "sum_of_sum", **options: Any
    ) -> Recall:
        """Answer cues.

        Parameters
        ----------
        cues : int array, shape (cues, n_clusters)
            Letters, `ERASED` or `UNUSED`.
        decoder : str or Decoder
            A rule; `options` are the other parameters of `Decoder`.

        Raises
        ------
        ValidationError, CheckError
            If a letter is outside the alphabet or the decoder does not fit.
        """
        letters = self.topology.check_letters(cues, "cues", cue=True)
        return decode(self.links, letters, decoder_of(decoder, options), self._kernels)

    def density(self) -> float:
        """Return the share of possible links between clusters that is there."""
        return self.links.density()

    @property
    def nbytes(self) -> int:
        """Bytes of the links."""
        return self.links.nbytes


def link_cliques(links: BitRows, units: IntArray, wanted: str = "fastest") -> None:
    """Link the units of each row with one another.

    Parameters
    ----------
    links : BitRows
        Changed in place.
    units : int array, shape (patterns, ones)
        Negative where there is none.
    wanted : {"fastest", "reference"}
    """
    native = kernels(wanted)
    if native is not None:
        shape = links.topology
        native.store(links.words, shape.n_clusters, shape.cluster_size, np.ascontiguousarray(units))
        return
    for a in range(units.shape[1]):
        for b in range(a):
            both = (units[:, a] >= 0) & (units[:, b] >= 0)
            links.link(units[both, b], units[both, a])


def decoder_of(decoder: str | Decoder, options: dict[str, Any]) -> Decoder:
    """Return a decoder from a rule and the other parameters."""
    return decoder if isinstance(decoder, Decoder) else Decoder(rule=decoder, **options)  # type: ignore[arg-type]
