"""Published vectors of the CA3 memory and the spike tables that follow from them.

Rows are ``[t, op, cue, content or query, expected cues, expected content, dropped bits]`` (specs,
ca3_cam section 8); spike times are those of its section 6.
"""

import json
from pathlib import Path

VECTORS: dict[str, list[list]] = json.loads(
    Path(__file__).with_name("ca3_vectors.json").read_text(encoding="utf-8")
)
CUES, BITS = 5, 10
SpikeTable = set[tuple[str, int, int]]

# Ticks after the first input spike at which items fire: (cue neurons, content neurons, old bits).
LEARN = {
    "QA": (1, 3),
    "NA": (1, 3),
    "GATE": (2, 4),
    "QB": (3, 5),
    "NB": (3, 5),
    "MQ": (4, 6),
    "MN": (4, 6),
}
DROPPED = {"NA": 2, "GATE": 3, "NB": 4, "MN": 5}


def expected_spikes(rows: list[list]) -> SpikeTable:
    """Return the spike table (population, tick, neuron) of a program on the 5 x 10 memory."""
    table: SpikeTable = set()
    for t, op, cue, content, cues, answer, dropped in rows:
        spikes = {"L": _learn, "C": _by_cue, "K": _by_content}[op](
            cue, content, cues, answer, dropped
        )
        table |= {(name, t + tick, neuron) for name, tick, neuron in spikes}
    return table


def _out(tick: int, cues: list[int], content: list[int]) -> SpikeTable:
    return {("OUT", tick, i) for i in cues} | {("OUT", tick, CUES + j) for j in content}


def _learn(cue, content, cues, answer, dropped) -> SpikeTable:
    table: SpikeTable = set()
    for tick in (0, 1, 2):
        table |= {("IN", tick, cue)} | {("IN", tick, CUES + j) for j in content}
    for name, ticks in LEARN.items():
        neurons = [cue] if name.endswith("Q") or name[0] == "Q" or name == "MQ" else content
        table |= {(name, tick, neuron) for tick in ticks for neuron in neurons}
    table |= {("GINT", 2, 0), ("GINT", 4, 0)}
    table |= {(name, tick, bit) for name, tick in DROPPED.items() for bit in dropped}
    return table | _out(5, cues, answer) | _out(7, cues, answer) | _out(6, [], dropped)


def _by_cue(cue, content, cues, answer, dropped) -> SpikeTable:
    table = {("IN", 0, cue), ("QA", 1, cue), ("QB", 3, cue), ("MQ", 4, cue)}
    table |= {("NA", 2, j) for j in answer} | {("MN", 5, j) for j in answer}
    table |= {("GINT", 3, 0)} if answer else set()
    return table | _out(5, [cue], []) | _out(6, [], answer)


def _by_content(cue, content, cues, answer, dropped) -> SpikeTable:
    table: SpikeTable = {("GINT", 2, 0)}
    for name, tick, shift in (
        ("IN", 0, CUES),
        ("NA", 1, 0),
        ("GATE", 2, 0),
        ("NB", 3, 0),
        ("MN", 4, 0),
    ):
        table |= {(name, tick, shift + j) for j in content}
    table |= {("QB", 4, i) for i in cues} | {("MQ", 5, i) for i in cues}
    return table | _out(5, [], content) | _out(6, cues, [])
