"""Trials: one run of a sweep, from its settings to what is run, and the digest that is its key.

The digest is of what is run (network, program, hardware, answers asked for), not of how the study
writes it: ``"3 ms"`` and ``"0.003 s"`` are the same trial, and a changed model is another one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from neuro import __version__
from neuro.backend import Backend
from neuro.comparison.programs import named_program, program_names
from neuro.config import (
    ExpectedAnswer,
    ProgramRow,
    change_coefficients,
    parse_options,
    parse_settings,
    read_expected,
    read_program,
)
from neuro.errors import CheckError, NeuroError, ValidationError, raise_all, suggestion
from neuro.hardware_configs import load_target
from neuro.ir import Network, digest
from neuro.ir.validate import SEMANTICS
from neuro.models import load_model
from neuro.passes import unsupported
from neuro.registry import load_backend
from neuro.sweep.programs import Mix, draw_program, spaced
from neuro.sweep.study import Point, Value
from neuro.target import Target
from neuro.tasks import MemoryOperation
from neuro.tasks.memory import as_operation
from neuro.tasks.reference import ReferenceAnswer, reference_answers
from neuro.tasks.written import WrittenProgram, with_program
from neuro.units import to_coherent

UNCHECKED = "To run it all the same, set unchecked = true"
FORMAT = 1
"""Counts up when the same digest would mean something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramText:
    """A program file as it was read.

    Parameters
    ----------
    rows : tuple of ProgramRow
        The operations.
    expected : tuple of ExpectedAnswer or None
        What they should bring back, if the file says so and the study asks for it.
    """

    rows: tuple[ProgramRow, ...]
    expected: tuple[ExpectedAnswer, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """What a point of a study runs.

    Parameters
    ----------
    point : Point
        Its settings.
    parameters : dataclass
        Of the model.
    network : Network
        The memory without its program.
    written : WrittenProgram
        The memory with it.
    answers : tuple of ReferenceAnswer
        Cues and content that each operation should bring back.
    backend : str
        What runs it.
    target : Target
        The hardware, with the options and coefficients of this trial.
    semantics : str
        Order of work inside a step.
    spacing : float or None, ms
        From operation to operation; None as the program file has it.
    """

    point: Point
    parameters: Any
    network: Network
    written: WrittenProgram
    answers: tuple[ReferenceAnswer, ...]
    backend: str
    target: Target
    semantics: str
    spacing: float | None

    @property
    def hardware(self) -> str:
        """All that decides where and how it runs, as text."""
        return _canonical({"target": _described(self.target), "semantics": self.semantics})

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the outcome."""
        text = _canonical(
            {
                "format": FORMAT,
                "neuro": __version__,
                "network": digest(self.written.network),
                "duration": self.written.duration,
                "operations": [asdict(item) for item in self.written.operations],
                "answers": self.answers,
                "hardware": self.hardware,
            }
        )
        return hashlib.sha256(text.encode()).hexdigest()


def make_trial(point: Point, program: ProgramText | None) -> Trial:
    """Turn settings into what is run.

    Parameters
    ----------
    point : Point
        The settings.
    program : ProgramText or None
        That of the program file; None if the program is drawn.

    Raises
    ------
    NeuroError
        If a setting is wrong or the memory cannot run there; all problems are named, those of a
        setting with the place where it was written.
    """
    try:
        return _make(point, program)
    except CheckError as error:
        raise CheckError(error.where, [placed(item, point) for item in error.issues]) from error
    except NeuroError as error:
        raise placed(error, point) from error


@cache
def _program_text(path: Path, expected: bool, stamp: tuple[int, int] | None) -> ProgramText:
    """Read a program file, once as long as it stays as it is."""
    answers = tuple(read_expected(path)) if expected else None
    return ProgramText(rows=tuple(read_program(path)), expected=answers)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what tells two versions of a file apart; None if there is no file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


@cache
def backend_named(name: str) -> Backend:
    """Load a backend, once: looking for those of other packages takes longer than many a trial."""
    return load_backend(name)


@cache
def _target_named(name: str) -> Target:
    return load_target(name)


def program_of(point: Point, folder: Path) -> ProgramText | None:
    """Read the program file of a point; None if its program is drawn, or one that has a name.

    Raises
    ------
    ValidationError, CheckError
        If the file is missing or wrong.
    """
    name = point.values.get("program")
    if name is not None:
        path = folder / str(name)
        stamp = _stamp(path)
        if stamp is not None or name not in program_names():
            return _program_text(path, bool(point.values.get("expected")), stamp)
    if point.values.get("expected"):
        raise ValidationError(
            "expected",
            "a drawn program has no answers of its own",
            hint="Leave it out: answers are compared with those of a dictionary",
        )
    return None


def member(values: Mapping[str, Value], table: str) -> dict[str, Value]:
    """Return the settings below a table, by their own names.

    Examples
    --------
    >>> member({"seed": 1, "set.cue_size": 5}, "set")
    {'cue_size': 5}
    """
    start = f"{table}."
    return {path[len(start) :]: v for path, v in values.items() if path.startswith(start)}


def _make(point: Point, program: ProgramText | None) -> Trial:
    values = point.values
    recipe = load_model(str(values["model"]))
    parameters = parse_settings(recipe.parameters, _texts(member(values, "set")), "set")
    seed = int(values["seed"])
    network = recipe.build(parameters, seed=seed)
    target = _target(values)
    semantics = str(values.get("semantics", network.semantics))
    if semantics not in SEMANTICS:
        limit = suggestion(semantics, SEMANTICS)
        raise ValidationError("semantics", repr(semantics), value=semantics, limit=limit)
    able = backend_named(target.backend).capabilities(target)
    raise_all("target", unsupported(network, semantics, able))
    spacing = values.get("spacing")
    apart = None if spacing is None else to_coherent(spacing, "ms", "spacing", bare=False)
    if apart is not None and not apart > 0:
        raise ValidationError("spacing", repr(spacing), value=spacing, limit="A positive time")
    operations = _operations(network, values, program, apart)
    written = _written(network, operations, guard=not values.get("unchecked", False))
    return Trial(
        point=point,
        parameters=parameters,
        network=network,
        written=written,
        answers=_answers(written.operations, program),
        backend=target.backend,
        target=target,
        semantics=semantics,
        spacing=apart,
    )


def _target(values: Mapping[str, Value]) -> Target:
    """Load the hardware, with its options and coefficients."""
    backend, name = values.get("backend"), values.get("target")
    if name is None:
        name = backend_named(str(values.get("backend", "cpu"))).default_target
    target = _target_named(str(name))
    if backend is not None and target.backend != backend:
        raise ValidationError(
            "target",
            f"{target.name!r} belongs to backend {target.backend!r}, not to {backend!r}",
            value=target.name,
            hint="Leave the backend out: the target names it",
        )
    options = parse_options(target.options, _texts(member(values, "option")), "option")
    coefficients = change_coefficients(
        target.coefficients, member(values, "coefficient"), "coefficient", "a sweep"
    )
    return replace(target, options=options, coefficients=coefficients)


def _operations(
    network: Network,
    values: Mapping[str, Value],
    program: ProgramText | None,
    spacing: float | None,
) -> Sequence[MemoryOperation | ProgramRow]:
    if program is not None:
        if spacing is None:
            return program.rows
        return spaced([as_operation(row) for row in program.rows], spacing)
    if network.protocol is None:
        return ()
    if "program" in values:
        named = named_program(str(values["program"]), network.protocol, int(values["seed"]))
        return named if spacing is None else spaced(named, spacing)
    drawn = member(values, "program")
    mix = Mix(
        operations=int(drawn["operations"]),
        density=float(drawn["density"]),
        query_bits=int(drawn["query_bits"]),
    )
    apart = network.protocol.safe_spacing if spacing is None else spacing
    seed = int(drawn.get("seed", values["seed"]))
    return draw_program(mix, network.protocol, apart, seed)


def _answers(
    operations: Sequence[MemoryOperation], program: ProgramText | None
) -> tuple[ReferenceAnswer, ...]:
    """Return what should come back: what the file says, or else what a dictionary answers."""
    if program is not None and program.expected is not None:
        return tuple((tuple(item.cues), tuple(item.content)) for item in program.expected)
    order = sorted(range(len(operations)), key=lambda number: operations[number].t)
    found = reference_answers([operations[number] for number in order])
    return tuple(answer for _, answer in sorted(zip(order, found, strict=True)))


def _texts(values: Mapping[str, Value]) -> list[str]:
    """Write settings as on a command line."""
    return [f"{name}={_text(value)}" for name, value in values.items()]


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(
    network: Network, operations: Sequence[MemoryOperation | ProgramRow], *, guard: bool
) -> WrittenProgram:
    """Write the program into the memory; say so if only the guard refuses it."""
    try:
        return with_program(network, operations, guard=guard)
    except NeuroError as error:
        if not guard:
            raise
        try:
            with_program(network, operations, guard=False)
        except NeuroError:
            raise error from None
        first = error.issues[0] if isinstance(error, CheckError) else error
        hint = " ".join(filter(None, (first.hint and f"{first.hint}.", UNCHECKED)))
        raise _changed(first, first.where, hint) from error


def placed(error: NeuroError, point: Point) -> NeuroError:
    """Name the place where a setting was written instead of its path.

    Parameters
    ----------
    error : NeuroError
        One problem of a trial.
    point : Point
        Its settings.
    """
    table, _, name = error.where.rpartition(".")
    for path in (
        error.where,
        f"{error.where}.{error.value}",
        f"option.{name}" if table.endswith("options") else f"set.{name}",
    ):
        if path in point.places:
            return _changed(error, point.places[path], error.hint)
    # Such as: target 'board'.
    kind, blank, rest = error.where.partition(" ")
    where = point.places.get(kind)
    return error if where is None else _changed(error, f"{where}{blank}{rest}", error.hint)


def _changed(error: NeuroError, where: str, hint: str | None) -> NeuroError:
    return type(error)(where, error.problem, value=error.value, limit=error.limit, hint=hint)


def _described(target: Target) -> dict[str, Any]:
    """Return what of a target decides the outcome; descriptions and sources do not."""
    return {
        "name": target.name,
        "backend": target.backend,
        "precision": target.precision,
        "kernels": target.kernels,
        "options": dict(target.options),
        "coefficients": {name: item.value for name, item in target.coefficients.items()},
    }


def _canonical(members: Mapping[str, Any]) -> str:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), allow_nan=False)
