"""PyNN's older, procedural functions."""

from typing import Any

from pyNN import common

from neuro.pynn import simulator
from neuro.pynn.connectors import FixedProbabilityConnector
from neuro.pynn.populations import Population
from neuro.pynn.projections import Projection
from neuro.pynn.synapses import StaticSynapse

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)
record = common.build_record(simulator)
set = common.set


def record_v(source: Any, filename: str) -> None:
    """Record the membrane potential to a file."""
    record(["v"], source, filename)


def record_gsyn(source: Any, filename: str) -> None:
    """Record the synaptic conductances to a file."""
    record(["gsyn_exc", "gsyn_inh"], source, filename)
