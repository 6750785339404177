"""Recordings as input of a reservoir: which line is active in which step.

Source: specs, resistive_lsm section 1.3. Every function fills one array of booleans, shape
(samples, steps, lines), without a loop over recordings.
"""

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError
from neuro.io.events import Recordings

Frames = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def camera_frames(
    recordings: Recordings,
    *,
    steps: int = 50,
    step_us: int = 6000,
    crop: int = 16,
    polarities: tuple[int, ...] = (0,),
    upright: bool = False,
) -> Frames:
    """Cut camera recordings into equal steps; later events are left out.

    Parameters
    ----------
    recordings : Recordings
        Of a camera.
    steps : int
        Number of steps.
    step_us : int, us
        Length of a step.
    crop : int
        Side of the centre square that is kept.
    polarities : tuple of int
        Which polarities; each has lines of its own.
    upright : bool, default False
        Whether each recording is centred and sheared first, see `upright_places`.

    Returns
    -------
    array of bool, shape (recordings, steps, polarities * crop * crop)

    Raises
    ------
    ValidationError
        If the recordings are of no camera, or the crop or a polarity does not exist.
    """
    if len(recordings.shape) != 3:  # noqa: PLR2004, rows, columns, polarities
        raise ValidationError(
            "recordings", f"sensor of shape {recordings.shape}", limit="A camera has three axes"
        )
    rows, columns, kinds = recordings.shape
    if not 1 <= crop <= min(rows, columns) or not set(polarities) <= set(range(kinds)):
        raise ValidationError(
            "frames",
            f"crop {crop}, polarities {polarities}",
            value=(crop, polarities),
            limit=f"A crop of at most {min(rows, columns)}, polarities below {kinds}",
        )
    y, x, p = np.unravel_index(recordings.addresses, recordings.shape)
    if upright:
        y, x = upright_places(recordings, y, x, crop)
    else:
        y, x = y - (rows - crop) // 2, x - (columns - crop) // 2
    place = np.full(kinds, -1)
    place[list(polarities)] = np.arange(len(polarities))
    at = recordings.times // step_us
    inside = (y >= 0) & (y < crop) & (x >= 0) & (x < crop)
    kept = (at < steps) & (place[p] >= 0) & inside
    frames = np.zeros((len(recordings), steps, len(polarities) * crop * crop), dtype=np.bool_)
    lines = (place[p] * crop + y) * crop + x
    frames[recordings.owners[kept], at[kept], lines[kept]] = True
    return frames


def upright_places(
    recordings: Recordings, y: IntArray, x: IntArray, crop: int
) -> tuple[IntArray, IntArray]:
    r"""Move the events of each recording to the centre of a square, and stand them upright.

    .. math:: x' = (x - \bar x) - \frac{\mathrm{cov}(x, y)}{\mathrm{var}(y)} (y - \bar y), \quad
        y' = y - \bar y

    No label is used: the moments are those of the recording itself. Slanted writing, which differs
    from hand to hand, is gone.

    Parameters
    ----------
    recordings : Recordings
        Which event belongs to which.
    y, x : array of int, shape (events,)
        Rows and columns.
    crop : int
        Side of the square.

    Returns
    -------
    (array of int, array of int)
        Rows and columns, from 0 to crop - 1 inside the square.

    References
    ----------
    .. [1] Deslanting before a linear classifier: LeCun et al., Proc. IEEE 86 (1998) 2278-2324
    """
    owners, count, lengths = recordings.owners, len(recordings), recordings.lengths

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((np.bincount(owners, values, count) / lengths)[owners])

    down, right = y - mean(y.astype(np.float64)), x - mean(x.astype(np.float64))
    spread = mean(down * down)
    # All events in one row have no slant.
    slant = np.where(spread > 0, mean(down * right) / np.where(spread > 0, spread, 1.0), 0.0)
    middle = (crop - 1) / 2
    rows = np.floor(down + middle + 0.5).astype(np.int64)
    columns = np.floor(right - slant * down + middle + 0.5).astype(np.int64)
    return rows, columns


def chunked_frames(recordings: Recordings, *, steps: int = 129, bin_us: int = 1000) -> Frames:
    """Cut recordings into at most `steps` chunks of whole bins: the rate of speech is normalised.

    A recording of D bins has chunks of ``ceil(D / steps)`` bins; missing chunks stay empty.

    Parameters
    ----------
    recordings : Recordings
        Of any sensor.
    steps : int
        Number of chunks.
    bin_us : int, us
        Length of a bin.

    Returns
    -------
    array of bool, shape (recordings, steps, lines)
    """
    last = recordings.times[recordings.offsets[1:] - 1]
    bins = -(-last // bin_us) + 1
    chunk = -(-bins // steps)
    at = recordings.times // bin_us // chunk[recordings.owners]
    return _filled(recordings, at, steps)


def stepped_frames(recordings: Recordings, *, steps: int = 129, step_us: int = 7000) -> Frames:
    """Cut recordings into steps of fixed length; later events are left out.

    Parameters
    ----------
    recordings : Recordings
        Of any sensor.
    steps : int
        Number of steps.
    step_us : int, us
        Length of a step.

    Returns
    -------
    array of bool, shape (recordings, steps, lines)
    """
    return _filled(recordings, recordings.times // step_us, steps)


def stretched_frames(recordings: Recordings, *, steps: int = 129) -> Frames:
    """Cut each recording into `steps` equal parts of its own length, from first to last event.

    Parameters
    ----------
    recordings : Recordings
        Of any sensor.
    steps : int
        Number of steps.

    Returns
    -------
    array of bool, shape (recordings, steps, lines)
    """
    first = recordings.times[recordings.offsets[:-1]]
    length = recordings.times[recordings.offsets[1:] - 1] - first + 1
    since = recordings.times - first[recordings.owners]
    return _filled(recordings, since * steps // length[recordings.owners], steps)


def binned_counts(frames: Frames, bins: int = 1) -> NDArray[np.float64]:
    """Count active lines in equal stretches of time: what a classifier without a reservoir sees.

    Parameters
    ----------
    frames : array of bool, shape (samples, steps, lines)
        Input spikes.
    bins : int
        Stretches of time.

    Returns
    -------
    array, shape (samples, bins * lines)
    """
    samples, steps, lines = frames.shape
    at = np.arange(steps) * bins // steps
    counts = [frames[:, at == number].sum(axis=1) for number in range(bins)]
    return np.stack(counts, axis=1).reshape(samples, bins * lines).astype(np.float64)


def _filled(recordings: Recordings, at: NDArray[np.int64], steps: int) -> Frames:
    frames = np.zeros((len(recordings), steps, int(np.prod(recordings.shape))), dtype=np.bool_)
    kept = at < steps
    frames[recordings.owners[kept], at[kept], recordings.addresses[kept]] = True
    return frames
