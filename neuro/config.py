"""Everything that is read from files and command lines, checked by pydantic before any work.

Program files (JSON), parameter settings (``--set name=value``) and hardware files (TOML). All
problems of one file are reported at once, each with its place.
"""

import json
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic import ValidationError as PydanticError

from neuro.errors import NeuroError, UnitError, ValidationError, raise_all, suggestion
from neuro.ir.description import parameter_fields
from neuro.target import Coefficient, Option, Target
from neuro.units import DIMENSIONLESS, DIMENSIONS, to_coherent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ROW_COLUMNS, ANSWER_COLUMNS = 4, 6
SHOWN_CHARACTERS = 60
PROGRAM_EXAMPLE = 'A program looks like [[0, "L", 0, [1, 2]], [14, "C", 0, []]]'

NO_TOML = (ValueError, RecursionError)
"""What the parser raises: `TOMLDecodeError`, which is a ValueError; another one for numbers of
thousands of digits, and a RecursionError for lists within lists."""

_Index = Annotated[int, Field(strict=True)]


class ProgramRow(NamedTuple):
    """One row of a program file, ``[t, op, cue, content]``; further columns are ignored.

    Parameters
    ----------
    t : float, ms
        First input spike of the operation, from the start of the program.
    op : str
        Code of the operation.
    cue : int or None
        The cue, for operations that take one.
    content : tuple of int
        Active content bits, for operations that take them.
    """

    t: Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
    op: Annotated[str, Field(strict=True)]
    cue: _Index | None
    content: tuple[_Index, ...]


class ExpectedAnswer(NamedTuple):
    """What an operation should bring back: columns five and six of a row of a program file.

    Parameters
    ----------
    cues, content : tuple of int
        Cues, and active content bits.
    """

    cues: tuple[_Index, ...]
    content: tuple[_Index, ...]


def read_program(path: Path) -> list[ProgramRow]:
    """Read a program file.

    Raises
    ------
    ValidationError, CheckError
        If the file is missing, no JSON, or a row is malformed; every bad row is named.
    """
    return parse_program(_program_rows(path), f"program {str(path)!r}")


def read_expected(path: Path) -> list[ExpectedAnswer]:
    """Read the answers that a program file expects, from the columns after those of its rows.

    Raises
    ------
    ValidationError, CheckError
        If the file is missing, no JSON, or a row lacks its answer; every bad row is named.
    """
    rows = _program_rows(path)
    answers: list[ExpectedAnswer] = _parsed_rows(list[_Expected], rows, f"program {str(path)!r}")
    return answers


def parse_program(rows: Any, where: str = "program") -> list[ProgramRow]:
    """Check the rows of a program.

    Raises
    ------
    ValidationError, CheckError
        If a row is malformed; every bad one is named.
    """
    if not isinstance(rows, list):
        raise ValidationError(
            where, f"expected a list of rows, got {type(rows).__name__}", hint=PROGRAM_EXAMPLE
        )
    if not rows:
        raise ValidationError(where, "has no rows", hint=PROGRAM_EXAMPLE)
    program: list[ProgramRow] = _parsed_rows(list[_Row], rows, where)
    return program


def parse_settings(cls: "type[DataclassInstance]", settings: Iterable[str], where: str) -> Any:
    """Make a parameter dataclass from ``name=value`` texts.

    Physical parameters need their unit, as in ``tau_plus=3 ms``.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If a name is unknown, a value has the wrong kind, or a unit is missing or wrong.
    """
    issues: list[NeuroError] = []
    values: dict[str, Any] = {}
    known = {item.name: item for item in fields(cls)}
    units = {item.name: item.metadata["unit"] for item in parameter_fields(cls)}
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        try:
            if not equals:
                raise ValidationError(where, f"setting {setting!r}", hint="Write it as name=value")
            if name not in known:
                raise ValidationError(
                    where,
                    f"unknown parameter {name!r}",
                    value=name,
                    limit=suggestion(name, known),
                )
            if name in values:
                raise ValidationError(f"{where}.{name}", "is set twice", value=text)
            values[name] = _setting(text, known[name], units, f"{where}.{name}")
        except NeuroError as error:
            issues.append(error)
    raise_all(where, issues)
    return cls(**values)


