"""The GPU backend: the engine's order of work on PyTorch tensors, many samples side by side."""

from neuro.backends.gpu.backend import BACKEND

__all__ = ["BACKEND"]
