"""Mel spectra of short recordings: what a recurrent network hears.

One second at 8 kHz, windows of 40 ms every 20 ms, 40 bands from 60 Hz to 4 kHz: 49 frames.
Specs, crossbar_nladc section 6.1.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Silence = Literal["after", "before"]

RATE = 8000
SAMPLES = 8000
WINDOW, HOP, POINTS = 320, 160, 512
BANDS = 40
LOWEST, HIGHEST = 60.0, 4000.0
FLOOR = 1e-3
FRAMES = (SAMPLES - WINDOW) // HOP + 1
SPREAD = 3.0
"""Standard deviations of a band that fill the range of the inputs."""


def mel_filters() -> FloatArray:
    """Return triangular filters, shape (frequencies, bands), each with a peak of 1.

    Frequencies in mel are 2595 log10(1 + f / 700 Hz) (D. O'Shaughnessy, 1987).
    """
    edges = 700.0 * (10.0 ** (np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2) / 2595.0) - 1.0)
    frequencies = np.fft.rfftfreq(POINTS, 1 / RATE)[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    filters: FloatArray = np.maximum(0.0, np.minimum(rising, falling))
    return filters


def log_mel(recording: NDArray[np.generic], *, silence: Silence = "after") -> FloatArray:
    """Return the logarithms of the powers in the bands, shape (FRAMES, BANDS).

    Parameters
    ----------
    recording : array, shape (samples,)
        At 8 kHz, in any unit; cut or filled up with silence to one second.
    silence : {"after", "before"}
        Where; silence after a word has to be remembered through.
    """
    sound = np.zeros(SAMPLES)
    heard = np.asarray(recording[:SAMPLES], dtype=np.float64)
    first = SAMPLES - heard.size if silence == "before" else 0
    sound[first : first + heard.size] = heard / (np.abs(heard).max(initial=0.0) or 1.0)
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, POINTS)) ** 2
    spectrum: FloatArray = np.log(power @ mel_filters() + FLOOR)
    return spectrum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaling:
    """Mean and standard deviation of each band over training data, each of shape (BANDS,)."""

    mean: FloatArray
    deviation: FloatArray

    def __call__(self, spectra: FloatArray) -> FloatArray:
        """Return inputs in [-1, 1], of the shape of `spectra`."""
        scaled: FloatArray = (spectra - self.mean) / (SPREAD * self.deviation)
        return np.clip(scaled, -1.0, 1.0)


def scaling_of(spectra: FloatArray) -> Scaling:
    """Measure training data, shape (examples, frames, bands)."""
    deviation = spectra.std(axis=(0, 1))
    return Scaling(
        mean=spectra.mean(axis=(0, 1)), deviation=np.where(deviation > 0, deviation, 1.0)
    )


def _mel(frequency: float) -> float:
    return float(2595.0 * np.log10(1.0 + frequency / 700.0))
