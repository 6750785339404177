"""The trials of a study: every one is made and checked before any is run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from neuro.backend import Availability, Progress
from neuro.config import parse_quantity
from neuro.errors import CheckError, NeuroError, UnavailableError, UnitError, raise_all
from neuro.ir.description import parameter_fields
from neuro.sweep.measure import Job
from neuro.sweep.study import Point, Study, Value
from neuro.sweep.trial import Trial, backend_named, make_trial, program_of

ALWAYS = ("model", "target", "seed")
"""Settings that every table has, varied or not."""

Coordinate = tuple[Value | None, str]
"""Value of a setting in a trial, in coherent units, and its unit; None if it has none there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTrial:
    """One trial of a sweep.

    Parameters
    ----------
    number : int
        Place in the table.
    digest : str
        Key of the trial; two with the same settings in other words share it.
    point : Point
        Its settings.
    coordinates : mapping of str to Coordinate
        What is varied, and what every table has, by path.
    hardware : str
        Backend, target, options, coefficients and semantics, as text; equal for equal ones.
    duration : float, ms
        Model time.
    """

    number: int
    digest: str
    point: Point
    coordinates: Mapping[str, Coordinate]
    hardware: str
    duration: float

    def job(self, folder: Path) -> Job:
        """Return what a worker is told; `folder` is that of the study."""
        return Job(digest=self.digest, point=self.point, program=program_of(self.point, folder))


def plan_sweep(
    study: Study, *, local: bool = True, progress: Progress | None = None
) -> tuple[PlannedTrial, ...]:
    """Make and check all trials of a study.

    Parameters
    ----------
    study : Study
        What is asked for.
    local : bool, default True
        Whether the trials run here, so that their backends have to be installed.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    NeuroError
        If a setting or a combination of settings is wrong; each is named once, with the place in
        the file or the first trial that has it.
    """
    points = list(study.points())
    names = tuple(dict.fromkeys((*ALWAYS, *study.paths)))
    found: dict[tuple[str, str], NeuroError] = {}
    planned = []
    for number, point in enumerate(points):
        try:
            trial = make_trial(point, program_of(point, study.folder))
            if local:
                _check_available(trial)
        except NeuroError as error:
            found = {**found, **located(error, study, point, number), **found}
            continue
        planned.append(_planned(number, trial, names))
        if progress is not None:
            progress((number + 1) / len(points))
    raise_all(study.where, list(found.values()))
    return tuple(planned)


def label(coordinates: Mapping[str, Coordinate], paths: Sequence[str]) -> str:
    """Write what tells a trial from others.

    Examples
    --------
    >>> label({"spacing": (20.0, "ms"), "seed": (1, "")}, ["spacing", "seed"])
    'spacing=20 ms, seed=1'
    """
    return ", ".join(f"{path}={shown(*coordinates[path])}" for path in paths)


def shown(value: Value | None, unit: str = "") -> str:
    """Write the value of a setting with its unit."""
    if value is None:
        return "-"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".rstrip()


def _planned(number: int, trial: Trial, names: Sequence[str]) -> PlannedTrial:
    return PlannedTrial(
        number=number,
        digest=trial.digest,
        point=trial.point,
        coordinates={name: _coordinate(name, trial) for name in names},
        hardware=trial.hardware,
        duration=trial.written.duration,
    )


def _check_available(trial: Trial) -> None:
    """Refuse a backend that is not installed."""
    availability = _availability(trial.backend)
    if not availability.available:
        raise UnavailableError("target", availability.detail, value=trial.backend)


@cache
def _availability(backend: str) -> Availability:
    return backend_named(backend).availability()


def _coordinate(path: str, trial: Trial) -> Coordinate:
    """Return the value that a setting has in a trial, also if it is the default."""
    table, _, name = path.partition(".")
    if table == "set":
        units = {item.name: item.metadata["unit"] for item in parameter_fields(trial.parameters)}
        return _plain(getattr(trial.parameters, name, None)), units.get(name, "")
    if table == "option":
        return _quantity(trial.target.options.get(name))
    if table == "coefficient":
        item = trial.target.coefficients.get(name)
        return (None, "") if item is None else (item.value, item.unit)
    resolved: dict[str, Coordinate] = {
        "target": (trial.target.name, ""),
        "backend": (trial.backend, ""),
        "semantics": (trial.semantics, ""),
        "spacing": (trial.spacing, "ms"),
    }
    return resolved.get(path, (_plain(trial.point.values.get(path)), ""))


def _plain(value: Any) -> Value | None:
    """Return a value as a number or text."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, int | float | str) or value is None else str(value)


def _quantity(value: Value | None) -> Coordinate:
    """Return an option that is a quantity in text, such as an age, as a number."""
    if isinstance(value, str):
        try:
            return parse_quantity(value, "option")
        except UnitError:
            pass
    return _plain(value), ""


def located(
    error: NeuroError, study: Study, point: Point, number: int
) -> dict[tuple[str, str], NeuroError]:
    """Name the place of every problem of a trial; of those that have none, the first.

    Parameters
    ----------
    error : NeuroError
        What is wrong with the trial.
    study, point, number
        The study, the settings of the trial, and its number.

    Returns
    -------
    dict
        The problems, by what makes them equal to those of other trials.
    """
    places = set(point.places.values())
    found: dict[tuple[str, str], NeuroError] = {}
    others = 0
    for issue in error.issues if isinstance(error, CheckError) else (error,):
        where = issue.where
        has_place = where in places or where.partition(" ")[0] in places
        if not has_place:
            others += 1
            varied = {path: (point.values.get(path), "") for path in study.paths}
            where = f"trial {number} ({label(varied, study.paths)}), {where}"
        if has_place or others == 1:
            found[issue.where, issue.problem] = type(issue)(
                f"{study.where} {where}",
                issue.problem,
                value=issue.value,
                limit=issue.limit,
                hint=issue.hint,
            )
    return found
