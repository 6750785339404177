r"""Outlier-efficient Hopfield network: a tonic unit answers when nothing matches.

.. math:: \sigma(a)_i = e^{a_i} / (1 + \sum_j e^{a_j})

Reference: Hu et al., arXiv 2404.03828.
"""

from typing import ClassVar, final

from neuro.memories.softmax import SoftmaxMemory


@final
class OutlierEfficientHopfieldMemory(SoftmaxMemory):
    """A modern Hopfield network that answers what it does not know with almost nothing.

    See `SoftmaxMemory` for parameters.

    Examples
    --------
    >>> memory = OutlierEfficientHopfieldMemory(2, beta=20.0)
    >>> memory.store([[1.0, 0.0]])
    >>> memory.recall([[-1.0, 0.0]]).vectors.round(6).tolist()
    [[0.0, 0.0]]
    """

    tonic: ClassVar[bool] = True
