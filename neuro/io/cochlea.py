r"""Audio as events of 64 channels, like a silicon cochlea.

ERB-spaced gammatone filters of order 4, the level of their envelope below the loudest one, and a
leaky integrator for each channel that fires at one. Source: specs, resistive_lsm section 1.3 and
the encoder that its spoken digits were made with; filters: Slaney, Apple TR 35 (1993).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError
from neuro.io.events import Recordings

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cochlea:
    """The encoder.

    Parameters
    ----------
    channels : int
        Number of filters.
    low, high : float, Hz
        First and last centre frequency.
    sample_rate : float, Hz
        Of the audio, and of the integrators.
    percentile : float
        Over time, of the envelope of the loudest channel of each moment: level 0 dB.
    floor : float, dB
        Level below which nothing fires.
    ceiling : float
        Largest relative level.
    rate : float, Hz
        Drive at level 0 dB.
    exponent : float
        Of the relative level.
    tau : float, s
        Time constant of the integrators.
    refractory : float, s
        Rest after an event.
    """

    channels: int = 64
    low: float = 100.0
    high: float = 3600.0
    sample_rate: float = 8000.0
    percentile: float = 98.0
    floor: float = 40.0
    ceiling: float = 1.2
    rate: float = 250.0
    exponent: float = 1.5
    tau: float = 0.020
    refractory: float = 0.003

    @property
    def centres(self) -> FloatArray:
        """Centre frequencies, Hz, evenly spaced on the ERB-rate scale."""
        first, last = (21.4 * np.log10(1 + 0.00437 * f) for f in (self.low, self.high))
        scale = np.linspace(first, last, self.channels)
        return np.asarray((10 ** (scale / 21.4) - 1) / 0.00437)


COCHLEA = Cochlea()
"""The encoder of the spoken digits."""


def encode_audio(
    waveforms: Sequence[FloatArray],
    labels: Sequence[int] | NDArray[np.int64],
    cochlea: Cochlea = COCHLEA,
    *,
    progress: Callable[[float], None] | None = None,
) -> Recordings:
    """Turn waveforms into events.

    Parameters
    ----------
    waveforms : sequence of array, shape (samples,)
        Audio in any unit.
    labels : sequence of int
        Class of each.
    cochlea : Cochlea
        The encoder.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ValidationError
        If labels are missing, or a waveform is empty, silent or not finite.
    """
    if len(labels) != len(waveforms):
        raise ValidationError("labels", f"{len(labels)} labels for {len(waveforms)} waveforms")
    for number, wave in enumerate(waveforms):
        flat = wave.ndim == 1 and wave.size > 1 and bool(np.all(np.isfinite(wave)))
        if not flat or np.ptp(wave) == 0:
            raise ValidationError(
                f"waveform {number}", f"array of shape {wave.shape}: empty, silent or not finite"
            )
    # Batches of similar length share one loop over samples.
    order = np.argsort([wave.size for wave in waveforms], kind="stable")
    batches = [order[k : k + 32] for k in range(0, order.size, 32)]
    found: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
    with ThreadPoolExecutor(2) as pool:
        work = pool.map(lambda batch: _encoded([waveforms[k] for k in batch], cochlea), batches)
        for number, (batch, events) in enumerate(zip(batches, work, strict=True)):
            found |= dict(zip(batch.tolist(), events, strict=True))
            if progress is not None:
                progress((number + 1) / len(batches))
    parts = [found[k] for k in range(len(waveforms))]
    return Recordings(
        times=np.concatenate([times for times, _ in parts]),
        addresses=np.concatenate([channels for _, channels in parts]),
        offsets=np.concatenate([[0], np.cumsum([times.size for times, _ in parts])]),
        labels=np.asarray(labels, dtype=np.int64),
        shape=(cochlea.channels,),
    )


def mu_law(codes: NDArray[np.uint8], mu: float = 255.0) -> FloatArray:
    """Expand 8-bit mu-law codes to a waveform from -1 to 1."""
    y = codes.astype(np.float64) / 127.5 - 1.0
    return np.asarray(np.sign(y) * ((1.0 + mu) ** np.abs(y) - 1.0) / mu)


def envelopes(wave: FloatArray, cochlea: Cochlea) -> FloatArray:
    """Return the magnitude of the analytic output of each filter, shape (channels, samples).

    Convolution with complex gammatone impulse responses, in the frequency domain.
    """
    from scipy.fft import fft, ifft, next_fast_len

    length = int(0.1 * cochlea.sample_rate)
    t = np.arange(length) / cochlea.sample_rate
    centres = cochlea.centres[:, None]
    width = 1.019 * 24.7 * (4.37 * centres / 1000 + 1)
    response = t**3 * np.exp(-2 * np.pi * width * t) * np.exp(2j * np.pi * centres * t)
    response /= np.abs(response).sum(axis=1, keepdims=True)
    size = next_fast_len(wave.size + length)
    filtered = ifft(fft(wave - wave.mean(), size) * fft(response, size, axis=1), axis=1)
    return np.asarray(np.abs(filtered[:, : wave.size]))


def _drive(wave: FloatArray, cochlea: Cochlea) -> FloatArray:
    """Return the input of the integrators, Hz, shape (channels, samples)."""
    envelope = envelopes(wave, cochlea)
    reference = np.percentile(envelope.max(axis=0), cochlea.percentile)
    level = 20 * np.log10(np.maximum(envelope, 1e-12 * reference) / reference)
    relative = np.clip((level + cochlea.floor) / cochlea.floor, 0, cochlea.ceiling)
    return np.asarray(cochlea.rate * relative**cochlea.exponent)


def _encoded(
    waves: list[FloatArray], cochlea: Cochlea
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return times in us and channels of the events of a few waveforms."""
    longest = max(wave.size for wave in waves)
    drive = np.zeros((longest, len(waves), cochlea.channels))
    for number, wave in enumerate(waves):
        drive[: wave.size, number] = _drive(wave, cochlea).T
    step = 1.0 / cochlea.sample_rate
    decay, gain = np.exp(-step / cochlea.tau), step
    rest = round(cochlea.refractory * cochlea.sample_rate)
    charge = np.zeros(drive.shape[1:])
    waiting = np.zeros(drive.shape[1:], dtype=np.int64)
    events = []
    for at in range(longest):
        charge *= decay
        charge += gain * drive[at]
        fired = (charge >= 1.0) & (waiting <= 0)
        waiting -= 1
        if fired.any():
            charge[fired] = np.minimum(charge[fired] - 1.0, 1.0)
            waiting[fired] = rest - 1
            who, channel = np.nonzero(fired)
            events.append((np.full(who.size, at), who, channel))
    samples, who, channel = (np.concatenate(part) for part in zip(*events, strict=True))
    times = (samples * (1e6 * step)).astype(np.int64)
    return [(times[who == k], channel[who == k]) for k in range(len(waves))]
