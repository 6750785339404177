"""A fidelity ladder in words and tables, for a terminal and for a page alike."""

from neuro.energy import EnergyReport, format_scaled
from neuro.ladder import Ladder, RungOutcome
from neuro.results.spike_differences import DifferingSpike
from neuro.tasks import Answer

Row = tuple[str, ...]
Table = tuple[Row, list[Row]]
"""Headings, and rows of as many texts."""

SHOWN_NUMBERS = 10


def verdict(ladder: Ladder) -> list[str]:
    """Say which rungs change spikes, which one first, and what becomes of the answers."""
    changed = ladder.first_change
    spike = None if changed is None else changed.to_first.first
    if changed is None or spike is None:
        lines = [f"No rung changes a spike of network {ladder.network!r}."]
    else:
        fires = "now fires" if spike.extra else "no longer fires"
        lines = [
            f"The first rung that changes a spike is {changed.name!r}: neuron {spike.neuron} of "
            f"{spike.population} {fires} at {spike.time:g} ms."
        ]
    asked = len(ladder.operations)
    lines += [
        f"With {rung.name!r}, {_count(len(rung.changed), asked)} operations are answered otherwise "
        f"than in {ladder.rungs[0].name!r}, in rows: {_numbers(rung.changed)}."
        for rung in answering_otherwise(ladder)
    ]
    if asked and len(lines) == 1:
        lines.append(f"All {asked} answers stay as they are.")
    return lines


def answering_otherwise(ladder: Ladder) -> list[RungOutcome]:
    """Return the rungs whose answers are those neither of the first nor of their base."""
    return [
        rung
        for rung in ladder.rungs
        if rung.changed and rung.answers != ladder.rung(rung.after).answers
    ]


def overview(ladder: Ladder) -> Table:
    """Return one row for each rung: distances, first differing spike, and answers."""
    asked = len(ladder.operations)
    knows = any(rung.wrong is not None for rung in ladder.rungs)
    heads = ["rung", "adds to", "spikes", "differ from first", "differ from base", "first of these"]
    heads += ["answers as in first"] if asked else []
    heads += ["answers right"] if knows else []
    rows = []
    for rung in ladder.rungs:
        row = [
            rung.name,
            rung.after or "",
            str(sum(rung.result.counters.spikes.values())),
            str(rung.to_first.distance),
            str(rung.to_after.distance),
            _spike(rung.to_after.first),
        ]
        row += [_count(asked - len(rung.changed), asked)] if asked else []
        if rung.wrong is not None:
            row.append(_count(asked - len(rung.wrong), asked))
        rows.append(tuple(row))
    return tuple(heads), rows


def counter_table(ladder: Ladder) -> Table:
    """Return the totals of all counters, one column for each rung; empty where it has none."""
    totals = [_totals(rung) for rung in ladder.rungs]
    names = list(dict.fromkeys(name for counts in totals for name in counts))
    rows: list[Row] = [
        (name.replace("_", " "), *(str(counts.get(name, "")) for counts in totals))
        for name in names
    ]
    return ("counted", *(rung.name for rung in ladder.rungs)), rows


def energy_table(ladder: Ladder) -> Table:
    """Return the energy by rung and accounting basis, of one operation or, without any, in all.

    Rungs without hardware, or without a model of it, have no row.
    """
    reports = [(rung.name, rung.energy) for rung in ladder.rungs if rung.energy is not None]
    if not reports:
        return ("rung",), []
    parts = max(len(ladder.operations), 1)
    rows = [
        (name, *(format_scaled(basis.energy / parts, "fJ") for basis in report.bases))
        for name, report in reports
    ]
    return ("rung", *(basis.name for basis in reports[0][1].bases)), rows


def component_summary(report: EnergyReport, operations: int) -> Table:
    """Return the energy of an operation by component, one column for each basis.

    Parts such as ``"IN->QA: array"`` that differ only in what stands before the colon are one
    component.
    """
    sums: list[dict[str, float]] = []
    for basis in report.bases:
        found: dict[str, float] = {}
        for row in basis.rows:
            name = row.name.rpartition(": ")[2]
            found[name] = found.get(name, 0.0) + row.energy / operations
        sums.append(found)
    names = list(dict.fromkeys(name for found in sums for name in found))
    rows: list[Row] = [(name, *(_energy_cell(found.get(name)) for found in sums)) for name in names]
    rows.append(("in all", *(_energy_cell(sum(found.values())) for found in sums)))
    return ("component", *(basis.name for basis in report.bases)), rows


def component_table(report: EnergyReport, operations: int) -> Table:
    """Return what an energy is made of, by basis and component, with sources."""
    rows: list[tuple[str, ...]] = []
    for basis in report.bases:
        rows += [
            (
                basis.name,
                row.name,
                f"{row.count / operations:.4g} {row.count_unit}".rstrip(),
                format_scaled(row.coefficient, row.unit),
                format_scaled(row.energy / operations, "fJ"),
                f"{100 * row.energy / basis.energy:.1f}" if basis.energy else "",
                row.source,
            )
            for row in basis.rows
        ]
        total = format_scaled(basis.energy / operations, "fJ")
        rows.append((basis.name, "in all", "", "", total, "100", ""))
    return (
        "charged",
        "component",
        "count",
        "each",
        "energy",
        "share (%)",
        "source",
    ), rows


def answer_table(ladder: Ladder, rung: RungOutcome) -> Table:
    """Return the answers of a rung that are not those of the first one."""
    first = ladder.rungs[0]
    heads = ("row", "t (ms)", "op", "asked", f"in {first.name!r}", f"in {rung.name!r}")
    rows: list[Row] = [
        (
            str(number),
            f"{first.answers[number].t:g}",
            first.answers[number].op,
            asked_text(first.answers[number]),
            answered_text(first.answers[number]),
            answered_text(rung.answers[number]),
        )
        for number in rung.changed
    ]
    return heads, rows


def _energy_cell(energy: float | None) -> str:
    return "" if energy is None else format_scaled(energy, "fJ")


def _totals(rung: RungOutcome) -> dict[str, int]:
    counters = rung.result.counters
    return {
        "spikes": sum(counters.spikes.values()),
        "synaptic events": sum(counters.synaptic_events.values()),
        "plastic updates": sum(counters.plastic_updates.values()),
        **{name: sum(counts.values()) for name, counts in counters.hardware.items()},
    }


def _spike(spike: DifferingSpike | None) -> str:
    if spike is None:
        return ""
    side = "extra" if spike.extra else "missing"
    return f"{spike.population} {spike.neuron} at {spike.time:g} ms {side}"


def _count(good: int, asked: int) -> str:
    return f"{good} of {asked}"


def _numbers(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(str(number) for number in numbers[:SHOWN_NUMBERS])
    return shown if len(numbers) <= SHOWN_NUMBERS else f"{shown}, ..."


def asked_text(answer: Answer) -> str:
    """Write what an operation asked with."""
    cue = [] if answer.cue is None else [f"cue {answer.cue}"]
    content = [f"content {_numbers(answer.query)}"] if answer.query else []
    return ", ".join([*cue, *content])


def answered_text(answer: Answer) -> str:
    """Write what a memory answered."""
    parts = (("cues", answer.cues), ("content", answer.content), ("dropped", answer.dropped))
    texts = [f"{name} {_numbers(numbers)}" for name, numbers in parts if numbers]
    return ", ".join(texts) or "nothing"
