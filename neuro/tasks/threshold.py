"""How many bits of a query have to match: any, a number, a share, or all of them."""

from math import ceil

from neuro.errors import ValidationError

ANY, ALL, BEST = "any", "all", "best"
Threshold = int | float | str
"""``"any"``, ``"all"``, a number of bits, or a share of them as 0.25 or ``"25%"``."""

_LIMIT = "'any', 'all', a number of bits such as 3, or a share such as 0.5 or '50%'"


def matching_bits(threshold: Threshold, size: int, where: str = "threshold") -> int:
    """Return how many bits of a query have to match, at least 1.

    Parameters
    ----------
    threshold : int, float or str
        See `Threshold`; a share counts up to the next whole bit.
    size : int
        Bits of the query.
    where : str
        For messages.

    Raises
    ------
    ValidationError
        If it is none of these, or more bits than the query has.

    Examples
    --------
    >>> [matching_bits(given, 10) for given in ("any", 3, 0.25, "50%", "all", "7")]
    [1, 3, 3, 5, 10, 7]
    """
    if isinstance(threshold, str) and threshold in (ANY, ALL):
        return 1 if threshold == ANY else max(1, size)
    number = _number(threshold, where)
    if isinstance(number, float):
        if not 0 < number <= 1:
            raise ValidationError(
                where,
                f"a share of {number:g}",
                value=threshold,
                limit="A share of the query's bits is above 0 and at most 1",
                hint="Write a number of bits without a point, such as 3",
            )
        # Shares such as 0.07 have no exact binary form: 0.07 * 100 is a little more than 7.
        return max(1, ceil(number * size - 1e-9))
    if not 1 <= number <= max(1, size):
        raise ValidationError(
            where,
            f"{number} bits",
            value=threshold,
            limit=f"At least 1, at most the {size} bits of the query",
        )
    return number


def _number(threshold: Threshold, where: str) -> int | float:
    """Turn a threshold into a number of bits, or a share of them as a float."""
    if isinstance(threshold, int | float) and not isinstance(threshold, bool):
        return threshold
    try:
        text = threshold if isinstance(threshold, str) else ""
        if text.endswith("%"):
            return float(text[:-1]) / 100.0
        return float(text) if "." in text else int(text)
    except ValueError as error:
        hint = None
        if threshold == BEST:
            hint = (
                "The best match takes several questions, each after the answer before: ask for "
                "it with find or complete of neuro.AssociativeMemory"
            )
        raise ValidationError(
            where, repr(threshold), value=threshold, limit=_LIMIT, hint=hint
        ) from error
