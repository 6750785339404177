"""Where tests find the large data: beside the checkout or where the user keeps them."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2].parent / "shared" / "data"


def shared_data() -> Path:
    """Return the folder of the data, or skip the test with the reason."""
    for folder in (os.environ.get("NEURO_DATA"), str(BESIDE)):
        if folder and (Path(folder) / "nmnist").is_dir():
            return Path(folder)
    pytest.skip("no data: set NEURO_DATA, or put shared/data beside the checkout")
