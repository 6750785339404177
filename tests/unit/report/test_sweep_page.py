import numpy as np
import pytest
from sweep_studies import study

from neuro.report.sweep import axis_figure, axis_places, lines, shown_axes, sweep_page
from neuro.report.sweep_tables import cell, failure_table, metric_columns, summary_table
from neuro.sweep import parse_study
from neuro.sweep.measure import run_trial
from neuro.sweep.plan import plan_sweep
from neuro.sweep.record import Metrics, Record
from neuro.sweep.table import Column, SweepTable, make_table


def table_of(sweep, **changes) -> SweepTable:
    """Return a table whose accuracy is a hundredth of the spacing, plus a tenth for seed 1."""
    asked = parse_study(study(sweep=sweep, **changes))
    records = {}
    for trial in plan_sweep(asked):
        spacing, seed = trial.coordinates["spacing"][0], trial.coordinates["seed"][0]
        accuracy = float(spacing) / 100 + 0.1 * (seed == 1)
        metrics = Metrics(
            operations=6,
            wrong=1,
            accuracy=accuracy,
            recall_accuracy=None,
            latency=6.0,
            duration=trial.duration,
            spikes=123_456,
            synaptic_events=10,
            plastic_updates=10,
            energy={"all": 2.5e9} if trial.coordinates["target"][0] != "cpu" else {},
        )
        records[trial.digest] = Record(
            digest=trial.digest,
            status="done",
            metrics=metrics,
            seconds=1.0,
            started="",
            machine="",
        )
    return make_table(asked, plan_sweep(asked), records)


GRID = {"spacing": ["10 ms", "20 ms"], "target": ["cpu", "spinnaker_spin5"], "seed": [0, 1]}


def test_summary_is_mean_and_spread_over_seeds():
    heads, rows = summary_table(table_of(GRID))
    assert heads == (
        "spacing (ms)",
        "target",
        "trials",
        "accuracy",
        "latency (ms)",
        "spikes",
        "synaptic events",
        "plastic updates",
        "energy, all",
        "seconds (s)",
    )
    # Mean of 0.10 and 0.20; their sample standard deviation is 0.1 / sqrt(2).
    assert rows[0] == ("10", "cpu", "2", "0.15 ± 0.071", "6", "123500", "10", "10", "", "1")
    assert [row[-2] for row in rows] == ["", "2.5 uJ", "", "2.5 uJ"]


def test_lines_are_told_apart_by_the_other_axes():
    table = table_of(GRID)
    found = lines(table, "spacing", table.column("accuracy"))
    assert [line.label for line in found] == ["target cpu", "target spinnaker_spin5"]
    np.testing.assert_allclose(found[0].places, [10, 20])
    np.testing.assert_allclose(found[0].means, [0.15, 0.25])
    np.testing.assert_allclose(found[0].spreads, [0.1 / np.sqrt(2)] * 2)
    # No trial on the processor has an energy: its line is empty, and keeps its colour.
    empty, full = lines(table, "spacing", table.column("energy.all"))
    assert (empty.places.size, full.places.size) == (0, 2)


def test_zipped_axes_do_not_make_lines_of_one_point():
    sweep = {
        "spacing": ["10 ms", "20 ms"],
        "set": {"cue_size": [5, 6]},
        "zip": [["spacing", "set.cue_size"]],
    }
    table = table_of(sweep)
    (line,) = lines(table, "set.cue_size", table.column("accuracy"))
    assert line.places.tolist() == [5, 6]


def test_many_lines_become_their_mean():
    sweep = {"spacing": ["10 ms", "20 ms"], "set": {"cue_size": {"from": 4, "to": 12}}}
    table = table_of(sweep)
    (line,) = lines(table, "spacing", table.column("accuracy"))
    assert (line.label, line.places.tolist()) == ("", [10, 20])
    page = sweep_page(table, parse_study(study(sweep=sweep)), "neuro sweep s.toml")
    assert "Also over set.cue_size, which have too many values to tell apart." in page


def test_texts_stand_in_their_order():
    np.testing.assert_array_equal(axis_places(table_of(GRID), "target"), [0, 0, 1, 1] * 2)


def test_seeds_are_an_axis_if_nothing_else_is():
    table = table_of({"seed": [0, 1, 2], "spacing": "20 ms"})
    assert shown_axes(table) == ("seed",)
    axes = axis_figure(table, "seed").axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.2, 0.3, 0.2])


def test_panels_have_labels_with_units():
    figure = axis_figure(table_of(GRID), "spacing")
    labels = {(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes if axes.axison}
    assert labels == {
        ("spacing (ms)", name)
        for name in (
            "accuracy",
            "latency (ms)",
            "spikes",
            "synaptic events",
            "plastic updates",
            "energy, all",
            "seconds (s)",
        )
    }


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(123_456.0, "", "123500"), (0.91666, "", "0.9167"), (2.5e9, "fJ", "2.5 uJ")],
)
def test_cells_are_readable(value, unit, text):
    column = Column(name="x", values=np.array([value]), role="metric", unit=unit)
    assert cell(column, value) == text
    assert cell(column, float("nan")) == ""


def test_failed_trials_are_on_the_page():
    asked = parse_study(study(sweep={"seed": [0, 1]}), source="s.toml")
    first, second = plan_sweep(asked)
    records = {
        first.digest: run_trial(first.job(asked.folder)),
        second.digest: Record(
            digest=second.digest,
            status="failed",
            message="SimulationError: <not finite>",
            seconds=0.1,
            started="",
            machine="",
        ),
    }
    table = make_table(asked, (first, second), records)
    command = f"neuro sweep s.toml --trial {second.digest[:12]}"
    assert failure_table(table)[1] == [("1", "SimulationError: <not finite>", command)]
    page = sweep_page(table, asked, "neuro sweep s.toml")
    assert "&lt;not finite&gt;" in page
    assert summary_table(table)[1][0][0] == "1 of 2"
    assert "recall_accuracy" in [column.name for column in metric_columns(table)]
