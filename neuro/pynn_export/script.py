"""A plan as a PyNN script: readable, stand-alone, the same network with a simulator's conventions.

The script needs PyNN and its simulator only. Connections that follow a rule are written as the
rule, the others as a list; lists that are too long to read go to a data file beside the script.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro import __version__
from neuro.errors import raise_all
from neuro.files import atomic_path, write_text
from neuro.plan import Plan, PlannedArray, PlannedInput, PlannedPoisson, PlannedPopulation
from neuro.pynn_export.conventions import Conventions, conventions_of
from neuro.pynn_export.launch import WORLD_SIZES
from neuro.pynn_export.links import link
from neuro.pynn_export.literals import Literals, number, plain, quoted, time
from neuro.pynn_export.obstacles import CELLS, lead_in, obstacles
from neuro.units import to_coherent

COMBINED_STEP = 1.0
"""Time step, ms, below which sPyNNaker would give neurons and synapses cores of their own; the
script keeps them together, which is what is emulated and compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A PyNN script.

    Parameters
    ----------
    text : str
        The Python text.
    arrays : dict of str to array
        The lists that the text reads from the data file beside it.
    """

    text: str
    arrays: dict[str, NDArray[Any]]

    def write(self, path: Path) -> tuple[Path, ...]:
        """Write the script, and its data file with the ending ``.npz`` if it needs one.

        Returns
        -------
        tuple of Path
            The files written.
        """
        written = [path]
        if self.arrays:
            written.append(path.with_suffix(".npz"))
            with atomic_path(written[1]) as temporary, temporary.open("wb") as file:
                np.savez(file, **self.arrays)  # type: ignore[arg-type]
        write_text(path, self.text)
        return tuple(written)


def to_script(
    plan: Plan,
    simulator: str,
    *,
    duration: float | str,
    neurons_per_core: int | None = None,
    time_scale_factor: float = 1.0,
) -> Script:
    """Write a plan as a PyNN script.

    Parameters
    ----------
    plan : Plan
        Lowered, with the semantics of the simulator.
    simulator : {"spiNNaker", "nest", "brian2"}
        What will run the script.
    duration : float in ms, or str such as ``"1 s"``
        How long it runs.
    neurons_per_core : int, optional
        Of every population, for a simulator with cores; default the simulator's own.
    time_scale_factor : float, default 1
        How many times slower than real time a simulator with cores runs.

    Raises
    ------
    ValidationError
        If there is no such simulator.
    UnsupportedError, CheckError
        If the simulator cannot run the plan; every obstacle is named.

    Examples
    --------
    >>> from neuro.ir import CurrentExponentialLIF, Network, Population
    >>> from neuro.passes import discretise, expand
    >>> network = Network(name="one", populations=[Population("a", 1, CurrentExponentialLIF())])
    >>> script = to_script(discretise(expand(network)), "nest", duration="10 ms")
    >>> "import pyNN.nest as sim" in script.text
    True
    """
    conventions = conventions_of(simulator)
    where = f"network {plan.network.name!r} for {conventions.module}"
    raise_all(where, obstacles(plan, conventions))
    literals = Literals()
    values = {
        **_heading(plan, conventions, to_coherent(duration, "ms", "duration")),
        **_recording(plan, conventions),
        "setup": _setup(plan, conventions, time_scale_factor),
        "per_core": _per_core(plan, conventions, neurons_per_core),
        "sources": [_source(plan, item, conventions, literals) for item in plan.inputs],
        "cells": [_cells(plan, item, conventions, literals) for item in plan.populations],
        "links": [
            link(plan, item, conventions, literals)
            for item in plan.projections
            if item.targets.size
        ],
        "data_used": bool(literals.arrays),
    }
    return Script(text=_filled(values), arrays=literals.arrays)


def _heading(plan: Plan, conventions: Conventions, duration: float) -> dict[str, Any]:
    steps = lead_in(plan, conventions)
    return {
        "conventions": conventions,
        "version": __version__,
        "title": plain(repr(plan.network.name)),
        "summary": f"{len(plan.populations)} populations, {plan.synapse_count()} synapses",
        "notes": [plain(text) for text in _notes(plan)],
        "dt": number(plan.dt),
        "duration": number(duration),
        "lead_in": number(time(np.asarray(steps), plan.dt)) if steps else "",
        "lead_in_steps": steps,
        "world_sizes": WORLD_SIZES,
        "trains_used": any(isinstance(item, PlannedArray) for item in plan.inputs),
    }


def _notes(plan: Plan) -> list[str]:
    drawing = [item.name for item in plan.inputs if isinstance(item, PlannedPoisson)]
    own = [f"input {name!r}: the simulator draws Poisson spikes of its own." for name in drawing]
    return [*map(str, plan.notes), *own]


def _setup(plan: Plan, conventions: Conventions, time_scale_factor: float) -> str:
    extras = dict(conventions.setup)
    if not conventions.sources_per_core:
        # sPyNNaker knows its own limits.
        longest = [np.max(item.delay_steps) for item in plan.projections if item.targets.size]
        steps = np.asarray(max(longest, default=1))
        extras = {"min_delay": "DT", "max_delay": number(time(steps, plan.dt)), **extras}
    elif time_scale_factor != 1.0:
        extras["time_scale_factor"] = number(time_scale_factor)
    return ", ".join(["timestep=DT", *(f"{name}={value}" for name, value in extras.items())])


def _per_core(plan: Plan, conventions: Conventions, count: int | None) -> list[tuple[str, str]]:
    """List the calls, function and arguments, that shape a simulator's cores."""
    if not conventions.sources_per_core:
        return []
    models = sorted({CELLS[item.cell] for item in plan.populations})
    widths = {} if count is None else dict.fromkeys(models, count)
    limit = conventions.sources_per_core
    if any(isinstance(item, PlannedArray) and item.size > limit for item in plan.inputs):
        widths["SpikeSourceArray"] = limit
    calls = [
        ("set_number_of_neurons_per_core", f"sim.{model}, {width}")
        for model, width in widths.items()
    ]
    if plan.dt < COMBINED_STEP:
        calls += [("set_number_of_synapse_cores", f"sim.{model}, 0") for model in models]
    return calls


