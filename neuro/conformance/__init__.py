"""The suite that every backend is held to: small networks, and a matrix of who agrees on them.

A backend of another package runs it too: ``verify(backends=("cpu", "mine")).failures`` is empty if
the two agree wherever neither refuses; ``neuro verify --backend mine`` prints the same.
"""

from neuro.conformance.matrix import Matrix, Outcome, Verdict, verify
from neuro.conformance.networks import CASES, Case

__all__ = ["CASES", "Case", "Matrix", "Outcome", "Verdict", "verify"]
