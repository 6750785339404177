r"""The LSTM without any hardware, in float64: what arrays are compared with.

.. math:: c_t = f \circ c_{t-1} + i \circ g, \quad h_t = o \circ \tanh(c_t)

with i, f, o = sigmoid and g = tanh of the weighted sums of inputs and fed-back outputs.
S. Hochreiter, J. Schmidhuber, Neural Comput. 9, 1735 (1997), with the forget gate of Gers et al.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from neuro.backends.crossbar.recurrent.weights import LSTMWeights, NetworkWeights

FloatArray = NDArray[np.float64]


def exact_lstm(weights: LSTMWeights, inputs: FloatArray) -> FloatArray:
    """Return all outputs, shape (batch, steps, hidden).

    Parameters
    ----------
    weights : LSTMWeights
    inputs : array, shape (batch, steps, features)
    """
    batch, steps, _ = inputs.shape
    hidden = weights.hidden
    h = c = np.zeros((batch, hidden))
    bias = np.ones((batch, weights.rows_of_bias))
    outputs = np.empty((batch, steps, hidden))
    for step in range(steps):
        sums = np.concatenate([inputs[:, step], h, bias], axis=1) @ weights.gates
        i, f, g, o = np.split(sums, 4, axis=1)
        c = expit(f) * c + expit(i) * np.tanh(g)
        h = expit(o) * np.tanh(c)
        outputs[:, step] = h
    return outputs


def exact_scores(weights: NetworkWeights, inputs: FloatArray) -> FloatArray:
    """Return the readout of the last output, shape (batch, outputs)."""
    last = exact_lstm(weights.lstm, inputs)[:, -1]
    scores: FloatArray = last @ weights.readout[:-1] + weights.readout[-1]
    return scores
