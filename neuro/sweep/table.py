"""The table of a sweep: one row for each trial, one column for each setting and metric.

Files: `neuro.sweep.table_file`. Settings in coherent units, energies in fJ, times in ms.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from neuro import __version__
from neuro.errors import UnavailableError, ValidationError, suggestion
from neuro.sweep.plan import ALWAYS, PlannedTrial, shown
from neuro.sweep.record import Metrics, Record
from neuro.sweep.study import Study, Value

if TYPE_CHECKING:
    import xarray

Role = Literal["trial", "setting", "metric", "outcome", "timing"]

DIGEST_SHOWN = 12
"""Characters of a digest that tell one trial from others in a command."""

ENERGY = "energy."
METRICS: Mapping[str, tuple[str, str]] = {
    "accuracy": ("", "share of operations answered as by the reference model"),
    "recall_accuracy": ("", "the same of operations that do not learn"),
    "wrong": ("", "operations answered otherwise than by the reference model"),
    "operations": ("", "operations asked"),
    "latency": ("ms", "mean model time from an operation's first spike to its answer's last"),
    "duration": ("ms", "model time"),
    "spikes": ("", "spikes in all"),
    "synaptic_events": ("", "synapses reached by spikes"),
    "plastic_updates": ("", "plastic synapses reached by spikes"),
}
"""Unit and meaning, by member of `Metrics`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        Path of a setting, or name of a metric.
    values : array, shape (trials,)
        Floats (NaN: none), integers, or objects that are texts.
    role : {"trial", "setting", "metric", "outcome", "timing"}
        Timings are the only values that two runs of the same study do not share.
    unit : str
        Coherent unit; empty for counts, shares and texts.
    what : str
        Meaning, for people.
    """

    name: str
    values: NDArray[Any]
    role: Role
    unit: str = ""
    what: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.values.dtype.kind in "if"

    @property
    def title(self) -> str:
        """Name with the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SweepTable:
    """What a sweep found.

    Parameters
    ----------
    study : str
        Name of the study.
    neuro : str
        Version that ran it.
    axes : tuple of str
        Settings that were varied.
    columns : tuple of Column
        All of one length.
    """

    study: str
    neuro: str
    axes: tuple[str, ...]
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        """Return the number of trials."""
        return len(self.columns[0].values)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return the values of a column."""
        return self.column(name).values

    def column(self, name: str) -> Column:
        """Return a column.

        Raises
        ------
        ValidationError
            If there is none of that name.
        """
        found = {column.name: column for column in self.columns}
        if name not in found:
            raise ValidationError(
                f"sweep {self.study!r}",
                f"no column {name!r}",
                value=name,
                limit=suggestion(name, found),
            )
        return found[name]

    def of_role(self, *roles: Role) -> tuple[Column, ...]:
        """Return the columns of some roles."""
        return tuple(column for column in self.columns if column.role in roles)

    def to_xarray(self) -> "xarray.Dataset":
        """Return the table with named, labelled columns along the dimension ``trial``.

        Settings are coordinates. A full grid becomes an array with one dimension for each axis by
        ``table.set_index(trial=["spacing", "seed"]).unstack("trial")``.

        Raises
        ------
        UnavailableError
            If xarray is not installed.
        """
        try:
            import xarray as xr
        except ImportError as error:
            raise UnavailableError(
                "to_xarray",
                "needs xarray",
                hint='Install it with: pip install "neuro-spiking-memory[xarray]"',
            ) from error

        def variable(column: Column) -> Any:
            labels = {"units": column.unit, "long_name": column.what}
            return "trial", column.values, {k: v for k, v in labels.items() if v}

        coordinates = self.of_role("trial", "setting")
        data = self.of_role("metric", "outcome", "timing")
        return xr.Dataset(
            {column.name: variable(column) for column in data},
            coords={column.name: variable(column) for column in coordinates},
            attrs={"study": self.study, "neuro": self.neuro, "axes": list(self.axes)},
        )


def make_table(
    study: Study, trials: Sequence[PlannedTrial], records: Mapping[str, Record]
) -> SweepTable:
    """Put finished trials together.

    Parameters
    ----------
    study : Study
        What was asked for.
    trials : sequence of PlannedTrial
        The rows.
    records : mapping of str to Record
        By digest; a trial without one is ``pending``.
    """
    rows = [records.get(trial.digest) for trial in trials]
    names = tuple(dict.fromkeys((*study.paths, *ALWAYS)))
    columns = [
        Column(name="trial", values=np.arange(len(trials)), role="trial", what="row of the table"),
        *(_setting(name, trials) for name in names),
        *_metrics(rows),
        *_outcome(study, trials, rows),
        *_timings(rows),
    ]
    return SweepTable(study=study.name, neuro=__version__, axes=study.paths, columns=tuple(columns))


def _setting(name: str, trials: Sequence[PlannedTrial]) -> Column:
    """Make the column of a setting: numbers if all are, of one unit; texts if not."""
    found = [trial.coordinates[name] for trial in trials]
    units = {unit for value, unit in found if value is not None}
    values = [value for value, _ in found]
    kinds = {type(value) for value in values}
    if len(units) <= 1 and kinds <= {int, float, type(None)} and kinds != {type(None)}:
        numbers = _numbers(value for value in values if not isinstance(value, str))
        return Column(name=name, values=numbers, role="setting", unit=next(iter(units), ""))
    return Column(name=name, values=_texts(_text(*item) for item in found), role="setting")


def _metrics(rows: Sequence[Record | None]) -> list[Column]:
    found = [None if row is None else row.metrics for row in rows]
    columns = [
        Column(
            name=name,
            values=_numbers(None if item is None else getattr(item, name) for item in found),
            role="metric",
            unit=unit,
            what=what,
        )
        for name, (unit, what) in METRICS.items()
    ]
    bases = sorted({basis for item in found if item is not None for basis in item.energy})
    return [*columns, *(_energy(basis, found) for basis in bases)]


def _energy(basis: str, found: Sequence[Metrics | None]) -> Column:
    return Column(
        name=ENERGY + basis.replace(" ", "_"),
        values=_numbers(None if item is None else item.energy.get(basis) for item in found),
        role="metric",
        unit="fJ",
        what=f"energy of the run, charged: {basis}",
    )


def _outcome(
    study: Study, trials: Sequence[PlannedTrial], rows: Sequence[Record | None]
) -> list[Column]:
    texts = {
        "status": (
            "done, failed, or pending",
            ["pending" if r is None else r.status for r in rows],
        ),
        "message": ("why it failed", ["" if r is None else r.message for r in rows]),
        "warnings": ("what it warned of", [" ".join(r.warnings) if r else "" for r in rows]),
        "digest": ("of all that decides the outcome", [trial.digest for trial in trials]),
        "command": (
            "runs this trial alone",
            [trial_command(study.source, trial.digest) for trial in trials],
        ),
    }
    return [
        Column(name=name, values=_texts(values), role="outcome", what=what)
        for name, (what, values) in texts.items()
    ]


def trial_command(source: str, digest: str) -> str:
    """Return the command that runs one trial alone."""
    return shlex.join(["neuro", "sweep", source, "--trial", digest[:DIGEST_SHOWN]])


def _timings(rows: Sequence[Record | None]) -> list[Column]:
    return [
        Column(
            name="seconds",
            values=_numbers(None if row is None else row.seconds for row in rows),
            role="timing",
            unit="s",
            what="wall time of the trial",
        ),
        Column(
            name="retries",
            values=np.array([0 if row is None else row.retries for row in rows], dtype=np.int64),
            role="timing",
            what="times it was begun again because its worker died",
        ),
        *(
            Column(
                name=name,
                values=_texts("" if row is None else getattr(row, name) for row in rows),
                role="timing",
                what=what,
            )
            for name, what in (("started", "local time"), ("machine", "computer that ran it"))
        ),
    ]


def _numbers(values: Iterable[float | None]) -> NDArray[Any]:
    """Make an array of whole numbers if all are; of floats if not, or if one is missing."""
    found = list(values)
    if found and all(isinstance(value, int) for value in found):
        return np.array(found, dtype=np.int64)
    return np.array([np.nan if value is None else float(value) for value in found])


def _texts(values: Iterable[str]) -> NDArray[Any]:
    found = list(values)
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array


def _text(value: Value | None, unit: str) -> str:
    return "" if value is None else shown(value, unit)
