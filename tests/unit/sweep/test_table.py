import csv
from dataclasses import replace

import h5py
import numpy as np
import pytest
from sweep_studies import study

from neuro.errors import ResultError, ValidationError
from neuro.sweep import SweepTable, parse_study, read_table
from neuro.sweep.measure import run_trial
from neuro.sweep.plan import plan_sweep
from neuro.sweep.record import Record
from neuro.sweep.summary import factors, follows, groups, mean_and_spread
from neuro.sweep.table import make_table
from neuro.sweep.table_file import is_table, save_csv, save_table


@pytest.fixture(scope="module")
def asked():
    sweep = [
        {"target": ["cpu"], "spacing": ["6 ms", "20 ms"], "seed": [0, 1, 2]},
        {"target": ["spinnaker_spin5"], "spacing": ["20 ms"], "seed": [0, 1]},
    ]
    return parse_study(study(sweep=sweep), source="close.toml", name="close")


@pytest.fixture(scope="module")
def found(asked) -> dict[str, Record]:
    trials = plan_sweep(asked)
    records = [run_trial(trial.job(asked.folder)) for trial in trials]
    failed = replace(records[1], status="failed", message="no, really", metrics=None)
    records[1] = failed
    return {record.digest: record for record in records[:-1]}


@pytest.fixture
def table(asked, found) -> SweepTable:
    return make_table(asked, plan_sweep(asked), found)


def assert_equal(one: SweepTable, other: SweepTable) -> None:
    assert (one.study, one.neuro, one.axes) == (other.study, other.neuro, other.axes)
    for first, second in zip(one.columns, other.columns, strict=True):
        facts = [(c.name, c.role, c.unit, c.what, c.values.dtype) for c in (first, second)]
        assert facts[0] == facts[1]
        np.testing.assert_array_equal(first.values, second.values)


def test_table_has_a_row_for_each_trial(table):
    assert table["status"].tolist() == ["done", "failed", *["done"] * 5, "pending"]
    assert table["spacing"].tolist() == [6.0] * 3 + [20.0] * 5
    assert table["target"].tolist() == ["cpu"] * 6 + ["spinnaker_spin5"] * 2
    assert table["seed"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert table["message"][1] == "no, really"
    assert np.isnan(table["accuracy"]).tolist() == [False, True, *[False] * 5, True]
    assert np.isnan(table["energy.dynamic"]).tolist() == [True] * 6 + [False, True]
    assert table["command"][0] == f"neuro sweep close.toml --trial {table['digest'][0][:12]}"


def test_counts_are_whole_numbers_where_no_trial_lacks_them(asked, found, table):
    assert table["spikes"].dtype == np.float64
    trials = [trial for trial in plan_sweep(asked) if trial.number in (0, 2)]
    assert make_table(asked, trials, found)["spikes"].dtype == np.int64


def test_unknown_column_is_refused_with_a_near_name(table):
    with pytest.raises(ValidationError, match="Did you mean 'accuracy'"):
        table["acuracy"]


def test_table_is_read_back_from_its_file(table, tmp_path):
    path = tmp_path / "table.h5"
    save_table(table, path)
    assert is_table(path)
    assert_equal(read_table(path), table)
    assert_equal(read_table(tmp_path), table)


def test_file_has_named_dimensions_and_units(table, tmp_path):
    save_table(table, tmp_path / "table.h5")
    with h5py.File(tmp_path / "table.h5") as file:
        assert file["spacing"].dims[0][0] == file["trial"]
        assert (file["spacing"].attrs["units"], file["energy.dynamic"].attrs["units"]) == (
            "ms",
            "fJ",
        )
        assert set(file["timings"]) == {"seconds", "retries", "started", "machine"}


def test_csv_holds_numbers_in_full_and_no_wall_times(table, tmp_path):
    save_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert not {"seconds (s)", "started", "machine"} & rows[0].keys()
    assert [row["spacing (ms)"] for row in rows] == ["6.0"] * 3 + ["20.0"] * 5
    shown = [float(row["latency (ms)"] or "nan") for row in rows]
    np.testing.assert_array_equal(shown, table["latency"])
    assert rows[1]["message"] == "no, really"


def test_xarray_has_settings_as_coordinates(table):
    data = table.to_xarray()
    assert dict(data.sizes) == {"trial": 8}
    assert {"spacing", "seed", "target", "model"} <= set(data.coords)
    assert data["latency"].attrs["units"] == "ms"
    chosen = data["accuracy"].where(data.target == "cpu", drop=True).groupby("spacing").mean()
    expected = [np.nanmean(table["accuracy"][:3]), np.nanmean(table["accuracy"][3:6])]
    np.testing.assert_allclose(chosen, expected)


def test_full_grid_becomes_an_array(asked, found):
    trials = plan_sweep(asked)[:6]
    data = make_table(asked, trials, found).to_xarray()
    grid = data.set_index(trial=["spacing", "seed"]).unstack("trial")
    assert grid["accuracy"].sizes == {"spacing": 2, "seed": 3}


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.attrs.update({"version": 2}),
        lambda file: file.attrs.update({"format": "neuro-result"}),
        lambda file: file.attrs.pop("axes"),
        lambda file: file.pop("timings"),
        lambda file: file["spacing"].attrs.pop("role"),
        lambda file: file["spacing"].attrs.update({"role": "joke"}),
        lambda file: file["spacing"].attrs.update({"order": "first"}),
        lambda file: file.create_dataset("more", data=[1.0]).attrs.update(
            {"role": "metric", "order": 99}
        ),
    ],
)
def test_damaged_table_is_refused(table, tmp_path, damage):
    path = tmp_path / "table.h5"
    save_table(table, path)
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(ResultError) as caught:
        read_table(path)
    assert caught.value.where == f"sweep table {str(path)!r}"


def test_cut_or_foreign_file_is_refused(table, tmp_path):
    path = tmp_path / "table.h5"
    save_table(table, path)
    path.write_bytes(path.read_bytes()[:3000])
    assert not is_table(path)
    with pytest.raises(ResultError, match="damaged"):
        read_table(path)
    with pytest.raises(ResultError, match="no such file"):
        read_table(tmp_path / "none.h5")


def test_summary_groups_by_all_but_seeds(table):
    assert factors(table) == ("target", "spacing")
    found = groups(table, factors(table))
    assert [(group.key, group.rows.tolist()) for group in found] == [
        (("cpu", 6.0), [0, 1, 2]),
        (("cpu", 20.0), [3, 4, 5]),
        (("spinnaker_spin5", 20.0), [6, 7]),
    ]
    assert not follows(table, "spacing", "target")
    assert follows(table, "digest", "spacing")


def test_spread_of_one_value_is_unknown():
    mean, spread, count = mean_and_spread(np.array([4.0, np.nan]))
    assert (mean, count) == (4.0, 1)
    assert np.isnan(spread)
    assert mean_and_spread(np.array([np.nan]))[2] == 0
