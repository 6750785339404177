"""Input encodings: how numbers in [-1, 1] become pulses on the rows.

``pwm``: one pulse of n clock cycles at the read voltage. ``voltage``: one clock cycle at a fraction
of the read voltage. ``bit_serial``: one read for each bit, at the read voltage, added digitally.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ValidationError

DAC_KINDS = ("pwm", "voltage", "bit_serial")
DacKind = Literal["pwm", "voltage", "bit_serial"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoding:
    """Inputs as they are applied.

    Parameters
    ----------
    planes : array, shape (reads, batch, rows)
        What each read applies, in [-1, 1].
    weights : array, shape (reads,)
        By what the results of the reads are multiplied before they are added.
    cycles : int
        Clock cycles of all reads of one vector.
    """

    planes: NDArray[np.float64]
    weights: NDArray[np.float64]
    cycles: int


def encode(inputs: NDArray[np.float64], bits: int, kind: DacKind = "pwm") -> Encoding:
    """Quantise inputs to a sign and `bits` bits, and encode them.

    Parameters
    ----------
    inputs : array, shape (batch, rows)
        In [-1, 1]; clipped.
    bits : int
        Resolution of the size; the largest is ``2 ** bits - 1`` cycles.
    kind : {"pwm", "voltage", "bit_serial"}
        See the module.

    Raises
    ------
    ValidationError
        If an input is not finite.

    Examples
    --------
    >>> encode(np.array([[0.5, -1.0]]), 2, "bit_serial").planes.tolist()
    [[[0.0, -1.0]], [[1.0, -1.0]]]
    """
    if not np.all(np.isfinite(inputs)):
        raise ValidationError("inputs", "not all are finite", limit="Numbers from -1 to 1")
    largest = 2**bits - 1
    counts = np.rint(np.clip(inputs, -1.0, 1.0) * largest)
    if kind != "bit_serial":
        cycles = largest if kind == "pwm" else 1
        return Encoding(planes=(counts / largest)[None], weights=np.ones(1), cycles=cycles)
    sizes, signs = np.abs(counts).astype(np.int64), np.sign(counts)
    planes = np.stack([(sizes >> bit & 1) * signs for bit in range(bits)])
    return Encoding(planes=planes, weights=2.0 ** np.arange(bits) / largest, cycles=bits)
