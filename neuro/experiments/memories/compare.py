"""Memories side by side: equally many weights, equally damaged cues, filled until they fail."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import exp, log
from typing import Any

import numpy as np

from neuro.energy import EnergyBasis
from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.experiments.memories.contestants import Budget, Contestant, Trial
from neuro.experiments.memories.dense_contestants import (
    Hopfield,
    KeyValue,
    ModernHopfield,
    Multitasking,
    OutlierEfficientHopfield,
)
from neuro.experiments.memories.devices import DeviceCurve, device_curve
from neuro.experiments.memories.noise import NoiseCurve, noise_curve
from neuro.experiments.memories.sparse_contestants import (
    Amari,
    Cliques,
    LearnedCliques,
    Sparsey,
    Willshaw,
)
from neuro.experiments.memories.work import (
    Work,
    crossbar_energy,
    processor_energy,
    spinnaker_energy,
)
from neuro.target import Target

CONTESTANTS: tuple[type[Contestant], ...] = (
    Cliques,
    LearnedCliques,
    Willshaw,
    Amari,
    Sparsey,
    Hopfield,
    Multitasking,
    KeyValue,
    ModernHopfield,
    OutlierEfficientHopfield,
)

FIRST_LOAD, GROWTH = 4, 1.25
"""Items of the first point of a curve, and from one to the next."""

GIVEN_UP = 0.05
"""Share of exact answers at which a memory is not filled further."""

MOST_SYNAPSES = 10**7
"""Weights above which a comparison would take hours."""

NO_WORK = Work(rows=0, entries=0, reads=0, width=0, pulses=0, ticks=0, units=0, bits=0, levels=0)

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is compared.

    Parameters
    ----------
    synapses : int
        Weights of each memory.
    damage : float
        Share of an item that its cue lacks.
    error : float
        Share of answers that may be wrong where stored items are counted.
    cues : int
        Asked at each load, at most.
    seed : int
    memories : tuple of str
        Which; default all.

    Raises
    ------
    ValidationError, CheckError
        If a value is out of range or a memory is not known.
    """

    synapses: int = 1_000_000
    damage: float = 0.5
    error: float = 0.01
    cues: int = 300
    seed: int = 0
    memories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be compared."""
        ranges: tuple[tuple[str, bool, str], ...] = (
            ("synapses", 1 <= self.synapses <= MOST_SYNAPSES, f"1 to {MOST_SYNAPSES}"),
            ("damage", 0 <= self.damage < 1, "At least 0, below 1"),
            ("error", 0 < self.error < 1, "Above 0, below 1"),
            ("cues", self.cues >= 1, "At least 1"),
            ("seed", self.seed >= 0, "At least 0"),
        )
        issues: list[NeuroError] = [
            ValidationError(f"--{name}", f"{getattr(self, name)}", limit=limit)
            for name, inside, limit in ranges
            if not inside
        ]
        known = [kind.name for kind in CONTESTANTS]
        issues += [
            ValidationError("--memory", repr(name), value=name, limit=suggestion(name, known))
            for name in self.memories
            if name not in known
        ]
        raise_all("compare memories", issues)

    @property
    def chosen(self) -> tuple[type[Contestant], ...]:
        """Memories that are compared."""
        return tuple(
            kind for kind in CONTESTANTS if not self.memories or kind.name in self.memories
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """Whose coefficients energies are charged with."""

    processor: Target
    spinnaker: Target
    crossbar: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one memory did.

    Parameters
    ----------
    name, weights : str
        What it is, and what a weight of it is.
    synapses : int
        Weights that it has.
    item_bits : float
        Information of one item.
    loads : tuple of int
        Items stored at each point of the curve.
    exact : tuple of float
        Share of exact answers there.
    stored : float
        Items up to which the error is allowed, interpolated; 0 if none are.
    full : bool
        Whether it had no space for more.
    trial : Trial
        At the last point of the curve that is allowed, or the first point.
    processor, crossbar : EnergyBasis
        Of one recall there.
    spinnaker : EnergyBasis or None
        None if its rows carry real numbers.
    """

    name: str
    weights: str
    synapses: int
    item_bits: float
    loads: tuple[int, ...]
    exact: tuple[float, ...]
    stored: float
    full: bool
    trial: Trial
    processor: EnergyBasis
    spinnaker: EnergyBasis | None
    crossbar: EnergyBasis

    @property
    def bits_per_synapse(self) -> float:
        """Information of the stored items, for each weight."""
        return self.stored * self.item_bits / self.synapses


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All outcomes.

    Parameters
    ----------
    settings : Settings
    targets : tuple of str
        Names of the machines that were charged: processor, SpiNNaker, crossbar.
    outcomes : tuple of Outcome
    noise : NoiseCurve
        Read noise that helps.
    devices : DeviceCurve
        Spread of devices that hurts.
    """

    settings: Settings
    targets: tuple[str, str, str]
    outcomes: tuple[Outcome, ...]
    noise: NoiseCurve
    devices: DeviceCurve

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ."""
        return {
            "settings": asdict(self.settings),
            "targets": list(self.targets),
            "memories": [
                {**asdict(item), "bits_per_synapse": item.bits_per_synapse}
                for item in self.outcomes
            ],
            "noise": asdict(self.noise),
            "devices": asdict(self.devices),
        }