def parse_target(name: str, text: str) -> Target:
    """Read a hardware file.

    Raises
    ------
    ValidationError, CheckError
        If it is no TOML, lacks a key or has one that is not known.
    """
    where = f"hardware file {name + '.toml'!r}"
    try:
        tables = tomllib.loads(text)
    except NO_TOML as error:
        raise ValidationError(where, f"not TOML ({error})") from error
    try:
        content = _TargetFile.model_validate(tables)
    except PydanticError as error:
        issues = [
            ValidationError(".".join([where, *map(str, item["loc"])]), pydantic_text(item))
            for item in error.errors(include_url=False)
        ]
        raise_all(where, issues)
        raise
    members = content.model_dump(exclude={"coefficients"})
    coefficients = _coefficients(content.coefficients, f"{where}.coefficients")
    return Target(name=name, **members, coefficients=coefficients)


def parse_options(
    known: Mapping[str, Option], settings: Iterable[str], where: str
) -> dict[str, Option]:
    """Replace options of a target by ``name=value`` texts.

    Parameters
    ----------
    known : mapping of str to str, int, float or bool
        The options that there are, with their present values.
    settings : iterable of str
        Values as in TOML, such as ``neurons_per_core=128``; text needs no quotes.
    where : str
        What the options belong to, for the error.

    Raises
    ------
    ValidationError, CheckError
        If a name is unknown or set twice, or a value has another kind than the present one.

    Examples
    --------
    >>> parse_options({"cores": 4, "mode": "ideal"}, ["mode=loaded"], "target 'board'")
    {'cores': 4, 'mode': 'loaded'}
    """
    issues: list[NeuroError] = []
    values: dict[str, Option] = {}
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        try:
            if not equals:
                raise ValidationError(where, f"option {setting!r}", hint="Write it as name=value")
            if name not in known:
                raise ValidationError(
                    where, f"unknown option {name!r}", value=name, limit=suggestion(name, known)
                )
            if name in values:
                raise ValidationError(f"{where}.{name}", "is set twice", value=text)
            values[name] = _option(text, known[name], f"{where}.{name}")
        except NeuroError as error:
            issues.append(error)
    raise_all(where, issues)
    return {**known, **values}


def change_coefficients(
    known: Mapping[str, Coefficient], values: Mapping[str, Option], where: str, source: str
) -> dict[str, Coefficient]:
    """Replace the values of coefficients of a target.

    Parameters
    ----------
    known : mapping of str to Coefficient
        Those of the hardware file.
    values : mapping of str to str or number
        New values with their unit, as in ``"25 pJ"``; counts and ratios are numbers.
    where : str
        What they belong to, for the error.
    source : str
        Where the new values come from.

    Raises
    ------
    ValidationError, UnitError, CheckError
        If there is no such coefficient, or a value has another dimension.
    """
    issues: list[NeuroError] = []
    changed = dict(known)
    for name, value in values.items():
        place = f"{where}.{name}"
        try:
            if name not in known:
                limit = suggestion(name, known)
                raise ValidationError(place, "no such coefficient", value=name, limit=limit)
            number = to_coherent(value, known[name].unit, place, bare=False)
            if not isfinite(number):
                raise ValidationError(place, repr(value), value=value, limit="A finite value")
            changed[name] = Coefficient(value=number, unit=known[name].unit, source=source)
        except NeuroError as error:
            issues.append(error)
    raise_all(where, issues)
    return changed


def parameter_rows(cls: "type[DataclassInstance]") -> list[tuple[str, str, str]]:
    """List name, default and unit of every parameter of a model, for people."""
    rows = []
    for item in fields(cls):
        default = "" if item.default is MISSING else str(item.default)
        rows.append((item.name, default, str(item.metadata.get("unit", ""))))
    return rows


class _CoefficientTable(BaseModel):
    """One coefficient of a hardware file: text with a unit, or a bare number without dimension."""

    model_config = ConfigDict(extra="forbid", strict=True)

    value: str | int | Annotated[float, Field(allow_inf_nan=False)]
    source: Annotated[str, Field(min_length=1)]


