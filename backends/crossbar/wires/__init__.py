"""Wires of an array: what their resistance leaves of voltages and currents (IR drop).

`effective_conductance` once for a programmed state; `linear_operating_point` for all voltages and
currents of some vectors, `operating_point` for non-linear cells, `first_order` for an estimate.
"""

from .first_order import Estimate, first_order, first_order_conductance
from .geometry import LINES, line_resistance, wires_of_node
from .network import OHM, OperatingPoint, Wires
from .nonlinear import operating_point
from .pcg import linear_operating_point
from .ports import effective_conductance
from .sparse import sparse_operating_point

__all__ = [
    "LINES",
    "OHM",
    "Estimate",
    "OperatingPoint",
    "Wires",
    "effective_conductance",
    "first_order",
    "first_order_conductance",
    "line_resistance",
    "linear_operating_point",
    "operating_point",
    "sparse_operating_point",
    "wires_of_node",
]
