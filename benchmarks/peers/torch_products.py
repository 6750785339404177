"""What the torch peers share: the products of W2, and how torch is set up for a fair run.

Sparse weights (CSR) take half the time of dense ones at 10 % density on one thread, so the peers
use them. The state is kept as (neurons, samples), which spares a transposition at every step.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.measure import IndexArray, Options
from benchmarks.workloads import Liquid


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """W2 as tensors.

    Parameters
    ----------
    w_in, w_rec : torch.Tensor
        Weights in CSR form with a row for each target.
    inputs : torch.Tensor, shape (steps, channels, samples)
        Input spikes.
    silent : torch.Tensor, shape (neurons, samples)
        Zeros.
    """

    w_in: Any
    w_rec: Any
    inputs: Any
    silent: Any


def prepare(torch: Any, options: Options) -> None:
    """Set threads, and switch off gradients and denormal numbers."""
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    torch.set_flush_denormal(True)


def tensors(torch: Any, w: Liquid, scale: float = 1.0) -> Tensors:
    """Return W2 in single precision, its weights multiplied by `scale`."""

    def sparse(matrix: Any) -> Any:
        return (torch.from_numpy(matrix.T.copy()) * scale).to_sparse_csr()

    return Tensors(
        w_in=sparse(w.w_in),
        w_rec=sparse(w.w_rec),
        inputs=torch.from_numpy(w.inputs).permute(1, 2, 0).float().contiguous(),
        silent=torch.zeros(w.neurons, w.samples),
    )


def current(tensors: Tensors, step: int, spikes: Any) -> Any:
    """Return the input of every cell in a step; a cell that spiked in the last one gets none."""
    arriving = tensors.w_in @ tensors.inputs[step] + tensors.w_rec @ spikes
    return arriving * (1 - spikes)


def table(recorded: Any) -> tuple[IndexArray, IndexArray]:
    """Return steps and indices of spikes recorded as (steps, neurons, samples)."""
    spikes = recorded.numpy().astype(np.bool_).transpose(2, 0, 1)
    steps, indices = np.nonzero(spikes.reshape(-1, spikes.shape[2]))
    return steps, indices
