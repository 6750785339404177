r"""Linear readouts of spike counts: ridge, logistic regression, and gradient descent.

.. math:: \text{class} = \arg\max_c \; (x - m)/s \cdot w_c + b_c

Every fit gives the same frozen `LinearReadout`, on counts standardised with those of the training
set (specs, resistive_lsm section 3.1). Ridge and logistic regression are scikit-learn's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neuro.errors import UnavailableError, ValidationError, suggestion

FloatArray = NDArray[np.float64]
Kind = Literal["ridge", "logistic", "gradient"]
KINDS = ("ridge", "logistic", "gradient")

PENALTIES = tuple(float(value) for value in 10.0 ** np.arange(0.0, 5.1, 0.5))
"""Ridge penalties that the leave-one-out choice tries, on standardised counts."""

EPOCHS, BATCH, RATE = 100, 100, 1e-2
"""Of the gradient readout; Adam."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearReadout:
    """A trained readout.

    Parameters
    ----------
    mean, scale : array, shape (features,)
        Standardisation of the counts.
    coefficients : array, shape (features, classes)
        Weights.
    intercept : array, shape (classes,)
        Biases.
    classes : array, shape (classes,)
        Labels.
    penalty : float
        Penalty that the fit used.
    """

    mean: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    intercept: FloatArray
    classes: NDArray[Any]
    penalty: float

    def standardised(self, counts: FloatArray) -> FloatArray:
        """Return counts on the scale of the training set."""
        return (counts - self.mean) / self.scale

    def scores(self, counts: FloatArray) -> FloatArray:
        """Return the score of each class, shape (samples, classes)."""
        scores: FloatArray = self.standardised(counts) @ self.coefficients + self.intercept
        return scores

    def predict(self, counts: FloatArray) -> NDArray[Any]:
        """Return the class of highest score, shape (samples,)."""
        return np.asarray(self.classes[np.argmax(self.scores(counts), axis=1)])


def fit_readout(
    counts: FloatArray,
    labels: NDArray[Any] | Sequence[Any],
    kind: Kind = "ridge",
    *,
    penalty: float | None = None,
    seed: int = 0,
) -> LinearReadout:
    """Train a readout.

    Parameters
    ----------
    counts : array, shape (samples, features)
        Spike counts.
    labels : array, shape (samples,)
        Classes, at least two.
    kind : {"ridge", "logistic", "gradient"}
        How. Ridge is closed-form; gradient is Adam on the cross-entropy, in PyTorch.
    penalty : float, optional
        Of the squared weights; default for ridge the best of `PENALTIES` by leave-one-out on these
        samples, else 1.
    seed : int
        Order of the samples in gradient descent.

    Raises
    ------
    ValidationError
        If labels do not match or hold one class, or there is no such kind.
    UnavailableError
        If the package behind it is missing.

    Examples
    --------
    >>> counts = np.array([[0.0], [1.0], [8.0], [9.0]])
    >>> fit_readout(counts, [3, 3, 7, 7]).predict(np.array([[2.0], [7.0]]))
    array([3, 7])
    """
    labels = np.asarray(labels)
    if kind not in KINDS:
        raise ValidationError("readout", repr(kind), value=kind, limit=suggestion(str(kind), KINDS))
    if labels.shape != (len(counts),) or counts.ndim != 2:  # noqa: PLR2004
        raise ValidationError(
            "labels",
            f"shape {labels.shape} for counts of shape {counts.shape}",
            value=labels.shape,
            limit="One label for each sample",
        )
    classes, codes = np.unique(labels, return_inverse=True)
    if classes.size < 2:  # noqa: PLR2004
        raise ValidationError("labels", f"{classes.size} classes", limit="At least two classes")
    mean, spread = counts.mean(axis=0), counts.std(axis=0)
    # A neuron that is silent, or fires alike for all, carries nothing; its scale stays finite.
    scale = np.where(spread > 0, spread, 1.0)
    fits = {"ridge": _ridge, "logistic": _logistic, "gradient": _gradient}
    coefficients, intercept, used = fits[kind]((counts - mean) / scale, codes, penalty, seed)
    return LinearReadout(
        mean=mean,
        scale=scale,
        coefficients=coefficients,
        intercept=intercept,
        classes=classes,
        penalty=used,
    )


