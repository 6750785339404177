"""What the tests of the SpiNNaker backend share: small networks, laid out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.options import Options
from neuro.ir import (
    AllToAll,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.run import lower

ON_GRID = {"tau_refrac": 1.0, "tau_syn_E": 4.0, "tau_syn_I": 4.0, "v_rest": -64.0}
"""Parameters that s16.15 holds exactly, so that no note is left."""


@pytest.fixture
def one_target() -> Callable[..., Network]:
    """Make a network of one population `a` with input from the source `in`."""

    def make(
        *synapses: Any,
        size: int = 1,
        sources: int = 1,
        conductance: bool = False,
        connector: Any = None,
        dt: float = 1.0,
        **cell: Any,
    ) -> Network:
        kind = ConductanceExponentialLIF if conductance else CurrentExponentialLIF
        return Network(
            name="net",
            dt=dt,
            semantics="tick",
            populations=[Population("a", size, kind(**{**ON_GRID, **cell}))],
            inputs=[SpikeArray(name="in", size=sources)],
            projections=[
                Projection("in", "a", connector or AllToAll(), synapse, name=f"p{number}")
                for number, synapse in enumerate(synapses)
            ],
        )

    return make


@pytest.fixture
def laid_out() -> Callable[..., Layout]:
    """Lay out a network with some options."""

    def lay(network: Network, **options: Any) -> Layout:
        return lay_out(lower(network), Options(**options))

    return lay


@pytest.fixture
def plastic() -> Callable[..., PairSTDP]:
    """Make an additive rule with bounds 0 and 2 nA."""

    def make(**changes: Any) -> PairSTDP:
        rule: dict[str, Any] = {
            "weight": 0.5,
            "delay": 1.0,
            "rule": "additive",
            "amplitude": "absolute",
            "a_plus": 0.25,
            "a_minus": 0.25,
            "w_max": 2.0,
        }
        return PairSTDP(**{**rule, **changes})

    return make


@pytest.fixture
def static() -> Callable[..., Static]:
    """Make a static synapse; lists become one row of an all-to-all projection."""

    def make(weight: Any, delay: Any = 1.0) -> Static:
        def row(values: Any) -> Any:
            return np.reshape(values, (-1, 1)) if np.ndim(values) else values

        return Static(weight=row(weight), delay=row(delay))

    return make
