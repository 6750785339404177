"""One tick of the neurons of a population: input from the ring buffer, then the membrane.

Specs, spinnaker section 2. State in, state out; integers only.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import (
    CONDUCTANCE_BITS,
    IntArray,
    decay,
    multiply,
    wrap,
)
from neuro.backends.spinnaker.constants import CellConstants
from neuro.backends.spinnaker.layout import CorePopulation


@dataclass(slots=True, kw_only=True)
class NeuronState:
    """Neurons of one population between two ticks.

    Parameters
    ----------
    v : array, shape (size,)
        s16.15, mV.
    received : array, shape (receptors, size)
        Value of each receptor, s16.15; of conductance-based cells 2^10 times larger.
    refractory : array, shape (size,)
        Ticks that are left.
    ring : array, shape (receptors, slots, size)
        Sums of stored weights under way, 0 to 65535; slot ``t % slots`` belongs to tick t.
    """

    v: IntArray
    received: IntArray
    refractory: IntArray
    ring: IntArray


def initial_neurons(population: CorePopulation) -> NeuronState:
    """Return the neurons at time zero."""
    receptors = len(population.shifts)
    return NeuronState(
        v=population.parameters["v_init"].astype(np.int64),
        received=np.zeros((receptors, population.size), dtype=np.int64),
        refractory=np.zeros(population.size, dtype=np.int64),
        ring=np.zeros((receptors, population.slots, population.size), dtype=np.int64),
    )


def take_arrivals(
    state: NeuronState, constants: CellConstants, population: CorePopulation, tick: int
) -> None:
    """Move what arrives in a tick from the ring buffer to the receptors, in place."""
    entries = state.ring[:, tick % population.slots]
    shifts = np.array(population.shifts, dtype=np.int64)[:, np.newaxis]
    arrived = decay(wrap(entries << shifts), constants.receptor_init)
    state.received = wrap(state.received + arrived)
    entries[:] = 0


def input_values(state: NeuronState, constants: CellConstants) -> IntArray:
    """Return the receptors as the membrane sees them and a probe records them, s16.15."""
    if constants.reversal is None:
        return state.received
    return state.received >> CONDUCTANCE_BITS


def update(state: NeuronState, constants: CellConstants) -> IntArray:
    """Advance the membranes by one tick, in place; return who spiked, ascending."""
    current = wrap(_input_current(state, constants) + constants.i_offset)
    goal = wrap(multiply(current, constants.resistance) + constants.v_rest)
    moved = wrap(goal - multiply(constants.membrane_decay, wrap(goal - state.v)))
    free = state.refractory <= 0
    v = np.where(free, moved, state.v)
    spiked = v >= constants.v_thresh
    state.v = np.where(spiked, constants.v_reset, v)
    waiting = np.where(free, state.refractory, state.refractory - 1)
    state.refractory = np.where(spiked, constants.refractory_ticks, waiting)
    state.received = decay(state.received, constants.receptor_decay)
    return np.flatnonzero(spiked)


def _input_current(state: NeuronState, constants: CellConstants) -> IntArray:
    excitatory, inhibitory = input_values(state, constants)
    if constants.reversal is None:
        return wrap(excitatory - inhibitory)
    drive_excitatory, drive_inhibitory = wrap(constants.reversal - state.v)
    inward = multiply(excitatory, drive_excitatory)
    return wrap(inward - multiply(wrap(-inhibitory), drive_inhibitory))
