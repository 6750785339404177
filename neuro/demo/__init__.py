"""The demo: ten real handwritten digits stored in, and recalled from, a CA3 memory."""

from neuro.demo.digits import load_digits
from neuro.demo.outcome import DigitOutcome, Outcome, run_demo
from neuro.demo.page import demo_page

__all__ = ["DigitOutcome", "Outcome", "demo_page", "load_digits", "run_demo"]
