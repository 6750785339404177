"""Reference kernel of pair-based STDP: what post spikes and pre spikes do to the weights.

The on-line form of specs, ca3_cam section 5: a trace is kept as its value at the last event and
decays when touched, so that a silent projection costs nothing. Post traces are kept once for each
distinct delay, at the time when the post spike reaches the synapse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.engine.rows import row_positions
from neuro.ir import PairSTDP
from neuro.plan import PlannedProjection, StepArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TRACE_REACH = 40.0
"""Time constants after which a trace counts as zero: exp(-40) is below the last bit of 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlasticConstants:
    """A learning rule and the indices it needs.

    Parameters
    ----------
    tie_depresses : bool
        Whether a post spike that reaches the synapse together with a pre spike depresses it.
    immediate : bool
        Whether both spikes reach the synapse in the step in which they are fired.
    delays : array, shape (groups,)
        Distinct delays after which post spikes reach the synapses, steps; 0 if `immediate`.
    group : array, shape (synapses,)
        Position of each synapse's delay in `delays`.
    sources, targets : arrays, shape (synapses,)
        Ends of each synapse.
    incoming_offsets, incoming : arrays
        For group g and target j, ``incoming[incoming_offsets[g * n + j]:...[g * n + j + 1]]`` are
        the synapses of that delay onto that target.
    target_size : int
        n, number of neurons of the target population.
    decay_plus, decay_minus : arrays
        Trace decay after 0, 1, 2, ... steps; the last entry is zero.
    """

    a_plus: float
    a_minus: float
    w_min: float
    w_max: float
    multiplicative: bool
    tie_depresses: bool
    immediate: bool
    delays: IntArray
    group: IntArray
    sources: IntArray
    targets: IntArray
    incoming_offsets: IntArray
    incoming: IntArray
    target_size: int
    decay_plus: FloatArray
    decay_minus: FloatArray


@dataclass(slots=True, kw_only=True)
class PlasticState:
    """Weights and traces of one plastic projection.

    Parameters
    ----------
    weights : array, shape (synapses,)
        Current weights.
    pre, pre_step : arrays, shape (sources,)
        Value of the pre trace right after its last event, and the step of that event.
    post, post_step : arrays, shape (groups, targets)
        The same for the post trace as it is seen after each distinct delay.
    """

    weights: FloatArray
    pre: FloatArray
    pre_step: IntArray
    post: FloatArray
    post_step: IntArray

    def copy(self) -> "PlasticState":
        """Return an independent copy."""
        return PlasticState(
            weights=self.weights.copy(),
            pre=self.pre.copy(),
            pre_step=self.pre_step.copy(),
            post=self.post.copy(),
            post_step=self.post_step.copy(),
        )


def plastic_constants(
    projection: PlannedProjection, target_size: int, dt: float, semantics: str
) -> PlasticConstants:
    """Prepare the rule of one projection for the engine."""
    rule = projection.plasticity
    assert rule is not None, "only plastic projections have a rule"
    immediate = rule.pairing == "immediate"
    reach = 0 if immediate else projection.delay_steps
    steps = np.broadcast_to(np.asarray(reach), projection.targets.shape)
    delays, group = np.unique(steps, return_inverse=True)
    column = group * target_size + projection.targets
    counts = np.bincount(column, minlength=delays.size * target_size)
    a_plus, a_minus = _amplitudes(rule)
    return PlasticConstants(
        a_plus=a_plus,
        a_minus=a_minus,
        w_min=rule.w_min,
        w_max=rule.w_max,
        multiplicative=rule.rule == "multiplicative",
        tie_depresses=semantics == "tick" and not immediate,
        immediate=immediate,
        delays=delays.astype(np.int64),
        group=group,
        sources=projection.sources.astype(np.int64),
        targets=projection.targets.astype(np.int64),
        incoming_offsets=np.concatenate(([0], np.cumsum(counts))),
        incoming=np.argsort(column, kind="stable"),
        target_size=target_size,
        decay_plus=_decay_table(rule.tau_plus, dt),
        decay_minus=_decay_table(rule.tau_minus, dt),
    )


