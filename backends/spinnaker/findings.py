"""The limits of the machine, one function for each: which parts of a network meet them.

Rows of specs, spinnaker section 7. Each function is pure and returns findings; none raises. What
lowering itself refuses or notes arrives from `lay_out` and gets the real tool's reaction here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from neuro.backends.spinnaker.defects import FULL_ENTRY, Defect, weight_unit
from neuro.backends.spinnaker.hardware import Hardware
from neuro.backends.spinnaker.layout import CorePopulation, CoreProjection, Layout
from neuro.backends.spinnaker.limits import absolute_amplitudes
from neuro.backends.spinnaker.load import CoreLoad
from neuro.backends.spinnaker.resources import Machine, free_sdram
from neuro.check import Finding, Severity, refusal
from neuro.errors import NeuroError
from neuro.ir import PairSTDP
from neuro.plan import PlannedArray, PlannedProjection
from neuro.units import format_value

COARSE_STEPS = 10.0
"""An update of fewer last bits than this is off by more than a tenth."""

ACCUM_OVERFLOW = 1 << 31

_REFUSALS: Mapping[str, tuple[str, str, str]] = {
    "cell": (
        "cell types",
        "AttributeError: sPyNNaker has no such model, or neuro no emulation of it",
        "Use CurrentExponentialLIF or ConductanceExponentialLIF",
    ),
    "type": ("input types", "AttributeError: sPyNNaker has no such source", "Use SpikeArray"),
    "semantics": (
        "semantics",
        "silent: the machine always works in the order of 'tick'",
        "Ask for semantics 'tick' and check that the model still does what it should",
    ),
    "pairing": ("learning rules", "the machine has no such pairing", "Use another pairing"),
    "synapse": (
        "learning rules of a target",
        "SynapticConfigurationException at mapping",
        "Use one rule for each target",
    ),
    "delay": ("delay", "DelayExtensionException at mapping", "Use a shorter delay"),
    "": ("row length", "SynapseRowTooBigException at mapping", "Use fewer neurons per core"),
}
"""What a refusal is about, what sPyNNaker does about it, and a remedy, by attribute."""

_NUMBER_RANGE = (
    "number range",
    "the host refuses it, or the machine's arithmetic wraps",
    "Choose a value inside the range",
)

_DEFECTS: Mapping[str, tuple[str, Severity]] = {
    "plastic delay": ("silent: the synapses deliver nothing and learn with delay 0", "error"),
    "weight resolution": ("silent: stored as 0", "warning"),
    "STDP resolution": ("silent: potentiation has no effect", "warning"),
    "saturation": ("counted in provenance after the run", "warning"),
    "programs": ("fails when the binaries are gathered: the program does not exist", "error"),
    "stages of a delay extension": (
        "silent: synapses are lost or moved when the data is generated",
        "error",
    ),
}
"""What the real tool does about a defect, by its kind, and how bad that is."""


def refused(issue: NeuroError) -> Finding:
    """Explain what lowering refuses by what the real tool would do."""
    what, reaction, remedy = _REFUSALS.get(_attribute(issue.where), _NUMBER_RANGE)
    return replace(refusal(issue, what), reaction=reaction, remedy=issue.hint or remedy)


def defective(defect: Defect) -> Finding:
    """Explain a silent defect."""
    reaction, severity = _DEFECTS[defect.kind]
    return Finding(
        where=defect.where,
        what=defect.kind,
        value=defect.reason.removesuffix("."),
        limit=defect.limit,
        reaction=reaction,
        remedy=defect.remedy,
        severity=severity,
    )


def data_memory(machine: Machine, hardware: Hardware) -> Iterator[Finding]:
    """Find cores whose data memory does not suffice, the fullest of each population."""
    fullest = {
        core.name: core
        for core in sorted(machine.cores, key=lambda core: core.dtcm)
        if core.kind == "population"
    }
    for core in fullest.values():
        usable = core.dtcm_limit * (1.0 - hardware.dtcm_margin)
        if core.dtcm <= usable:
            continue
        over = core.dtcm > core.dtcm_limit
        yield Finding(
            where=f"population {core.name!r}",
            what="data memory of a core",
            value=f"about {core.dtcm} bytes for {core.neurons} neurons",
            limit=f"{core.dtcm_limit} bytes, {hardware.dtcm_margin:.0%} of it for what is not "
            "estimated",
            reaction="the core fails when it is loaded; mapping says nothing",
            remedy="Use fewer neurons per core, fewer slots (shorter delays), or fewer probes",
            severity="error" if over else "warning",
        )


def shared_memory(machine: Machine, hardware: Hardware) -> Iterator[Finding]:
    """Find cores that need more shared memory than a chip leaves."""
    for core, chip in zip(machine.cores, machine.chips, strict=True):
        free = free_sdram(chip, hardware)
        if core.sdram > free:
            yield Finding(
                where=f"population {core.name!r}",
                what="shared memory of a chip",
                value=f"about {core.sdram} bytes for core {core.index}",
                limit=f"{free} bytes that the system leaves of {hardware.sdram}",
                reaction="exception at mapping",
                remedy="Use fewer neurons per core, so that the synapses spread over more chips",
                severity="error",
            )


def machine_size(machine: Machine, hardware: Hardware, network: str) -> Iterator[Finding]:
    """Find networks that need more chips than a board, or than there are."""
    where = f"network {network!r}"
    chips, cores = machine.chip_count, len(machine.cores)
    if machine.boards > 1:
        most = hardware.boards * hardware.chips_per_board
        fits = machine.boards <= hardware.boards
        yield Finding(
            where=where,
            what="cores",
            value=f"about {cores} cores on {chips} chips",
            limit=f"{hardware.chips_per_board} chips on a board, {most} in all",
            reaction=f"{machine.boards} boards are needed" if fits else "exception at mapping",
            remedy="Use more neurons per core, a smaller network, or a larger machine",
            severity="note" if fits else "error",
        )
    if machine.routes > hardware.router_entries:
        yield Finding(
            where=where,
            what="router entries of a chip",
            value=f"up to {machine.routes} cores send spikes through one chip",
            limit=f"{hardware.router_entries} entries",
            reaction="compression, then an exception if that does not suffice",
            remedy="Use more neurons per core, so that fewer cores send",
            severity="warning",
        )


def packet_queue(loads: Iterable[CoreLoad], hardware: Hardware) -> Iterator[Finding]:
    """Find populations whose cores can receive more packets in a tick than the queue holds."""
    for load in _worst(loads, lambda load: load.packets_at_once):
        if load.packets_at_once > hardware.packet_queue:
            expected = load.packets_expected > hardware.packet_queue
            yield Finding(
                where=f"population {load.population!r}",
                what="packets of a tick",
                value=f"{load.packets_expected:.3g} expected, {load.packets_at_once} if all "
                "sources fire at once",
                limit=f"{hardware.packet_queue} packets wait for a core",
                reaction="further packets are dropped, counted after the run",
                remedy="Spread the spikes over more ticks, or reduce the sources of this target",
                severity="warning" if expected else "note",
            )


def tick_work(loads: Iterable[CoreLoad]) -> Iterator[Finding]:
    """Find populations whose cores can have more work than a tick has cycles."""
    for load in _worst(loads, lambda load: load.all_at_once):
        expected = load.expected > load.budget
        if max(load.expected, load.all_at_once) > load.budget:
            yield Finding(
                where=f"population {load.population!r}",
                what="work of a tick",
                value=f"{load.expected / load.budget:.0%} of a tick expected, "
                f"{load.all_at_once / load.budget:.0%} if all sources fire at once",
                limit=f"{load.budget:.0f} cycles; {load.spikes_that_fit or 0} spikes fit",
                reaction="the tick overruns and spikes arrive late, counted after the run",
                remedy="Use fewer neurons per core or a larger time_scale_factor",
                severity="warning" if expected else "note",
            )


def input_range(layout: Layout) -> Iterator[Finding]:
    """Find receptors at which all inputs together leave the number formats.

    The ring buffer saturates at 65535 last bits; the sum, shifted to s16.15, wraps at 65536 nA.
    """
    for population in layout.populations:
        for receptor, shift in enumerate(population.shifts):
            total = largest_input(layout, population, receptor)
            place = f"population {population.name!r}.{('excitatory', 'inhibitory')[receptor]}"
            unit, lsb = weight_unit(population), 1.0 / population.scales[receptor]
            shown = f"{format_value(total * lsb, unit)} if all inputs of a neuron arrive at once"
            if total > FULL_ENTRY and population.cell == "CurrentExponentialLIF":
                yield Finding(
                    where=place,
                    what="saturation",
                    value=shown,
                    limit=format_value(FULL_ENTRY * lsb, unit),
                    reaction="saturates, counted in provenance after the run",
                    remedy="Spread the spikes, or give the delays of this receptor one value, "
                    "which widens its range",
                    severity="note",
                )
            if min(total, FULL_ENTRY) << shift >= ACCUM_OVERFLOW:
                yield Finding(
                    where=place,
                    what="number range of inputs",
                    value=shown,
                    limit=f"s16.15 holds less than {format_value(lsb * (1 << 31 - shift), unit)}",
                    reaction="silent: the sum wraps and changes its sign",
                    remedy="Lower the weights or the fan-in of this receptor",
                    severity="note",
                )


def largest_input(layout: Layout, population: CorePopulation, receptor: int) -> int:
    """Return the largest sum of the stored weights onto one neuron; learned ones at their bound."""
    totals = np.zeros(population.size)
    for item in layout.projections:
        if (item.target, item.receptor) == (population.name, receptor):
            bound = _learned_bound(item, population.shifts[receptor])
            weights = np.maximum(item.weights, bound)
            totals += np.bincount(
                item.targets,
                weights=np.broadcast_to(weights, item.targets.shape),
                minlength=population.size,
            )
    return int(totals.max(initial=0.0))


def update_resolution(layout: Layout) -> Iterator[Finding]:
    """Find learning rules whose weight changes are small beside the last bit of a weight."""
    targets = {item.name: item for item in layout.populations}
    for item in layout.plan.projections:
        if item.plasticity is None:
            continue
        target = targets[item.target]
        lsb, unit = 1.0 / target.scales[item.receptor], weight_unit(target)
        for name, steps in zip(("a_plus", "a_minus"), update_steps(item, lsb), strict=True):
            # A potentiation below one last bit is lost; that one is a defect of the layout.
            if not 0.0 < steps < COARSE_STEPS or (name == "a_plus" and steps < 1.0):
                continue
            yield Finding(
                where=f"projection {item.name!r}.{name}",
                what="STDP resolution",
                value=f"{format_value(steps * lsb, unit)} is {steps:.3g} last bits of a weight",
                limit=f"Weights move in steps of {format_value(lsb, unit)}, always down to the "
                "next one",
                reaction="silent: potentiation is up to one step too small, depression too large",
                remedy=f"Lower the largest weight or the fan-in of {item.target!r}, which set the "
                "step, or raise the amplitude",
                severity="warning",
            )


def update_steps(projection: PlannedProjection, lsb: float) -> tuple[float, float]:
    """Return the largest changes by one pair, up and down, in last bits of a weight."""
    rule = projection.plasticity
    assert isinstance(rule, PairSTDP), "asked of plastic projections only"
    span = rule.w_max - rule.w_min if rule.rule == "multiplicative" else 1.0
    a_plus, a_minus = absolute_amplitudes(rule)
    return a_plus * span / lsb, a_minus * span / lsb


def post_history(layout: Layout, hardware: Hardware) -> Iterator[Finding]:
    """Find plastic projections whose targets can fire too often between two pre spikes."""
    refractory = {item.name: item.refractory_steps for item in layout.plan.populations}
    inputs = {item.name: item for item in layout.plan.inputs}
    for item in layout.projections:
        if item.plasticity is None or not item.targets.size:
            continue
        # A neuron fires at most once in its refractory time and the tick after it.
        ticks = int(np.min(refractory[item.target])) + 1
        source = inputs.get(item.source)
        gap = longest_gap(source, item) if isinstance(source, PlannedArray) else None
        if gap is not None and gap <= hardware.post_history * ticks:
            continue
        span = format_value(hardware.post_history * ticks * layout.plan.dt, "ms")
        yield Finding(
            where=f"projection {item.name!r}",
            what="post spikes between two pre spikes",
            value=f"a neuron of {item.target!r} can fire every "
            f"{format_value(ticks * layout.plan.dt, 'ms')}",
            limit=f"{hardware.post_history} are kept, those of {span} at the highest rate",
            reaction="silent: the oldest post spike is forgotten and does not count",
            remedy="Let every source fire now and then, such as by a recall of each item",
            severity="note",
        )


def longest_gap(source: PlannedArray, projection: CoreProjection) -> int | None:
    """Return the most ticks between two spikes of one source; None if no spikes are known."""
    if source.steps is None or not source.steps.size:
        return None
    order = np.lexsort((source.steps, source.indices))
    steps, indices = source.steps[order], source.indices[order]
    same = indices[1:] == indices[:-1]
    reaching = np.diff(projection.offsets)[indices[1:]] > 0
    gaps = np.diff(steps)[same & reaching]
    # Before its first spike a source has waited since tick 0.
    first = np.flatnonzero(np.concatenate(([True], ~same)))
    begun = steps[first][np.diff(projection.offsets)[indices[first]] > 0]
    return int(max(gaps.max(initial=0), begun.max(initial=0)))


def _learned_bound(projection: CoreProjection, shift: int) -> int:
    if projection.plasticity is None:
        return 0
    return int(min(projection.plasticity.w_max >> shift, FULL_ENTRY))


def _worst(loads: Iterable[CoreLoad], key: Callable[[CoreLoad], float]) -> Sequence[CoreLoad]:
    """Return the core of each population that is worst by a key."""
    return tuple({load.population: load for load in sorted(loads, key=key)}.values())


def _attribute(where: str) -> str:
    """Return what follows the quoted name in the place of an issue."""
    return where.rpartition("'")[2].removeprefix(".")
