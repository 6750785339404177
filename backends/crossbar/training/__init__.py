"""Training of recurrent networks for crossbars, with PyTorch: noise and levels while they learn.

Forward passes see clipped weights with fresh noise, pulse-coded inputs and the levels of the
converters; gradients go straight through. Specs, crossbar_nladc section 5.4. PyTorch is an optional
extra, loaded when training starts.
"""

from .fit import Examples, train_classifier
from .language import train_language
from .settings import Hardening, Schedule
from .start import require_torch, start_weights

__all__ = [
    "Examples",
    "Hardening",
    "Schedule",
    "require_torch",
    "start_weights",
    "train_classifier",
    "train_language",
]
