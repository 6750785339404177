"""The network in torch as the hardware computes it, with gradients that go straight through.

A quantiser rounds in the forward pass and is the identity in the backward pass; a converter gives
its level forward and the derivative of its smooth function backward.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuro.backends.crossbar.training.settings import Hardening

if TYPE_CHECKING:
    import torch
    from torch import Tensor

LEVELS_OF = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameters:
    """What is trained, as leaf tensors.

    Parameters
    ----------
    gates : tensor, shape (features + hidden [+ 1], 4 * hidden)
    readout : tensor, shape (hidden + 1, outputs)
    embedding : tensor, shape (symbols, features), or None
    """

    gates: "Tensor"
    readout: "Tensor"
    embedding: "Tensor | None" = None

    def tensors(self) -> "list[Tensor]":
        """Return those that there are."""
        found = [self.gates, self.readout]
        return found if self.embedding is None else [*found, self.embedding]


def pulse_coded(values: "Tensor", hardening: Hardening | None) -> "Tensor":
    """Clip to [-1, 1] and round to what pulses can express, if there is hardware."""
    clipped: Tensor = values.clamp(-1.0, 1.0)
    if hardening is None:
        return clipped
    longest = 2**hardening.input_bits - 1
    rounded = (clipped * longest).round() / longest
    return _straight_through(rounded, clipped)


def converted(sums: "Tensor", function: str, hardening: Hardening | None) -> "Tensor":
    """Apply a function, in levels if there is hardware."""
    smooth: Tensor = sums.sigmoid() if function == "sigmoid" else sums.tanh()
    if hardening is None:
        return smooth
    low, high = LEVELS_OF[function]
    codes = 2**hardening.bits
    step = (high - low) / codes
    level = low + (((smooth - low) / step).floor().clamp(0, codes - 1) + 0.5) * step
    return _straight_through(level, smooth)


def noisy(
    weights: "Tensor", largest: float, hardening: Hardening | None, rng: "torch.Generator"
) -> "Tensor":
    """Add fresh noise to the weights of one batch; the gradient is that of the clean ones."""
    import torch

    if hardening is None or not hardening.weight_noise:
        return weights
    noise = torch.randn(weights.shape, generator=rng)
    return weights + hardening.weight_noise * largest * noise


def outputs_of(
    inputs: "Tensor",
    gates: "Tensor",
    state: "tuple[Tensor, Tensor]",
    hardening: Hardening | None,
) -> "tuple[Tensor, tuple[Tensor, Tensor]]":
    """Run the layer.

    Parameters
    ----------
    inputs : tensor, shape (batch, steps, features)
    gates : tensor, shape (features + hidden [+ 1], 4 * hidden)
    state : (tensor, tensor), each of shape (batch, hidden)
        Outputs and cell states before the first step.
    hardening : Hardening or None

    Returns
    -------
    outputs : tensor, shape (batch, steps, hidden)
    state : (tensor, tensor)
        After the last step.
    """
    import torch

    h, c = state
    features, hidden = inputs.shape[2], h.shape[1]
    recurrent, bias = gates[features : features + hidden], gates[features + hidden :].sum(dim=0)
    if hardening is None:
        return _smooth_outputs(inputs, (gates[:features], recurrent, bias), state)
    # All inputs at once: only what is fed back has to wait for the step before.
    driven = pulse_coded(inputs, hardening) @ gates[:features] + bias
    found = []
    for step in range(inputs.shape[1]):
        sums = driven[:, step] + pulse_coded(h, hardening) @ recurrent
        i, f, _, o = converted(sums, "sigmoid", hardening).chunk(4, dim=1)
        g = sums[:, 2 * hidden : 3 * hidden]
        c = f * c + i * converted(g, "tanh", hardening)
        h = o * converted(c, "tanh", hardening)
        found.append(h)
    return torch.stack(found, dim=1), (h, c)


def _smooth_outputs(
    inputs: "Tensor", parts: "tuple[Tensor, Tensor, Tensor]", state: "tuple[Tensor, Tensor]"
) -> "tuple[Tensor, tuple[Tensor, Tensor]]":
    """Run torch's own layer, which is several times faster, with weights, fed back and bias."""
    import torch

    driven, recurrent, bias = parts
    layer = torch.nn.LSTM(driven.shape[0], recurrent.shape[0], batch_first=True, device="meta")
    named = {
        "weight_ih_l0": driven.T,
        "weight_hh_l0": recurrent.T,
        "bias_ih_l0": bias,
        "bias_hh_l0": torch.zeros_like(bias),
    }
    before = state[0][None], state[1][None]
    outputs, (h, c) = torch.func.functional_call(layer, named, (inputs, before))
    return outputs, (h[0], c[0])


def scores_of(outputs: "Tensor", readout: "Tensor", hardening: Hardening | None) -> "Tensor":
    """Return the readout of outputs, shape (..., outputs)."""
    return pulse_coded(outputs, hardening) @ readout[:-1] + readout[-1]


def _straight_through(forward: "Tensor", backward: "Tensor") -> "Tensor":
    """Return one value with the gradient of another."""
    found: Tensor = backward + (forward - backward).detach()
    return found
