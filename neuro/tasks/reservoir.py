"""`Reservoir`: a liquid state machine with a trained readout, in the manner of scikit-learn.

It works in a `Pipeline`, `cross_val_score` and `GridSearchCV`. What runs the network is chosen with
`backend`: the dense array path with device effects, or any backend through its `Network`.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from neuro.errors import ValidationError
from neuro.models.lsm import (
    EVENTS,
    RESERVOIR,
    LSMParameters,
    lsm,
    lsm_arrays,
    lsm_decays,
    lsm_pairs,
)
from neuro.resistive import ArrayEffects, Change, PairArray, Pairs, changed, run_array
from neuro.run import compile_network
from neuro.seeds import stream
from neuro.tasks.readouts import LinearReadout, fit_readout

FloatArray = NDArray[np.float64]
Frames = NDArray[np.bool_]
Progress = Callable[[float], None]

ARRAY = "array"
"""The dense path on the arrays of pairs, many samples at once."""

SLICE = 256
"""Samples that a backend runs at once: its counts by step are held in memory meanwhile."""


class Reservoir(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A reservoir and its readout.

    Parameters
    ----------
    parameters : LSMParameters, optional
        The network; its `lines` follow the data.
    bins : int, default 1
        Counters of each neuron, for equal stretches of time.
    root : bool, default False
        Whether the readout sees square roots of counts, whose spread does not grow with the rate.
    readout : {"ridge", "logistic", "gradient"}
        How the readout is trained.
    penalty : float, optional
        Of its squared weights; default for ridge by leave-one-out.
    effects : ArrayEffects, optional
        Imperfections of reads on the array path; default none.
    backend : str, default "array"
        ``"array"``, or the name of a backend, which then runs the network.
    target : str or Target, optional
        Which hardware of that backend.
    seed : int, default 0
        Root of devices and noise.

    Attributes
    ----------
    pairs_ : (Pairs, Pairs)
        Devices of the input and of the recurrent matrix.
    readout_ : LinearReadout
        The trained readout.
    classes_ : array, shape (classes,)
        Labels.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frames = rng.random((40, 20, 16)) < np.where(np.arange(40) % 2, 0.1, 0.4)[:, None, None]
    >>> model = Reservoir(LSMParameters(neurons=50, factor=0.3), seed=1)
    >>> model.fit(frames[:20], np.arange(20) % 2).score(frames[20:], np.arange(20) % 2)
    1.0
    """

    def __init__(  # noqa: PLR0913, one argument for each parameter of a search
        self,
        parameters: LSMParameters | None = None,
        *,
        bins: int = 1,
        root: bool = False,
        readout: str = "ridge",
        penalty: float | None = None,
        effects: ArrayEffects | None = None,
        backend: str = ARRAY,
        target: Any = None,
        seed: int = 0,
    ) -> None:
        self.parameters = parameters
        self.bins = bins
        self.root = root
        self.readout = readout
        self.penalty = penalty
        self.effects = effects
        self.backend = backend
        self.target = target
        self.seed = seed

    def fit(self, X: Frames, y: NDArray[Any]) -> Self:
        """Draw the devices and train the readout.

        Parameters
        ----------
        X : array of bool, shape (samples, steps, lines)
            Input spikes.
        y : array, shape (samples,)
            Classes.

        Raises
        ------
        ValidationError
            If shapes or labels do not match.
        """
        frames = checked_frames(X)
        y = np.asarray(y)
        if y.shape != (len(frames),):
            raise ValidationError(
                "labels",
                f"shape {y.shape} for {len(frames)} samples",
                value=y.shape,
                limit="One label for each sample",
            )
        self.place(frames.shape[2])
        return self.train(self.transform(frames), y)

    def place(self, lines: int) -> Self:
        """Draw the devices for a number of input lines, as `fit` does first."""
        self.parameters_ = replace(self.parameters or LSMParameters(), lines=lines)
        self.pairs_ = lsm_pairs(self.parameters_, seed=self.seed)
        return self

    def train(self, features: FloatArray, y: NDArray[Any]) -> Self:
        """Train the readout on what `transform` gave, as `fit` does last."""
        kind: Any = self.readout
        self.readout_ = fit_readout(features, y, kind, penalty=self.penalty, seed=self.seed)
        self.classes_ = self.readout_.classes
        return self

    def transform(self, X: Frames) -> FloatArray:
        """Return what the readout sees of samples, shape (samples, bins * neurons)."""
        return self.features(self.count(X))

    def features(self, counts: NDArray[np.int32]) -> FloatArray:
        """Return what the readout sees of counts, shape (samples, bins * neurons)."""
        flat = counts.reshape(len(counts), -1).astype(np.float64)
        return np.sqrt(flat) if self.root else flat

    def count(self, X: Frames, *, progress: Progress | None = None) -> NDArray[np.int32]:
        """Run samples and return the spike counts, shape (samples, bins, neurons).

        Parameters
        ----------
        X : array of bool, shape (samples, steps, lines)
            Input spikes.
        progress : callable, optional
            Called with the fraction done.

        Raises
        ------
        ValidationError
            If the samples or the bins do not fit, or the reservoir has no devices yet.
        """
        self._check_placed()
        frames = checked_frames(X)
        if not 1 <= self.bins <= frames.shape[1]:
            limit = f"From 1 to the {frames.shape[1]} steps of a sample"
            raise ValidationError("bins", repr(self.bins), value=self.bins, limit=limit)
        arrays = lsm_arrays(self.parameters_, self.pairs_)
        if self.backend != ARRAY:
            return self._on_backend(frames, arrays, progress)
        return run_array(
            frames,
            arrays,
            lsm_decays(self.parameters_),
            self.parameters_.threshold,
            bins=self.bins,
            effects=self.effects or ArrayEffects(),
            seed=self.seed,
            progress=progress,
        ).counts

    def predict(self, X: Frames) -> NDArray[Any]:
        """Return the classes of samples, shape (samples,)."""
        return self.trained().predict(self.transform(X))

    def decision_function(self, X: Frames) -> FloatArray:
        """Return the score of each class, shape (samples, classes)."""
        return self.trained().scores(self.transform(X))

    def aged(self, change: Change, *, seed: int = 0) -> Self:
        """Return the same fitted reservoir after its devices have changed.

        Parameters
        ----------
        change : Change
            What happens to the devices; the readout stays.
        seed : int
            Root of the draws; another one is another fate of the same chip.
        """
        self._check_placed()
        other = copy(self)
        other.pairs_ = _aged(self.pairs_, change, stream(seed, "change", self.seed))
        return other

    def with_readout(self, readout: LinearReadout) -> Self:
        """Return the same fitted reservoir with another readout."""
        other = copy(self)
        other.readout_ = readout
        return other

    def trained(self) -> LinearReadout:
        """Return the readout.

        Raises
        ------
        ValidationError
            If the reservoir has not been fitted.
        """
        if not hasattr(self, "readout_"):
            raise ValidationError("reservoir", "is not fitted", hint="Call fit first")
        return self.readout_

    def _check_placed(self) -> None:
        if not hasattr(self, "pairs_"):
            raise ValidationError("reservoir", "is not fitted", hint="Call fit first")

    def _on_backend(
        self,
        frames: Frames,
        arrays: tuple[PairArray, PairArray],
        progress: Progress | None,
    ) -> NDArray[np.int32]:
        if self.effects not in (None, ArrayEffects()):
            raise ValidationError(
                "effects",
                "belong to the array path",
                value=self.effects,
                hint=f"Use backend {ARRAY!r}, or the options of a target of {self.backend!r}",
            )
        network = lsm(self.parameters_, seed=self.seed, arrays=arrays)
        steps = frames.shape[1]
        # Under `tick` input acts one step after it leaves its source: a step more is run, and the
        # counts by step are summed to the same bins.
        late = network.semantics == "tick"
        parts = []
        with compile_network(network, backend=self.backend, target=self.target) as program:
            for start in range(0, len(frames), SLICE):
                samples = [spike_lists(frame) for frame in frames[start : start + SLICE]]
                done = program.run_batch(
                    float(steps + late), samples, bins=steps + 1 if late else self.bins
                ).counts[RESERVOIR]
                parts.append(rebinned(done[:, 1:], self.bins) if late else done)
                if progress is not None:
                    progress(min(start + SLICE, len(frames)) / len(frames))
        return np.concatenate(parts)


