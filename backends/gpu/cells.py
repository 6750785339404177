"""The cell types on tensors: one pure step for each cell and semantics, differentiable throughout.

The constants are those of the reference kernels; a step takes and returns tensors of shape (batch,
neurons). Where a cell fires is a function of how far it is above threshold, so that a surrogate
gradient can take the place of the step function.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

State = dict[str, Tensor]
Constants = Mapping[str, Any]
Fire = Callable[[Tensor], Tensor]
"""From the distance to threshold to 1 or 0; 1 where the distance is above zero."""
Step = Callable[[State, Tensor, Constants, Fire], tuple[State, Tensor]]


def reached(fire: Fire, value: Tensor, threshold: Any) -> Tensor:
    """Fire where a value is at least the threshold."""
    # The smallest number added to a distance turns "above" into "at least".
    distance = value - threshold
    return fire(torch.where(distance == 0, torch.finfo(value.dtype).tiny, distance))


def _fire(
    v: Tensor, free: Tensor, refractory: Tensor, c: Constants, fire: Fire
) -> tuple[State, Tensor]:
    spiked = reached(fire, v, c["v_thresh"])
    waiting = torch.where(free, 0.0, refractory - 1)
    held = spiked.detach() > 0
    return {
        "v": torch.where(held, c["v_reset"], v),
        "refractory": torch.where(held, c["refractory_steps"], waiting),
    }, spiked


def _current_exact(
    state: State, arrivals: Tensor, c: Constants, fire: Fire
) -> tuple[State, Tensor]:
    v, i_e, i_i = state["v"], state["i_excitatory"], state["i_inhibitory"]
    free = state["refractory"] <= 0
    propagated = (
        (c["v_rest"] + c["gain_offset"] * c["i_offset"])
        + c["decay_m"] * (v - c["v_rest"])
        + (c["gain_E"] * i_e - c["gain_I"] * i_i)
    )
    fired, spiked = _fire(torch.where(free, propagated, v), free, state["refractory"], c, fire)
    return {
        "i_excitatory": c["decay_E"] * i_e + arrivals[:, 0],
        "i_inhibitory": c["decay_I"] * i_i + arrivals[:, 1],
        **fired,
    }, spiked


def _tick_membrane(state: State, current: Tensor, c: Constants, fire: Fire) -> tuple[State, Tensor]:
    v = state["v"]
    free = state["refractory"] <= 0
    asymptote = c["v_rest"] + c["resistance"] * (current + c["i_offset"])
    v = torch.where(free, asymptote - c["decay_m"] * (asymptote - v), v)
    return _fire(v, free, state["refractory"], c, fire)


def _current_tick(state: State, arrivals: Tensor, c: Constants, fire: Fire) -> tuple[State, Tensor]:
    i_e = state["i_excitatory"] + c["charge_E"] * arrivals[:, 0]
    i_i = state["i_inhibitory"] + c["charge_I"] * arrivals[:, 1]
    fired, spiked = _tick_membrane(state, i_e - i_i, c, fire)
    return {
        "i_excitatory": c["decay_E"] * i_e,
        "i_inhibitory": c["decay_I"] * i_i,
        **fired,
    }, spiked


def _conductance_exact(
    state: State, arrivals: Tensor, c: Constants, fire: Fire
) -> tuple[State, Tensor]:
    """Solve the linear membrane equation; only the forcing integral is a quadrature."""
    v, g_e, g_i = state["v"], state["g_excitatory"], state["g_inhibitory"]
    free = state["refractory"] <= 0
    total = torch.exp(-(c["leak"] + c["open_E"] * g_e + c["open_I"] * g_i))
    e, i = g_e[..., None], g_i[..., None]
    survive = torch.exp(-(c["node_leak"] + c["node_open_E"] * e + c["node_open_I"] * i))
    forcing = (
        c["drive_E"][..., None] * c["node_E"] * e
        + c["drive_I"][..., None] * c["node_I"] * i
        + c["i_offset"][..., None]
    )
    driven = torch.sum(c["node_weights"] * survive * forcing, dim=-1)
    propagated = c["v_rest"] + total * (v - c["v_rest"]) + driven
    fired, spiked = _fire(torch.where(free, propagated, v), free, state["refractory"], c, fire)
    return {
        "g_excitatory": c["decay_E"] * g_e + arrivals[:, 0],
        "g_inhibitory": c["decay_I"] * g_i + arrivals[:, 1],
        **fired,
    }, spiked


def _conductance_tick(
    state: State, arrivals: Tensor, c: Constants, fire: Fire
) -> tuple[State, Tensor]:
    g_e = state["g_excitatory"] + c["charge_E"] * arrivals[:, 0]
    g_i = state["g_inhibitory"] + c["charge_I"] * arrivals[:, 1]
    v = state["v"]
    current = g_e * (c["e_rev_E"] - v) + g_i * (c["e_rev_I"] - v)
    fired, spiked = _tick_membrane(state, current, c, fire)
    return {
        "g_excitatory": c["decay_E"] * g_e,
        "g_inhibitory": c["decay_I"] * g_i,
        **fired,
    }, spiked


def _delta(state: State, arrivals: Tensor, c: Constants, fire: Fire) -> tuple[State, Tensor]:
    v = state["v"]
    free = state["refractory"] <= 0
    propagated = (
        (c["v_rest"] + c["gain_offset"] * c["i_offset"])
        + c["decay_m"] * (v - c["v_rest"])
        + (arrivals[:, 0] - arrivals[:, 1])
    )
    return _fire(torch.where(free, propagated, v), free, state["refractory"], c, fire)


def _discrete(state: State, arrivals: Tensor, c: Constants, fire: Fire) -> tuple[State, Tensor]:
    u = c["decay"] * state["u"] + arrivals[:, 0]
    spiked = fire(u - c["threshold"])
    return {"u": torch.where(spiked.detach() > 0, 0.0, u)}, spiked


def _binary(state: State, arrivals: Tensor, c: Constants, fire: Fire) -> tuple[State, Tensor]:
    return {}, reached(fire, arrivals[:, 0], c["threshold"])


STEPS: Mapping[tuple[str, str], Step] = {
    ("CurrentExponentialLIF", "exact"): _current_exact,
    ("CurrentExponentialLIF", "tick"): _current_tick,
    ("ConductanceExponentialLIF", "exact"): _conductance_exact,
    ("ConductanceExponentialLIF", "tick"): _conductance_tick,
    ("DeltaLIF", "exact"): _delta,
    ("DeltaLIF", "tick"): _delta,
    ("DiscreteLIF", "exact"): _discrete,
    ("DiscreteLIF", "tick"): _discrete,
    ("BinaryThresholdUnit", "exact"): _binary,
    ("BinaryThresholdUnit", "tick"): _binary,
}
"""By class name of the cell and semantics."""


def heaviside(distance: Tensor) -> Tensor:
    """Return 1 where the distance to threshold is above zero, else 0; without a gradient."""
    return (distance > 0).to(distance.dtype)
