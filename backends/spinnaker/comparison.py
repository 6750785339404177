"""The layout against what sPyNNaker generated, number for number.

Any difference means that the emulator would run another network than the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.generated import (
    Generated,
    GeneratedCores,
    GeneratedPopulation,
    GeneratedRule,
)
from neuro.backends.spinnaker.layout import (
    CorePlasticity,
    CorePopulation,
    CoreProjection,
    CoreSource,
    Layout,
)
from neuro.backends.spinnaker.matrices import Synapses, joined

RULE_CONSTANTS = ("w_min", "w_max", "a_plus", "a_minus")
RULE_TABLES = ("table_plus", "table_minus")

STAGES_LOST = (
    "sPyNNaker 7.4.1 sorts the synapses of delay extensions with several stages by the width of "
    "the target's cores instead of the source's: where the widths differ it loses or moves "
    "synapses. Fewer neurons per core give more delay slots, and fewer stages"
)
"""`synapse_io.get_synapses` there: rows of stage k begin at ``(k - 1) * max_atoms_per_core``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One number that the toolchain generated otherwise than predicted.

    Parameters
    ----------
    where : str
        Such as ``population 'a'.shift[excitatory]``.
    predicted, generated : str
        Both values; of an array the first entry that differs, and how many do.
    reason : str
        Why, if it is known.
    """

    where: str
    predicted: str
    generated: str
    reason: str = ""

    def __str__(self) -> str:
        """Write the difference as one line."""
        line = f"{self.where}: predicted {self.predicted}, generated {self.generated}"
        return f"{line}. {self.reason}" if self.reason else line


def compare(layout: Layout, generated: Generated) -> tuple[Difference, ...]:
    """List every difference between a layout and what was generated for its plan.

    Parameters
    ----------
    layout : Layout
        The prediction.
    generated : Generated
        What sPyNNaker made of the script.
    """
    found: list[Difference] = []
    for population in layout.populations:
        found += _population(population, layout, generated)
    for source in layout.sources:
        theirs = generated.sources[source.name].slices
        where = f"input {source.name!r}.cores"
        found += _value(where, _slices(source.slices), _slices(theirs))
    for projection in layout.projections:
        found += _projection(projection, generated)
    return tuple(found)


def population_row(ours: CorePopulation, theirs: GeneratedPopulation) -> dict[str, Any]:
    """Return the numbers of one population, predicted and generated."""
    equal = all(
        np.array_equal(values, theirs.parameters[name]) for name, values in ours.parameters.items()
    )
    return {
        "name": ours.name,
        "neurons": _pair(ours.size, theirs.place.slices[-1][1]),
        "cores": _pair(len(ours.slices), len(theirs.place.slices)),
        "shifts": _pair(", ".join(map(str, ours.shifts)), ", ".join(map(str, theirs.shifts))),
        "slots": _pair(ours.slots, theirs.form.slots),
        "parameters": _pair("as encoded", "as encoded" if equal else "others"),
    }


def source_row(ours: CoreSource, theirs: GeneratedCores) -> dict[str, Any]:
    """Return the numbers of one input, predicted and generated."""
    return {
        "name": ours.name,
        "sources": _pair(ours.size, theirs.slices[-1][1]),
        "cores": _pair(len(ours.slices), len(theirs.slices)),
    }


def projection_row(ours: CoreProjection, theirs: Synapses) -> dict[str, Any]:
    """Return the numbers of one projection, predicted and generated."""
    predicted = predicted_synapses(ours)
    return {
        "name": ours.name,
        "synapses": _pair(predicted.sources.size, theirs.sources.size),
        "weights": _pair(_described(predicted.weights), _described(theirs.weights)),
        "delays": _pair(_described(predicted.delay_steps), _described(theirs.delay_steps)),
    }


def predicted_synapses(projection: CoreProjection) -> Synapses:
    """Return the synapses of a laid out projection, sorted as generated ones are."""
    count = projection.targets.size
    sources = np.repeat(np.arange(projection.offsets.size - 1), np.diff(projection.offsets))
    part = Synapses(
        sources=sources.astype(np.int64),
        targets=projection.targets.astype(np.int64),
        receptors=np.full(count, projection.receptor, dtype=np.int64),
        weights=np.broadcast_to(projection.weights.astype(np.int64), count),
        delay_steps=np.broadcast_to(projection.delay_steps.astype(np.int64), count),
    )
    return joined([part])


def _population(
    population: CorePopulation, layout: Layout, generated: Generated
) -> Iterator[Difference]:
    where = f"population {population.name!r}"
    found = generated.populations[population.name]
    planned = next(item for item in layout.plan.populations if item.name == population.name)
    yield from _value(f"{where}.cores", _slices(population.slices), _slices(found.place.slices))
    for name, ours, theirs in zip(planned.receptors, population.shifts, found.shifts, strict=True):
        yield from _value(f"{where}.shift[{name}]", ours, theirs)
    for name in ("slots", "atom_bits", "type_bits"):
        yield from _value(f"{where}.{name}", getattr(population, name), getattr(found.form, name))
    for name, values in population.parameters.items():
        yield from _array(f"{where}.{name}", values, found.parameters[name], "neuron")


def _projection(projection: CoreProjection, generated: Generated) -> Iterator[Difference]:
    where = f"projection {projection.name!r}"
    ours, theirs = predicted_synapses(projection), generated.projections[projection.name]
    if projection.plasticity is not None and projection.targets.size:
        yield from _rule(where, projection.plasticity, generated.rules[projection.name])
    reason = STAGES_LOST if projection.stages > 1 else ""
    if ours.sources.size != theirs.sources.size:
        counts = ours.sources.size, theirs.sources.size
        yield from _value(f"{where}.synapses", *counts, reason)
        return
    first, second = (np.stack([item.sources, item.targets], axis=1) for item in (ours, theirs))
    if not np.array_equal(first, second):
        yield from _array(f"{where}.pairs", first, second, "synapse", reason)
        return
    for name in ("weights", "delay_steps", "receptors"):
        yield from _array(f"{where}.{name}", getattr(ours, name), getattr(theirs, name), "synapse")


def _rule(where: str, ours: CorePlasticity, theirs: GeneratedRule) -> Iterator[Difference]:
    for name in RULE_CONSTANTS:
        yield from _value(f"{where}.{name}", getattr(ours, name), getattr(theirs, name))
    for name in RULE_TABLES:
        first, second = (np.trim_zeros(getattr(item, name), "b") for item in (ours, theirs))
        size = max(first.size, second.size)
        first, second = (np.pad(item, (0, size - item.size)) for item in (first, second))
        yield from _array(f"{where}.{name}", first, second, "entry")


def _pair(predicted: Any, generated: Any) -> dict[str, str]:
    return {"predicted": str(predicted), "generated": str(generated)}


def _described(values: NDArray[np.int64]) -> str:
    """Write the range of stored numbers, with a sum that tells different arrays apart."""
    if not values.size:
        return "none"
    low, high = int(values.min()), int(values.max())
    return f"{low}" if low == high else f"{low} to {high}, sum {int(values.sum())}"


def _slices(slices: tuple[tuple[int, int], ...]) -> str:
    """Describe slices: how many, and their sizes."""
    sizes = [stop - first for first, stop in slices]
    return f"{len(sizes)} of {', '.join(map(str, sorted(set(sizes), reverse=True)))}"


def _value(where: str, ours: Any, theirs: Any, reason: str = "") -> Iterator[Difference]:
    if ours != theirs:
        yield Difference(where=where, predicted=str(ours), generated=str(theirs), reason=reason)


def _array(
    where: str, ours: NDArray[Any], theirs: NDArray[Any], item: str, reason: str = ""
) -> Iterator[Difference]:
    differs = ours != theirs
    if differs.ndim > 1:
        differs = differs.any(axis=1)
    places = np.flatnonzero(differs)
    if places.size:
        first = int(places[0])
        yield Difference(
            where=f"{where} ({places.size} of {differs.size} differ, first at {item} {first})",
            predicted=str(ours[first].tolist()),
            generated=str(theirs[first].tolist()),
            reason=reason,
        )
