"""Pair-based STDP on tensors: the reference rule with a leading batch dimension.

Traces decay at every step and every synapse is visited, which suits a device that does all at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from neuro.backends.gpu.network import TorchNetwork
from neuro.engine.plasticity import PlasticConstants


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A learning rule with its indices on a device.

    Parameters
    ----------
    constants : PlasticConstants
        Of the reference.
    group, sources, targets : Tensor of int64, shape (synapses,)
        Distinct delay, source and target of each synapse.
    decay_plus, decay_minus : float
        Of the traces in one step.
    """

    constants: PlasticConstants
    group: Tensor
    sources: Tensor
    targets: Tensor
    decay_plus: float
    decay_minus: float


@dataclass(slots=True, kw_only=True)
class Learning:
    """State of one plastic projection, with a leading batch dimension.

    Parameters
    ----------
    weights : Tensor, shape (batch, synapses)
    pre : Tensor, shape (batch, sources)
        Trace of pre spikes.
    post : Tensor, shape (batch, groups, targets)
        Trace of post spikes as seen after each distinct delay.
    """

    weights: Tensor
    pre: Tensor
    post: Tensor


def rule_of(network: TorchNetwork, number: int) -> Rule | None:
    """Put the rule of a projection on the network's device; None if it is static."""
    constants = network.built.synapses[number].plastic
    if constants is None:
        return None
    sources, targets, group = (
        torch.as_tensor(np.asarray(values, dtype=np.int64), device=network.device)
        for values in (constants.sources, constants.targets, constants.group)
    )
    return Rule(
        constants=constants,
        group=group,
        sources=sources,
        targets=targets,
        decay_plus=float(constants.decay_plus[1]),
        decay_minus=float(constants.decay_minus[1]),
    )


def fresh(network: TorchNetwork, number: int, batch: int) -> Learning:
    """Return the state of a plastic projection at time zero."""
    item = network.built.synapses[number]
    assert item.plastic is not None, "the projection is not plastic"
    shape = batch, item.plastic.delays.size, item.plastic.target_size
    return Learning(
        weights=network.synapses[number].weights.expand(batch, -1).clone(),
        pre=network.tensor(np.zeros((batch, item.offsets.size - 1))),
        post=network.tensor(np.zeros(shape)),
    )


def learn(
    rule: Rule, state: Learning, pre: Tensor, posts: Tensor, send: Callable[[Tensor, Tensor], None]
) -> None:
    """Let one step's spikes change the weights, and send them; `state` changes.

    Parameters
    ----------
    rule, state
        Of the projection.
    pre : Tensor, shape (batch, sources)
        How often each source fires.
    posts : Tensor, shape (batch, groups, targets)
        Post spikes that reach the synapses, for each distinct delay.
    send : callable
        Given who fires, shape (batch, sources), and the weights.
    """
    constants = rule.constants
    state.pre = state.pre * rule.decay_plus
    state.post = state.post * rule.decay_minus
    if not constants.immediate:
        _potentiate(rule, state, posts)
    if constants.tie_depresses:
        state.post = state.post + posts
    # A source that fires twice in a step is seen twice.
    for number in range(int(pre.max())):
        fires = (pre > number).to(pre.dtype)
        if constants.immediate:
            send(fires, state.weights)
        _depress(rule, state, fires)
        state.pre = state.pre + fires
        if not constants.immediate:
            send(fires, state.weights)
    if constants.immediate:
        _potentiate(rule, state, posts)
    if not constants.tie_depresses:
        state.post = state.post + posts


def _potentiate(rule: Rule, state: Learning, posts: Tensor) -> None:
    constants, weights = rule.constants, state.weights
    reached = posts[:, rule.group, rule.targets] > 0
    change = constants.a_plus * state.pre[:, rule.sources]
    if constants.multiplicative:
        change = change * (constants.w_max - weights)
    raised = torch.clamp(weights + change, max=constants.w_max)
    state.weights = torch.where(reached, raised, weights)


def _depress(rule: Rule, state: Learning, fires: Tensor) -> None:
    constants, weights = rule.constants, state.weights
    change = constants.a_minus * state.post[:, rule.group, rule.targets]
    if constants.multiplicative:
        change = change * (weights - constants.w_min)
    lowered = torch.clamp(weights - change, min=constants.w_min)
    state.weights = torch.where(fires[:, rule.sources] > 0, lowered, weights)
