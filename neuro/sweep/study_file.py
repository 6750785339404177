"""Study files: TOML, checked by pydantic; every problem is reported with its place.

Keys are those of `neuro run`: model, program, target, backend, semantics, seed, spacing, unchecked,
expected, and the tables set, option and coefficient. `[sweep]` has the same keys with lists.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic import ValidationError as PydanticError

from neuro.config import pydantic_text
from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.sweep.study import Axis, Block, Study, Value

MOST_TRIALS = 1_000_000
"""Beyond it a study is taken for a mistake."""

MOST_OPERATIONS = 1_000_000

TABLES = ("set", "option", "coefficient", "program")
"""Settings that have names below them."""

EXAMPLES = {
    "model": "For instance model = 'ca3'",
    "program": "For instance program = 'program.json', or a table [program] with operations = 60",
    "sweep": "A table [sweep] with what is varied, such as seed = [0, 1, 2]",
}
FILE, DRAWN = "program file", "program drawn"


def read_study(path: str | Path) -> Study:
    """Read a study file.

    Raises
    ------
    ValidationError, CheckError
        If it is missing, no TOML, or a key or value is wrong; each is named with its place.
    """
    path = Path(path)
    where = f"study {str(path)!r}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValidationError(where, f"not TOML ({error})", value=str(path)) from error
    except (OSError, ValueError) as error:
        raise ValidationError(where, f"cannot be read ({error})", value=str(path)) from error
    return parse_study(content, source=str(path), name=path.stem, folder=path.parent)


def parse_study(
    content: Mapping[str, Any],
    *,
    source: str = "study",
    name: str = "study",
    folder: Path = Path(),
) -> Study:
    """Check a study that is given as plain values, as a TOML file has them.

    Parameters
    ----------
    content : mapping
        Keys and tables of a study file.
    source, name, folder
        See `Study`.

    Raises
    ------
    ValidationError, CheckError
        If a key or value is wrong; each is named with its place.

    Examples
    --------
    >>> study = parse_study({"model": "ca3", "program": {}, "sweep": {"seed": {"to": 4}}})
    >>> len(list(study.points()))
    5
    """
    where = f"study {source!r}"
    many = isinstance(content.get("sweep"), list)
    try:
        file = _StudyFile.model_validate(content)
    except PydanticError as error:
        found = error.errors(include_url=False)
        raise_all(where, [_issue(where, item, many=many) for item in found])
        raise
    base = dict(_flat(file.model_dump(exclude={"sweep"}, exclude_none=True)))
    written = content["sweep"] if many else [content["sweep"]]
    issues: list[NeuroError] = []
    blocks = []
    for number, table in enumerate(file.sweep):
        place = f"sweep[{number}]" if many else "sweep"
        try:
            blocks.append(_block(table, written[number], place, where))
            _required(base, blocks[-1], where)
        except NeuroError as error:
            issues.append(error)
    raise_all(where, issues)
    return Study(name=name, source=source, folder=folder, base=base, blocks=tuple(blocks))


def _scalar(value: Any) -> Value:
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise ValueError("a value is finite")
    if isinstance(value, str | int | float):
        return value
    raise ValueError("a value is text, a number, true or false")


def _as_list(value: Any) -> Any:
    """Make a list of a range of whole numbers, and of a single value."""
    if isinstance(value, dict):
        return list(_range(value))
    return _one_or_more(value)


def _one_or_more(value: Any) -> Any:
    if value == []:
        raise ValueError("an empty list varies nothing")
    return value if isinstance(value, list) else [value]


def _range(table: dict[str, Any]) -> range:
    """Return the whole numbers of ``{from = 0, to = 9, step = 1}``, both ends included."""
    ends = {"from": 0, "step": 1, **table}
    if ends.keys() != {"from", "to", "step"} or any(type(end) is not int for end in ends.values()):
        raise ValueError("a range is {from = 0, to = 9, step = 1} with whole numbers")
    if ends["step"] < 1 or not 0 <= ends["to"] - ends["from"] < MOST_TRIALS * ends["step"]:
        raise ValueError(f"a range counts up and has 1 to {MOST_TRIALS} numbers")
    return range(ends["from"], ends["to"] + 1, ends["step"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _kind(value: Any) -> str:
    return DRAWN if isinstance(value, dict | BaseModel) else FILE


_Item = TypeVar("_Item")
_ListOf = Annotated[list[_Item], BeforeValidator(_as_list)]
_Scalar = Annotated[Any, BeforeValidator(_scalar)]
_Name = Annotated[str, Field(min_length=1)]
_Natural = Annotated[int, Field(ge=0)]
_Count = Annotated[int, Field(ge=1, le=MOST_OPERATIONS)]
_Share = Annotated[float, Field(gt=0, le=1)]


class _Mix(_Strict):
    """A program that is drawn; see `neuro.sweep.programs.Mix`."""

    operations: _Count = 60
    density: _Share = 0.3
    query_bits: _Count = 1
    seed: _Natural | None = None


class _MixAxes(_Strict):
    operations: _ListOf[_Count] | None = None
    density: _ListOf[_Share] | None = None
    query_bits: _ListOf[_Count] | None = None
    seed: _ListOf[_Natural] | None = None


_Program = Annotated[
    Annotated[_Name, Tag(FILE)] | Annotated[_Mix, Tag(DRAWN)], Discriminator(_kind)
]
_ProgramAxes = Annotated[
    Annotated[_ListOf[_Name], Tag(FILE)] | Annotated[_MixAxes, Tag(DRAWN)], Discriminator(_kind)
]


class _BlockTable(_Strict):
    """Keys of `[sweep]`."""

    model: _ListOf[_Name] | None = None
    program: _ProgramAxes | None = None
    target: _ListOf[_Name] | None = None
    backend: _ListOf[_Name] | None = None
    semantics: _ListOf[_Name] | None = None
    seed: _ListOf[_Natural] | None = None
    spacing: _ListOf[_Scalar] | None = None
    unchecked: _ListOf[bool] | None = None
    set: dict[str, _ListOf[_Scalar]] = {}
    option: dict[str, _ListOf[_Scalar]] = {}
    coefficient: dict[str, _ListOf[_Scalar]] = {}
    zip: list[Annotated[list[str], Field(min_length=2)]] = []


class _StudyFile(_Strict):
    """Keys of a study file."""

    model: _Name | None = None
    program: _Program | None = None
    target: _Name | None = None
    backend: _Name | None = None
    semantics: _Name | None = None
    seed: _Natural = 0
    spacing: _Scalar | None = None
    unchecked: bool = False
    expected: bool = False
    set: dict[str, _Scalar] = {}
    option: dict[str, _Scalar] = {}
    coefficient: dict[str, _Scalar] = {}
    sweep: Annotated[list[_BlockTable], BeforeValidator(_one_or_more)]


def _flat(tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name settings by their path."""
    for key, value in tables.items():
        if key in TABLES and isinstance(value, Mapping):
            yield from ((f"{key}.{name}", member) for name, member in value.items())
        else:
            yield key, value


