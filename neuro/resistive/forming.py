"""Dielectric breakdown: which devices of an array a programming voltage forms.

Each device has a breakdown voltage of its own, normally distributed; a device below the programming
voltage is formed. Source: specs, resistive_lsm section 2 (400 measured cells).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from neuro.errors import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Forming:
    """Forming of a whole array with one voltage.

    Parameters
    ----------
    voltage : float, V
        Programming voltage; infinite forms every device.
    mean, sd : float, V
        Moments of the breakdown voltage.

    Examples
    --------
    >>> Forming(voltage=3.433).formed_fraction
    0.5
    """

    voltage: float = np.inf
    mean: float = 3.433
    sd: float = 0.114

    def __post_init__(self) -> None:
        """Refuse what is no voltage."""
        if np.isnan(self.voltage) or not np.isfinite(self.mean) or not 0 < self.sd < np.inf:
            raise ValidationError(
                "forming",
                f"voltage {self.voltage} V, breakdown {self.mean} V with sd {self.sd} V",
                value=(self.voltage, self.mean, self.sd),
                limit="Numbers, the sd above zero",
            )

    @property
    def formed_fraction(self) -> float:
        """Expected fraction of formed devices."""
        return float(ndtr((self.voltage - self.mean) / self.sd))

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Form an array.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the breakdown voltages.
        shape : tuple of int
            Of the array.

        Returns
        -------
        array of bool, shape as asked
            Which devices are formed.
        """
        return rng.normal(self.mean, self.sd, shape) < self.voltage


WHOLE = Forming()
"""Every device is formed."""
