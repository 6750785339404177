"""Still images as events of a camera that moves in three saccades, as N-MNIST was recorded.

Source: specs, resistive_lsm section 4.2, fitted there on 650 pairs of recording and image; protocol
of Orchard et al., Front. Neurosci. 9 (2015) 437, doi:10.3389/fnins.2015.00437.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from neuro.errors import ValidationError
from neuro.io.events import CAMERA, Recordings
from neuro.seeds import stream

FloatArray = NDArray[np.float64]
CHUNK = 100
"""Images that are converted together; each chunk has a stream of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saccades:
    """The camera and its movement.

    Parameters
    ----------
    corners : tuple of (float, float), pixels
        Where the movements begin and end, x to the right and y down.
    start : (float, float), pixels
        Added to every position.
    slot, delay, length : float, ms
        Each movement has a slot, begins `delay` into it and lasts `length` on a raised cosine.
    blur : float, pixels
        Standard deviation of the optics.
    offset : float
        Added to the intensity, 0 to 1, before the logarithm.
    threshold : float
        Change of the logarithm for one event.
    mismatch : float
        Relative standard deviation of the threshold over pixels.
    step : float, ms
        Time step of the conversion.
    """

    corners: tuple[tuple[float, float], ...] = ((0.0, 0.0), (3.0, 5.0), (6.0, 0.0), (0.0, 0.0))
    start: tuple[float, float] = (-3.3, -1.5)
    slot: float = 100.0
    delay: float = 5.0
    length: float = 90.0
    blur: float = 0.4
    offset: float = 0.3
    threshold: float = 0.2
    mismatch: float = 0.03
    step: float = 1.0

    def path(self) -> tuple[FloatArray, FloatArray]:
        """Return times, ms, and positions, shape (times, 2), of the whole movement."""
        moves = len(self.corners) - 1
        times = np.arange(0.0, moves * self.slot + self.step / 2, self.step)
        move = np.minimum(times // self.slot, moves - 1).astype(int)
        phase = np.clip((times - move * self.slot - self.delay) / self.length, 0.0, 1.0)
        share = ((1 - np.cos(np.pi * phase)) / 2)[:, None]
        corners = np.asarray(self.corners)
        positions = (1 - share) * corners[move] + share * corners[move + 1]
        return np.asarray(times), np.asarray(np.asarray(self.start) + positions)


SACCADES = Saccades()
"""As fitted to N-MNIST."""


def saccade_events(
    images: NDArray[np.uint8],
    labels: Sequence[int] | NDArray[np.int64],
    saccades: Saccades = SACCADES,
    *,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Recordings:
    """Convert grey images to recordings of a 34 x 34 camera.

    A brightening pixel has polarity 0, a darkening one 1, as in the recordings.

    Parameters
    ----------
    images : array of uint8, shape (images, height, width)
        Grey values; padded to the camera evenly.
    labels : sequence of int
        Class of each.
    saccades : Saccades
        The movement.
    seed : int
        Root of the mismatch of pixels.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ValidationError
        If the images are larger than the camera, or labels are missing.
    """
    side = CAMERA[0]
    if images.ndim != 3 or max(images.shape[1:], default=0) > side or len(labels) != len(images):  # noqa: PLR2004
        raise ValidationError(
            "images",
            f"array of shape {images.shape} with {len(labels)} labels",
            limit=f"(images, height, width), at most {side} pixels a side, one label each",
        )
    pads = [((side - size) // 2, side - size - (side - size) // 2) for size in images.shape[1:]]
    frame = np.pad(images / 255.0, [(0, 0), *pads])
    frame = gaussian_filter(frame, (0.0, saccades.blur, saccades.blur))
    parts = []
    for start in range(0, len(images), CHUNK):
        rng = stream(seed, "saccade", start // CHUNK)
        parts.append(_converted(frame[start : start + CHUNK], saccades, rng))
        if progress is not None:
            progress(min(start + CHUNK, len(images)) / len(images))
    lengths = np.concatenate([part[2] for part in parts])
    return Recordings(
        times=np.concatenate([part[0] for part in parts]),
        addresses=np.concatenate([part[1] for part in parts]),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        labels=np.asarray(labels, dtype=np.int64),
        shape=CAMERA,
    )


def _converted(
    frame: FloatArray, saccades: Saccades, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return times in us, addresses and counts of the events of a few images."""
    count, side, _ = frame.shape
    threshold = saccades.threshold * np.maximum(
        1.0 + saccades.mismatch * rng.standard_normal(frame.shape), 0.1
    )
    times, positions = saccades.path()
    reference = np.zeros(0)
    events = []
    for time, (x, y) in zip(times, positions, strict=True):
        light = np.log(_shifted(frame, y, x) + saccades.offset)
        if not reference.size:
            reference = light
            continue
        steps = np.trunc((light - reference) / threshold).astype(np.int64)
        reference = reference + steps * threshold
        who, row, column = np.nonzero(steps)
        found = steps[who, row, column]
        repeats = np.abs(found)
        address = (row * side + column) * 2 + (found < 0)
        at = np.full(repeats.sum(), round(1000 * float(time)))
        events.append((np.repeat(who, repeats), at, np.repeat(address, repeats)))
    owner, at, address = (np.concatenate(part) for part in zip(*events, strict=True))
    order = np.argsort(owner, kind="stable")
    return at[order], address[order], np.bincount(owner, minlength=count)


def _shifted(frame: FloatArray, down: float, right: float) -> FloatArray:
    """Move all images by a fraction of a pixel, with linear interpolation; outside is dark."""
    for axis, move in ((1, down), (2, right)):
        whole = int(np.floor(move))
        part = move - whole
        frame = (1 - part) * _rolled(frame, whole, axis) + part * _rolled(frame, whole + 1, axis)
    return frame


def _rolled(frame: FloatArray, pixels: int, axis: int) -> FloatArray:
    moved = np.roll(frame, pixels, axis)
    edge = [slice(None)] * 3
    edge[axis] = slice(0, pixels) if pixels >= 0 else slice(pixels, None)
    moved[tuple(edge)] = 0.0
    return moved
