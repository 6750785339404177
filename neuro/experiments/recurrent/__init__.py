"""Recurrent networks on crossbars that listen to words and read text.

Networks are trained in floating point and for the hardware, put on arrays with nonlinear ramp
converters, and measured over bits and write errors. Specs, crossbar_nladc section 6.
"""

from .characters import CharacterProtocol, run_characters
from .conditions import Condition, Measured, Outcome, Sweep
from .corpus import Corpus, load_corpus
from .recordings import ARCHIVES, Words, load_words
from .words import QUICK, WordProtocol, run_words

__all__ = [
    "ARCHIVES",
    "QUICK",
    "CharacterProtocol",
    "Condition",
    "Corpus",
    "Measured",
    "Outcome",
    "Sweep",
    "WordProtocol",
    "Words",
    "load_corpus",
    "load_words",
    "run_characters",
    "run_words",
]