def compare(settings: Settings, machines: Machines, *, progress: Progress) -> Comparison:
    """Fill every memory until it fails, and account for its recalls.

    Parameters
    ----------
    settings : Settings
    machines : Machines
    progress : callable
        Called with the fraction done.

    Raises
    ------
    CapacityError
        If there are too few weights for one of the memories.
    UnsupportedError
        If a hardware file lacks a coefficient.
    """
    budget = Budget(synapses=settings.synapses, damage=settings.damage, seed=settings.seed)
    # What cannot be charged or made is refused before any work.
    _charged(NO_WORK, machines)
    made = [kind(budget) for kind in settings.chosen]
    outcomes = []
    for number, contestant in enumerate(made):
        done, share = number / (len(made) + 1), 1 / (len(made) + 1)

        def within(fraction: float, done: float = done, share: float = share) -> None:
            progress(done + share * fraction)

        outcomes.append(measured(contestant, settings, machines, within))
    noise = noise_curve(settings.seed)
    devices = device_curve(machines.crossbar, settings.seed)
    progress(1.0)
    return Comparison(
        settings=settings,
        targets=(machines.processor.name, machines.spinnaker.name, machines.crossbar.name),
        outcomes=tuple(outcomes),
        noise=noise,
        devices=devices,
    )


def crossing(loads: Sequence[int], exact: Sequence[float], target: float) -> float:
    """Return the load at which a falling curve first goes below a target, between its points.

    Parameters
    ----------
    loads : sequence of int
        Rising.
    exact : sequence of float
    target : float

    Returns
    -------
    float
        The last load if it never does, 0 if it begins below. Interpolated in the logarithm.

    Examples
    --------
    >>> round(crossing([10, 100, 1000], [1.0, 1.0, 0.0], 0.5), 1)
    316.2
    """
    below = [k for k, value in enumerate(exact) if value < target]
    if not below:
        return float(loads[-1])
    if below[0] == 0:
        return 0.0
    k = below[0]
    share = (exact[k - 1] - target) / (exact[k - 1] - exact[k])
    return exp(log(loads[k - 1]) + share * (log(loads[k]) - log(loads[k - 1])))


def measured(
    contestant: Contestant, settings: Settings, machines: Machines, progress: Progress
) -> Outcome:
    """Fill one memory until it fails, and account for its recalls; see `compare`."""
    loads, trials = [], []
    steps = _loads(contestant.most)
    for number, load in enumerate(steps):
        contestant.fill(load)
        which = contestant.rng.choice(load, min(load, settings.cues), replace=False)
        loads.append(load)
        trials.append(contestant.ask(np.sort(which)))
        progress((number + 1) / len(steps))
        if trials[-1].exact < GIVEN_UP:
            break
    exact = [trial.exact for trial in trials]
    target = 1 - settings.error
    allowed = next((k for k, value in enumerate(exact) if value < target), len(exact))
    trial = trials[max(allowed - 1, 0)]
    processor, spinnaker, crossbar = _charged(trial.work, machines)
    return Outcome(
        name=contestant.name,
        weights=contestant.weights,
        synapses=contestant.synapses,
        item_bits=contestant.item_bits,
        loads=tuple(loads),
        exact=tuple(exact),
        stored=crossing(loads, exact, target),
        full=allowed == len(exact),
        trial=trial,
        processor=processor,
        spinnaker=spinnaker,
        crossbar=crossbar,
    )


def _charged(work: Work, machines: Machines) -> tuple[EnergyBasis, EnergyBasis | None, EnergyBasis]:
    return (
        processor_energy(work, machines.processor),
        spinnaker_energy(work, machines.spinnaker),
        crossbar_energy(work, machines.crossbar),
    )


def _loads(most: int) -> list[int]:
    """Return loads that grow evenly in the logarithm, up to the largest one itself."""
    loads = [min(FIRST_LOAD, most)]
    while loads[-1] < most:
        loads.append(min(most, max(loads[-1] + 1, round(loads[-1] * GROWTH))))
    return loads
