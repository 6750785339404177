"""A text as symbols: lower-cased, split into a part to learn from and a part to predict."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ResultError, ValidationError

IntArray = NDArray[np.int64]

TRAINED = 0.9
"""First part of the text, for training."""

TESTED_FROM = 0.95
"""Place from which on characters are predicted."""

LEAST = 10_000
MOST_SYMBOLS = 96


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Corpus:
    """A text.

    Parameters
    ----------
    name : str
    symbols : str
        What there is; rare characters share the last symbol.
    train, test : array of int64, shape (characters,)
    """

    name: str
    symbols: str
    train: IntArray
    test: IntArray


def load_corpus(path: Path, *, most: int | None = None, tested: int = 32_000) -> Corpus:
    """Read a text file in UTF-8.

    Parameters
    ----------
    path : Path
    most : int, optional
        Characters of the training part to use; default all.
    tested : int, default 32000
        Characters to predict.

    Raises
    ------
    ResultError
        If the file cannot be read.
    ValidationError
        If it is too short.
    """
    try:
        text = path.read_text(encoding="utf-8").lower()
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(f"text {str(path)!r}", f"cannot be read ({error})") from error
    if len(text) < LEAST:
        raise ValidationError(
            f"text {str(path)!r}",
            f"{len(text)} characters",
            value=len(text),
            limit=f"At least {LEAST}",
        )
    kinds, counts = np.unique(np.array(list(text)), return_counts=True)
    common = np.sort(kinds[np.argsort(-counts, kind="stable")][: MOST_SYMBOLS - 1])
    place = {character: number for number, character in enumerate(common.tolist())}
    codes = np.array([place.get(character, len(place)) for character in text], dtype=np.int64)
    first, second = int(TRAINED * codes.size), int(TESTED_FROM * codes.size)
    return Corpus(
        name=path.name,
        symbols="".join(common.tolist()),
        train=codes[: first if most is None else min(most, first)],
        test=codes[second : second + tested],
    )
