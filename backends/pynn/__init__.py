"""The PyNN backend: a network as a PyNN script, run by NEST or Brian2 in a process of its own."""

from neuro.backends.pynn.backend import BACKEND

__all__ = ["BACKEND"]
