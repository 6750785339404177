"""What a core computes once at start-up from the parameters of its neurons.

Specs, spinnaker section 2: the membrane's resistance and decay, refractory ticks, and for each
receptor the decay of a tick and the factor that conserves the charge of an arrival.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import (
    FRACTION_BITS,
    FRACTION_ONE,
    IntArray,
    divide,
    encode,
    exponential_accum,
    exponential_fraction,
)
from neuro.backends.spinnaker.layout import CorePopulation


@dataclass(frozen=True, slots=True, kw_only=True)
class CellConstants:
    """Constants of the neurons of one population.

    Parameters
    ----------
    v_rest, v_reset, v_thresh, i_offset : arrays, shape (size,)
        s16.15.
    resistance, membrane_decay : arrays, shape (size,)
        s16.15.
    refractory_ticks : array, shape (size,)
    receptor_decay, receptor_init : arrays, shape (receptors, size)
        u0.32.
    reversal : array, shape (receptors, size), or None
        s16.15, of conductance-based cells.
    """

    v_rest: IntArray
    v_reset: IntArray
    v_thresh: IntArray
    i_offset: IntArray
    resistance: IntArray
    membrane_decay: IntArray
    refractory_ticks: IntArray
    receptor_decay: IntArray
    receptor_init: IntArray
    reversal: IntArray | None


def cell_constants(population: CorePopulation, dt: float) -> CellConstants:
    """Compute the constants of a population; dt in ms."""
    values = {name: array.astype(np.int64) for name, array in population.parameters.items()}
    step = encode(dt).astype(np.int64)
    tau_syn = np.stack([values["tau_syn_E"], values["tau_syn_I"]])
    receptor_decay = exponential_fraction(-divide(step, tau_syn))
    reversal = None
    if population.cell == "ConductanceExponentialLIF":
        reversal = np.stack([values["e_rev_E"], values["e_rev_I"]])
    refractory = divide(values["tau_refrac"], step)
    return CellConstants(
        v_rest=values["v_rest"],
        v_reset=values["v_reset"],
        v_thresh=values["v_thresh"],
        i_offset=values["i_offset"],
        resistance=divide(values["tau_m"], values["cm"]),
        membrane_decay=exponential_accum(-divide(step, values["tau_m"])),
        refractory_ticks=-(-refractory >> FRACTION_BITS),
        receptor_decay=receptor_decay,
        receptor_init=(divide(tau_syn, step) * (FRACTION_ONE - receptor_decay)) >> FRACTION_BITS,
        reversal=reversal,
    )
