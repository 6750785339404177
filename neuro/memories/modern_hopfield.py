"""Modern Hopfield network: one memory unit for each item, winners by softmax.

Reference: Ramsauer et al., Hopfield Networks is All You Need, ICLR 2021, arXiv 2008.02217.
"""

from typing import ClassVar, final

from neuro.memories.softmax import SoftmaxMemory


@final
class ModernHopfieldMemory(SoftmaxMemory):
    """A memory whose capacity grows exponentially with the length of its vectors.

    See `SoftmaxMemory` for parameters.

    Examples
    --------
    >>> memory = ModernHopfieldMemory(3, beta=10.0)
    >>> memory.store([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]])
    >>> memory.recall([[0.0, 0.6, 0.0]]).vectors.round(2).tolist()
    [[0.03, 0.58, 0.78]]
    """

    tonic: ClassVar[bool] = False
