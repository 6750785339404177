"""What of PyNN's documented interface is offered: a table, generated from the module itself.

``python -m neuro.pynn.support`` prints it as Markdown; ``SUPPORT.md`` beside this file holds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyNN import common
from pyNN.connectors import Connector

from neuro.pynn import extra_models, interface
from neuro.pynn.populations import Assembly, Population, PopulationView
from neuro.pynn.projections import Projection
from neuro.pynn.refused import OFFERED, REFUSED, STANDARD, kind_of
from neuro.pynn.simulator import ID

BEFORE = "before the first run and after reset"

FUNCTIONS = (
    "setup",
    "end",
    "run",
    "run_until",
    "run_for",
    "reset",
    "initialize",
    "get_current_time",
    "get_time_step",
    "get_min_delay",
    "get_max_delay",
    "num_processes",
    "rank",
    "create",
    "connect",
    "set",
    "record",
    "record_v",
    "record_gsyn",
    "list_standard_models",
)
"""PyNN's documented functions."""

GROUPS: tuple[tuple[type[Any], type[Any]], ...] = (
    (common.Population, Population),
    (common.PopulationView, PopulationView),
    (common.Assembly, Assembly),
    (common.Projection, Projection),
    (common.IDMixin, ID),
)
"""PyNN's classes, and ours in their place."""

REMARKS = {
    "ACSource": "constant during a time step",
    "CSAConnector": "needs the package csa",
    "SmallWorldConnector": "not written in PyNN either",
    "NoisyCurrentSource": "drawn from the seed of `setup`; `rng` is not used",
    "STDPMechanism": "delay all dendritic, no voltage dependence, constants the same for a "
    "projection",
    "SpikeSourcePoisson": "`start` and `duration` the same for a population",
    "IF_curr_delta": "not on SpiNNaker",
    "Population.initialize": f"`v`; {BEFORE}",
    "Population.record": BEFORE,
    "Projection.initialize": "no synapse type has state variables",
    "Projection.set": f"`weight` and `delay` {BEFORE}; static weights at any time, but not "
    "on SpiNNaker",
    "initialize": f"`v`; {BEFORE}",
    "num_processes": "1",
    "rank": "0",
    "record": BEFORE,
    "reset": "Poisson sources repeat their spikes",
    "setup": "`backend`, `target`, `semantics`, `seed`",
    "extra_models.IFCurDelta": "`IF_curr_delta`",
    "extra_models.AllButMeConnector": "one group, the population",
    "set_number_of_neurons_per_core": "one width for all cell types",
    "set_allow_delay_extensions": "always allowed",
}
"""What is narrower than PyNN's documentation says, by name."""

NOT_OFFERED = frozenset({"Projection.initialize"})
"""Members that are there and always refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One name of PyNN's interface.

    Parameters
    ----------
    kind : str
        What it is the name of.
    name : str
        The name, of a member with its class.
    offered : bool
        Whether it works.
    takes : str
        Parameters of a model or connector that is offered, and what can be recorded of a cell.
    remark : str
        What is narrower than in PyNN.
    """

    kind: str
    name: str
    offered: bool
    takes: str
    remark: str


def table() -> list[Row]:
    """Return a row for each documented name that concerns point neurons."""
    return [*_functions(), *_members(), *_models(), *_spynnaker()]


def markdown() -> str:
    """Return the table as Markdown."""
    lines = ["# PyNN 0.13 on neuro", "", "Made by `python -m neuro.pynn.support`.", ""]
    lines += ["| kind | name | offered | parameters | remark |", "| --- " * 5 + "|"]
    for row in table():
        answer = "yes" if row.offered else "no"
        lines.append(f"| {row.kind} | `{row.name}` | {answer} | {row.takes} | {row.remark} |")
    return "\n".join(lines) + "\n"


def _row(kind: str, name: str, offered: bool, takes: str = "") -> Row:
    return Row(
        kind=kind,
        name=name,
        offered=offered and name not in NOT_OFFERED,
        takes=takes,
        remark=REMARKS.get(name, ""),
    )


def _functions() -> Iterator[Row]:
    for name in FUNCTIONS:
        yield _row("function", name, hasattr(interface, name))


def _members() -> Iterator[Row]:
    for theirs, ours in GROUPS:
        shown = theirs.__name__.removesuffix("Mixin")
        for name in sorted(name for name in dir(theirs) if not name.startswith("_")):
            if name not in ("MULTI_SYNAPSE_OPERATIONS",):
                yield _row(f"member of {shown}", f"{shown}.{name}", hasattr(ours, name))


def _models() -> Iterator[Row]:
    for kind in OFFERED:
        names = [name for name, model in STANDARD.items() if kind_of(model) == kind]
        for name in sorted(names, key=lambda item: (item in REFUSED, item)):
            offered = name not in REFUSED
            yield _row(kind, name, offered, _takes(getattr(interface, name)) if offered else "")


def _takes(model: type[Any]) -> str:
    """List the parameters of a model and, of a cell type, what can be recorded."""
    if issubclass(model, Connector):
        return ", ".join(model.parameter_names)
    parameters = ", ".join(model.default_parameters)
    recordable = ", ".join(getattr(model, "recordable", ()))
    return f"{parameters}; records {recordable}" if recordable else parameters


def _spynnaker() -> Iterator[Row]:
    names = ["set_number_of_neurons_per_core", "set_allow_delay_extensions"]
    for name in names:
        yield _row("sPyNNaker", name, hasattr(interface, name))
    for name in extra_models.__all__:
        yield _row("sPyNNaker", f"extra_models.{name}", True)


if __name__ == "__main__":
    print(markdown(), end="")
