"""What the tests of the crossbar backend share: hardware with chosen effects."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from neuro.backends.crossbar.hardware import Hardware, hardware_from
from neuro.hardware_configs import load_target


@pytest.fixture
def hardware() -> Callable[..., Hardware]:
    """Return the ideal hardware, or one of the files, with changes."""

    def make(name: str = "ideal", **changes) -> Hardware:
        return replace(hardware_from(load_target(f"crossbar_{name}")), **changes)

    return make
