import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from neuro.errors import ResultError, ValidationError
from neuro.notes import FidelityNote
from neuro.results import Result, ResultWriter, load_result, save_result

Plain = Callable[[Any], Any]
Damage = Callable[[h5py.File], None]


@pytest.fixture
def stored(busy_result: Result, tmp_path: Path) -> Path:
    """A complete result file."""
    save_result(busy_result, tmp_path / "run.h5")
    return tmp_path / "run.h5"


def damaged(path: Path, damage: Damage) -> str:
    """Damage a result file, try to read it, and return what the error says after its place."""
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(ResultError) as caught:
        load_result(path)
    assert caught.value.where == f"result file {str(path)!r}"
    return caught.value.problem


def replaced(file: h5py.File, place: str, values: Any) -> None:
    del file[place]
    file[place] = values


# --- round trips ---------------------------------------------------------------------------------


def test_stored_result_is_equal_in_every_member(
    stored: Path, busy_result: Result, plain: Plain
) -> None:
    again = load_result(stored)
    assert plain(again) == plain(busy_result)
    assert again.provenance == busy_result.provenance
    assert again.network == busy_result.network


def test_stored_result_holds_something_of_everything(busy_result: Result) -> None:
    # Guards the test above: a round trip of nothing would prove nothing.
    assert busy_result.spikes["b"].times.size > 0
    assert np.ptp(busy_result.traces["b"]["v"].values) > 0
    assert np.ptp(busy_result.weights["a->b"].values) > 0
    assert busy_result.provenance.notes == ()


def test_notes_and_warnings_are_stored(busy_result: Result, tmp_path: Path) -> None:
    note = FidelityNote(
        where="x", requested="exact", stored=0.5, relative_error=None, unit="ms", reason="Asked."
    )
    provenance = replace(busy_result.provenance, notes=(note,), warnings=("Beware.",))
    save_result(replace(busy_result, provenance=provenance), tmp_path / "run.h5")
    assert load_result(tmp_path / "run.h5").provenance == provenance


def test_result_without_spikes_is_stored(busy_result: Result, tmp_path: Path, plain: Plain) -> None:
    train = busy_result.spikes["a"]
    silent = replace(train, times=train.times[:0], indices=train.indices[:0])
    result = replace(busy_result, spikes={"a": silent}, traces={}, weights={})
    save_result(result, tmp_path / "run.h5")
    assert plain(load_result(tmp_path / "run.h5")) == plain(result)


def test_result_is_stored_by_text_path_too(busy_result: Result, tmp_path: Path) -> None:
    busy_result.save(str(tmp_path / "run.h5"))
    assert load_result(str(tmp_path / "run.h5")).duration == busy_result.duration


def test_file_is_plain_hdf5_with_format_and_version(stored: Path, busy_result: Result) -> None:
    with h5py.File(stored) as file:
        assert (file.attrs["format"], file.attrs["version"]) == ("neuro-result", 1)
        assert (file.attrs["dt"], file.attrs["duration"]) == (0.1, 40.0)
        assert file["spikes/b/times"][()].tolist() == busy_result.spikes["b"].times.tolist()
        assert file["traces/b/v"].attrs["unit"] == "mV"


# --- writing -------------------------------------------------------------------------------------


def test_failure_while_writing_leaves_the_old_file_and_nothing_else(
    stored: Path, busy_result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored.read_bytes()

    def fail_late(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(ResultWriter, "finish", fail_late)
    with pytest.raises(OSError, match="disk full"):
        save_result(busy_result, stored)
    assert stored.read_bytes() == before
    assert list(stored.parent.iterdir()) == [stored]


def test_new_result_replaces_an_old_one(stored: Path, busy_result: Result) -> None:
    save_result(replace(busy_result, duration=50.0), stored)
    assert load_result(stored).duration == 50.0


def test_missing_folder_is_refused(busy_result: Result, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="does not exist") as caught:
        busy_result.save(tmp_path / "no" / "run.h5")
    assert caught.value.where == "result file"


# --- files that are no results -------------------------------------------------------------------


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError) as caught:
        load_result(tmp_path / "no.h5")
    assert str(caught.value) == (
        f"result file {str(tmp_path / 'no.h5')!r}: no such file. Check the name."
    )


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="no such file"):
        load_result(tmp_path)


