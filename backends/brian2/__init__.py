"""The Brian2 backend: the same network in Brian2's own equations, as an independent check."""

from neuro.backends.brian2.backend import BACKEND

__all__ = ["BACKEND"]
