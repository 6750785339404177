r"""Learning in pulses: a change is rounded to whole pulses, and each of them misses a little.

.. math:: n = \mathrm{rint}(|\Delta G| / s), \quad
          G \leftarrow G \pm s (n + \sigma \sqrt{n} \xi)

The step s is the range of the device over its number of states, the noise that from one pulse to
the next; both are tabulated for devices by NeuroSim (Chen, Peng and Yu, IEEE TCAD 37, 3067 (2018)).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.devices.interface import FloatArray, Writing, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseWriting(Writing):
    """Pulses of one size.

    Parameters
    ----------
    step : float, uS
        Mean change of the conductance by one pulse.
    noise : float
        Standard deviation of the change by one pulse over its mean.
    """

    step: float = quantity("uS")
    noise: float = quantity("")

    def changed(
        self, conductance: FloatArray, change: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        """Return the new conductances before clipping, and the pulses of each device."""
        pulses = np.rint(np.abs(change) / self.step)
        missed = self.noise * np.sqrt(pulses) * rng.standard_normal(change.shape)
        moved = np.sign(change) * self.step * (pulses + missed)
        return conductance + moved, pulses.astype(np.int64)
