import json
from dataclasses import replace

import pytest

from neuro.errors import ResultError, ValidationError
from neuro.sweep.record import Metrics, Record, read_record
from neuro.sweep.store import JOURNAL, SweepStore

METRICS = Metrics(
    operations=3,
    wrong=1,
    accuracy=2 / 3,
    recall_accuracy=None,
    latency=0.1 + 0.2,
    duration=60.0,
    spikes=5,
    synaptic_events=7,
    plastic_updates=2,
    energy={"dynamic": 1e12 / 3},
)
RECORD = Record(
    digest="ab" * 32,
    status="done",
    metrics=METRICS,
    warnings=("look out",),
    seconds=0.5,
    started="2026-01-01T00:00:00+00:00",
    machine="here",
)


@pytest.fixture
def store(tmp_path) -> SweepStore:
    return SweepStore(tmp_path / "s.sweep")


def test_record_is_read_back_to_the_last_bit():
    assert read_record(RECORD.to_json(), "here") == RECORD


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "ab"},
        {"digest": 7},
        {"status": "perhaps"},
        {"metrics": None},
        {"metrics": {}},
        {"metrics": []},
        {"seconds": None},
        {"more": 1},
        {"warnings": 3},
        {"metrics": {**json.loads(RECORD.to_json())["metrics"], "accuracy": None}},
        {"metrics": {**json.loads(RECORD.to_json())["metrics"], "spikes": "5"}},
        {"metrics": {**json.loads(RECORD.to_json())["metrics"], "energy": {"dynamic": None}}},
        {"version": 2},
        {"format": "other"},
    ],
)
def test_damaged_record_is_refused(change):
    members = {**json.loads(RECORD.to_json()), **change}
    with pytest.raises(ResultError):
        read_record(json.dumps(members), "here")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "[" * 10_000])
def test_foreign_text_is_refused(text):
    with pytest.raises(ResultError, match="damaged or foreign"):
        read_record(text, "here")


def test_record_that_lacks_a_member_is_refused():
    members = json.loads(RECORD.to_json())
    del members["retries"]
    with pytest.raises(ResultError, match="damaged or incomplete"):
        read_record(json.dumps(members), "here")


def test_stored_trials_are_read_back(store):
    other = replace(RECORD, digest="cd" * 32, status="failed", metrics=None, message="no")
    with store.open():
        store.add(RECORD)
        store.add(other)
    assert store.records() == {RECORD.digest: RECORD, other.digest: other}
    assert store.digests() == {RECORD.digest, other.digest}
    lines = [json.loads(line) for line in (store.folder / JOURNAL).read_text().splitlines()]
    assert [(line["event"], line["trial"]) for line in lines] == [
        ("finished", RECORD.digest),
        ("finished", other.digest),
    ]


def test_removed_trial_is_gone(store):
    with store.open():
        store.add(RECORD)
        store.remove(RECORD.digest)
    assert store.records() == {}


def test_two_sweeps_cannot_have_one_folder(store):
    with (
        store.open(),
        pytest.raises(ValidationError, match="in use by another process"),
        SweepStore(store.folder).open(),
    ):
        pass


def test_folder_with_other_files_is_refused(store):
    store.folder.mkdir()
    (store.folder / "thesis.tex").touch()
    with pytest.raises(ValidationError, match="holds other files"):
        store.check()
    assert [path.name for path in store.folder.iterdir()] == ["thesis.tex"]


def test_file_in_place_of_the_folder_is_refused(store):
    store.folder.touch()
    with pytest.raises(ValidationError, match="is a file"):
        store.check()


def test_folder_in_no_folder_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="does not exist"):
        SweepStore(tmp_path / "none" / "s.sweep").check()


def test_half_a_trial_file_is_named(store):
    with store.open():
        store.add(RECORD)
    (path,) = store.folder.glob("trials/ab/*.json")
    path.write_text(path.read_text()[:50])
    with pytest.raises(ResultError, match="damaged or foreign") as caught:
        store.records()
    assert caught.value.where == f"trial file {str(path)!r}"


def test_trial_under_the_name_of_another_is_refused(store):
    with store.open():
        store.add(RECORD)
    (path,) = store.folder.glob("trials/ab/*.json")
    path.rename(path.with_name(f"{'ab' * 31}00.json"))
    with pytest.raises(ResultError, match="another digest"):
        store.records()
