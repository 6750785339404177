"""Recurrent networks on crossbars: an LSTM whose gates are nonlinear converters, and a readout.

One array holds the weights of inputs and of fed-back outputs; what its columns add up goes through
ramps that are a sigmoid or a tanh. Specs, crossbar_nladc section 5.
"""

from .dense import CrossbarDense
from .exact import exact_lstm, exact_scores
from .lstm import CrossbarLSTM, State
from .network import CrossbarNetwork
from .settings import Settings
from .weights import LSTMWeights, NetworkWeights, from_torch, load_weights, save_weights

__all__ = [
    "CrossbarDense",
    "CrossbarLSTM",
    "CrossbarNetwork",
    "LSTMWeights",
    "NetworkWeights",
    "Settings",
    "State",
    "exact_lstm",
    "exact_scores",
    "from_torch",
    "load_weights",
    "save_weights",
]
