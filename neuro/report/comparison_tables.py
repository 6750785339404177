"""A comparison of machines in words and tables, for a terminal and for a page alike."""

from collections.abc import Sequence
from statistics import mean

from neuro.comparison.outcome import Comparison, Score, TargetOutcome
from neuro.energy import format_scaled
from neuro.report.ladder_tables import Table

SECONDS = 1e3
"""Milliseconds of a second."""


def verdict(found: Comparison) -> list[str]:
    """Answer in one sentence for each machine: does it work, how fast, energy, what hurts it."""
    return [f"{item.machine.name}: {sentence(item)}" for item in found.targets]


def sentence(item: TargetOutcome) -> str:
    """Answer the four questions for one machine."""
    if item.refusal is not None:
        return f"cannot run it. {item.refusal.text}"
    parts = [_works(item), _fast(item), _energy(item), _hurts(item)]
    return " ".join(part for part in parts if part)


def overview(found: Comparison) -> Table:
    """Return one row for each machine; of those that cannot run it, two cells with the reason."""
    heads = (
        "target",
        "works",
        "answers right",
        "answer after",
        "spikes an operation",
        "synaptic events an operation",
        "energy of an operation",
        "first changes a spike",
        "costs most answers",
    )
    return heads, [_row(item) for item in found.targets]


def refusals(found: Comparison) -> Table:
    """Return the machines that cannot run the memory, with reason and remedy."""
    rows: list[tuple[str, ...]] = [
        (item.machine.name, item.refusal.reason, item.refusal.remedy or "none is known")
        for item in found.targets
        if item.refusal is not None
    ]
    return ("target", "why not", "remedy"), rows


def score_table(found: Comparison) -> Table:
    """Return accuracy and latency by machine and operation."""
    rows: list[tuple[str, ...]] = [
        (
            item.machine.name,
            f"{score.op}, {score.name}",
            f"{score.right} of {score.asked}",
            f"{100 * score.right / score.asked:.4g}",
            _span(score.latency),
        )
        for item in found.targets
        for score in item.scores
    ]
    return ("target", "operation", "right", "right (%)", "last answer spike after (ms)"), rows


def speed_table(found: Comparison) -> Table:
    """Return times and events of one operation by machine."""
    rows: list[tuple[str, ...]] = []
    for item in found.targets:
        if item.final is None:
            continue
        run, counters = item.final.result, item.final.result.counters
        busy = item.machine_time
        rows.append(
            (
                item.machine.name,
                f"{found.duration / item.asked:.4g}",
                "" if busy is None else f"{busy:.4g}",
                f"{SECONDS * run.provenance.run_seconds / item.asked:.4g}",
                _each(sum(counters.spikes.values()), item),
                _each(sum(counters.synaptic_events.values()), item),
                _each(sum(counters.plastic_updates.values()), item),
            )
        )
    heads = (
        "target",
        "model time (ms)",
        "hardware busy (ms)",
        "this computer (ms)",
        "spikes",
        "synaptic events",
        "plastic updates",
    )
    return heads, rows


def imperfection_table(item: TargetOutcome) -> Table:
    """Return what each approximation of a machine changes."""
    rows: list[tuple[str, ...]] = [
        (one.name, one.what, str(one.spikes), f"{one.lost:+d}" if one.lost else "0")
        for one in item.imperfections
    ]
    return ("approximation", "what", "spikes changed", "answers lost"), rows


def _row(item: TargetOutcome) -> tuple[str, ...]:
    name = item.machine.name
    if item.refusal is not None or item.final is None or item.ladder is None:
        refusal = item.refusal
        return (name, "no" if refusal is None else f"no. {refusal.text}")
    counters = item.final.result.counters
    first, worst = item.ladder.first_change, item.costliest
    alone = len(item.ladder.rungs) == 1
    nothing = "nothing is approximated" if alone else "none"
    return (
        name,
        _works_word(item),
        f"{item.right} of {item.asked}{_over_draws(item)}",
        _latency(item.scores) or "no answer",
        _each(sum(counters.spikes.values()), item),
        _each(sum(counters.synaptic_events.values()), item),
        _energy_range(item) or "not modelled",
        nothing if first is None else first.name,
        nothing if worst is None else f"{worst.name} ({worst.lost} of {item.asked})",
    )


def _works(item: TargetOutcome) -> str:
    share = f"{item.right} of {item.asked} answers right{_over_draws(item)}"
    if all(right == item.asked for right in item.draws):
        return f"works, {share}."
    wrong_first = 0 if item.ladder is None else len(item.ladder.rungs[0].wrong or ())
    own = f" {wrong_first} are wrong without any approximation too." if wrong_first else ""
    word = "works with errors" if any(item.draws) else "does not work"
    return f"{word}, {share}.{own}"


def _works_word(item: TargetOutcome) -> str:
    if not any(item.draws):
        return "no"
    return "yes" if all(right == item.asked for right in item.draws) else "with errors"


def _over_draws(item: TargetOutcome) -> str:
    """Say how the answers vary with what is drawn, if it was drawn more than once."""
    if len(item.draws) == 1:
        return ""
    middle = 100 * mean(item.draws) / item.asked
    return f" ({middle:.4g} % over {len(item.draws)} draws, {min(item.draws)} in the worst)"


def _fast(item: TargetOutcome) -> str:
    latency = _latency(item.scores)
    text = f"Answers come after {latency} of model time" if latency else "Nothing is answered"
    busy = item.machine_time
    if busy is not None:
        text += f"; the hardware is busy for {busy:.4g} ms an operation"
    elif item.final is not None:
        seconds = item.final.result.provenance.run_seconds / item.asked
        text += f"; an operation took {SECONDS * seconds:.4g} ms on this computer"
    return f"{text}."


def _energy(item: TargetOutcome) -> str:
    text = _energy_range(item)
    return f"An operation takes {text}." if text else "Its energy is not modelled."


def _hurts(item: TargetOutcome) -> str:
    if item.ladder is None or len(item.ladder.rungs) == 1:
        return "Nothing is approximated that could be told apart."
    first, worst = item.ladder.first_change, item.costliest
    if first is None:
        return "No approximation changes a spike."
    text = f"{first.name.capitalize()} is the first to change a spike"
    if worst is None:
        return f"{text}; none costs an answer."
    if worst.name == first.name:
        return f"{text}, and costs most: {worst.lost} of {item.asked} answers."
    return f"{text}; {worst.name} costs most: {worst.lost} of {item.asked} answers."


def _energy_range(item: TargetOutcome) -> str:
    if item.energy is None or not item.energy.bases:
        return ""
    bases = sorted(item.energy.bases, key=lambda basis: basis.energy)
    texts = [f"{format_scaled(b.energy / item.asked, 'fJ')} ({b.name})" for b in bases]
    return texts[0] if len(texts) == 1 else f"{texts[0]} to {texts[-1]}"


def _latency(scores: Sequence[Score]) -> str:
    texts = [f"{_span(score.latency)} ms ({score.op})" for score in scores if score.latency]
    return ", ".join(texts)


def _span(latency: tuple[float, float] | None) -> str:
    if latency is None:
        return "no answer"
    low, high = latency
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _each(total: int, item: TargetOutcome) -> str:
    return f"{total / item.asked:.4g}"
