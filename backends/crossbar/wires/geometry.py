r"""Wire resistance from the technology node: :math:`R = \rho L / (W^2 A)`, A the aspect ratio.

Widths, aspect ratios and resistivities are those of the wire table of NeuroSim (Georgia Tech),
which include the rise of copper's resistivity in narrow lines.
"""

from dataclasses import dataclass

import numpy as np

from neuro.errors import ValidationError
from neuro.units import format_value

from .network import OHM, Wires

REFERENCE_TEMPERATURE = 300.0
"""K, at which the resistivities hold."""

TEMPERATURE_COEFFICIENT = 0.0045
"""1/K, of copper (NeuroSim)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Cross-section and material of the wires of a technology node.

    Parameters
    ----------
    width : float, um
    aspect_ratio : float
        Height over width.
    resistivity : float, ohm um
        At 300 K.
    """

    width: float
    aspect_ratio: float
    resistivity: float


# NeuroSim's wire table; 1e-8 ohm m is 0.01 ohm um.
LINES = {
    65: Line(width=0.100, aspect_ratio=2.3, resistivity=0.0273),
    32: Line(width=0.040, aspect_ratio=1.9, resistivity=0.0403),
    22: Line(width=0.032, aspect_ratio=1.9, resistivity=0.0451),
    14: Line(width=0.022, aspect_ratio=2.0, resistivity=0.0541),
}
"""Lines by technology node, nm."""


def line_resistance(
    node: int, length: float, *, temperature: float = REFERENCE_TEMPERATURE
) -> float:
    """Resistance of a line.

    Parameters
    ----------
    node : int, nm
        Technology node, a key of `LINES`.
    length : float, um
        Positive.
    temperature : float, K, default 300

    Returns
    -------
    float, Mohm

    Raises
    ------
    ValidationError
        If the node is not in the table, the length not positive, or it is so cold that the
        linear law of the resistivity ends.

    Examples
    --------
    At 65 nm, 1.19 ohm by micrometre:

    >>> round(line_resistance(65, 1.0) / 1e-6, 2)
    1.19
    """
    line = _line(node)
    _require_positive("wires.length", length, "um")
    factor = 1 + TEMPERATURE_COEFFICIENT * (temperature - REFERENCE_TEMPERATURE)
    if not 0 < factor < np.inf:
        coldest = REFERENCE_TEMPERATURE - 1 / TEMPERATURE_COEFFICIENT
        raise ValidationError(
            "wires.temperature",
            format_value(temperature, "K"),
            value=temperature,
            limit=f"The linear law of the resistivity needs more than {coldest:.3g} K",
        )
    ohms = line.resistivity * factor * length / (line.width**2 * line.aspect_ratio)
    return ohms * OHM


def wires_of_node(
    node: int,
    *,
    row_pitch: float,
    column_pitch: float,
    temperature: float = REFERENCE_TEMPERATURE,
) -> Wires:
    """Segment resistances of an array from its technology node and the pitch of its cells.

    Parameters
    ----------
    node : int, nm
        Technology node, a key of `LINES`.
    row_pitch, column_pitch : float, wire widths
        Length of a cell along a word line and along a bit line; a cell with a transistor takes
        4 to 12 widths.
    temperature : float, K, default 300

    Returns
    -------
    Wires
        Without driver and sense resistance.

    Raises
    ------
    ValidationError
        If the node is not in the table or a pitch is not positive.
    """
    width = _line(node).width
    return Wires(
        row=line_resistance(node, row_pitch * width, temperature=temperature),
        column=line_resistance(node, column_pitch * width, temperature=temperature),
    )


def _line(node: int) -> Line:
    if node not in LINES:
        raise ValidationError(
            "wires.node",
            f"no wires known for {node} nm",
            value=node,
            limit=f"Known nodes: {', '.join(f'{known} nm' for known in LINES)}",
            hint="Give the resistance of the segments instead",
        )
    return LINES[node]


def _require_positive(where: str, value: float, unit: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ValidationError(
            where, format_value(value, unit), value=value, limit="It is positive and finite"
        )