def _block(table: _BlockTable, written: Any, place: str, where: str) -> Block:
    """Make the axes of a block, in the order in which they were written."""
    values = dict(_flat(table.model_dump(exclude={"zip"}, exclude_none=True)))
    paths = [path for path, _ in _flat(written) if path in values]
    groups = [tuple(group) for group in table.zip]
    _check_groups(groups, values, f"{where} {place}.zip")
    group_of = {path: group for group in groups for path in group}
    axes = {group_of.get(path, (path,)): None for path in paths}
    if not axes:
        limit = "At least one key with a list, such as seed = [0, 1, 2]"
        raise ValidationError(f"{where} {place}", "varies nothing", limit=limit)
    made = [
        Axis(paths=group, values=tuple(zip(*(values[path] for path in group), strict=True)))
        for group in axes
    ]
    count = prod(len(axis.values) for axis in made)
    if count > MOST_TRIALS:
        raise ValidationError(
            f"{where} {place}", f"{count} trials", value=count, limit=f"At most {MOST_TRIALS}"
        )
    return Block(place=place, axes=tuple(made))


def _check_groups(
    groups: Sequence[tuple[str, ...]], values: Mapping[str, list[Value]], where: str
) -> None:
    issues: list[NeuroError] = []
    seen: set[str] = set()
    for number, group in enumerate(groups):
        place = f"{where}[{number}]"
        for path in group:
            if path not in values:
                limit = suggestion(path, values)
                issues.append(ValidationError(place, f"{path!r} is not varied", limit=limit))
            elif path in seen:
                issues.append(ValidationError(place, f"{path!r} is zipped twice"))
            seen.add(path)
        lengths = {path: len(values[path]) for path in group if path in values}
        if len(set(lengths.values())) > 1:
            text = ", ".join(f"{path} has {count}" for path, count in lengths.items())
            issues.append(
                ValidationError(place, f"{text} values", limit="Zipped lists are equally long")
            )
    raise_all(where, issues)


def _required(base: Mapping[str, Value], block: Block, where: str) -> None:
    """Refuse a block whose trials lack a model or a program."""
    paths = {*base, *(path for axis in block.axes for path in axis.paths)}
    issues: list[NeuroError] = []
    for key in ("model", "program"):
        if not any(path == key or path.startswith(f"{key}.") for path in paths):
            issues.append(ValidationError(f"{where} {key}", "is missing", hint=EXAMPLES[key]))
    drawn = sorted(path for path in paths if path.startswith("program."))
    if "program" in paths and drawn:
        issues.append(
            ValidationError(
                f"{where} {block.place}",
                f"has both a program file and {drawn[0]}",
                limit="A program is read from a file, or drawn",
            )
        )
    raise_all(where, issues)


def _issue(where: str, item: Mapping[str, Any], *, many: bool) -> ValidationError:
    """Say what pydantic found, with the place in the file."""
    path = [part for part in item["loc"] if part not in (FILE, DRAWN)]
    place = ""
    for depth, part in enumerate(path):
        if isinstance(part, int):
            # A single block needs no number.
            place += f"[{part}]" if depth != 1 or path[0] != "sweep" or many else ""
        else:
            place += f".{part}" if place else part
    place = f"{where} {place}"
    if item["type"] == "extra_forbidden":
        return ValidationError(place, "unknown key", limit=suggestion(str(path[-1]), _keys(path)))
    if item["type"] == "missing":
        return ValidationError(place, "is missing", hint=EXAMPLES[str(path[-1])])
    return ValidationError(place, pydantic_text(item))


def _keys(path: Sequence[int | str]) -> Iterable[str]:
    """Return the keys that are known beside the last part of a path."""
    if path[-2:-1] == ["program"]:
        return _Mix.model_fields
    return _StudyFile.model_fields if len(path) == 1 else _BlockTable.model_fields
