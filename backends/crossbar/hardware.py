"""One kind of crossbar: its devices, wires, clock and periphery, with every number from a file.

Specs, crossbar_nladc sections 3.3, 3.4 and 4; the hardware files name the source of each number.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from neuro.backends.crossbar.cost_units import COST_UNITS
from neuro.backends.crossbar.devices import (
    LAWS,
    Conduction,
    Drift,
    ExactProgramming,
    ExactWriting,
    Flicker,
    Law,
    LinearConduction,
    NoDrift,
    NoFlicker,
    NoReadNoise,
    NoTelegraph,
    Programming,
    ReadNoise,
    Telegraph,
    Writing,
)
from neuro.backends.crossbar.devices.interface import FloatArray, quantity
from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.target import Coefficient, Target

LAW_SUFFIX = "_law"
"""Options of a hardware file that name a law end with this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """One kind of crossbar.

    Parameters
    ----------
    name : str
        Of the hardware file.
    g_min, g_max : float, uS
        Range to which devices are programmed.
    v_read, v_write : float, mV
        Voltages of read and write pulses.
    clock, write_pulse : float, ms
        Length of a read and of a write pulse.
    array_rows, array_columns : int
        Size of the physical array.
    stuck_off, stuck_on : float
        Probabilities that a device is stuck at `g_min` and at `g_max`.
    temperature : float, K
        At which the conductances are stated, and at which the array is unless said otherwise.
    activation_energy : float, fJ
        Of the conductance.
    wire_row, wire_column, driver_resistance, sense_resistance : float, Mohm
        Of the wire from one cell to the next along rows and columns, and at their ends.
    wire_temperature : float, 1/K
        Relative change of wire resistances.
    comparator_offset, comparator_noise : float
        Standard deviations in units of the converted quantity: of each column, and of each
        conversion.
    integrator_capacitance, ramp_capacitance : float, nF
        Feedback capacitors of the column integrators and of the ramp; the latter is what the former
        is at a ramp gain of 1.
    adc_bits, dac_bits : int
        Resolution of linear converters.
    programming, drift, read_noise, flicker, telegraph, iv, write : Law
        Laws of the device; default no such effect.
    thermal_noise : bool
        Whether devices have thermal noise.
    costs : tuple of (str, Coefficient)
        Energies, areas and other numbers of accounts that this hardware has.

    Raises
    ------
    ValidationError, CheckError
        If a number is out of range.
    """

    name: str
    g_min: float = quantity("uS")
    g_max: float = quantity("uS")
    v_read: float = quantity("mV")
    v_write: float = quantity("mV")
    clock: float = quantity("ms")
    write_pulse: float = quantity("ms")
    array_rows: int = quantity("")
    array_columns: int = quantity("")
    stuck_off: float = quantity("")
    stuck_on: float = quantity("")
    temperature: float = quantity("K")
    activation_energy: float = quantity("fJ")
    wire_row: float = quantity("Mohm")
    wire_column: float = quantity("Mohm")
    driver_resistance: float = quantity("Mohm")
    sense_resistance: float = quantity("Mohm")
    wire_temperature: float = quantity("")
    comparator_offset: float = quantity("")
    comparator_noise: float = quantity("")
    integrator_capacitance: float = quantity("nF")
    ramp_capacitance: float = quantity("nF")
    adc_bits: int = quantity("")
    dac_bits: int = quantity("")
    programming: Programming = field(
        default_factory=ExactProgramming, metadata={"law": "programming"}
    )
    drift: Drift = field(default_factory=NoDrift, metadata={"law": "drift"})
    read_noise: ReadNoise = field(default_factory=NoReadNoise, metadata={"law": "read_noise"})
    flicker: Flicker = field(default_factory=NoFlicker, metadata={"law": "flicker"})
    telegraph: Telegraph = field(default_factory=NoTelegraph, metadata={"law": "telegraph"})
    iv: Conduction = field(default_factory=LinearConduction, metadata={"law": "iv"})
    write: Writing = field(default_factory=ExactWriting, metadata={"law": "write"})
    thermal_noise: bool = False
    costs: tuple[tuple[str, Coefficient], ...] = ()

    def __post_init__(self) -> None:
        """Check every number."""
        where = f"hardware file {self.name + '.toml'!r}.coefficients"
        raise_all(where, list(_range_issues(self, where)))

    @property
    def g_range(self) -> float:
        """Distance of the ends of the conductance range, uS."""
        return self.g_max - self.g_min

    def programming_sigma(self, conductance: FloatArray) -> FloatArray:
        """Return the standard deviation of the programming error at some targets, uS."""
        return self.programming.sigma(conductance)

    def cost(self, name: str) -> Coefficient:
        """Return one coefficient of an account, with its source.

        Raises
        ------
        ValidationError
            If the hardware file does not have it.
        """
        found = dict(self.costs)
        if name not in found:
            where = f"hardware file {self.name + '.toml'!r}.coefficients.{name}"
            raise ValidationError(where, "is missing", limit=f"A value in {COST_UNITS[name]}")
        return found[name]

    def to_json(self) -> str:
        """Write everything as JSON; `from_json` gives an equal hardware."""
        return json.dumps(
            {
                item.name: _plain(getattr(self, item.name), item.metadata.get("law"))
                for item in fields(self)
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ValidationError
            If it is something else.
        """
        try:
            members = json.loads(text)
            for item in fields(cls):
                if "law" in item.metadata:
                    values = members[item.name]
                    law = LAWS[item.metadata["law"]][values.pop("law")]
                    members[item.name] = law(**{k: _frozen(v) for k, v in values.items()})
            costs = members.pop("costs")
            members["costs"] = tuple((name, Coefficient(**values)) for name, values in costs)
            return cls(**members)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, NeuroError):
                raise
            problem = f"not a hardware of this version ({error})"
            raise ValidationError("hardware", problem, hint="Give what to_json wrote") from error


def hardware_from(target: Target) -> Hardware:
    """Read the numbers of a target.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If the hardware file lacks one, has one that is not known, one of another dimension or out
        of range, or names a law that there is not.
    """
    where = f"hardware file {target.name + '.toml'!r}"
    laws = _named_laws(target, where)
    members = [item for item in fields(Hardware) if "unit" in item.metadata]
    units = {item.name: item.metadata["unit"] for item in members}
    for kind, law in laws.items():
        units |= _law_units(kind, law, target.coefficients)
    costs = {name: unit for name, unit in COST_UNITS.items() if name in target.coefficients}
    numbers = target.numbers({**units, **costs})
    raise_all(where, list(_whole_issues(numbers, members, where)))
    return Hardware(
        name=target.name,
        **{item.name: item.type(numbers[item.name]) for item in members},  # type: ignore[operator]
        **{kind: _law_from(kind, law, numbers) for kind, law in laws.items()},  # type: ignore[arg-type]
        thermal_noise=target.options.get("thermal_noise", False) is True,
        costs=tuple((name, target.coefficients[name]) for name in sorted(costs)),
    )


def _named_laws(target: Target, where: str) -> dict[str, type[Law]]:
    """Return the law of each kind that the options name."""
    laws: dict[str, type[Law]] = {}
    issues: list[NeuroError] = []
    for kind, known in LAWS.items():
        name = target.options.get(
            kind + LAW_SUFFIX, "none" if "none" in known else next(iter(known))
        )
        if name in known:
            laws[kind] = known[str(name)]
        else:
            place = f"{where}.options.{kind}{LAW_SUFFIX}"
            limit = suggestion(str(name), known)
            issues.append(ValidationError(place, repr(name), value=name, limit=limit))
    raise_all(where, issues)
    return laws


def _law_units(kind: str, law: type[Law], given: Mapping[str, Coefficient]) -> dict[str, str]:
    """Return the coefficients that a law needs; a series as long as the one in the file."""
    units = {}
    for item in fields(law):
        name, unit = f"{kind}_{item.name}", item.metadata["unit"]
        if not item.metadata.get("series"):
            units[name] = unit
            continue
        length = 0
        while f"{name}_{length}" in given:
            units[f"{name}_{length}"] = unit
            length += 1
    return units


def _law_from(kind: str, law: type[Law], numbers: Mapping[str, float]) -> Law:
    members: dict[str, Any] = {}
    for item in fields(law):
        name = f"{kind}_{item.name}"
        if item.metadata.get("series"):
            count = sum(
                key.removeprefix(f"{name}_").isdigit()
                for key in numbers
                if key.startswith(f"{name}_")
            )
            members[item.name] = tuple(numbers[f"{name}_{power}"] for power in range(count))
        else:
            members[item.name] = numbers[name]
    return law(**members)


def _whole_issues(numbers: Mapping[str, float], members: Any, where: str) -> Iterator[NeuroError]:
    """Find counts that are no whole numbers."""
    for item in members:
        value = numbers[item.name]
        if item.type is int and value != int(value):
            place = f"{where}.coefficients.{item.name}"
            yield ValidationError(place, repr(value), value=value, limit="A whole number")


POSITIVE = (
    *("g_max", "v_read", "v_write", "clock", "write_pulse", "temperature"),
    *("array_rows", "array_columns", "integrator_capacitance", "ramp_capacitance"),
    *("adc_bits", "dac_bits"),
)


def _range_issues(hardware: Hardware, where: str) -> Iterator[NeuroError]:
    for item in fields(hardware):
        if "unit" not in item.metadata:
            continue
        name, value, unit = item.name, getattr(hardware, item.name), item.metadata["unit"]
        allowed = value > 0 if name in POSITIVE else value >= 0
        if not allowed:
            limit = "Positive" if name in POSITIVE else "Not negative"
            problem = f"{value:g} {unit}".rstrip()
            yield ValidationError(f"{where}.{name}", problem, value=value, limit=limit)
    if hardware.g_min >= hardware.g_max:
        yield ValidationError(
            f"{where}.g_min",
            f"{hardware.g_min:g} uS",
            value=hardware.g_min,
            limit=f"Below g_max, {hardware.g_max:g} uS",
        )
    if (hardware.wire_row == 0) != (hardware.wire_column == 0):
        problem, limit = "is zero alone", "Both wires have a resistance, or none"
        name = "wire_row" if hardware.wire_row == 0 else "wire_column"
        yield ValidationError(f"{where}.{name}", problem, value=0.0, limit=limit)
    if hardware.stuck_off + hardware.stuck_on > 1:
        value = hardware.stuck_off + hardware.stuck_on
        problem = f"{value:g} together with stuck_off"
        limit = "Two probabilities of at most 1 in all"
        yield ValidationError(f"{where}.stuck_on", problem, value=value, limit=limit)
    yield from _law_issues(hardware, where)


def _law_issues(hardware: Hardware, where: str) -> Iterator[NeuroError]:
    """Find members of laws that are not positive but divide, or scale a logarithm."""
    divisors = ("scale", "read_time", "start", "step", "first_time", "last_time", "voltage")
    for item in fields(hardware):
        kind = item.metadata.get("law")
        law = getattr(hardware, item.name) if kind else None
        for name in divisors:
            value = getattr(law, name, None)
            if isinstance(value, float) and value <= 0:
                place = f"{where}.{kind}_{name}"
                yield ValidationError(place, f"{value:g}", value=value, limit="Positive")


def _plain(value: Any, kind: str | None) -> Any:
    """Return one member as plain values; a law with its name."""
    if kind is not None:
        name = next(name for name, law in LAWS[kind].items() if type(value) is law)
        return {"law": name, **{item.name: getattr(value, item.name) for item in fields(value)}}
    if isinstance(value, tuple):
        return [
            (name, {"value": cost.value, "unit": cost.unit, "source": cost.source})
            for name, cost in value
        ]
    return value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