@pytest.mark.parametrize("content", [b"", b"time,neuron\n1.0,3\n", b"\x89HDF\r\n\x1a\n"])
def test_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.h5"
    path.write_bytes(content)
    with pytest.raises(ResultError, match="not a readable HDF5 file") as caught:
        load_result(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_truncated_file_is_refused(stored: Path, share: float) -> None:
    content = stored.read_bytes()
    stored.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ResultError, match="It may be cut short or foreign"):
        load_result(stored)


@pytest.mark.parametrize("signature", [b"OHDR"])
def test_file_with_a_broken_structure_is_refused(stored: Path, signature: bytes) -> None:
    content = stored.read_bytes()
    places = [match.start() for match in re.finditer(signature, content)]
    assert len(places) > 5  # headers of groups and data sets
    for place in places:
        stored.write_bytes(content[:place] + b"XXXX" + content[place + 4 :])
        with pytest.raises(ResultError) as caught:
            load_result(stored)
        assert caught.value.where == f"result file {str(stored)!r}"


def test_foreign_hdf5_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["data"] = [1.0, 2.0]
    with pytest.raises(ResultError, match="an HDF5 file, but not a result of neuro") as caught:
        load_result(path)
    assert caught.value.hint == "Give a file written by 'neuro run --out'"


@pytest.mark.parametrize("version", [0, 2, 1.0, "1"])
def test_unknown_version_is_refused(stored: Path, version: object) -> None:
    problem = damaged(stored, lambda file: file.attrs.__setitem__("version", version))
    assert problem == f"format version {version}"


def test_later_version_says_how_to_read_it(stored: Path) -> None:
    with h5py.File(stored, "r+") as file:
        file.attrs["version"] = 2
    with pytest.raises(ResultError) as caught:
        load_result(stored)
    assert caught.value.limit == "This neuro reads versions 1 to 1"
    assert caught.value.hint == "Update neuro-spiking-memory"


# --- damaged results -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "network",
        "provenance",
        "counters",
        "spikes",
        "traces",
        "weights",
        "spikes/a/times",
        "spikes/b/indices",
        "traces/b/v/values",
        "weights/a->b/values",
    ],
)
def test_missing_data_set_is_refused(stored: Path, place: str) -> None:
    assert "incomplete" in damaged(stored, lambda file: file.__delitem__(place))


@pytest.mark.parametrize(
    ("place", "attribute"), [(".", "dt"), ("spikes/a", "size"), ("traces/b/v", "unit")]
)
def test_missing_attribute_is_refused(stored: Path, place: str, attribute: str) -> None:
    problem = damaged(stored, lambda file: file[place].attrs.__delitem__(attribute))
    assert "incomplete" in problem


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("spikes/a/times", [1.0]),
        ("spikes/a/indices", np.zeros((2, 2), dtype=int)),
        ("spikes/a/times", 3.0),
        ("traces/b/v/values", np.zeros((3, 2))),
        ("traces/b/v/times", [1.0]),
        ("weights/a->b/sources", [1]),
        ("weights/a->b/values", np.zeros((12, 1))),
        ("spikes", [1.0]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(stored: Path, place: str, values: Any) -> None:
    assert "damaged" in damaged(stored, lambda file: replaced(file, place, values))


def test_spike_lists_that_are_not_flat_are_refused(stored: Path) -> None:
    def fold(file: h5py.File) -> None:
        replaced(file, "spikes/a/times", np.zeros((2, 2)))
        replaced(file, "spikes/a/indices", np.zeros((2, 2), dtype=int))

    assert "2 dimensions" in damaged(stored, fold)


@pytest.mark.parametrize("place", ["network", "provenance", "counters"])
@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", "3", "[" * 100_000])
def test_damaged_text_is_refused(stored: Path, place: str, text: str) -> None:
    assert "damaged" in damaged(stored, lambda file: replaced(file, place, text))


def test_network_with_an_unknown_part_is_refused(stored: Path) -> None:
    text = '{"type":"os.system","command":"true"}'
    problem = damaged(stored, lambda file: replaced(file, "network", text))
    assert "unknown part 'os.system'" in problem