def equalised(readout: LinearReadout, counts: FloatArray) -> LinearReadout:
    """Match each counter's mean and deviation to the stored ones, without labels.

    Parameters
    ----------
    readout : LinearReadout
        Trained before the devices changed.
    counts : array, shape (samples, features)
        Counts of the changed devices for samples of any class.

    Returns
    -------
    LinearReadout
        The same weights on counts standardised anew (specs, resistive_lsm section 6.4).
    """
    spread = counts.std(axis=0)
    scale = np.where(spread > 0, spread, readout.scale)
    return replace(readout, mean=counts.mean(axis=0), scale=scale)


def refitted(
    readout: LinearReadout, counts: FloatArray, labels: NDArray[Any], *, penalty: float = 300.0
) -> LinearReadout:
    r"""Refit on few labelled samples, with ridge toward the old weights.

    .. math:: W = W_0 + (X^T X + \alpha 1)^{-1} X^T (Y - X W_0)

    Parameters
    ----------
    readout : LinearReadout
        Trained before the devices changed, perhaps equalised since.
    counts : array, shape (samples, features)
        Counts of the changed devices.
    labels : array, shape (samples,)
        Classes, all of them known to the readout.
    penalty : float
        Of the squared change of the weights.

    Raises
    ------
    ValidationError
        If labels do not match.
    """
    labels = np.asarray(labels)
    if labels.shape != (len(counts),) or not np.isin(labels, readout.classes).all():
        raise ValidationError(
            "labels", f"shape {labels.shape}", limit="One known class for each sample"
        )
    x = np.hstack([readout.standardised(counts), np.ones((len(counts), 1))])
    targets = np.where(labels[:, None] == readout.classes, 1.0, -1.0)
    missed = targets - readout.scores(counts)
    # Few samples, many features: the small system of the two equal forms.
    step = x.T @ np.linalg.solve(x @ x.T + penalty * np.eye(len(x)), missed)
    return replace(
        readout,
        coefficients=readout.coefficients + step[:-1],
        intercept=readout.intercept + step[-1],
    )


Fit = tuple[FloatArray, FloatArray, float]


def _ridge(x: FloatArray, codes: NDArray[Any], penalty: float | None, seed: int) -> Fit:
    ridge = _scikit_learn().Ridge, _scikit_learn().RidgeCV
    # Signed targets, one column for each class, also for two classes.
    targets = np.where(codes[:, None] == np.unique(codes), 1.0, -1.0)
    if penalty is None:
        fitted = ridge[1](PENALTIES).fit(x, targets)
        penalty = float(fitted.alpha_)
    else:
        fitted = ridge[0](penalty).fit(x, targets)
    return fitted.coef_.T, np.asarray(fitted.intercept_), penalty


def _logistic(x: FloatArray, codes: NDArray[Any], penalty: float | None, seed: int) -> Fit:
    used = 1.0 if penalty is None else penalty
    fitted = _scikit_learn().LogisticRegression(C=1.0 / used, max_iter=1000).fit(x, codes)
    coefficients, intercept = fitted.coef_.T, fitted.intercept_
    if coefficients.shape[1] == 1:
        coefficients = np.hstack([-coefficients / 2, coefficients / 2])
        intercept = np.concatenate([-intercept / 2, intercept / 2])
    return coefficients, intercept, used


def _gradient(x: FloatArray, codes: NDArray[Any], penalty: float | None, seed: int) -> Fit:
    try:
        import torch
    except ImportError as error:
        raise UnavailableError(
            "readout 'gradient'",
            "needs PyTorch",
            hint='Install it with: pip install "neuro-spiking-memory[torch]"',
        ) from error
    used = 1.0 if penalty is None else penalty
    rng = np.random.default_rng(seed)
    data, wanted = torch.from_numpy(x), torch.from_numpy(codes.astype(np.int64))
    weights = torch.zeros((x.shape[1], int(codes.max()) + 1), dtype=data.dtype, requires_grad=True)
    bias = torch.zeros(int(codes.max()) + 1, dtype=data.dtype, requires_grad=True)
    optimiser = torch.optim.Adam([weights, bias], lr=RATE)
    for _ in range(EPOCHS):
        order = torch.from_numpy(rng.permutation(len(x)))
        for batch in torch.split(order, BATCH):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(data[batch] @ weights + bias, wanted[batch])
            torch.autograd.backward(loss + used / (2 * len(x)) * weights.square().sum())
            optimiser.step()
    return weights.detach().numpy(), bias.detach().numpy(), used


def _scikit_learn() -> Any:
    try:
        from sklearn import linear_model
    except ImportError as error:
        raise UnavailableError(
            "readouts",
            "need scikit-learn",
            hint='Install it with: pip install "neuro-spiking-memory[lsm]"',
        ) from error
    return linear_model
