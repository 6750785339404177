import numpy as np
import pytest

from neuro.errors import CheckError, NeuroError, ResultError, ValidationError
from neuro.io.events import Recordings, joined, read_nmnist_bin, read_recordings
from neuro.io.frames import (
    binned_counts,
    camera_frames,
    chunked_frames,
    stepped_frames,
    stretched_frames,
)
from neuro.io.static import level_crossing_frames, rate_frames


def audio(times, channels, offsets, labels=None):
    offsets = np.array(offsets)
    labels = np.zeros(offsets.size - 1, int) if labels is None else labels
    return Recordings(
        times=np.array(times),
        addresses=np.array(channels),
        offsets=offsets,
        labels=np.array(labels),
        shape=(4,),
    )


def camera(events, count=1):
    """Make recordings of (recording, t, x, y, p)."""
    owner, times, x, y, p = np.array(events).T
    return Recordings(
        times=times,
        addresses=(y * 34 + x) * 2 + p,
        offsets=np.searchsorted(owner, np.arange(count + 1)),
        labels=np.arange(count),
        shape=(34, 34, 2),
    )


def test_camera_frames_keep_the_centre_of_one_polarity():
    # A crop of 16 begins at pixel 9; line = 16 row + column.
    found = camera_frames(camera([(0, 0, 9, 9, 0), (0, 6000, 24, 9, 0), (0, 6001, 8, 9, 0)]))
    assert found.shape == (1, 50, 256)
    assert np.argwhere(found[0]).tolist() == [[0, 0], [1, 15]]


def test_upright_frames_take_slant_and_place_away():
    # A stroke that leans by half a pixel for each row, at two places: one upright stroke in the
    # middle of the square of 9, from row 0 to row 8.
    corners = [(3, 4), (20, 15)]
    events = [
        (k, 0, left + row // 2, top + row, 0)
        for k, (left, top) in enumerate(corners)
        for row in range(0, 9, 2)
    ]
    found = camera_frames(camera(events, count=2), crop=9, upright=True)
    rows, columns = np.divmod(np.nonzero(found[0, 0])[0], 9)
    assert rows.tolist() == [0, 2, 4, 6, 8] and set(columns.tolist()) == {4}
    assert np.array_equal(found[0], found[1])


def test_upright_frames_of_a_single_row_have_no_slant():
    found = camera_frames(camera([(0, 0, x, 9, 0) for x in (4, 5, 6)]), crop=9, upright=True)
    assert np.nonzero(found[0, 0])[0].tolist() == [4 * 9 + 3, 4 * 9 + 4, 4 * 9 + 5]


def test_camera_frames_give_each_polarity_lines_of_its_own():
    recordings = camera([(0, 0, 9, 10, 1), (0, 299_999, 9, 10, 0), (0, 300_000, 9, 10, 0)])
    found = camera_frames(recordings, polarities=(0, 1))
    assert np.argwhere(found[0]).tolist() == [[0, 256 + 16], [49, 16]]


def test_chunks_normalise_the_rate_of_speech():
    # Last event at 257.5 ms: D = 259 bins, chunks of ceil(259 / 129) = 3 bins.
    found = chunked_frames(audio([0, 3000, 257_500], [0, 1, 2], [0, 3]))
    assert np.argwhere(found[0]).tolist() == [[0, 0], [1, 1], [85, 2]]


def test_short_recordings_leave_the_last_chunks_empty():
    found = chunked_frames(audio([0, 9000], [0, 1], [0, 2]))
    assert np.argwhere(found[0]).tolist() == [[0, 0], [9, 1]]


def test_stretched_frames_span_first_to_last_event():
    recordings = audio([500, 600, 699, 0, 999], [0, 1, 2, 3, 3], [0, 3, 5])
    found = stretched_frames(recordings, steps=2)
    assert np.argwhere(found).tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 2], [1, 0, 3], [1, 1, 3]]


def test_fixed_steps_drop_what_comes_later():
    found = stepped_frames(audio([0, 6999, 7000, 14_000], [0, 1, 2, 3], [0, 4]), steps=2)
    assert np.argwhere(found[0]).tolist() == [[0, 0], [0, 1], [1, 2]]


def test_binned_counts_add_up():
    frames = np.random.default_rng(0).random((3, 10, 4)) < 0.5
    one, three = binned_counts(frames), binned_counts(frames, 3)
    assert np.array_equal(three.reshape(3, 3, 4).sum(axis=1), one)
    # floor(t B / T): steps 0 to 3, 4 to 6, 7 to 9.
    assert np.array_equal(three[:, :4], frames[:, :4].sum(axis=1))


