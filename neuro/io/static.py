"""Encoders without recordings: rates of static images, and level crossings of signals.

Both give the frames that a reservoir takes, shape (samples, steps, lines). Source: specs,
resistive_lsm section 1.3; level crossing after Miskowicz, Sensors 6 (2006) 49 (send on delta).
"""

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError
from neuro.io.frames import Frames

FloatArray = NDArray[np.float64]


def rate_frames(
    values: FloatArray, *, steps: int = 50, probability: float = 0.5, rng: np.random.Generator
) -> Frames:
    """Draw spikes whose rate follows a value: one Bernoulli trial for each line and step.

    Parameters
    ----------
    values : array, shape (samples, lines)
        From 0 to 1.
    steps : int
        Number of steps.
    probability : float
        Of a spike in a step at value 1.
    rng : numpy.random.Generator
        Source of the trials.

    Returns
    -------
    array of bool, shape (samples, steps, lines)

    Raises
    ------
    ValidationError
        If a value or the probability lies outside 0 to 1.
    """
    values = np.asarray(values, dtype=np.float64)
    sound = values.ndim == 2 and bool(np.all((values >= 0) & (values <= 1)))  # noqa: PLR2004
    if not sound or not 0 <= probability <= 1:
        raise ValidationError(
            "values",
            f"array of shape {values.shape}, probability {probability}",
            limit="Shape (samples, lines), from 0 to 1",
        )
    draws = rng.random((values.shape[0], steps, values.shape[1]))
    return np.asarray(draws < probability * values[:, None, :])


def level_crossing_frames(signals: FloatArray, *, delta: float) -> Frames:
    """Send a spike whenever a signal has moved by `delta` since the last one.

    At most one spike for each direction and step; the reference moves by whole deltas.

    Parameters
    ----------
    signals : array, shape (samples, steps, channels)
        Values in one unit.
    delta : float
        Distance of the levels, in that unit.

    Returns
    -------
    array of bool, shape (samples, steps, 2 * channels)
        Lines of rises first, then of falls.

    Raises
    ------
    ValidationError
        If delta is not above zero, or a signal is not finite.
    """
    signals = np.asarray(signals, dtype=np.float64)
    if signals.ndim != 3 or not delta > 0 or not np.all(np.isfinite(signals)):  # noqa: PLR2004
        raise ValidationError(
            "signals",
            f"array of shape {signals.shape}, delta {delta}",
            limit="Shape (samples, steps, channels), finite, delta above zero",
        )
    samples, steps, channels = signals.shape
    frames = np.zeros((samples, steps, 2 * channels), dtype=np.bool_)
    if not steps:
        return frames
    reference = signals[:, 0].copy()
    for step in range(1, steps):
        moved = np.trunc((signals[:, step] - reference) / delta)
        reference += moved * delta
        frames[:, step, :channels] = moved > 0
        frames[:, step, channels:] = moved < 0
    return frames
