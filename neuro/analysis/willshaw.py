r"""Willshaw networks: N units, M patterns of k ones, links clipped at 1.

Formulas: specs, noisy_hebbian section 7. Willshaw, Buneman and Longuet-Higgins 1969; Palm 1980;
Knoblauch, Palm and Sommer 2010.
"""

from dataclasses import dataclass
from math import exp, lgamma, log

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binom, poisson

from neuro.analysis.binomials import at_least, averaged
from neuro.errors import NeuroError, ValidationError, raise_all

LN2 = log(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A network and what it holds.

    Parameters
    ----------
    units : int
        N.
    ones : int
        k, active units of a pattern.
    patterns : int
        M.

    Raises
    ------
    ValidationError, CheckError
        If a number is out of range.
    """

    units: int
    ones: int
    patterns: int = 0

    def __post_init__(self) -> None:
        """Refuse networks that cannot be."""
        issues: list[NeuroError] = []
        if not 1 <= self.ones <= self.units:
            limit = f"From 1 to the {self.units} units"
            issues.append(ValidationError("ones", f"{self.ones}", value=self.ones, limit=limit))
        if self.patterns < 0:
            value = self.patterns
            issues.append(ValidationError("patterns", f"{value}", value=value, limit="At least 0"))
        raise_all("Willshaw network", issues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is presented.

    Parameters
    ----------
    hits : int
        z, units of the pattern that are on.
    inserted : int
        f, units that should be off.
    release : float
        s, probability that a link transmits.
    threshold : int, optional
        theta; default the number of hits.
    """

    hits: int
    inserted: int = 0
    release: float = 1.0
    threshold: int | None = None

    @property
    def level(self) -> int:
        """The threshold."""
        return self.hits if self.threshold is None else self.threshold


def density(load: Load, *, auto: bool = False) -> float:
    """Return the share of links that are set, p1.

    Parameters
    ----------
    load : Load
    auto : bool, default False
        Patterns with themselves, without the diagonal.

    Examples
    --------
    >>> round(density(Load(units=1024, ones=10, patterns=1000), auto=True), 4)
    0.0823
    """
    n, k = load.units, load.ones
    both = k * (k - 1) / (n * (n - 1)) if auto else k * k / n**2
    return -exp_minus_one(load.patterns, both)


def patterns_at(load: Load, density: float) -> float:
    """Return how many patterns set a share of the links."""
    return float(np.log1p(-density) / np.log1p(-((load.ones / load.units) ** 2)))


def false_positive(load: Load, cue: Cue, *, corrected: bool = True, auto: bool = False) -> float:
    """Return p01, the probability that a unit outside the pattern is on.

    Parameters
    ----------
    load : Load
    cue : Cue
    corrected : bool, default True
        Average over how often the unit was used; without it the result is too small.
    auto : bool, default False
        Patterns with themselves, as in `neuro.memories.WillshawMemory`: a pattern links a unit
        with one other less than it has, and p01 is smaller by up to a half.

    Examples
    --------
    >>> load, cue = Load(units=1024, ones=10, patterns=3000), Cue(hits=5)
    >>> f"{false_positive(load, cue):.2e} {false_positive(load, cue, corrected=False):.2e}"
    '1.20e-03 9.54e-04'
    """
    count = cue.hits + cue.inserted
    if not corrected:
        return float(at_least(count, density(load, auto=auto) * cue.release, cue.level))
    share = load.ones / load.units
    partner = (load.ones - 1) / (load.units - 1) if auto else share
    return averaged(
        load.patterns, share, partner, lambda p: at_least(count, p * cue.release, cue.level)
    )


def miss(load: Load, cue: Cue) -> float:
    """Return p10, the probability that a unit of the pattern is off."""
    own = binom.pmf(np.arange(cue.hits + 1), cue.hits, cue.release)
    spurious = binom.pmf(np.arange(cue.inserted + 1), cue.inserted, density(load) * cue.release)
    return float(np.convolve(own, spurious)[: cue.level].sum())


def exact_recall(load: Load, cue: Cue, *, corrected: bool = True) -> float:
    """Return the probability that all units are right."""
    wrong = false_positive(load, cue, corrected=corrected)
    return float((1 - wrong) ** (load.units - load.ones) * (1 - miss(load, cue)) ** load.ones)


def best_threshold(load: Load, cue: Cue) -> int:
    """Return the threshold with the fewest wrong units; the hits, where links are reliable.

    Examples
    --------
    >>> best_threshold(Load(units=2048, ones=20, patterns=1500), Cue(hits=20, release=0.8))
    11
    """
    if cue.release == 1:
        return cue.hits

    def wrong(level: int) -> float:
        tried = Cue(hits=cue.hits, inserted=cue.inserted, release=cue.release, threshold=level)
        off = load.ones * miss(load, tried)
        return (load.units - load.ones) * false_positive(load, tried) + off

    return min(range(1, cue.hits + cue.inserted + 1), key=wrong)


def information(load: Load) -> float:
    r"""Return the information that a full cue retrieves, bits per synapse.

    .. math:: I = \frac{M}{N^2} (\log_2 C(N, k) - E_x \log_2 C(k + x, k)),
        \quad x \sim \mathrm{Poisson}((N - k) p_1^k)

    Examples
    --------
    >>> round(information(Load(units=1024, ones=10, patterns=7268)), 3)
    0.52
    """
    n, k = load.units, load.ones
    mean = (n - k) * density(load) ** k
    extra = np.arange(poisson.isf(1e-15, mean) + 2)
    ambiguity = float(
        poisson.pmf(extra, mean) @ np.array([log_choose(k + x, k) for x in extra.tolist()])
    )
    return load.patterns / n**2 * (log_choose(n, k) - ambiguity) / LN2


def most_information(units: int, ones: int) -> tuple[float, Load]:
    """Return the largest information per synapse, and the load that reaches it.

    Examples
    --------
    >>> best, load = most_information(1024, 10)
    >>> round(best, 3), round(density(load), 2)
    (0.607, 0.64)
    """
    empty = Load(units=units, ones=ones)

    def at(share: float) -> Load:
        return Load(units=units, ones=ones, patterns=round(patterns_at(empty, share)))

    found = minimize_scalar(lambda share: -information(at(share)), bounds=(0.3, 0.9))
    best = at(float(found.x))
    return information(best), best


def fidelity_load(units: int, ones: int, *, hits: int, wrong: float) -> Load:
    """Return the load at which wrong units stay a given share of the ones.

    Parameters
    ----------
    units, ones : int
    hits : int
        z, units of the cue.
    wrong : float
        Mean number of wrong units, as a share of `ones`.

    Examples
    --------
    >>> load = fidelity_load(1024, 10, hits=10, wrong=0.01)
    >>> load.patterns, round(information(load), 3)
    (5313, 0.394)
    """
    share = (wrong * ones / (units - ones)) ** (1 / hits)
    empty = Load(units=units, ones=ones)
    return Load(units=units, ones=ones, patterns=round(patterns_at(empty, share)))


def critical_load(cue_share: float = 1.0) -> float:
    r"""Return :math:`\alpha_c` of :math:`M = \alpha N^2 / \ln^2 N`, k = ln N, for large N.

    Parameters
    ----------
    cue_share : float, default 1
        Share of the pattern that the cue has: links must be sparser than exp(-1 / share).

    Examples
    --------
    >>> round(critical_load(), 4), round(critical_load(0.5), 4)
    (0.4587, 0.1454)
    """
    if not 0 < cue_share <= 1:
        raise ValidationError("cue_share", f"{cue_share:g}", value=cue_share, limit="In (0, 1]")
    return -log(1 - exp(-1 / cue_share))


def exp_minus_one(times: float, probability: float) -> float:
    """Return (1 - p)^times - 1 without loss for small p."""
    return float(np.expm1(times * np.log1p(-probability))) if probability < 1 else -1.0


def log_choose(n: float, k: float) -> float:
    """Return the natural logarithm of a binomial coefficient."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
