"""What the demo does: ten learns, ten recalls by cue, ten by own pixels, ten by random quarters.

Recall by content answers with every cue that shares at least one pixel with the query (specs,
ca3_cam section 1), so a few pixels that only one digit has find it, and a random quarter finds all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from neuro.backend import Progress
from neuro.demo.digits import INK, SIDE, load_digits
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.results import Result
from neuro.seeds import stream
from neuro.tasks import AssociativeMemory

OWN_PIXELS = 3
QUARTER = 4
Bits = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Events of one operation."""

    spikes: int
    synaptic_events: int
    plastic_updates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitOutcome:
    """What happened to one digit; its cue is the digit itself.

    Parameters
    ----------
    digit : int
        The digit.
    pixels, recalled : tuple of int
        Content stored, and content that came back for the cue.
    own_pixels, quarter : tuple of int
        The two queries.
    found, quarter_found : tuple of int
        Cues that came back for them.
    learning, recall, search, quarter_search : Cost
        Events of the four operations.
    """

    digit: int
    pixels: Bits
    recalled: Bits
    own_pixels: Bits
    found: Bits
    quarter: Bits
    quarter_found: Bits
    learning: Cost
    recall: Cost
    search: Cost
    quarter_search: Cost

    @property
    def wrong_pixels(self) -> int:
        """Missing and false pixels of the recall by cue."""
        return len(set(self.pixels) ^ set(self.recalled))

    @property
    def exact(self) -> bool:
        """Whether the recall by cue is exact."""
        return self.wrong_pixels == 0

    @staticmethod
    def describe(cues: Bits) -> str:
        """Write the cues of an answer."""
        if len(cues) == len(load_digits()[1]):
            return "every digit"
        return ", ".join(map(str, cues)) or "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The whole demo.

    Parameters
    ----------
    digits : tuple of DigitOutcome
        One for each digit.
    result : Result
        Spikes, counters and provenance of the run.
    recall_start : tuple of float, ms
        When each recall by cue began.
    seed : int
        Seed of the random quarters.
    """

    digits: tuple[DigitOutcome, ...]
    result: Result
    recall_start: tuple[float, ...]
    seed: int

    def summary(self) -> list[str]:
        """Say in three lines how it went."""
        count = len(self.digits)
        exact = sum(item.exact for item in self.digits)
        found = sum(item.found == (item.digit,) for item in self.digits)
        all_found = sum(len(item.quarter_found) == count for item in self.digits)
        return [
            f"Recall by cue: {exact} of {count} digits came back pixel for pixel.",
            f"Recall by content: {found} of {count} found, alone, from {OWN_PIXELS} pixels that "
            "only they have.",
            f"A random quarter of a digit's pixels returns every digit in {all_found} of {count} "
            "cases: this memory answers with any overlap.",
        ]


class _Meter:
    """A memory whose operations are counted one by one."""

    def __init__(self, memory: AssociativeMemory) -> None:
        self.memory = memory
        self.before = (0, 0, 0)

    def cost(self) -> Cost:
        """Return the events since the last call."""
        counters = self.memory.result().counters
        now = (
            sum(counters.spikes.values()),
            sum(counters.synaptic_events.values()),
            sum(counters.plastic_updates.values()),
        )
        spikes, events, updates = (b - a for a, b in zip(self.before, now, strict=True))
        self.before = now
        return Cost(spikes=spikes, synaptic_events=events, plastic_updates=updates)


def run_demo(*, backend: str = "cpu", seed: int = 0, progress: Progress | None = None) -> Outcome:
    """Run the demo.

    Parameters
    ----------
    backend : str, default "cpu"
        What runs it.
    seed : int, default 0
        Chooses the random quarters.
    progress : callable, optional
        Called with the fraction done.
    """
    images, labels = load_digits()
    contents = [tuple(np.flatnonzero(image > INK).tolist()) for image in images]
    parameters = CA3Parameters(cue_size=len(labels), content_size=SIDE * SIDE)
    memory = AssociativeMemory(ca3(parameters, seed=seed), backend)
    meter = _Meter(memory)
    ticker = _ticks(4 * len(labels), progress)

    def counted(answers: Bits) -> tuple[Bits, Cost]:
        next(ticker)
        return answers, meter.cost()

    own = [_own_pixels(contents, cue) for cue in range(len(labels))]
    quarters = [_quarter(contents[cue], seed, cue) for cue in range(len(labels))]
    learned = [counted(memory.learn(cue, bits).content) for cue, bits in enumerate(contents)]
    starts, recalled = [], []
    for cue in range(len(labels)):
        starts.append(memory.time)
        recalled.append(counted(memory.recall(cue=cue).content))
    found = [counted(memory.recall(content=query).cues) for query in own]
    quartered = [counted(memory.recall(content=query).cues) for query in quarters]
    digits = tuple(
        DigitOutcome(
            digit=int(labels[cue]),
            pixels=contents[cue],
            recalled=recalled[cue][0],
            own_pixels=own[cue],
            found=found[cue][0],
            quarter=quarters[cue],
            quarter_found=quartered[cue][0],
            learning=learned[cue][1],
            recall=recalled[cue][1],
            search=found[cue][1],
            quarter_search=quartered[cue][1],
        )
        for cue in range(len(labels))
    )
    return Outcome(digits=digits, result=memory.result(), recall_start=tuple(starts), seed=seed)


def _own_pixels(contents: list[Bits], cue: int) -> Bits:
    others = {bit for other, bits in enumerate(contents) if other != cue for bit in bits}
    own = [bit for bit in contents[cue] if bit not in others]
    return tuple(own[:OWN_PIXELS])


def _quarter(bits: Bits, seed: int, cue: int) -> Bits:
    rng = stream(seed, "demo", "quarter", cue)
    drawn = rng.choice(np.array(bits), len(bits) // QUARTER, replace=False)
    return tuple(sorted(drawn.tolist()))


def _ticks(total: int, progress: Progress | None) -> Iterator[None]:
    for done in range(1, total + 1):
        if progress is not None:
            progress(done / total)
        yield
