"""Energy, time, area and operations, and the figures of merit that follow from them."""

from dataclasses import dataclass

OPERATIONS_PER_CROSSPOINT = 2
"""A multiplication and an addition, as the field counts."""

OPERATIONS_PER_MS = 1e-9
"""TOPS: one operation in a millisecond is 1e3 in a second."""

OPERATIONS_PER_FJ = 1e3
"""TOPS/W: one operation for a femtojoule is 1e15 for a joule."""

UM2_PER_MM2 = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What something costs.

    Parameters
    ----------
    operations : float
        Multiplications and additions.
    energy : float, fJ
    latency : float, ms
    area : float, um^2
    """

    operations: float
    energy: float
    latency: float
    area: float

    @property
    def power(self) -> float:
        """Mean power while it works, pW."""
        return _ratio(self.energy, self.latency)

    @property
    def tops(self) -> float:
        """Operations for a second, in 1e12."""
        return OPERATIONS_PER_MS * _ratio(self.operations, self.latency)

    @property
    def tops_per_watt(self) -> float:
        """Operations for a joule, in 1e12."""
        return OPERATIONS_PER_FJ * _ratio(self.operations, self.energy)

    @property
    def tops_per_mm2(self) -> float:
        """Operations for a second and a square millimetre, in 1e12."""
        return UM2_PER_MM2 * _ratio(self.tops, self.area)

    def as_dict(self) -> dict[str, float]:
        """Return plain values; energy in fJ, latency in ms, area in um^2, power in pW."""
        return {
            "operations": self.operations,
            "energy": self.energy,
            "latency": self.latency,
            "area": self.area,
            "power": self.power,
            "tops": self.tops,
            "tops_per_watt": self.tops_per_watt,
            "tops_per_mm2": self.tops_per_mm2,
        }


def _ratio(above: float, below: float) -> float:
    return above / below if below else 0.0