def test_take_and_joined_keep_every_event():
    recordings = audio([1, 2, 3, 4, 5], [0, 1, 2, 3, 0], [0, 2, 3, 5], [7, 8, 9])
    taken = recordings.take([2, 0])
    assert (taken.times.tolist(), taken.offsets.tolist()) == ([4, 5, 1, 2], [0, 2, 4])
    assert taken.labels.tolist() == [9, 7]
    both = joined([taken, recordings.take([1])])
    assert (both.times.tolist(), both.labels.tolist()) == ([4, 5, 1, 2, 3], [9, 7, 8])


def test_bin_file_is_read_bit_by_bit(tmp_path):
    # x 3, y 5, ON, t = 0x012345; then x 33, y 0, OFF, t = 0x7fffff.
    path = tmp_path / "00001.bin"
    path.write_bytes(bytes([3, 5, 0x81, 0x23, 0x45, 33, 0, 0x7F, 0xFF, 0xFF]))
    found = read_nmnist_bin(path, label=4)
    assert found.times.tolist() == [0x012345, 0x7FFFFF]
    assert found.addresses.tolist() == [(5 * 34 + 3) * 2 + 1, 33 * 2]
    assert found.labels.tolist() == [4]


def test_camera_archive_restarts_time_with_every_recording(tmp_path):
    path = tmp_path / "events.npz"
    np.savez(
        path,
        x=np.array([1, 2, 3], np.uint8),
        y=np.array([0, 0, 1], np.uint8),
        p=np.array([0, 1, 0], np.uint8),
        dt=np.array([5, 6, 7], np.uint16),
        offset=np.array([0, 2, 3]),
        label=np.array([1, 2], np.uint8),
    )
    found = read_recordings(path)
    assert found.times.tolist() == [5, 11, 7]
    assert found.addresses.tolist() == [2, 5, (34 + 3) * 2]


def test_missing_damaged_and_foreign_files_are_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    (tmp_path / "cut.bin").write_bytes(b"1234567")
    with pytest.raises(ResultError, match="does not exist"):
        read_recordings(tmp_path / "none.npz")
    with pytest.raises(ResultError, match="no readable NumPy archive"):
        read_recordings(tmp_path / "text.npz")
    with pytest.raises(ResultError, match="holds a"):
        read_recordings(tmp_path / "other.npz")
    with pytest.raises(ResultError, match="7 bytes"):
        read_nmnist_bin(tmp_path / "cut.bin")


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        (([1, 2], [0, 1], [0, 2, 2]), "recordings[1]"),
        (([1, 2], [0, 4], [0, 2]), "recordings.addresses"),
        (([2, 1], [0, 1], [0, 2]), "recordings.times"),
        (([1, 2], [0, 1], [0, 1]), "recordings.offsets"),
        (([1, 2], [0, 1], [0, 2], [0, 1]), "recordings.labels"),
        (([1], [0, 1], [0, 1]), "recordings.addresses"),
    ],
)
def test_wrong_recordings_are_refused_where_they_are_wrong(parts, where):
    with pytest.raises(NeuroError) as caught:
        audio(*parts)
    assert not isinstance(caught.value, CheckError)
    assert caught.value.where == where


def test_crop_that_does_not_fit_is_refused():
    with pytest.raises(ValidationError, match="crop 35"):
        camera_frames(camera([(0, 0, 1, 1, 0)]), crop=35)


def test_rates_follow_values():
    values = np.array([[0.0, 0.5, 1.0]])
    found = rate_frames(values, steps=20_000, probability=0.4, rng=np.random.default_rng(0))
    # Binomial: sd of a mean of 20 000 trials is at most 0.0035.
    assert found.mean(axis=(0, 1)) == pytest.approx([0.0, 0.2, 0.4], abs=0.012)


def test_level_crossings_mark_rises_and_falls():
    signal = np.array([0.0, 0.4, 0.6, 1.2, 1.0, 0.4])[None, :, None]
    found = level_crossing_frames(signal, delta=0.5)[0]
    # Reference 0; 0.6 crosses 0.5; 1.2 crosses 1.0; 0.4 is a whole delta below 1.0.
    assert found.tolist() == [[0, 0], [0, 0], [1, 0], [1, 0], [0, 0], [0, 1]]
