"""How a crossbar is used: what the user may choose beside the hardware, and which effects act.

Each effect is a switch, so that the ladder of imperfections is a loop over options.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal, cast

from neuro.backends.crossbar.devices import (
    LAWS,
    ExactProgramming,
    ExactWriting,
    NoFlicker,
    NoReadNoise,
    NoTelegraph,
)
from neuro.backends.crossbar.hardware import LAW_SUFFIX, Hardware, hardware_from
from neuro.errors import NeuroError, UnsupportedError, ValidationError, raise_all, suggestion
from neuro.target import Option, Target
from neuro.units import to_coherent

BACKEND = "crossbar"
MappingKind = Literal["differential", "offset", "single"]
MAPPINGS = ("differential", "offset", "single")
SCALES = ("tile", "column")
HARDWARE_OPTIONS = (*(kind + LAW_SUFFIX for kind in LAWS), "thermal_noise")
"""Options that belong to `Hardware`."""
QUANTITIES = {"age": "ms", "temperature": "K"}
SMALLEST_COLUMNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of one use of a crossbar.

    Parameters
    ----------
    mapping : {"differential", "offset", "single"}
        Two devices for each weight; one device and a reference column; one device and weights that
        are not negative.
    tile_rows, tile_columns : int
        Size of a tile in devices; larger matrices are split.
    rows_max : int, default 0
        Rows that are read at once, 0 for all.
    levels : int, default 0
        Equally spaced conductances that can be programmed, 0 for any.
    scale_by : {"tile", "column"}
        Whether columns share the scale from conductance to weight.
    programming_error, read_noise, faults, wires, converter : bool
        Which imperfections act.
    converter_rows : int
        Fully conducting rows that the range of the linear converter covers.
    age : float, ms, default 0
        Time since programming.
    temperature : float, K, default 300
        Of the array.

    Raises
    ------
    ValidationError, CheckError
        If a choice is out of range.
    """

    mapping: MappingKind = "differential"
    tile_rows: int = 128
    tile_columns: int = 256
    rows_max: int = 0
    levels: int = 0
    scale_by: Literal["tile", "column"] = "tile"
    programming_error: bool = True
    read_noise: bool = True
    faults: bool = True
    wires: bool = True
    converter: bool = True
    converter_rows: int = 16
    age: float = 0.0
    temperature: float = 300.0

    def __post_init__(self) -> None:
        """Check every choice."""
        issues: list[NeuroError] = []
        for name, known in (("mapping", MAPPINGS), ("scale_by", SCALES)):
            value = getattr(self, name)
            if value not in known:
                limit = suggestion(str(value), known)
                issues.append(
                    ValidationError(f"options.{name}", repr(value), value=value, limit=limit)
                )
        least = {
            "tile_rows": 1,
            "tile_columns": 1 if self.mapping == "single" else SMALLEST_COLUMNS,
            "rows_max": 0,
            "levels": 0,
            "converter_rows": 1,
            "age": 0,
        }
        for name, low in least.items():
            value = getattr(self, name)
            if not value >= low:
                limit = f"At least {low}"
                issues.append(
                    ValidationError(f"options.{name}", repr(value), value=value, limit=limit)
                )
        if self.levels == 1:
            issues.append(ValidationError("options.levels", "1", value=1, limit="0, or 2 and more"))
        if not self.temperature > 0:
            problem = f"{self.temperature:g} K"
            value = self.temperature
            issues.append(
                ValidationError("options.temperature", problem, value=value, limit="Positive")
            )
        raise_all("options", issues)

    @property
    def weights_across(self) -> int:
        """Weights in one row of a tile."""
        return {
            "differential": self.tile_columns // 2,
            "offset": self.tile_columns - 1,
            "single": self.tile_columns,
        }[self.mapping]


def described(target: Target) -> tuple[Hardware, Options]:
    """Read a whole hardware file of a crossbar: what it is, and how it is used.

    Raises
    ------
    UnsupportedError
        If the target belongs to another backend.
    ValidationError, UnitError, CheckError
        If the file is wrong, or its tiles are larger than its array; with the place in the file.
    """
    if target.backend != BACKEND:
        raise UnsupportedError(
            f"target {target.name!r}",
            f"belongs to backend {target.backend!r}, which has no devices",
            value=target.name,
            limit=f"Devices belong to backend {BACKEND!r}",
        )
    hardware, options = hardware_from(target), target_options(target)
    where = f"hardware file {target.name + '.toml'!r}.options"
    raise_all(where, _size_issues(hardware, options, where))
    return hardware, options


def target_options(target: Target) -> Options:
    """Read the options of a hardware file.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If one is not known, of the wrong kind or out of range.
    """
    where = f"hardware file {target.name + '.toml'!r}.options"
    defaults = {item.name: cast(Option, item.default) for item in fields(Options)}
    issues: list[NeuroError] = []
    values: dict[str, Option] = {}
    for name, value in target.options.items():
        if name in HARDWARE_OPTIONS:
            continue
        try:
            if name not in defaults:
                limit = suggestion(name, [*defaults, *HARDWARE_OPTIONS])
                raise ValidationError(f"{where}.{name}", "is not known", value=name, limit=limit)
            values[name] = _checked(name, value, defaults[name], f"{where}.{name}")
        except NeuroError as error:
            issues.append(error)
    raise_all(where, issues)
    return Options(**values)  # type: ignore[arg-type]


def _checked(name: str, value: Option, default: Option, where: str) -> Option:
    if name in QUANTITIES:
        return float(to_coherent(value, QUANTITIES[name], where, bare=False))
    if type(value) is not type(default):
        limit = f"A value such as {str(default).lower()}"
        raise ValidationError(where, repr(value), value=value, limit=limit)
    return value


def with_effects(hardware: Hardware, options: Options) -> Hardware:
    """Return hardware in which the effects that are switched off do not exist.

    Raises
    ------
    ValidationError
        If a tile is larger than the array.
    """
    raise_all("options", _size_issues(hardware, options, "options"))
    if not options.programming_error:
        hardware = replace(hardware, programming=ExactProgramming(), write=ExactWriting())
    if not options.read_noise:
        hardware = replace(
            hardware,
            read_noise=NoReadNoise(),
            flicker=NoFlicker(),
            telegraph=NoTelegraph(),
            thermal_noise=False,
        )
    if not options.faults:
        hardware = replace(hardware, stuck_off=0.0, stuck_on=0.0)
    if not options.wires:
        hardware = replace(
            hardware,
            wire_row=0.0,
            wire_column=0.0,
            driver_resistance=0.0,
            sense_resistance=0.0,
        )
    return hardware


def _size_issues(hardware: Hardware, options: Options, where: str) -> list[NeuroError]:
    """Return what is larger about a tile than its array."""
    return [
        ValidationError(
            f"{where}.tile_{side}",
            f"{size} do not fit",
            value=size,
            limit=f"The array of hardware {hardware.name!r} has {there} {side}",
            hint="Larger matrices are split over tiles",
        )
        for side, size, there in (
            ("rows", options.tile_rows, hardware.array_rows),
            ("columns", options.tile_columns, hardware.array_columns),
        )
        if size > there
    ]
