"""Where tests find recordings of spoken words: where the user keeps them or beside the checkout."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2].parent / "shared" / "data"


def spoken_words() -> Path:
    """Return the folder of the data, or skip the test with the reason."""
    for folder in (os.environ.get("NEURO_DATA"), str(BESIDE)):
        if folder and (Path(folder) / "spoken_digits").is_dir():
            return Path(folder)
    pytest.skip("no recordings: set NEURO_DATA, or put shared/data beside the checkout")
