r"""Contrastive heads: two modalities meet in one space, on top of fixed reservoirs.

.. math:: U = \mathrm{norm}(\mathrm{GELU}(X_a W_a + b_a)), \quad
    V = \mathrm{norm}(\mathrm{GELU}(X_i W_i + b_i)), \quad \text{logits} = U V^T / \tau

Losses: specs, resistive_lsm section 3.2; InfoNCE after Radford et al., arXiv 2103.00020. PyTorch is
imported where it is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from neuro.errors import UnavailableError, ValidationError
from neuro.tasks.readouts import FloatArray

if TYPE_CHECKING:
    from torch import Tensor

IntArray = NDArray[np.int64]
Loss = Literal["pairs", "classes", "soft"]
LOSSES = ("pairs", "classes", "soft")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastiveOptions:
    """How the heads are trained.

    Parameters
    ----------
    dimensions : int
        Of the common space.
    loss : {"pairs", "classes", "soft"}
        (a) each pair is the only positive; (b) every entry of the batch of the same class is one;
        (c) targets soften with the similarity inside each modality.
    temperature : float
        tau.
    batch, epochs : int
        Pairs in a step, and passes over the first modality.
    rate, decay : float
        Step size of Adam, and weight decay.
    """

    dimensions: int = 64
    loss: Loss = "classes"
    temperature: float = 0.1
    batch: int = 128
    epochs: int = 30
    rate: float = 1e-3
    decay: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        sizes = min(self.dimensions, self.batch, self.epochs)
        if self.loss not in LOSSES or sizes < 1 or not self.temperature > 0 or not self.rate > 0:
            raise ValidationError(
                "contrastive", str(self), limit=f"Losses {LOSSES}, sizes and rates above zero"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Head:
    """One trained head.

    Parameters
    ----------
    mean, scale : array, shape (features,)
        Standardisation of the counts.
    weights : array, shape (features, dimensions)
    bias : array, shape (dimensions,)
    """

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: FloatArray

    def embed(self, counts: FloatArray) -> FloatArray:
        """Return unit vectors, shape (samples, dimensions)."""
        drive = (counts - self.mean) / self.scale @ self.weights + self.bias
        vectors = drive * ndtr(drive)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def pair_loss(u: "Tensor", v: "Tensor", temperature: float) -> "Tensor":
    """Loss (a): symmetric InfoNCE, targets are the identity.

    Parameters
    ----------
    u, v : tensor, shape (batch, dimensions)
        Unit vectors of the two modalities.
    temperature : float
        tau.
    """
    import torch

    return _symmetric(u @ v.T / temperature, torch.eye(len(u), dtype=u.dtype))


def class_loss(u: "Tensor", v: "Tensor", labels: "Tensor", temperature: float) -> "Tensor":
    """Loss (b): targets are spread evenly over all entries of the batch of the same class.

    Parameters
    ----------
    u, v : tensor, shape (batch, dimensions)
        Unit vectors of the two modalities.
    labels : tensor, shape (batch,)
        Class of each pair.
    temperature : float
        tau.
    """
    same = (labels[:, None] == labels[None, :]).to(u.dtype)
    return _symmetric(u @ v.T / temperature, same / same.sum(dim=1, keepdim=True))


def soft_loss(u: "Tensor", v: "Tensor", temperature: float) -> "Tensor":
    """Loss (c): targets soften with the similarity inside each modality.

    Parameters
    ----------
    u, v : tensor, shape (batch, dimensions)
        Unit vectors of the two modalities.
    temperature : float
        tau.
    """
    targets = ((u @ u.T + v @ v.T) / 2 * temperature).softmax(dim=1)
    return _symmetric(u @ v.T / temperature, targets)


def _symmetric(logits: "Tensor", targets: "Tensor") -> "Tensor":
    """Cross-entropy of rows and of columns, averaged."""
    rows = -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()
    columns = -(targets.T * logits.T.log_softmax(dim=1)).sum(dim=1).mean()
    return (rows + columns) / 2


def train_heads(
    first: tuple[FloatArray, IntArray],
    second: tuple[FloatArray, IntArray],
    options: ContrastiveOptions | None = None,
    *,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> tuple[Head, Head]:
    """Train both heads; each sample of the first modality meets another partner in every epoch.

    Parameters
    ----------
    first, second : (array, array)
        Counts, shape (samples, features), and labels of the two modalities; the second one has
        samples of every class of the first.
    options : ContrastiveOptions, optional
        How.
    seed : int
        Root of initial weights, order and partners.
    progress : callable, optional
        Called with the fraction done.

    Raises
    ------
    ValidationError
        If a class has no partner.
    UnavailableError
        If PyTorch is missing.
    """
    try:
        import torch
    except ImportError as error:
        raise UnavailableError(
            "contrastive heads",
            "need PyTorch",
            hint='Install it with: pip install "neuro-spiking-memory[torch]"',
        ) from error
    options = options or ContrastiveOptions()
    alone = set(np.unique(first[1]).tolist()) - set(np.unique(second[1]).tolist())
    if alone:
        raise ValidationError("second modality", f"no sample of classes {sorted(alone)}")
    threads = torch.get_num_threads()
    # One thread: a sum split over threads would depend on their number.
    torch.set_num_threads(1)
    try:
        return _trained(first, second, options, np.random.default_rng(seed), progress)
    finally:
        torch.set_num_threads(threads)


def _trained(
    first: tuple[FloatArray, IntArray],
    second: tuple[FloatArray, IntArray],
    options: ContrastiveOptions,
    rng: np.random.Generator,
    progress: Callable[[float], None] | None,
) -> tuple[Head, Head]:
    import torch

    scales = [_moments(counts) for counts, _ in (first, second)]
    data = [
        torch.from_numpy(((counts - mean) / scale).astype(np.float32))
        for (counts, _), (mean, scale) in zip((first, second), scales, strict=True)
    ]
    layers = [_layer(x.shape[1], options.dimensions, rng) for x in data]
    optimiser = torch.optim.Adam(
        [item for layer in layers for item in layer], lr=options.rate, weight_decay=options.decay
    )
    members = {label: np.flatnonzero(second[1] == label) for label in np.unique(first[1]).tolist()}
    for epoch in range(options.epochs):
        order = rng.permutation(len(first[1]))
        partners = np.array([rng.choice(members[label]) for label in first[1][order].tolist()])
        for start in range(0, order.size, options.batch):
            chosen = slice(start, start + options.batch)
            optimiser.zero_grad()
            u, v = (
                _embedded(x[torch.from_numpy(indices[chosen])], layer)
                for x, indices, layer in zip(data, (order, partners), layers, strict=True)
            )
            labels = torch.from_numpy(first[1][order[chosen]].astype(np.int64))
            torch.autograd.backward(_loss(u, v, labels, options))
            optimiser.step()
        if progress is not None:
            progress((epoch + 1) / options.epochs)
    heads = [
        Head(
            mean=mean,
            scale=scale,
            weights=weights.detach().numpy().astype(np.float64),
            bias=bias.detach().numpy().astype(np.float64),
        )
        for (mean, scale), (weights, bias) in zip(scales, layers, strict=True)
    ]
    return heads[0], heads[1]


def _loss(u: "Tensor", v: "Tensor", labels: "Tensor", options: ContrastiveOptions) -> "Tensor":
    if options.loss == "pairs":
        return pair_loss(u, v, options.temperature)
    if options.loss == "classes":
        return class_loss(u, v, labels, options.temperature)
    return soft_loss(u, v, options.temperature)


def _embedded(x: "Tensor", layer: "tuple[Tensor, Tensor]") -> "Tensor":
    from torch.nn.functional import gelu, normalize

    return normalize(gelu(x @ layer[0] + layer[1]), dim=1)


def _layer(features: int, dimensions: int, rng: np.random.Generator) -> "tuple[Tensor, Tensor]":
    import torch

    bound = features**-0.5
    values = rng.uniform(-bound, bound, (features + 1, dimensions)).astype(np.float32)
    weights, bias = (torch.tensor(part, requires_grad=True) for part in (values[:-1], values[-1]))
    return weights, bias


def _moments(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    spread = counts.std(axis=0)
    return counts.mean(axis=0), np.where(spread > 0, spread, 1.0)
