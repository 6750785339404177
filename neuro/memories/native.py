"""The compiled kernels (`neuro/memories/cpp`), where they were built.

Without a compiler everything runs in NumPy, with the same answers.
"""

from types import ModuleType
from typing import Literal

from neuro.errors import ValidationError, suggestion

Kernels = Literal["fastest", "reference"]


def kernels(wanted: str = "fastest") -> ModuleType | None:
    """Return the compiled module; None if NumPy was asked for or nothing was built.

    Raises
    ------
    ValidationError
        If `wanted` is neither "fastest" nor "reference".
    """
    known = ("fastest", "reference")
    if wanted not in known:
        raise ValidationError(
            "kernels", f"no {wanted!r}", value=wanted, limit=suggestion(wanted, known)
        )
    if wanted == "reference":
        return None
    try:
        from neuro.memories import _native
    except ImportError:
        return None
    return _native
