"""Fidelity notes: the record of every value that a target stores differently from what was asked.

A value is carried over exactly, approximated with a note, or refused; there is no fourth case.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityNote:
    """One recorded approximation.

    Parameters
    ----------
    where : str
        The thing that changed, such as ``projection 'a->b'.delay``.
    requested, stored : float or str
        Asked for and kept; of an array, the entry with the largest relative error.
    relative_error : float or None
        ``|stored - requested| / |requested|``; None where it has no meaning.
    unit : str
        Unit of both values.
    reason : str
        Why, one sentence.
    """

    where: str
    requested: float | str
    stored: float | str
    relative_error: float | None
    unit: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the note as plain values for a file."""
        return asdict(self)

    def __str__(self) -> str:
        """Write the note as one line."""
        error = "" if self.relative_error is None else f" (error {self.relative_error:.2g})"
        stored = f"{self.stored} {self.unit}".rstrip()
        return f"{self.where}: {self.requested} is kept as {stored}{error}. {self.reason}"
