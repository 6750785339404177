"""The machine's arithmetic: s16.15 operators, its exponential, and how the host encodes numbers.

Values are int64 arrays that hold 32-bit two's complement numbers; an operator truncates toward
minus infinity and wraps, as the ARM code does. Formats and constants: specs, spinnaker sections 1
and 5.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

FRACTION_BITS = 15
ONE = 1 << FRACTION_BITS
"""1.0 in s16.15."""

ACCUM_LIMIT = 65536.0
"""Numbers of this size and more do not fit into s16.15."""

CONDUCTANCE_BITS = 10
"""Conductances are kept 2^10 times larger, for resolution."""

TRACE_BITS = 11
TRACE_ONE = 1 << TRACE_BITS
"""1.0 of an STDP trace."""

TRACE_TO_ACCUM = FRACTION_BITS - TRACE_BITS

FRACTION_ONE = 0xFFFFFFFF
"""The largest u0.32."""

VANISHING = -340695
"""Below this s16.15 argument the machine's exponential is 0: exp(-10.397) is 2^-15. The binaries
apply it to the u0.32 form as well, in which more would be left."""

_WORD = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)
_ROUND_UP_FROM = np.uint64(0x7FFFFFFF)
_POWERS = np.array([round(np.exp(z) * 2.0**32) for z in range(-13, 1)], dtype=np.uint64)
_SIXTEENTHS = np.array(
    [round((1.0 - np.exp(-k / 16.0)) * 2.0**32) for k in range(16)], dtype=np.uint64
)
_SERIES = (np.uint64(5294), np.uint64(4293434720), np.uint64(2081624032))


def encode(values: Any) -> NDArray[np.int32]:
    """Encode real numbers as s16.15, to the nearest, ties to even, as the host does.

    Parameters
    ----------
    values : float or array
        Between -65536 and 65536; the caller checks.

    Examples
    --------
    >>> encode([1.0, -0.5, 0.00001]).tolist()
    [32768, -16384, 0]
    """
    return np.rint(np.asarray(values, dtype=np.float64) * ONE).astype(np.int32)


def wrap(values: IntArray) -> IntArray:
    """Keep the low 32 bits, as a signed number.

    Examples
    --------
    >>> wrap(np.array([2**31, -(2**31) - 1])).tolist()
    [-2147483648, 2147483647]
    """
    wrapped: IntArray = ((values + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
    return wrapped


def multiply(left: IntArray | int, right: IntArray | int) -> IntArray:
    """Multiply two s16.15 numbers: 64-bit product, shifted right by 15, wrapped.

    Examples
    --------
    >>> multiply(np.array([-1]), np.array([1])).tolist()
    [-1]
    """
    return wrap((np.asarray(left, dtype=np.int64) * right) >> FRACTION_BITS)


def divide(left: IntArray, right: IntArray) -> IntArray:
    """Divide two s16.15 numbers that are not negative, truncating.

    Examples
    --------
    >>> divide(np.array([32768]), np.array([3 * 32768])).tolist()
    [10922]
    """
    quotient: IntArray = (np.asarray(left, dtype=np.int64) << FRACTION_BITS) // right
    return quotient


def decay(values: IntArray, factor: IntArray) -> IntArray:
    """Multiply 32-bit numbers by a u0.32 factor; negative ones round toward minus infinity.

    Examples
    --------
    >>> decay(np.array([100, -1]), np.array([0x80000000, 1])).tolist()
    [50, -1]
    """
    decayed: IntArray = (values * factor) >> 32
    return decayed


def exponential_accum(argument: IntArray) -> IntArray:
    """Return e to the power of a non-positive s16.15 number, as s16.15.

    Examples
    --------
    >>> exponential_accum(np.array([-1638])).tolist()
    [31170]
    """
    return (_exponential(argument) >> np.uint64(32 - FRACTION_BITS)).astype(np.int64)


def exponential_fraction(argument: IntArray) -> IntArray:
    """Return e to the power of a non-positive s16.15 number, as u0.32.

    An argument of zero gives zero, as 1 does not fit.

    Examples
    --------
    >>> hex(int(exponential_fraction(np.array([-6553]))[0]))
    '0xd1996247'
    """
    return (_exponential(argument) & _WORD).astype(np.int64)


def trace_table(tau: float, dt: float) -> NDArray[np.int16]:
    """Return the decay of an STDP trace after 0, 1, 2, ... steps; it is zero beyond the end.

    Parameters
    ----------
    tau : float, ms
        Time constant.
    dt : float, ms
        Time step.

    Returns
    -------
    array of int16
        With 11 fraction bits; the number of entries is even.
    """
    rate = dt / tau
    entries = int(np.ceil(np.log(TRACE_ONE) / rate / 2.0)) * 2
    table: NDArray[np.int16] = np.floor(np.exp(-rate * np.arange(entries)) * TRACE_ONE).astype(
        np.int16
    )
    return table


def decayed_trace(trace: IntArray, table: NDArray[np.int16], steps: IntArray) -> IntArray:
    """Let traces decay for a number of steps each.

    The machine counts steps without a sign: a negative number is a very large one.

    Examples
    --------
    >>> decayed_trace(np.array([2048]), np.array([2048, 1024], dtype=np.int16), np.array([1]))
    array([1024])
    """
    padded = np.append(table.astype(np.int64), 0)
    inside = np.where(steps < 0, table.size, np.minimum(steps, table.size))
    decayed: IntArray = (trace * padded[inside]) >> TRACE_BITS
    return decayed


def raised_trace(decayed: IntArray) -> IntArray:
    """Raise traces by one at a spike; they are kept in 16 bits and wrap.

    Examples
    --------
    >>> raised_trace(np.array([1024, 31000])).tolist()
    [3072, -32488]
    """
    raised: IntArray = ((decayed + TRACE_ONE + (1 << 15)) & 0xFFFF) - (1 << 15)
    return raised


def _exponential(argument: IntArray) -> NDArray[np.uint64]:
    """Return the power with 32 fraction bits: a table of whole powers, one of sixteenths, a series.

    The argument is rounded up to a whole power, which is then scaled down twice.
    """
    argument = np.asarray(argument, dtype=np.int64)
    bounded = np.maximum(argument, VANISHING)
    below = bounded >> FRACTION_BITS
    rest = bounded - (below << FRACTION_BITS)
    whole = below + (rest > 0)
    short = np.where(rest > 0, ONE - rest, 0).astype(np.uint64)
    power = _POWERS[whole + 13]
    scaled = power - _scaled(power, _SIXTEENTHS[(short >> np.uint64(TRACE_BITS)).astype(np.int64)])
    fine = (short & np.uint64(0x7FF)) << np.uint64(17)
    constant, slope, curve = _SERIES
    factor = (slope - ((curve * fine) >> _HALF_WORD)) & _WORD
    scale = (((factor * fine) >> _HALF_WORD) + constant) & _WORD
    found = np.where(rest > 0, scaled - _scaled(scaled, scale), power)
    return np.where(argument < VANISHING, np.uint64(0), found)


def _scaled(value: NDArray[np.uint64], fraction: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Multiply by a u0.32 fraction; the library rounds up from 0x7FFFFFFF on."""
    low = (value & _WORD) * fraction
    rounded = (low >> _HALF_WORD) + ((low & _WORD) >= _ROUND_UP_FROM)
    return (value >> _HALF_WORD) * fraction + rounded
