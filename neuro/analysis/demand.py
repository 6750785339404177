"""What a memory is asked to do, in the words of the capacity planner.

Everything that can be wrong with it is said here, before anything is computed.
"""

from dataclasses import dataclass, field

from neuro.analysis.cliques import Faults
from neuro.errors import NeuroError, ValidationError, raise_all

MOST_MESSAGES = 10**9
"""Beyond, usage distributions are too wide to sum over quickly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryDemand:
    """Messages of one letter for each cluster, and how well they are to be recalled.

    Parameters
    ----------
    messages : int
        M, how many are stored.
    erased : int
        Letters that a cue lacks.
    error : float
        Largest share of cues that are not answered exactly.
    clusters : int
        C, letters of a message.
    units : int, optional
        Size of the network, to be divided into the clusters; default the smallest that will do.
    faults : Faults
        Of the devices that hold the links.

    Raises
    ------
    ValidationError, CheckError
        If a number is out of range.
    """

    messages: int
    erased: int
    error: float
    clusters: int = 8
    units: int | None = None
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        """Name every number that is out of range."""
        checks = (
            ("messages", 1 <= self.messages <= MOST_MESSAGES, f"From 1 to {MOST_MESSAGES}"),
            ("error", 0 < self.error < 1, "Between 0 and 1"),
            ("clusters", self.clusters >= 2, "At least 2: links run between clusters"),  # noqa: PLR2004
            (
                "erased",
                0 <= self.erased < max(self.clusters, 1),
                f"From 0 to {self.clusters - 1}, one letter must be known",
            ),
        )
        issues: list[NeuroError] = [
            ValidationError(
                name, f"{getattr(self, name):g}", value=getattr(self, name), limit=limit
            )
            for name, holds, limit in checks
            if not holds
        ]
        raise_all("memory", issues)
