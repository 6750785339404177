"""Where the figures of a page come from: traces, which become hovers and footnotes.

Every claim of a page carries a `Trace`: how it was obtained, and from which source. Seed and
command are those of the page, its `Origin`, and stand in every hover too. Equal traces share a
footnote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from neuro.results import Provenance

SHOWN_COMMAND = 120
"""Characters of the command that a hover shows; the page has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where one figure comes from.

    Parameters
    ----------
    how : str
        How it was obtained: what was counted or computed, with which constants.
    source : str
        Publication or document that gives a constant or a definition; empty if `how` says it all.
    """

    how: str
    source: str = ""

    def __str__(self) -> str:
        """Write the trace as one line."""
        return f"{self.how} Source: {self.source}." if self.source else self.how


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a whole page comes from.

    Parameters
    ----------
    command : str
        The command that makes it again.
    seed : int, str or None
        Root of all randomness, or a list of such roots; None if nothing is drawn.
    facts : mapping of str to str
        Versions, digests and settings, by what they are.
    """

    command: str
    seed: int | str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Write seed and command as one line."""
        seed = "Nothing is drawn" if self.seed is None else f"Seed {self.seed}"
        long = len(self.command) > SHOWN_COMMAND
        command = f"{self.command[:SHOWN_COMMAND]}..." if long else self.command
        return f"{seed}. Command: {command}"


class Footnotes:
    """Numbers the traces of one page in the order in which they are first shown.

    Parameters
    ----------
    origin : Origin
        Of the page.

    Examples
    --------
    >>> notes = Footnotes(Origin(command="neuro demo", seed=0))
    >>> notes.number(Trace(how="Counted.")), notes.number(Trace(how="Counted."))
    (1, 1)
    >>> notes.hover(Trace(how="Counted."))
    'Counted. Seed 0. Command: neuro demo'
    """

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._numbers: dict[Trace, int] = {}

    def number(self, trace: Trace) -> int:
        """Return the number of a trace's footnote."""
        return self._numbers.setdefault(trace, len(self._numbers) + 1)

    def hover(self, trace: Trace) -> str:
        """Return the text over a figure: its trace, with seed and command of the page."""
        return f"{trace} {self.origin}"

    def listed(self) -> list[tuple[int, str]]:
        """Return number and text of all footnotes so far."""
        return [(number, str(trace)) for trace, number in self._numbers.items()]


def origin_of(provenance: Provenance, command: str, **facts: str) -> Origin:
    """Return the origin of a page about one run.

    Parameters
    ----------
    provenance : Provenance
        Of the run.
    command : str
        That makes the page.
    **facts : str
        More to say, by what it is; underscores become blanks.
    """
    return Origin(
        command=command,
        seed=provenance.seed,
        facts={
            **{name.replace("_", " "): text for name, text in facts.items()},
            "network digest": provenance.network_digest,
            "semantics": provenance.semantics,
            **version_facts(),
        },
    )


def version_facts() -> dict[str, str]:
    """Return the versions that made a page, by what they are of."""
    from neuro.results.provenance import versions

    found = versions()
    return {
        "neuro": found["neuro"],
        "Python, NumPy": f"{found['python']}, {found['numpy']}",
        "computer": found["machine"],
    }
