import numpy as np
import pytest
from aedat_files import aedat_file

from neuro.errors import ResultError, UnavailableError
from neuro.io.aedat import read_aedat

EVENTS = [(5000, 1, 2, True), (5500, 3, 7, False), (6000, 9, 0, True)]


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "camera.aedat4"
        path.write_bytes(content)
        return path

    return write


def test_events_of_all_packets_come_back_since_the_first(written):
    found = read_aedat(written(aedat_file(10, 8, [EVENTS[:2], EVENTS[2:]])), label=4)
    assert found.shape == (8, 10, 2)
    assert found.times.tolist() == [0, 500, 1000]
    y, x, on = np.unravel_index(found.addresses, found.shape)
    assert list(zip(x, y, on, strict=True)) == [(1, 2, 1), (3, 7, 0), (9, 0, 1)]
    assert found.labels.tolist() == [4]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no readable AEDAT 4 file"),
        (b"#!AER-DAT2.0\r\n" + bytes(64), "no readable AEDAT 4 file"),
        (aedat_file(10, 8, [EVENTS])[:-7], "no readable AEDAT 4 file"),
        (aedat_file(10, 8, []), "holds no events"),
        (aedat_file(9, 8, [EVENTS]), "an event at x 9, y 7"),
        (aedat_file(10, 8, [EVENTS[::-1]]), "They never fall"),
    ],
)
def test_files_that_are_no_recording_are_refused_by_name(written, content, message):
    with pytest.raises(ResultError) as caught:
        read_aedat(written(content))
    assert "camera.aedat4" in caught.value.where
    assert message in str(caught.value)


def test_missing_package_is_named(written, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "aedat", None)
    with pytest.raises(UnavailableError, match="pip install"):
        read_aedat(written(aedat_file(10, 8, [EVENTS])))