def checked_frames(frames: Any) -> Frames:
    """Return input spikes as booleans.

    Raises
    ------
    ValidationError
        If they are no array of zeros and ones of shape (samples, steps, lines), or empty.
    """
    array = np.asarray(frames)
    if array.ndim != 3 or 0 in array.shape:  # noqa: PLR2004
        raise ValidationError(
            "frames", f"shape {array.shape}", limit="(samples, steps, lines), none of them 0"
        )
    if array.dtype != np.bool_:
        if array.dtype.kind not in "iuf" or not np.isin(array, (0, 1)).all():
            raise ValidationError(
                "frames", f"type {array.dtype}, not only 0 and 1", limit="A spike is 1, none is 0"
            )
        array = array.astype(np.bool_)
    return array


def spike_lists(frame: Frames) -> dict[str, tuple[FloatArray, NDArray[np.int64]]]:
    """Return the spikes of one sample as a program takes them: times in ms, and lines."""
    times, lines = np.nonzero(frame)
    return {EVENTS: (times.astype(np.float64), lines)}


def rebinned(counts: NDArray[np.int32], bins: int) -> NDArray[np.int32]:
    """Sum counts by step, shape (samples, steps, neurons), to fewer stretches of time."""
    steps = counts.shape[1]
    at = np.arange(steps) * bins // steps
    starts = np.searchsorted(at, np.arange(bins))
    return np.add.reduceat(counts, starts, axis=1)


def _aged(
    pairs: tuple[Pairs, Pairs], change: Change, rng: np.random.Generator
) -> tuple[Pairs, Pairs]:
    first = changed(pairs[0], change, rng)
    return first, changed(pairs[1], change, rng)