def initial_plastic(constants: PlasticConstants, weights: Any, offsets: StepArray) -> PlasticState:
    """Return the state of a plastic projection at time zero."""
    shape = (constants.delays.size, constants.target_size)
    sources = offsets.size - 1
    return PlasticState(
        weights=np.broadcast_to(weights, constants.sources.shape).astype(np.float64),
        pre=np.zeros(sources),
        pre_step=np.zeros(sources, dtype=np.int64),
        post=np.zeros(shape),
        post_step=np.zeros(shape, dtype=np.int64),
    )


def receive(
    constants: PlasticConstants, state: PlasticState, step: int, posts: Sequence[IntArray]
) -> None:
    """Let the post spikes that reach the synapses in this step potentiate them, in place.

    Parameters
    ----------
    step : int
        The current step.
    posts : sequence of array of int
        For each distinct delay, the targets that spiked that many steps ago.
    """
    for group, targets in enumerate(posts):
        _potentiate(constants, state, step, group, targets)
    if constants.tie_depresses:
        _raise_post(constants, state, step, posts)


def send(
    constants: PlasticConstants,
    state: PlasticState,
    positions: IntArray,
    step: int,
    pre: IntArray,
) -> None:
    """Let pre spikes depress their synapses, in place.

    Parameters
    ----------
    positions : array of int
        The synapses of the sources in `pre`.
    step : int
        The current step.
    pre : array of int
        Sources that spike, each at most once; call again for a second spike in the same step.
    """
    _depress(constants, state, step, positions)
    state.pre[pre] = state.pre[pre] * _decay(constants.decay_plus, step - state.pre_step[pre]) + 1
    state.pre_step[pre] = step


def settle(
    constants: PlasticConstants, state: PlasticState, step: int, posts: Sequence[IntArray]
) -> None:
    """After the last pre spike of a step, make its post spikes visible to later pre spikes."""
    if not constants.tie_depresses:
        _raise_post(constants, state, step, posts)


def _potentiate(
    constants: PlasticConstants, state: PlasticState, step: int, group: int, targets: IntArray
) -> None:
    if not targets.size:
        return
    columns = group * constants.target_size + targets
    positions = constants.incoming[row_positions(constants.incoming_offsets, columns)]
    sources = constants.sources[positions]
    trace = state.pre[sources] * _decay(constants.decay_plus, step - state.pre_step[sources])
    weights = state.weights[positions]
    change = constants.a_plus * trace
    if constants.multiplicative:
        change *= constants.w_max - weights
    state.weights[positions] = np.minimum(constants.w_max, weights + change)


def _depress(
    constants: PlasticConstants, state: PlasticState, step: int, positions: IntArray
) -> None:
    if not positions.size:
        return
    group = constants.group[positions]
    targets = constants.targets[positions]
    elapsed = step - state.post_step[group, targets]
    trace = state.post[group, targets] * _decay(constants.decay_minus, elapsed)
    weights = state.weights[positions]
    change = constants.a_minus * trace
    if constants.multiplicative:
        change *= weights - constants.w_min
    state.weights[positions] = np.maximum(constants.w_min, weights - change)


def _raise_post(
    constants: PlasticConstants, state: PlasticState, step: int, posts: Sequence[IntArray]
) -> None:
    for group, targets in enumerate(posts):
        elapsed = step - state.post_step[group, targets]
        state.post[group, targets] *= _decay(constants.decay_minus, elapsed)
        state.post[group, targets] += 1
        state.post_step[group, targets] = step


def _amplitudes(rule: PairSTDP) -> tuple[float, float]:
    if rule.rule == "additive" and rule.amplitude == "relative":
        return rule.a_plus * rule.w_max, rule.a_minus * rule.w_max
    return rule.a_plus, rule.a_minus


def _decay_table(tau: float, dt: float) -> FloatArray:
    table: FloatArray = np.exp(-np.arange(round(TRACE_REACH * tau / dt) + 2) * dt / tau)
    table[-1] = 0.0
    return table


def _decay(table: FloatArray, steps: IntArray) -> FloatArray:
    decayed: FloatArray = table[np.minimum(steps, table.size - 1)]
    return decayed
