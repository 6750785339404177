"""Every error and warning that neuro raises on purpose.

An error carries data (`where`, `value`, `limit`, `hint`), not only text, so that a program can act
on it. The text is always: where: what is wrong. What is allowed. How to mend it.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

MANY_SHOWN = 20


class NeuroError(Exception):
    """Base of all errors that neuro raises on purpose.

    Parameters
    ----------
    where : str
        The thing that is wrong, as a path such as ``projection 'QA->NA'.delay``.
    problem : str
        What is wrong with it, with value and unit.
    value : object, optional
        The offending value.
    limit : str, optional
        What is allowed, one sentence.
    hint : str, optional
        How to mend it, one sentence.
    """

    def __init__(
        self,
        where: str,
        problem: str,
        *,
        value: object = None,
        limit: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.where = where
        self.problem = problem
        self.value = value
        self.limit = limit
        self.hint = hint
        sentences = [f"{where}: {problem}", *filter(None, (limit, hint))]
        super().__init__(" ".join(_closed(sentence) for sentence in sentences))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let worker processes hand an error back with all that it carries."""
        return _rebuilt, (type(self), self.args, self.__dict__)


class ValidationError(NeuroError, ValueError):
    """A value is wrong in itself, whatever the backend."""


class UnitError(ValidationError):
    """A value has the wrong physical dimension, or none where one is needed."""


class UnsupportedError(NeuroError, ValueError):
    """The request is valid, but this backend or target cannot do it."""


class CapacityError(NeuroError, ValueError):
    """The request is valid and supported, but does not fit."""


class UnavailableError(NeuroError, RuntimeError):
    """A backend or an optional package is not installed, or a board cannot be reached."""


class SimulationError(NeuroError, RuntimeError):
    """The run itself failed: non-finite state, a solver without convergence, a failing board."""


class ResultError(NeuroError, ValueError):
    """A stored result is unreadable, foreign, of an unknown version or incomplete."""


class CheckError(NeuroError, ValueError):
    """Many problems at once.

    Parameters
    ----------
    where : str
        The object that was checked.
    issues : sequence of NeuroError
        All problems found, in the order of the object's parts.
    """

    def __init__(self, where: str, issues: Sequence[NeuroError]) -> None:
        self.issues = tuple(issues)
        super().__init__(where, f"{len(self.issues)} problems")
        shown = [f"  {issue}" for issue in self.issues[:MANY_SHOWN]]
        hidden = len(self.issues) - len(shown)
        more = [f"  and {hidden} more."] if hidden else []
        self.args = ("\n".join([f"{where}: {len(self.issues)} problems.", *shown, *more]),)


class NeuroWarning(UserWarning):
    """Something that the user should know of; it also lands in the result's provenance."""


class SemanticsWarning(NeuroWarning):
    """A network runs under other integration semantics than it was designed for."""


def raise_all(where: str, issues: Sequence[NeuroError]) -> None:
    """Raise nothing, the only issue, or one `CheckError` that holds all of them.

    Raises
    ------
    NeuroError
        If `issues` is not empty.
    """
    if len(issues) == 1:
        raise issues[0]
    if issues:
        raise CheckError(where, issues)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Say which known name is meant, if one is close, and list what is known.

    Examples
    --------
    >>> suggestion("tau_mem", ["cm", "tau_m"])
    "Did you mean 'tau_m'? Known: cm, tau_m."
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    question = f"Did you mean {close[0]!r}? " if close else ""
    return f"{question}Known: {', '.join(names) or 'none'}."


def _rebuilt(kind: type[NeuroError], args: tuple[Any, ...], members: dict[str, Any]) -> NeuroError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(members)
    return error


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."