class _TargetFile(BaseModel):
    """Keys of a hardware file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    backend: str
    description: str
    precision: Literal["float64", "float32"] = "float64"
    kernels: Literal["fastest", "reference"] = "fastest"
    options: dict[str, str | int | Annotated[float, Field(allow_inf_nan=False)] | bool] = {}
    coefficients: dict[str, _CoefficientTable] = {}


def _coefficients(tables: Mapping[str, _CoefficientTable], where: str) -> dict[str, Coefficient]:
    issues: list[NeuroError] = []
    found: dict[str, Coefficient] = {}
    for name, table in tables.items():
        try:
            value, unit = _with_unit(table.value, f"{where}.{name}.value")
            if not isfinite(value):
                raise ValidationError(f"{where}.{name}.value", repr(table.value), limit="Finite")
            found[name] = Coefficient(value=value, unit=unit, source=table.source)
        except NeuroError as error:
            issues.append(error)
    raise_all(where, issues)
    return found


def _with_unit(value: str | float, where: str) -> tuple[float, str]:
    """Convert to the coherent unit of whatever dimension the text has; numbers have none."""
    if not isinstance(value, str):
        return _as_float(value, where), DIMENSIONLESS
    return parse_quantity(value, where)


def parse_quantity(value: str, where: str) -> tuple[float, str]:
    """Convert text to the coherent unit of whatever dimension it has.

    Raises
    ------
    UnitError
        If it has no unit that is known.

    Examples
    --------
    >>> parse_quantity("2 s", "age")
    (2000.0, 'ms')
    """
    for unit in DIMENSIONS:
        if unit != DIMENSIONLESS:
            with suppress(UnitError):
                return to_coherent(value, unit, where, bare=False), unit
    raise UnitError(
        where,
        f"{value!r} has no unit that is known here",
        value=value,
        limit=f"Known are the dimensions of {', '.join(filter(None, DIMENSIONS))}",
        hint="Write it like '25 pJ', or a count as a number without quotes",
    )


def _as_float(value: float, where: str) -> float:
    try:
        return float(value)
    except OverflowError as error:
        limit = "Numbers up to 1.8e308"
        raise ValidationError(where, "too large a number", limit=limit) from error


def _option(text: str, present: Option, where: str) -> Option:
    """Read a TOML value, or bare text, of the kind that the option has now."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (*NO_TOML, KeyError):
        value = text
    if isinstance(present, float) and type(value) is int:
        value = _as_float(value, where)
    if isinstance(present, str):
        value = value if isinstance(value, str) else text
    if type(value) is not type(present):
        kind = type(present).__name__
        raise ValidationError(
            where,
            repr(text),
            value=text,
            limit=f"Must be of type {kind}",
            hint=f"The present value is {str(present).lower()}",
        )
    return value


def _first_columns(row: Any) -> Any:
    """Cut a row to its four columns; JSON's null stands for an empty content."""
    if not isinstance(row, list) or len(row) < ROW_COLUMNS:
        raise ValueError("a row is a list [t, op, cue, content]")
    *head, content = row[:ROW_COLUMNS]
    columns = (*head, [] if content is None else content)
    return dict(zip(ProgramRow._fields, columns, strict=True))


def _answer_columns(row: Any) -> Any:
    if not isinstance(row, list) or len(row) < ANSWER_COLUMNS:
        raise ValueError("a row with its answer is a list [t, op, cue, content, cues, content]")
    return dict(zip(ExpectedAnswer._fields, row[ROW_COLUMNS:ANSWER_COLUMNS], strict=True))


_Row = Annotated[ProgramRow, BeforeValidator(_first_columns)]
_Expected = Annotated[ExpectedAnswer, BeforeValidator(_answer_columns)]


def _program_rows(path: Path) -> Any:
    where = f"program {str(path)!r}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ValidationError(where, f"cannot be read ({error})", value=str(path)) from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(
            where, f"not JSON ({error})", value=str(path), hint=PROGRAM_EXAMPLE
        ) from error


def _parsed_rows(kind: Any, rows: Any, where: str) -> Any:
    """Check rows against their type, and name every bad one."""
    try:
        return TypeAdapter(kind).validate_python(rows)
    except PydanticError as error:
        issues = [
            ValidationError(_row_place(where, item["loc"]), pydantic_text(item))
            for item in error.errors(include_url=False)
        ]
        raise_all(where, issues)
        raise


def _row_place(where: str, location: tuple[int | str, ...]) -> str:
    row, *rest = location
    column = "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in rest)
    return f"{where} row {row}{column}"


def pydantic_text(item: Mapping[str, Any]) -> str:
    """Return what is wrong with one value, as pydantic found it, for people."""
    message = str(item["msg"]).removeprefix("Value error, ")
    text = repr(item["input"])
    shortened = textwrap.shorten(text, SHOWN_CHARACTERS, placeholder="...")
    return f"{message[:1].lower()}{message[1:]}, got {shortened}"


def _setting(text: str, item: Any, units: Mapping[str, str], where: str) -> Any:
    if item.name in units:
        return to_coherent(text, units[item.name], where, bare=False)
    try:
        return TypeAdapter(item.type).validate_python(text)
    except PydanticError as error:
        problems = [pydantic_text(each) for each in error.errors(include_url=False)]
        raise ValidationError(where, "; ".join(problems), value=text) from error
