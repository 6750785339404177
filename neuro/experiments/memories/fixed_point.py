r"""Whether the descending thresholds of a clustered memory survive SpiNNaker's arithmetic.

Membranes are s16.15 numbers: :math:`R I` of the largest drive has to stay below 65,536 mV, and the
step of a link, :math:`R I (1 - e^{-dt/\tau_m})`, is off by what its two factors lose in 15 bits
after the point. Without a check the machine answers wrongly and says nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, exp, expm1, floor, log1p

from neuro.backends.spinnaker.arithmetic import ACCUM_LIMIT, ONE
from neuro.errors import CapacityError
from neuro.models.cliques import CUE_EXCESS, SPACING, THRESHOLD_EXCESS, CliquesParameters

DT = 1.0
"""ms; the time step of the network."""

FINEST = 400
"""Decays that are tried for advice, in last bits; below 80 ms no round is short against one."""


def fixed_point_issues(parameters: CliquesParameters) -> list[CapacityError]:
    """List what keeps a memory from answering on SpiNNaker as it does elsewhere.

    Parameters
    ----------
    parameters : CliquesParameters
        Constants of the network.

    Examples
    --------
    >>> fixed_point_issues(CliquesParameters())
    []
    >>> fixed_point_issues(CliquesParameters(tau_m=4000.0))[0].value
    68000.0
    """
    p, problems = parameters, []
    largest = (p.largest_drive + CUE_EXCESS) * p.link_step * p.tau_m / DT
    if largest >= ACCUM_LIMIT:
        text = f"{p.tau_m:g} ms times the {largest * DT / p.tau_m:g} mV of a cue wraps in s16.15"
        problems.append((largest, text, f"The product stays below {ACCUM_LIMIT:,.0f}"))
    mistaken = list(mistaken_drives(p))
    if mistaken:
        low, high = (step * p.link_step for step in step_bounds(p))
        text = (
            f"with {p.tau_m:g} ms a link of {p.link_step:g} mV moves a membrane by {low:.4g} to "
            f"{high:.4g} mV in s16.15, and {mistaken[-1]} links are taken for another number"
        )
        problems.append((p.tau_m, text, f"Drives of 0 to {p.largest_drive} are told apart"))
    hints = [advice(p), ""] if problems else []
    return [
        CapacityError("cliques.tau_m", text, value=value, limit=limit, hint=hint)
        for (value, text, limit), hint in zip(problems, hints, strict=False)
    ]


def step_bounds(parameters: CliquesParameters) -> tuple[float, float]:
    """Return the smallest and the largest step of a link on the machine, in steps.

    The exponential is cut to 15 bits, which makes all steps larger; the conductance is as well,
    by less than one last bit for all links that arrive together, which makes them smaller.
    """
    leak = -expm1(-DT / parameters.tau_m) * ONE
    largest = ceil(leak) / leak
    conductance = parameters.link_step / parameters.reversal * ONE
    return largest * floor(conductance) / conductance, largest


def mistaken_drives(parameters: CliquesParameters) -> Iterator[int]:
    """Yield the drives, in links, at which a unit can fire with another pulse than its own."""
    small, large = step_bounds(parameters)
    pulses = parameters.largest_drive
    for drive in range(pulses + 1):
        # Links arrive just before the first pulse, or up to a ramp earlier, and leak till then.
        early = _pulse(parameters, drive * large, 1, small)
        late = _pulse(parameters, drive * small, SPACING * (pulses - 1) + 1, small)
        if (early, late) != (pulses + 1 - drive, pulses + 1 - drive):
            yield drive


def advice(parameters: CliquesParameters) -> str:
    """Say which membrane time constant the machine holds these thresholds with, if any does."""
    links = (parameters.largest_drive + CUE_EXCESS) * parameters.link_step
    most = min(parameters.tau_m, ACCUM_LIMIT * DT / links)
    for bits in range(max(1, ceil(-expm1(-DT / most) * ONE)), FINEST):
        # A hair longer than a decay of so many last bits, which is then cut to it exactly.
        tau = ceil(-DT / log1p(-bits / ONE) * 10) / 10
        if tau < most and next(mistaken_drives(replace(parameters, tau_m=tau)), None) is None:
            return f"Take a tau_m of {tau:g} ms"
    return "Allow for fewer ties, take fewer clusters, or a smaller reversal"


def _pulse(p: CliquesParameters, potential: float, wait: int, step: float) -> int:
    """Return with which pulse a unit fires; 0 before the first one, one too many for never."""
    kept, threshold = exp(-DT / p.tau_m), p.largest_drive + THRESHOLD_EXCESS
    if potential > threshold:
        return 0
    potential *= kept**wait
    for pulse in range(1, p.largest_drive + 1):
        potential += step
        if potential > threshold:
            return pulse
        potential *= kept**SPACING
    return p.largest_drive + 1
