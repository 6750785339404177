r"""Hopfield networks: N units of +1 and -1, M = :math:`\alpha` N random patterns, zero diagonal.

Amit, Gutfreund and Sompolinsky 1985, 1987; specs, noisy_hebbian section 9.
"""

from math import erf, exp, log, pi, sqrt

from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm

from neuro.errors import ValidationError


def bit_error(load: float) -> float:
    r"""Return the share of wrong units after one step from the pattern, Q(1 / sqrt(alpha)).

    Examples
    --------
    >>> round(bit_error(0.138), 5)
    0.00355
    """
    return float(norm.sf(1 / sqrt(_checked(load))))


def overlap(load: float) -> float | None:
    r"""Return the overlap with a pattern that is reached, at zero temperature; None if none is.

    Solves :math:`y (\sqrt{2\alpha} + (2/\sqrt\pi) e^{-y^2}) = \mathrm{erf}\, y`, m = erf y.

    Examples
    --------
    >>> round(overlap(0.10), 4), overlap(0.16)
    (0.998, None)
    """
    given = sqrt(2 * _checked(load))
    top = _best()[0]
    # Beyond the maximum of the load the curve falls to 0: the stable solution is there.
    if _root_of_load(top) < given:
        return None
    return erf(brentq(lambda y: _root_of_load(y) - given, top, 20.0))


def critical_load() -> tuple[float, float]:
    """Return the load at which retrieval vanishes, and the overlap there.

    Examples
    --------
    >>> load, m = critical_load()
    >>> round(load, 5), round(m, 4)
    (0.13791, 0.9674)
    """
    y, load = _best()
    return load, erf(y)


def error_free(units: int, *, every_pattern: bool = False) -> float:
    """Return how many patterns are stored without an error, one of them or all, for large N."""
    return units / ((4 if every_pattern else 2) * log(units))


def _root_of_load(y: float) -> float:
    """Return sqrt(2 alpha) of which y is a solution."""
    return erf(y) / y - 2 / sqrt(pi) * exp(-y * y)


def _best() -> tuple[float, float]:
    found = minimize_scalar(
        lambda y: -_root_of_load(y), bounds=(0.5, 4.0), method="bounded", options={"xatol": 1e-12}
    )
    y = float(found.x)
    return y, _root_of_load(y) ** 2 / 2


def _checked(load: float) -> float:
    if not load > 0:
        raise ValidationError("load", f"{load:g}", value=load, limit="Above 0")
    return load
