"""What the machine accepts and does wrong or coarsely, without a message: found and explained.

The emulator reproduces these on purpose. Each becomes a fidelity note, or an error if the user
wants none of them (specs, spinnaker sections 3.2, 3.3 and 7).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import CONDUCTANCE_BITS
from neuro.backends.spinnaker.layout import CorePopulation, CoreProjection, CoreSource
from neuro.backends.spinnaker.limits import absolute_amplitudes
from neuro.backends.spinnaker.weights import WeightStatistics
from neuro.errors import CapacityError, NeuroError
from neuro.notes import FidelityNote
from neuro.plan import Plan, PlannedProjection
from neuro.units import format_value

FULL_ENTRY = 0xFFFF
"""Largest ring-buffer entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One place where the machine silently departs from the network.

    Parameters
    ----------
    kind : str
        The limit that it is about, by a short name.
    where : str
        The part, such as ``projection 'a->b'.delay``.
    requested, stored : float or str
        What was asked for and what happens.
    relative_error : float or None
    unit : str
    reason, limit, remedy : str
        One sentence each: why, what would be exact, how to get there.
    """

    kind: str
    where: str
    requested: float | str
    stored: float | str
    relative_error: float | None
    unit: str
    reason: str
    limit: str
    remedy: str

    def note(self) -> FidelityNote:
        """Return the defect as a note of a run that accepts it."""
        return FidelityNote(
            where=self.where,
            requested=self.requested,
            stored=self.stored,
            relative_error=self.relative_error,
            unit=self.unit,
            reason=f"{self.reason} {self.remedy}.",
        )

    def error(self) -> NeuroError:
        """Return the defect as an error for those who accept none."""
        return CapacityError(
            self.where,
            self.reason.removesuffix("."),
            value=self.requested,
            limit=self.limit,
            hint=self.remedy,
        )


def found_defects(
    plan: Plan,
    sources: Sequence[CoreSource],
    populations: Sequence[CorePopulation],
    projections: Sequence[CoreProjection],
    statistics: Mapping[str, WeightStatistics | None],
) -> list[Defect]:
    """List the defects that touch a network.

    Parameters
    ----------
    plan : Plan
        What was laid out.
    sources, populations, projections
        The layout.
    statistics : mapping
        Of each projection's weights, by name.
    """
    targets = {item.name: item for item in populations}
    senders: tuple[CoreSource | CorePopulation, ...] = (*sources, *populations)
    widths = {item.name: item.slices[0][1] for item in senders}
    defects: list[Defect] = []
    for planned, item in zip(plan.projections, projections, strict=True):
        target = targets[item.target]
        defects += _lost_plastic_delays(item, target, plan.dt)
        defects += _vanishing_weights(planned, item, target)
        defects += _lost_updates(planned, target)
        defects += _missing_program(item, target)
        defects += _misplaced_stages(item, target, widths[item.source])
    for target in populations:
        defects += _narrow_conductance(target, projections, statistics)
    return defects


def lost_synapses(projection: CoreProjection, target: CorePopulation) -> int:
    """Return how many plastic synapses deliver nothing: their delay fills the slots exactly."""
    if projection.plasticity is None:
        return 0
    lost = np.broadcast_to(projection.delay_steps % target.slots == 0, projection.targets.shape)
    return int(np.count_nonzero(lost))


def _lost_plastic_delays(
    projection: CoreProjection, target: CorePopulation, dt: float
) -> Iterator[Defect]:
    lost = lost_synapses(projection, target)
    if not lost:
        return
    steps = int(projection.delay_steps[projection.delay_steps % target.slots == 0][0])
    delay = format_value(steps * dt, "ms")
    yield Defect(
        kind="plastic delay",
        where=f"projection {projection.name!r}.delay",
        requested=steps * dt,
        stored="no delivery",
        relative_error=None,
        unit="ms",
        reason=f"{lost} of {projection.targets.size} plastic synapses deliver nothing: a delay of "
        f"{delay}, {steps} steps, is a multiple of the {target.slots} slots of {target.name!r} and "
        "is stored as 0.",
        limit=f"A plastic delay is no multiple of {target.slots} steps",
        remedy=f"Make it one step shorter or longer, or add a static synapse of weight 0 and a "
        f"longer delay onto {target.name!r}",
    )


def _vanishing_weights(
    planned: PlannedProjection, projection: CoreProjection, target: CorePopulation
) -> Iterator[Defect]:
    asked = np.abs(np.atleast_1d(np.asarray(planned.weights, dtype=np.float64)))
    gone = (asked > 0) & (projection.weights == 0)
    if not gone.any():
        return
    lsb = 1.0 / target.scales[projection.receptor]
    unit = weight_unit(target)
    count = int(np.count_nonzero(np.broadcast_to(gone, projection.targets.shape)))
    yield Defect(
        kind="weight resolution",
        where=f"projection {projection.name!r}.weight",
        requested=float(asked[gone].max()),
        stored=0.0,
        relative_error=1.0,
        unit=unit,
        reason=f"{count} of {projection.targets.size} weights are stored as 0: they are below half "
        f"of the last bit, {format_value(lsb, unit)}.",
        limit=f"The smallest weight onto this receptor is {format_value(lsb / 2, unit)}",
        remedy=f"Lower the largest weight or the fan-in of {target.name!r}, which set the last bit",
    )


def _lost_updates(planned: PlannedProjection, target: CorePopulation) -> Iterator[Defect]:
    rule = planned.plasticity
    if rule is None:
        return
    lsb, unit = 1.0 / target.scales[planned.receptor], weight_unit(target)
    span = rule.w_max - rule.w_min if rule.rule == "multiplicative" else 1.0
    a_plus, _ = absolute_amplitudes(rule)
    largest = a_plus * span
    if not 0.0 < largest < lsb:
        return
    yield Defect(
        kind="STDP resolution",
        where=f"projection {planned.name!r}.a_plus",
        requested=largest,
        stored=0.0,
        relative_error=1.0,
        unit=unit,
        reason=f"Potentiation by one pair, at most {format_value(largest, unit)}, is lost: weights "
        f"move in steps of {format_value(lsb, unit)}.",
        limit=f"A step is {format_value(lsb, unit)}",
        remedy=f"Raise the amplitudes, or lower the weights or the fan-in of {target.name!r}",
    )


def _missing_program(projection: CoreProjection, target: CorePopulation) -> Iterator[Defect]:
    """Find combinations of cell and rule for which the tool ships no program (section 5)."""
    if target.cell != "ConductanceExponentialLIF" or projection.plasticity is None:
        return
    if projection.plasticity.multiplicative:
        yield Defect(
            kind="programs",
            where=f"projection {projection.name!r}.rule",
            requested="multiplicative STDP onto conductance-based cells",
            stored="emulated, but not on the machine",
            relative_error=None,
            unit="",
            reason="There is no program for multiplicative STDP onto conductance-based cells.",
            limit="IF_cond_exp learns with the additive rule only",
            remedy="Use rule='additive', or CurrentExponentialLIF",
        )


def _misplaced_stages(
    projection: CoreProjection, target: CorePopulation, source_width: int
) -> Iterator[Defect]:
    """Find delay extensions whose synapses the tool puts into wrong rows.

    It sorts the synapses of several stages by the width of the target's cores instead of the
    source's (`get_synapses` of its synapse_io.py); the emulator keeps the right ones.
    """
    width = target.slices[0][1]
    if projection.stages > 1 and source_width != width:
        yield Defect(
            kind="stages of a delay extension",
            where=f"projection {projection.name!r}.delay",
            requested=f"{projection.stages} stages",
            stored="emulated, but lost or moved on the machine",
            relative_error=None,
            unit="",
            reason=f"The tool mixes up {projection.stages} stages from cores of {source_width} "
            f"onto cores of {width} neurons: synapses are lost or moved.",
            limit="More than one stage needs cores of one size at both ends",
            remedy="Use fewer neurons per core, which gives more delay slots and fewer stages, "
            "or a shorter delay",
        )


def _narrow_conductance(
    target: CorePopulation,
    projections: Sequence[CoreProjection],
    statistics: Mapping[str, WeightStatistics | None],
) -> Iterator[Defect]:
    """Find receptors whose full scale the tool chose 2^10 times too small for the fan-in."""
    if target.cell != "ConductanceExponentialLIF":
        return
    for receptor, scale in enumerate(target.scales):
        known = [
            statistics[item.name]
            for item in projections
            if item.target == target.name and item.receptor == receptor
        ]
        worst = sum(item.largest * item.fan_in for item in known if item is not None)
        full = FULL_ENTRY / scale
        if worst > full:
            yield Defect(
                kind="saturation",
                where=f"population {target.name!r}.{('excitatory', 'inhibitory')[receptor]}",
                requested=worst,
                stored=full,
                relative_error=(worst - full) / worst,
                unit="uS",
                reason=f"Input of one step above {format_value(full, 'uS')} saturates, and up to "
                f"{format_value(worst, 'uS')} can arrive: the tool leaves out a factor of "
                f"{1 << CONDUCTANCE_BITS} when it chooses the range.",
                limit=f"A ring-buffer entry holds {format_value(full, 'uS')}",
                remedy="Spread the delays, lower the weights, or add a large unused weight",
            )


def weight_unit(target: CorePopulation) -> str:
    """Return the unit of weights onto a population."""
    return "nA" if target.cell == "CurrentExponentialLIF" else "uS"
