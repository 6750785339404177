"""What the rounds amount to: medians, extremes and ratios within a round.

A configuration has times only if every one of its rounds counts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measure import Report, Status
from benchmarks.rounds import Configuration, Measurement

DISAGREE = 0.1
"""Where wall and CPU time differ by more than this share, the table says so."""

Value = Callable[[Report], float]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, lowest and highest of the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """Return the spread of some values, None of none."""
        return cls(median(values), min(values), max(values)) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All rounds of one configuration.

    Parameters
    ----------
    configuration : Configuration
    reports : dict of int to Report
        By round.
    """

    configuration: Configuration
    reports: dict[int, Report]

    @property
    def status(self) -> Status:
        """Return ``"ok"`` if every round is, else what the first other one is."""
        states = [report.status for report in self.reports.values()]
        return next((state for state in states if state != "ok"), "ok")

    @property
    def shown(self) -> Report:
        """The report whose reason, figures and versions stand for all."""
        wanted = self.status
        return next(report for report in self.reports.values() if report.status == wanted)

    def spread(self, value: Value) -> Spread | None:
        """Return the spread of a value over the rounds, None unless all rounds count."""
        if self.status != "ok":
            return None
        return Spread.of([value(report) for report in self.reports.values()])

    def ratio(self, value: Value, other: "Summary", other_value: Value) -> Spread | None:
        """Return the spread of the ratios to another configuration within each round."""
        if self.status != "ok" or other.status != "ok":
            return None
        rounds = self.reports.keys() & other.reports.keys()
        pairs = [(value(self.reports[n]), other_value(other.reports[n])) for n in rounds]
        return Spread.of([mine / theirs for mine, theirs in pairs if theirs > 0])

    @property
    def wall_per_cpu(self) -> float | None:
        """Median of wall over CPU time of the run, None where they agree."""
        found = self.spread(lambda report: run_wall(report) / max(run_cpu(report), 1e-9))
        return found.median if found and abs(found.median - 1) > DISAGREE else None


def summarise(measurements: Iterable[Measurement]) -> list[Summary]:
    """Gather measurements by configuration, in the order in which they first came."""
    gathered: dict[Configuration, dict[int, Report]] = {}
    for item in measurements:
        gathered.setdefault(item.configuration, {})[item.round] = item.report
    return [Summary(configuration=each, reports=reports) for each, reports in gathered.items()]


def run_cpu(report: Report) -> float:
    """Return the CPU seconds of the run."""
    return report.phases["run"]["cpu"]


def run_wall(report: Report) -> float:
    """Return the wall seconds of the run."""
    return report.phases["run"]["wall"]


def loop(report: Report) -> float:
    """Return the wall seconds of the simulation loop alone."""
    return report.extras["loop"]


def cpu(*phases: str) -> Value:
    """Return the function that sums the CPU seconds of some phases."""
    return lambda report: sum(report.phases[phase]["cpu"] for phase in phases)


first_result = cpu("import", "set-up", "compile", "run")
"""CPU seconds from nothing to the end of the first run; NumPy itself is imported before."""
