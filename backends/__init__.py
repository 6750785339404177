"""Backends: one folder each, with the class `BACKEND`; they do not know one another.

What they share lives in `neuro.engine`. `neuro.registry` finds them.
"""

if __name__ != "neuro.backends":
    raise ImportError(f"import 'neuro.backends', not {__name__!r}: this folder is a part of neuro")
