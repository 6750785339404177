"""Delays as a core keeps them: slots of the ring buffer, and stages of a delay extension.

A core has 2^14 ring-buffer entries for all neurons, receptors and slots. A delay longer than the
slots is served by a delay extension, which re-sends a spike ``slots * stage`` ticks later; the rest
of the delay, 1 to ``slots``, is applied by the core (specs, spinnaker section 3.1).
"""

from typing import Any

import numpy as np

RING_BUFFER_BITS = 14
MOST_STAGES = 8
"""Stages of a delay extension, each as long as the slots of the target."""


def bits(values: int) -> int:
    """Return how many bits the tool reserves for a field of this many values.

    Examples
    --------
    >>> [bits(count) for count in (1, 2, 3, 256)]
    [1, 1, 2, 8]
    """
    return 1 if values == 1 else (values - 1).bit_length()


def available_slots(atom_bits: int, type_bits: int) -> int:
    """Return how many delay slots fit on a core.

    Examples
    --------
    >>> available_slots(bits(256), bits(2))
    32
    """
    return 1 << (RING_BUFFER_BITS - atom_bits - type_bits)


def used_slots(longest: int, available: int, *, limits: bool = True) -> int:
    """Return how many delay slots a core uses.

    Parameters
    ----------
    longest : int
        Longest incoming delay, steps; 0 without input.
    available : int
        Slots that fit.
    limits : bool
        False: as many as it takes to keep every delay below the number of slots.

    Examples
    --------
    >>> used_slots(1, 32), used_slots(4, 32), used_slots(100, 32)
    (2, 4, 32)
    >>> used_slots(4, 32, limits=False)
    8
    """
    if not limits:
        return 1 << bits(max(longest, 1) + 1)
    # sPyNNaker gives a population without input as many as one with the shortest delay.
    return min(1 << bits(max(longest, 1)), available)


def stage_of(delay_steps: Any, slots: int) -> Any:
    """Return which stage of the delay extension serves a delay; 0 is none.

    Examples
    --------
    >>> stage_of(np.array([1, 32, 33, 64, 65]), 32)
    array([0, 0, 1, 1, 2])
    """
    return (np.asarray(delay_steps) - 1) // slots
