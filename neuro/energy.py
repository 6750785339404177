"""Energy: counters times the coefficients of a hardware file, on several accounting bases.

Inside: pW, ms and fJ, so that a power times a time is an energy without a factor. Figures for one
machine differ by orders of magnitude with what is counted, so a report never has one number alone.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import floor, log10
from typing import Any

from neuro.errors import UnsupportedError, ValidationError
from neuro.target import Coefficient, Target

PREFIXES = ("f", "p", "n", "u", "m", "")

COUNT_UNITS = {"pW": "ms", "fJ": ""}
"""What a coefficient is multiplied with: a power with a time, an energy with a count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyRow:
    """One contribution.

    Parameters
    ----------
    name : str
        What uses the energy.
    count : float
        How many events, or how long in ms, summed over all parts.
    count_unit : str
        ``""`` or ``"ms"``.
    coefficient : float
        Energy of one event in fJ, or power of one part in pW.
    unit : str
        ``"fJ"`` or ``"pW"``.
    energy : float, fJ
        Their product.
    source : str
        Where the coefficient comes from.
    """

    name: str
    count: float
    count_unit: str
    coefficient: float
    unit: str
    energy: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyBasis:
    """A way of accounting: which parts of the machine a network is charged for.

    Parameters
    ----------
    name : str
        Short name.
    covers : str
        What is counted and what is left out, for people.
    rows : tuple of EnergyRow
        The contributions.
    """

    name: str
    covers: str
    rows: tuple[EnergyRow, ...]

    @property
    def energy(self) -> float:
        """Sum of the contributions, fJ."""
        return sum(row.energy for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyReport:
    """Energy of one run.

    Parameters
    ----------
    target : str
        Whose coefficients were used.
    duration : float, ms
        How long the machine was busy.
    bases : tuple of EnergyBasis
        The same run accounted in several ways.
    events : mapping of str to int
        Counts by which the energy is also divided, such as synaptic events.
    remarks : tuple of str
        Assumptions, one sentence each.
    """

    target: str
    duration: float
    bases: tuple[EnergyBasis, ...]
    events: Mapping[str, int]
    remarks: tuple[str, ...] = ()

    def per_event(self, basis: EnergyBasis) -> dict[str, float | None]:
        """Return the energy of a basis for one event of each kind, fJ; None if there were none."""
        return {
            name: basis.energy / count if count else None for name, count in self.events.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ, powers in pW, times in ms."""
        return {
            "target": self.target,
            "duration": self.duration,
            "events": dict(self.events),
            "bases": [
                {
                    "name": basis.name,
                    "covers": basis.covers,
                    "energy": basis.energy,
                    "per_event": self.per_event(basis),
                    "rows": [asdict(row) for row in basis.rows],
                }
                for basis in self.bases
            ],
            "remarks": list(self.remarks),
        }


def energy_row(name: str, count: float, coefficient: Coefficient) -> EnergyRow:
    """Charge a count, or a time in ms, with a coefficient.

    Raises
    ------
    ValidationError
        If the coefficient is neither an energy nor a power.

    Examples
    --------
    >>> watt = Coefficient(value=1e12, unit="pW", source="an example")
    >>> energy_row("a board", 1000.0, watt).energy  # one joule in fJ
    1000000000000000.0
    """
    if coefficient.unit not in COUNT_UNITS:
        raise ValidationError(
            f"energy of {name}",
            f"the coefficient is in {coefficient.unit or 'no unit'}",
            value=coefficient.unit,
            limit="An energy for an event, or a power",
        )
    return EnergyRow(
        name=name,
        count=count,
        count_unit=COUNT_UNITS[coefficient.unit],
        coefficient=coefficient.value,
        unit=coefficient.unit,
        energy=count * coefficient.value,
        source=coefficient.source,
    )


def format_scaled(value: float, unit: str) -> str:
    """Write an energy in fJ, or a power in pW, with the SI prefix that suits it.

    Examples
    --------
    >>> format_scaled(2.5e7, "fJ"), format_scaled(3.4e10, "pW")
    ('25 nJ', '34 mW')
    """
    first, symbol = PREFIXES.index(unit[:-1]), unit[-1]
    largest = len(PREFIXES) - 1 - first
    steps = 0 if value == 0 else int(min(max(floor(log10(abs(value)) / 3), 0), largest))
    return f"{value / 10 ** (3 * steps):.4g} {PREFIXES[first + steps]}{symbol}"


def no_energy_model(target: Target) -> UnsupportedError:
    """Return the error of a backend whose energy is not modelled: that of this computer."""
    return UnsupportedError(
        f"target {target.name!r}",
        "has no energy model",
        value=target.name,
        limit="Energy is accounted for on targets with coefficients, such as SpiNNaker boards",
        hint="Run the network with backend='spinnaker'",
    )