def _source(
    plan: Plan, item: PlannedInput, conventions: Conventions, literals: Literals
) -> dict[str, Any]:
    source = {"name": quoted(item.name), "size": item.size}
    if isinstance(item, PlannedPoisson):
        shift = float(time(np.asarray(lead_in(plan, conventions)), plan.dt))
        rate = literals.values(item.rates, f"{item.name}.rate")
        arguments = f"rate={rate}, start={number(item.start + shift)}"
        if np.isfinite(item.stop):
            arguments += f", duration={number(item.stop - item.start)}"
        return {**source, "model": "SpikeSourcePoisson", "arguments": arguments}
    assert item.steps is not None, "the plan is not discretised"
    spikes = literals.spikes(time(item.steps + plan.label_offset, plan.dt), item.indices, item.name)
    arguments = f"spike_times=trains({item.size}, {spikes})"
    return {**source, "model": "SpikeSourceArray", "arguments": arguments}


def _cells(
    plan: Plan, item: PlannedPopulation, conventions: Conventions, literals: Literals
) -> dict[str, Any]:
    parameters = dict(item.parameters)
    if conventions.refractory_lead:
        steps = np.asarray(item.refractory_steps) + conventions.refractory_lead
        parameters["tau_refrac"] = time(steps, plan.dt)
    texts = {
        name: literals.values(value, f"{item.name}.{name}") for name, value in parameters.items()
    }
    return {
        "name": quoted(item.name),
        "size": item.size,
        "model": CELLS[item.cell],
        "v_init": texts.pop("v_init"),
        "parameters": list(texts.items()),
    }


def _recording(plan: Plan, conventions: Conventions) -> dict[str, Any]:
    """List what is recorded: the probes of variables that the simulator can read."""
    names = {"spikes": "spikes", **conventions.recordables}
    found: dict[str, list[str]] = {}
    for probe in plan.network.probes:
        if probe.variable in names:
            found.setdefault(quoted(probe.population), []).append(names[probe.variable])
    traced = {
        name: [variable for variable in variables if variable != "spikes"]
        for name, variables in found.items()
    }
    return {
        "records": {name: sorted(set(variables)) for name, variables in found.items()},
        "spiking": [name for name, variables in found.items() if "spikes" in variables],
        "traced": {name: sorted(set(rest)) for name, rest in traced.items() if rest},
    }


def _filled(values: dict[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("neuro.pynn_export"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("script.py.jinja").render(**values)
