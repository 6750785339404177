"""The seed tree: one root seed, one independent random stream for each named object.

A stream depends on the root and on the object's path only, so that adding a population does not
change the others and trial 7 of a sweep is the same alone or in parallel (architecture, section 3).
"""

import hashlib

import numpy as np


def stream(root: int, *path: str | int) -> np.random.Generator:
    """Return the random stream of one named object.

    Parameters
    ----------
    root : int
        Root seed, not negative.
    path : str or int
        Where the object sits, such as ``"projection", "QA->NA", "weight"``.

    Returns
    -------
    numpy.random.Generator
        A PCG64 generator that no other path shares.

    Examples
    --------
    >>> stream(1, "projection", "a") is stream(1, "projection", "a")
    False
    >>> float(stream(1, "a").random()) == float(stream(1, "a").random())
    True
    """
    # Length-prefixed parts: ("ab", "c") and ("a", "bc") are different places.
    text = "".join(f"{len(str(part))}:{part}" for part in path)
    words = np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype="<u4")
    return np.random.default_rng(np.random.SeedSequence([root, *(int(word) for word in words)]))
