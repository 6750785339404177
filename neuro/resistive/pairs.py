r"""Differential pairs of stochastically formed devices: one signed weight each.

.. math::
    W = k\,(G^+ - G^-), \quad
    \mathrm{sd}^2 = 2\,[(1-q)(\sigma^2 + \mu^2) - (1-q)^2 \mu^2]

with q the fraction of devices that are not formed. Source: specs, resistive_lsm section 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError
from neuro.resistive.forming import WHOLE, Forming
from neuro.resistive.laws import ConductanceLaw

FloatArray = NDArray[np.float64]

UNFORMED = 0.1
"""Conductance of a device that is not formed, uS: about 10 Mohm."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """The two arrays of a dense matrix of pairs.

    Parameters
    ----------
    plus, minus : array, shape (rows, columns), uS
        Conductances.
    """

    plus: FloatArray
    minus: FloatArray

    @property
    def difference(self) -> FloatArray:
        """Signed conductances, uS, shape (rows, columns)."""
        return self.plus - self.minus


def draw_pairs(
    shape: tuple[int, int],
    law: ConductanceLaw,
    rng: np.random.Generator,
    forming: Forming = WHOLE,
) -> Pairs:
    """Form two arrays.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of pairs.
    law : ConductanceLaw
        Of a formed device.
    rng : numpy.random.Generator
        Source of all draws.
    forming : Forming, optional
        Default forms every device.
    """

    def array() -> FloatArray:
        values = law.draw(rng, shape)
        if forming.formed_fraction == 1:
            return values
        return np.where(forming.draw(rng, shape), values, UNFORMED)

    plus = array()
    return Pairs(plus=plus, minus=array())


def difference_sd(law: ConductanceLaw, sparsity: float = 0.0) -> float:
    """Return the expected standard deviation of the difference of a pair, uS.

    Parameters
    ----------
    law : ConductanceLaw
        Of a formed device.
    sparsity : float
        Fraction of devices that are not formed, whose conductance is neglected.

    Examples
    --------
    >>> from neuro.resistive.laws import NormalLaw
    >>> round(difference_sd(NormalLaw(mean=27.0, sd=4.7)), 3)
    6.647
    """
    formed = 1.0 - sparsity
    second = law.sd**2 + law.mean**2
    return float(np.sqrt(2.0 * (formed * second - (formed * law.mean) ** 2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to an array after the readout has been trained.

    Parameters
    ----------
    relaxation : float
        Relative standard deviation of each device's change.
    drift : float
        Exponent nu of the drift by ``(elapsed / reference) ** -nu``.
    elapsed, reference : float, s
        Times after programming.
    stuck_off, stuck_on : float
        Fractions of devices that no longer conduct, or conduct `stuck_conductance`.
    stuck_conductance : float, uS
        Of a device that is stuck on.
    """

    relaxation: float = 0.0
    drift: float = 0.0
    elapsed: float = 1.0
    reference: float = 1.0
    stuck_off: float = 0.0
    stuck_on: float = 0.0
    stuck_conductance: float = 80.0

    def __post_init__(self) -> None:
        """Refuse what is no change of conductances."""
        values = [getattr(self, name) for name in self.__slots__]
        fractions = self.stuck_off + self.stuck_on
        sound = np.all(np.isfinite(values)) and min(values) >= 0 and fractions <= 1
        if not sound or self.elapsed == 0 or self.reference == 0:
            raise ValidationError(
                "change",
                str(self),
                limit="Finite and not negative, times above zero, fractions at most 1 in sum",
            )


def changed(pairs: Pairs, change: Change, rng: np.random.Generator) -> Pairs:
    """Return the arrays after a change.

    Parameters
    ----------
    pairs : Pairs
        As they were.
    change : Change
        What happens.
    rng : numpy.random.Generator
        Source of all draws.

    Returns
    -------
    Pairs
        Conductances that are not negative.
    """
    plus = _changed(pairs.plus, change, rng)
    return Pairs(plus=plus, minus=_changed(pairs.minus, change, rng))


def _changed(values: FloatArray, change: Change, rng: np.random.Generator) -> FloatArray:
    drift = (change.elapsed / change.reference) ** -change.drift
    moved = values * (1.0 + change.relaxation * rng.standard_normal(values.shape)) * drift
    fate = rng.random(values.shape)
    moved[fate < change.stuck_off] = 0.0
    moved[fate >= 1.0 - change.stuck_on] = change.stuck_conductance
    return np.asarray(np.maximum(moved, 0.0))
