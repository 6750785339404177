"""What the demo does: ten learns, ten recalls by cue, ten by own pixels, ten by random quarters.

The published memory answers with every cue that shares at least one pixel with the query (specs,
ca3_cam section 1), so a few pixels that only one digit has find it, and a random quarter finds all.
The robust memory counts: asked for all pixels of the same quarter it completes that digit alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from neuro.backend import Progress
from neuro.demo.digits import INK, SIDE, load_digits
from neuro.ir import Network
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.models.ca3_robust import CA3RobustParameters, ca3_robust
from neuro.results import Result
from neuro.seeds import stream
from neuro.tasks import Answer, AssociativeMemory

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
    completed_cues, completed : tuple of int
        Cues and content that the robust memory completed the quarter to.
    learning, recall, search, quarter_search : Cost
        Events of the four operations.
    robust_learning, completion : Cost
        Events of the two operations of the robust memory.
    """

    digit: int
    pixels: Bits
    recalled: Bits
    own_pixels: Bits
    found: Bits
    quarter: Bits
    quarter_found: Bits
    completed_cues: Bits
    completed: Bits
    learning: Cost
    recall: Cost
    search: Cost
    quarter_search: Cost
    robust_learning: Cost
    completion: Cost

    @property
    def wrong_pixels(self) -> int:
        """Missing and false pixels of the recall by cue."""
        return len(set(self.pixels) ^ set(self.recalled))

    @property
    def exact(self) -> bool:
        """Whether the recall by cue is exact."""
        return self.wrong_pixels == 0

    @property
    def whole(self) -> bool:
        """Whether the robust memory completed the quarter to this digit, whole and alone."""
        return self.completed_cues == (self.digit,) and self.completed == self.pixels

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
    result, robust : Result
        Spikes, counters and provenance of the published and of the robust memory.
    recall_start : tuple of float, ms
        When each recall by cue began.
    seed : int
        Seed of the random quarters.
    """

    digits: tuple[DigitOutcome, ...]
    result: Result
    robust: Result
    recall_start: tuple[float, ...]
    seed: int

    def summary(self) -> list[str]:
        """Say in a few lines how it went."""
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
            f"The robust memory completes that quarter to its digit, whole, and no other in "
            f"{sum(item.whole for item in self.digits)} of {count} cases.",
        ]


class _Meter:
    """A memory whose operations are counted one by one, for the progress too."""

    def __init__(self, network: Network, backend: str, ticker: Iterator[None]) -> None:
        self.memory = AssociativeMemory(network, backend)
        self._ticker = ticker
        self._before = (0, 0, 0)

    def each(self, answers: Iterable[Answer]) -> list[tuple[Answer, Cost]]:
        """Take answers as they come, and what each of them took."""
        return [(answer, self._cost()) for answer in answers]

    def _cost(self) -> Cost:
        """Return the events since the last call."""
        next(self._ticker)
        counters = self.memory.result().counters
        now = (
            sum(counters.spikes.values()),
            sum(counters.synaptic_events.values()),
            sum(counters.plastic_updates.values()),
        )
        spikes, events, updates = (b - a for a, b in zip(self._before, now, strict=True))
        self._before = now
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
    cues = range(len(labels))
    own = [_own_pixels(contents, cue) for cue in cues]
    quarters = [_quarter(contents[cue], seed, cue) for cue in cues]
    ticker = _ticks(6 * len(cues), progress)
    pixels = SIDE * SIDE

    sizes = CA3Parameters(cue_size=len(cues), content_size=pixels)
    published = _Meter(ca3(sizes, seed=seed), backend, ticker)
    memory = published.memory
    learned = published.each(memory.learn(cue, contents[cue]) for cue in cues)
    starts = tuple(memory.time + cue * memory.spacing for cue in cues)
    recalled = published.each(memory.recall(cue=cue) for cue in cues)
    found = published.each(memory.find(query) for query in own)
    quartered = published.each(memory.find(query) for query in quarters)

    counting = CA3RobustParameters(cue_size=len(cues), content_size=pixels)
    robust = _Meter(ca3_robust(counting, seed=seed), backend, ticker)
    taught = robust.each(robust.memory.learn(cue, contents[cue]) for cue in cues)
    completed = robust.each(robust.memory.complete(query) for query in quarters)
    digits = tuple(
        DigitOutcome(
            digit=int(labels[cue]),
            pixels=contents[cue],
            recalled=recalled[cue][0].content,
            own_pixels=own[cue],
            found=found[cue][0].cues,
            quarter=quarters[cue],
            quarter_found=quartered[cue][0].cues,
            completed_cues=completed[cue][0].cues,
            completed=completed[cue][0].content,
            learning=learned[cue][1],
            recall=recalled[cue][1],
            search=found[cue][1],
            quarter_search=quartered[cue][1],
            robust_learning=taught[cue][1],
            completion=completed[cue][1],
        )
        for cue in cues
    )
    return Outcome(
        digits=digits,
        result=memory.result(),
        robust=robust.memory.result(),
        recall_start=starts,
        seed=seed,
    )


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
