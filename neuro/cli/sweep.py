"""`neuro sweep`: a study over parameters, seeds, devices and targets, which can be stopped."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.output import command_line, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.errors import ValidationError
from neuro.files import write_text

if TYPE_CHECKING:
    from neuro.sweep import Study, SweepTable, Workers
    from neuro.sweep.plan import PlannedTrial
    from neuro.sweep.store import SweepStore

SHOWN_ROWS, SHOWN_TRIALS = 40, 100
MINUTE, HOUR = 60.0, 3600.0
INTERRUPTED = 130


def sweep(
    study: Annotated[Path, typer.Argument(help="TOML file: a base run and what is varied.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the sweep; default that of the study, ending .sweep."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of this computer.")] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler whose workers run the trials."),
    ] = None,
    retries: Annotated[
        int, typer.Option(min=0, help="How often a trial is begun again whose worker has died.")
    ] = 3,
    reuse: Annotated[
        bool,
        typer.Option("--reuse", help="The study has changed: use the finished trials that match."),
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run trials again that have failed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the trials, and estimate how long they take.")
    ] = False,
    trial: Annotated[
        str | None,
        typer.Option(metavar="DIGEST", help="Run this trial alone and print it; store nothing."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", "--report", help="Write a page with all figures here, as HTML."),
    ] = None,
) -> None:
    """Run a memory over a grid of parameters, seeds, devices and targets.

    A study file has the keys of a run (model, program, target, seed, spacing, and the tables set,
    option and coefficient) and a table [sweep] with the same keys and lists of values. Every
    finished trial is on the disk: after an interrupt, a crash or a power cut the same command goes
    on. The table (table.h5, table.csv) is the same for any number and kind of workers.

    \b
    Examples:
      neuro sweep study.toml --dry-run
      neuro sweep study.toml --workers 4 --page study.html
      neuro sweep study.toml --scheduler tcp://host:8786
      neuro show study.sweep/table.h5
    """
    check_paths({"STUDY": study}, {"--page": page})

    from neuro.sweep import Workers, read_study
    from neuro.sweep.plan import plan_sweep
    from neuro.sweep.runner import folder_of, prepare
    from neuro.sweep.store import SweepStore

    team = Workers(processes=workers, scheduler=scheduler, retries=retries)
    asked = read_study(study)
    store = SweepStore(folder_of(asked, out))
    with progress_bar(f"checking {asked.name}") as progress:
        trials = plan_sweep(asked, local=scheduler is None, progress=progress)
    if trial is not None:
        _run_alone(asked, trials, store, trial)
        return
    if dry_run:
        _dry_run(asked, trials, store, team)
        return
    prepare(asked, trials, store, team, reuse=reuse)
    with store.open(), _resumable(store, trials):
        table = _run(asked, trials, store, team, retry_failed=retry_failed)
    print_sweep(table)
    for name in ("table.h5", "table.csv"):
        typer.echo(f"Written: {store.folder / name}")
    if page is not None:
        from neuro.report.sweep import sweep_page

        write_text(page, sweep_page(table, asked, command_line()))
        typer.echo(f"Page: {page.resolve()}")


def print_sweep(table: "SweepTable") -> None:
    """Print the means over seeds, and what failed."""
    from neuro.report.sweep_tables import failure_table, summary_table

    heads, rows = summary_table(table)
    title = f"Sweep {table.study!r}, {len(table)} trials: mean ± standard deviation over seeds"
    if len(rows) > SHOWN_ROWS:
        title += f"; the first {SHOWN_ROWS} of {len(rows)} rows"
    print_table(title, heads, rows[:SHOWN_ROWS])
    heads, rows = failure_table(table)
    if rows:
        title = f"{len(rows)} trials failed"
        if len(rows) > SHOWN_ROWS:
            title += f"; the first {SHOWN_ROWS}"
        print_table(title, heads, rows[:SHOWN_ROWS])
    for text in dict.fromkeys(filter(None, table["warnings"].tolist())):
        count = table["warnings"].tolist().count(text)
        typer.echo(f"Warning of {count} trials: {text}")
    retries = int(table["retries"].sum())
    if retries:
        typer.echo(f"{retries} times a trial was begun again because its worker had died.")


def _run(
    study: "Study",
    trials: Sequence["PlannedTrial"],
    store: "SweepStore",
    workers: "Workers",
    *,
    retry_failed: bool,
) -> "SweepTable":
    from neuro.sweep.runner import run_sweep

    count = len({trial.digest for trial in trials})
    done = len(store.digests() & {trial.digest for trial in trials})
    if done:
        typer.echo(f"{done} of {count} trials are finished already.")
    with progress_bar(f"{count - done} trials of {study.name}") as progress:
        return run_sweep(
            study, trials, store, workers, retry_failed=retry_failed, progress=progress
        )


def _dry_run(
    study: "Study", trials: Sequence["PlannedTrial"], store: "SweepStore", workers: "Workers"
) -> None:
    """List the trials, and say how long those take that are not finished."""
    from neuro.report.sweep_tables import trial_table
    from neuro.sweep.estimate import estimate
    from neuro.sweep.runner import pending_trials, stored

    found = stored(trials, store)
    pending = pending_trials(trials, found.records)
    heads, rows = trial_table(trials, study.paths, set(found.records))
    title = f"{len(trials)} trials of {study.name!r}"
    if len(rows) > SHOWN_TRIALS:
        title += f"; the first {SHOWN_TRIALS}"
    print_table(title, heads, rows[:SHOWN_TRIALS])
    if not pending:
        typer.echo("All are finished.")
        return
    if workers.scheduler is not None:
        typer.echo(f"{len(pending)} to be run on {workers.scheduler}; not estimated from here.")
        return
    with progress_bar("estimating") as progress:
        guess = estimate(study, trials, pending, found.records, progress)
    count = workers.processes
    typer.echo(
        f"{len(pending)} to be run: about {_span(guess.seconds / count)} with {count} "
        f"{'worker' if count == 1 else 'workers'}, estimated from {guess.measured} trials. "
        "Nothing was stored."
    )


def _run_alone(
    study: "Study", trials: Sequence["PlannedTrial"], store: "SweepStore", digest: str
) -> None:
    """Run one trial here, print it, and compare it with the stored one."""
    from neuro.report.sweep_tables import record_table
    from neuro.sweep.measure import run_trial

    found = {trial.digest: trial for trial in trials if trial.digest.startswith(digest)}
    if len(found) != 1:
        raise ValidationError(
            "--trial",
            f"{len(found)} trials of {study.where} begin with {digest!r}",
            value=digest,
            limit="One trial",
            hint="'neuro sweep STUDY --dry-run' lists them",
        )
    ((key, planned),) = found.items()
    with progress_bar(f"trial {planned.number}") as progress:
        record = run_trial(planned.job(study.folder), progress)
    print_table(f"Trial {planned.number} of {study.name!r}", *record_table(planned, record))
    stored = store.records().get(key)
    if stored is not None:
        same = (record.status, record.metrics) == (stored.status, stored.metrics)
        typer.echo("Equal to the stored one." if same else "NOT equal to the stored one.")


@contextmanager
def _resumable(store: "SweepStore", trials: Sequence["PlannedTrial"]) -> Iterator[None]:
    """Say after an interrupt what is stored and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        ours = {trial.digest for trial in trials}
        done = len(store.digests() & ours)
        typer.echo(
            f"Interrupted: {done} of {len(ours)} trials are stored in {str(store.folder)!r}. "
            f"The same command goes on: {shlex.join(['neuro', *sys.argv[1:]])}",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from None


def _span(seconds: float) -> str:
    """Write a time for people.

    Examples
    --------
    >>> _span(0.4), _span(95), _span(9000)
    ('1 s', '1.6 min', '2.5 h')
    """
    if seconds < MINUTE:
        return f"{max(round(seconds), 1)} s"
    return f"{seconds / MINUTE:.2g} min" if seconds < HOUR else f"{seconds / HOUR:.3g} h"
