"""What the unit tests share: a small network, a small result, and comparison to the last bit."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from neuro.errors import CheckError, NeuroError
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DeltaLIF,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.results import Result
from neuro.run import simulate

Make = Callable[..., Network]


@pytest.fixture
def network() -> Make:
    """Make a valid network: populations a (3), b (4) of current LIFs, d (2) of delta LIFs."""

    def make(**changes: Any) -> Network:
        parts: dict[str, Any] = {
            "name": "net",
            "populations": [
                Population("a", 3, CurrentExponentialLIF()),
                Population("b", 4, CurrentExponentialLIF()),
                Population("d", 2, DeltaLIF()),
            ],
            "inputs": [SpikeArray(name="in", size=3, times=[1.0], indices=[0])],
        }
        return Network(**{**parts, **changes})

    return make


@pytest.fixture
def faults(network: Make) -> Callable[..., dict[str, NeuroError]]:
    """Return the issues of a network that cannot be made, by place."""

    def find(**changes: Any) -> dict[str, NeuroError]:
        with pytest.raises(NeuroError) as caught:
            network(**changes)
        error = caught.value
        issues = error.issues if isinstance(error, CheckError) else (error,)
        return {issue.where: issue for issue in issues}

    return find


@pytest.fixture
def plain() -> Callable[[Any], Any]:
    """Take data apart into what compares bit for bit; wall-clock times are left out."""

    def take_apart(part: Any) -> Any:
        if is_dataclass(part):
            names = {item.name for item in fields(part)} - {"started", "run_seconds"}
            return {name: take_apart(getattr(part, name)) for name in sorted(names)}
        if isinstance(part, Mapping):
            return {name: take_apart(value) for name, value in part.items()}
        if isinstance(part, np.ndarray):
            return part.dtype.str, part.shape, part.tobytes()
        return [take_apart(item) for item in part] if isinstance(part, tuple | list) else part

    return take_apart


@pytest.fixture
def busy_network() -> Network:
    """Two Poisson-driven plastic populations whose spikes, traces and weights all change."""
    learn = PairSTDP(
        weight="0.2 nA",
        rule="multiplicative",
        amplitude="relative",
        a_plus=0.01,
        a_minus=0.005,
        w_max="2 nA",
        delay="0.7 ms",
    )
    cell = CurrentExponentialLIF(cm="0.25 nF", tau_m="10 ms", v_init=Uniform("-65 mV", "-51 mV"))
    return Network(
        name="busy",
        populations=[Population("a", 4, cell), Population("b", 3, cell)],
        inputs=[Poisson(name="noise", size=5, rate="120 Hz")],
        projections=[
            Projection(
                "noise", "a", AllToAll(), Static(weight=Uniform("0.2 nA", "0.8 nA"), delay="0.3 ms")
            ),
            Projection("a", "b", AllToAll(), learn),
        ],
        probes=[
            Probe(population="noise"),
            Probe(population="a"),
            Probe(population="b"),
            Probe(population="b", variable="v", interval="0.5 ms", indices=[2, 0]),
            Probe(population="b", variable="i_excitatory"),
        ],
        seed=11,
    )


@pytest.fixture
def busy_result(busy_network: Network) -> Result:
    """Return 40 ms of the busy network."""
    return simulate(busy_network, "40 ms")
