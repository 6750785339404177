"""Classification: several reservoirs, the linear baseline beside them, noise, cost.

Source: specs, resistive_lsm sections 4.1, 5 and 6: mean and deviation over reservoirs, and no
accuracy without the same readout on the raw counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.energy import EnergyReport
from neuro.experiments.lsm.ageing import Aged, joined_aged, recoveries
from neuro.experiments.lsm.data import TaskData
from neuro.experiments.lsm.settings import Preset
from neuro.hardware_configs import load_target
from neuro.io.frames import Frames, binned_counts
from neuro.models.lsm import LSMParameters
from neuro.registry import load_backend
from neuro.resistive import ArrayEffects
from neuro.target import Target
from neuro.tasks.readouts import FloatArray, LinearReadout, fit_readout
from neuro.tasks.reservoir import ARRAY, Reservoir
from neuro.tasks.reservoir_cost import EncoderSize, inference_energy

NOISES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1)
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """How reservoirs are run.

    Parameters
    ----------
    reservoirs : int
        How many, each with devices of its own.
    backend : str
        ``"cpu"`` is the dense array path, which has the bits of the CPU engine.
    target : str or Target, optional
        Which hardware.
    effects : ArrayEffects
        Imperfections of reads on the array path.
    seed : int
        Of the first reservoir; the next ones follow.
    relaxation : float
        Relative change of each device after training, from which readouts are brought back; 0 for
        none.
    """

    reservoirs: int = 5
    backend: str = "cpu"
    target: Any = None
    effects: ArrayEffects | None = None
    seed: int = 0
    relaxation: float = 0.0

    def estimator(self, settings: Preset, number: int) -> Reservoir:
        """Return one of the reservoirs, not yet fitted."""
        return Reservoir(
            self.written(settings.parameters),
            bins=settings.bins,
            root=settings.root,
            penalty=settings.used_penalty,
            effects=self.effects,
            backend=ARRAY if self.backend == "cpu" else self.backend,
            target=self.target,
            seed=self.seed + number,
        )

    def written(self, parameters: LSMParameters) -> LSMParameters:
        """Return the same network in cells that the hardware has."""
        backend = load_backend(self.backend)
        target = self.target or backend.default_target
        if not isinstance(target, Target):
            target = load_target(target)
        offered = backend.capabilities(target).cells
        return parameters if "DiscreteLIF" in offered else replace(parameters, cell="current")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassificationOutcome:
    """What came out.

    Parameters
    ----------
    task, classes : str, tuple of str
        What was asked.
    accuracies : tuple of float, percent
        Of each reservoir, on the test split.
    baselines : mapping of str to float, percent
        The same readout on counts of the input, without a reservoir.
    confusion : array, shape (classes, classes)
        Test samples by class and answer, summed over reservoirs.
    noise : tuple of (float, float)
        Read noise of the test alone, relative, and accuracy of the first reservoir in percent;
        empty on hardware that has noise of its own, and with one readout for each speaker.
    rate : float
        Spikes of a neuron in a step.
    energy : EnergyReport
        Of one inference.
    fitted : Reservoir
        The first one.
    aged : Aged, optional
        After a change of the devices.
    """

    task: str
    classes: tuple[str, ...]
    accuracies: tuple[float, ...]
    baselines: dict[str, float]
    confusion: NDArray[np.int64]
    noise: tuple[tuple[float, float], ...]
    rate: float
    energy: EnergyReport
    fitted: Reservoir
    aged: Aged | None = None

    @property
    def accuracy(self) -> float:
        """Mean over reservoirs, percent."""
        return float(np.mean(self.accuracies))

    @property
    def accuracy_sd(self) -> float:
        """Standard deviation over reservoirs, percentage points; 0 for one."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else 0.0

    @property
    def verdict(self) -> str:
        """Say whether the reservoir is worth it."""
        name, best = max(self.baselines.items(), key=lambda item: item[1])
        gain = self.accuracy - best
        if gain > self.accuracy_sd:
            return f"{gain:.1f} points better than {name} without a reservoir ({best:.1f} %)."
        if gain > 0:
            return (
                f"No clear gain: {gain:.1f} points over {name} without a reservoir, within one sd."
            )
        return f"Does not beat {name} without a reservoir ({best:.1f} %)."

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; accuracies in percent, energies in fJ."""
        return {
            "task": self.task,
            "accuracy": self.accuracy,
            "accuracy_sd": self.accuracy_sd,
            "accuracies": list(self.accuracies),
            "baselines": self.baselines,
            "baseline": max(self.baselines.values()),
            "verdict": self.verdict,
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
            "noise": [{"read_noise": noise, "accuracy": value} for noise, value in self.noise],
            "rate": self.rate,
            "penalty": self.fitted.trained().penalty,
            "energy": self.energy.as_dict(),
            "aged": None if self.aged is None else self.aged.as_dict(),
        }


def run_classification(
    data: TaskData, settings: Preset, run: Run, *, progress: Progress | None = None
) -> ClassificationOutcome:
    """Fit and test several reservoirs.

    Parameters
    ----------
    data : TaskData
        The task.
    settings : Preset
        Network and counters.
    run : Run
        How many, and on what.
    progress : callable, optional
        Called with the fraction done.
    """
    count = len(data.classes)
    confusion = np.zeros((count, count), dtype=np.int64)
    accuracies: list[float] = []
    aged: list[dict[str, float]] = []
    parts = (3 if run.relaxation else 2) * run.reservoirs + 1

    def report(part: int) -> Progress | None:
        return None if progress is None else lambda share: progress((part + share) / parts)

    fitted, spikes = None, 0.0
    for number in range(run.reservoirs):
        model = run.estimator(settings, number).place(data.train.frames.shape[2])
        counts = model.count(data.train.frames, progress=report(2 * number))
        asked = model.count(data.test.frames, progress=report(2 * number + 1))
        features = model.features(counts)
        answers, readout = answered(data, features, model.features(asked), model.penalty)
        model = model.with_readout(readout)
        np.add.at(confusion, (data.test.labels, answers), 1)
        accuracies.append(100.0 * float((answers == data.test.labels).mean()))
        if run.relaxation:
            told = report(2 * run.reservoirs + number)
            aged.append(recoveries(model, features, data, run.relaxation, told))
        if fitted is None:
            fitted, spikes = model, float(asked.sum(axis=(1, 2)).mean())
    assert fitted is not None, "at least one reservoir"
    return ClassificationOutcome(
        task=data.name,
        classes=data.classes,
        accuracies=tuple(accuracies),
        baselines=linear_baselines(data, settings.bins, root=settings.root),
        confusion=confusion,
        noise=() if data.apart else _against_noise(fitted, data),
        rate=spikes / (settings.parameters.neurons * data.test.frames.shape[1]),
        energy=_energy(data, settings, run, spikes),
        fitted=fitted,
        aged=joined_aged(run.relaxation, aged),
    )


def answered(
    data: TaskData, train: FloatArray, test: FloatArray, penalty: float | None = None
) -> tuple[NDArray[np.int64], LinearReadout]:
    """Train a readout and ask it, or one for each speaker of the test.

    Parameters
    ----------
    data : TaskData
        With labels and folds.
    train, test : array, shape (samples, features)
        What the readout sees of the two splits.
    penalty : float, optional
        Of the ridge readout; default by leave-one-out.

    Returns
    -------
    (array of int, LinearReadout)
        Answers to the test samples, and the readout; the last one of several.
    """
    answers = np.zeros(len(test), dtype=np.int64)
    for heard, asked in data.folds():
        readout = fit_readout(train[heard], data.train.labels[heard], penalty=penalty)
        answers[asked] = readout.predict(test[asked])
    return answers, readout


def linear_baselines(data: TaskData, bins: int, *, root: bool = False) -> dict[str, float]:
    """Return the accuracy, percent, of a ridge readout on counts of the input itself.

    Parameters
    ----------
    data : TaskData
        The task.
    bins : int
        Counters of the reservoir beside it; one and four are tried as well.
    root : bool
        Whether square roots are taken, as for the reservoir beside it.
    """

    def seen(frames: Frames, number: int) -> NDArray[np.float64]:
        counts = binned_counts(frames, number)
        return np.sqrt(counts) if root else counts

    found = {}
    for number in sorted({1, 4, bins}):
        train, test = (seen(split.frames, number) for split in (data.train, data.test))
        answers, _ = answered(data, train, test)
        name = "counts of each line" if number == 1 else f"counts in {number} bins"
        found[name] = 100.0 * float((answers == data.test.labels).mean())
    return found


def _against_noise(model: Reservoir, data: TaskData) -> tuple[tuple[float, float], ...]:
    if model.backend != ARRAY:
        return ()
    found = []
    for noise in NOISES:
        noisy = model.with_readout(model.trained())
        noisy.effects = replace(model.effects or ArrayEffects(), read_noise=noise)
        found.append((noise, 100.0 * float(noisy.score(data.test.frames, data.test.labels))))
    return tuple(found)


def _energy(data: TaskData, settings: Preset, run: Run, spikes: float) -> EnergyReport:
    steps, lines = data.test.frames.shape[1:]
    size = EncoderSize(
        steps=steps,
        lines=lines,
        neurons=settings.parameters.neurons,
        input_spikes=float(data.test.frames.sum(axis=(1, 2)).mean()),
        spikes=spikes,
    )
    bits = 8 if run.effects is None or not run.effects.adc_bits else run.effects.adc_bits
    return inference_energy([size], settings.bins * len(data.classes), adc_bits=bits)
