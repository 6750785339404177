from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import neuro.pynn as sim


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Start every test without a network, on a grid of 0.1 ms."""
    sim.setup(timestep=0.1)
    yield
    sim.setup(timestep=0.1)


def times(train: Any) -> list[float]:
    return np.round(np.asarray(train.rescale("ms").magnitude), 3).tolist()


def trains(group: Any, segment: int = -1) -> list[list[float]]:
    """Return the recorded spike times of each neuron, ms."""
    return [times(train) for train in group.get_data("spikes").segments[segment].spiketrains]


@pytest.fixture
def read() -> Any:
    """Return the function that reads recorded spikes."""
    return trains
