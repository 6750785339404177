"""Make the benchmarks, which are not installed, importable for the tests in this folder."""

import sys
from pathlib import Path

# At the end: an installed neuro must not be shadowed by the checkout.
sys.path.append(str(Path(__file__).parents[2]))
