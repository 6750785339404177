"""Curves of exact recall: items stored, density, damage of cues, spread of weights, write errors.

The first three ask for an item by a fragment, and count it if it comes back whole and alone. The
last two run random mixes of learning and reading and count the answers that a dictionary would give
(specs, ca3_cam section 10). The published memory returns addresses: it is asked for the cues of the
fragment, and for the content of the item's cue.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuro.backend import Progress
from neuro.hardware_configs import load_target
from neuro.ir import Network
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.models.ca3_robust import CA3RobustParameters, ca3_robust
from neuro.seeds import stream
from neuro.sweep.programs import Mix, draw_program
from neuro.target import Target
from neuro.tasks import AssociativeMemory, MemoryOperation
from neuro.tasks.reference import reference_answers
from neuro.tasks.threshold import ALL, BEST, Threshold

Bits = tuple[int, ...]

FRAGMENT = 0.25
"""Share of an item's bits that is asked with, where cues are not damaged."""

DEVICES = "crossbar_rram_wan2022"
OTHER_EFFECTS = ("read_noise", "faults", "wires", "converter")
ERROR = "programming_error_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large the memories are and how much is asked.

    Parameters
    ----------
    cues, bits : int
        Of both memories, where items are asked for by fragments.
    density : float
        Share of an item's bits that are active, where it is not varied.
    seeds : int
        Draws of items, programs and devices at each point.
    operations : int
        Of a random mix.
    """

    cues: int = 64
    bits: int = 128
    density: float = 0.2
    seeds: int = 3
    operations: int = 60

    def with_seeds(self, seeds: int) -> "Scale":
        """Return one with another number of draws."""
        return replace(self, seeds=seeds)

    def quick(self) -> "Scale":
        """Return one that takes a few seconds."""
        return replace(self, cues=16, bits=48, seeds=1, operations=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Shares at one place of a curve.

    Parameters
    ----------
    x : float
        What is varied.
    published, robust : float
        Share of what was asked that was answered exactly, in [0, 1].
    possible : float
        The same of a perfect memory: a fragment may belong to several items.
    asked : int
        Questions, of each memory.
    """

    x: float
    published: float
    robust: float
    possible: float
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve.

    Parameters
    ----------
    title, axis : str
        What it shows, and what is varied.
    how : str
        How a point is obtained.
    points : tuple of Point
        In the order of x.
    """

    title: str
    axis: str
    how: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """For each question of one draw, whether it was answered exactly, and could have been."""

    published: Sequence[bool]
    robust: Sequence[bool]
    possible: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A curve to be drawn."""

    title: str
    axis: str
    how: str
    places: tuple[float, ...]
    sample: Callable[[float, int], Sample]


def draw_curves(
    scale: Scale | None = None, *, seed: int = 0, progress: Progress | None = None
) -> tuple[Curve, ...]:
    """Draw all curves.

    Parameters
    ----------
    scale : Scale, optional
        Sizes; default those of `Scale`.
    seed : int
        Root of all draws.
    progress : callable, optional
        Called with the fraction done.

    Examples
    --------
    >>> few = Scale(cues=4, bits=12, seeds=1, operations=5)
    >>> [curve.points[0].robust for curve in draw_curves(few)[:4]]
    [1.0, 1.0, 1.0, 1.0]
    """
    sizes = scale or Scale()
    plans = _plans(sizes, seed)
    total = sum(len(plan.places) for plan in plans)
    curves, done = [], 0
    for plan in plans:
        points = []
        for point in _points(plan, sizes.seeds):
            points.append(point)
            done += 1
            if progress is not None:
                progress(done / total)
        curves.append(Curve(title=plan.title, axis=plan.axis, how=plan.how, points=tuple(points)))
    return tuple(curves)


def _plans(scale: Scale, seed: int) -> tuple[_Plan, ...]:
    size = f"{scale.cues} cues by {scale.bits} bits"
    alone = "counted if exactly that item comes back, whole"
    counts = sorted({max(1, scale.cues * share // 8) for share in range(1, 9)})
    return (
        _Plan(
            title="Items stored",
            axis="items",
            how=f"Random items of density {scale.density:g} in {size}; each is asked for with a "
            f"random quarter of its bits, and {alone}.",
            places=tuple(float(count) for count in counts),
            sample=lambda x, n: _fragments(scale, (seed, n), count=int(x), density=scale.density),
        ),
        _Plan(
            title="Density",
            axis="share of active bits",
            how=f"Half of {size} filled with random items; each is asked for with a random quarter "
            f"of its bits, and {alone}.",
            places=(0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9),
            sample=lambda x, n: _fragments(scale, (seed, n), count=scale.cues // 2, density=x),
        ),
        _Plan(
            title="Damage of cues",
            axis="share of bits replaced by wrong ones",
            how=f"Half of {size} filled with random items of density {scale.density:g}; each is "
            "asked for with all its bits, a share of them replaced by bits that it lacks; the "
            f"robust memory returns the best match; {alone}.",
            places=(0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8),
            sample=lambda x, n: _damaged(scale, (seed, n), share=x),
        ),
        _Plan(
            title="Spread of static weights",
            axis="relative standard deviation",
            how=f"Random mixes of {scale.operations} operations, queries of one to three bits, in "
            "8 cues by 16 bits; an answer counts if a dictionary gives the same.",
            places=(0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
            sample=lambda x, n: _spread(scale, (seed, n), spread=x),
        ),
        _Plan(
            title="Write errors of devices",
            axis="times those of Wan et al.",
            how=f"Random mixes of {scale.operations} operations, queries of one to three bits, in "
            f"5 cues by 10 bits on crossbars of {DEVICES}, write errors scaled, all other "
            "imperfections off; an answer counts if a dictionary gives the same.",
            places=(0.0, 1.0, 2.0, 4.0, 8.0),
            sample=lambda x, n: _written(scale, (seed, n), factor=x),
        ),
    )


def _points(plan: _Plan, seeds: int) -> Iterator[Point]:
    for x in plan.places:
        samples = [plan.sample(x, number) for number in range(seeds)]
        yield Point(
            x=x,
            published=_share([good for item in samples for good in item.published]),
            robust=_share([good for item in samples for good in item.robust]),
            possible=_share([good for item in samples for good in item.possible]),
            asked=sum(len(item.possible) for item in samples),
        )


def _share(good: Sequence[bool]) -> float:
    return sum(good) / len(good)


# --- items and fragments -------------------------------------------------------------------------


def _fragments(scale: Scale, seed: tuple[int, int], *, count: int, density: float) -> Sample:
    rng = _stream(seed, "fragments", count, f"{density:g}")
    items = _items(rng, count, scale.bits, density)
    queries = [
        _bits(rng.choice(item, max(1, round(FRAGMENT * len(item))), replace=False))
        for item in items
    ]
    return _retrieved(scale, items, queries, ALL)


def _damaged(scale: Scale, seed: tuple[int, int], *, share: float) -> Sample:
    rng = _stream(seed, "damage", f"{share:g}")
    items = _items(rng, scale.cues // 2, scale.bits, scale.density)
    queries = []
    for item in items:
        others = np.setdiff1d(np.arange(scale.bits), item)
        wrong = min(round(share * len(item)), others.size)
        kept = rng.choice(item, len(item) - wrong, replace=False)
        queries.append(_bits(np.concatenate([kept, rng.choice(others, wrong, replace=False)])))
    return _retrieved(scale, items, queries, BEST)


def _items(rng: np.random.Generator, count: int, bits: int, density: float) -> list[Bits]:
    size = min(bits, max(1, round(density * bits)))
    return [_bits(rng.choice(bits, size, replace=False)) for _ in range(count)]


def _retrieved(
    scale: Scale, items: Sequence[Bits], queries: Sequence[Bits], threshold: Threshold
) -> Sample:
    return Sample(
        published=_by_overlap(scale, items, queries),
        robust=_counted(scale, items, queries, threshold),
        possible=[_determined(items, query, cue) for cue, query in enumerate(queries)],
    )


def _determined(items: Sequence[Bits], query: Bits, cue: int) -> bool:
    """Say whether a query shares more bits with its item than with every other."""
    shared = [len(set(item) & set(query)) for item in items]
    return all(shared[cue] > count for other, count in enumerate(shared) if other != cue)


def _by_overlap(scale: Scale, items: Sequence[Bits], queries: Sequence[Bits]) -> list[bool]:
    """Ask the published memory for the cues of each query and for the content of its item."""
    sizes = CA3Parameters(cue_size=scale.cues, content_size=scale.bits)
    memory = AssociativeMemory(ca3(sizes))
    learns = [("L", cue, item) for cue, item in enumerate(items)]
    finds = [("K", None, query) for query in queries]
    recalls = [("C", cue, ()) for cue in range(len(items))]
    spaced = [
        MemoryOperation(t=memory.spacing * number, op=op, cue=cue, content=content)
        for number, (op, cue, content) in enumerate([*learns, *finds, *recalls])
    ]
    answers = memory.run_program(spaced).answers
    found, recalled = answers[len(items) : 2 * len(items)], answers[2 * len(items) :]
    return [
        one.cues == (cue,) and other.content == item
        for cue, (item, one, other) in enumerate(zip(items, found, recalled, strict=True))
    ]


def _counted(
    scale: Scale, items: Sequence[Bits], queries: Sequence[Bits], threshold: Threshold
) -> list[bool]:
    """Let the robust memory complete each query."""
    sizes = CA3RobustParameters(cue_size=scale.cues, content_size=scale.bits)
    memory = AssociativeMemory(ca3_robust(sizes))
    memory.run_program(
        [
            MemoryOperation(t=memory.spacing * cue, op="L", cue=cue, content=item)
            for cue, item in enumerate(items)
        ]
    )
    answers = [memory.complete(query, threshold=threshold) for query in queries]
    return [
        (answer.cues, answer.content) == ((cue,), item)
        for cue, (item, answer) in enumerate(zip(items, answers, strict=True))
    ]


# --- random mixes --------------------------------------------------------------------------------


def _spread(scale: Scale, seed: tuple[int, int], *, spread: float) -> Sample:
    root = _root(seed, "spread")
    published = CA3Parameters(cue_size=8, content_size=16, weight_spread=spread)
    robust = CA3RobustParameters(cue_size=8, content_size=16, weight_spread=spread)
    return Sample(
        published=_mixed(scale, ca3(published, seed=root), root),
        robust=_mixed(scale, ca3_robust(robust, seed=root), root),
        possible=[True] * scale.operations,
    )


def _written(scale: Scale, seed: tuple[int, int], *, factor: float) -> Sample:
    root = _root(seed, "written")
    target = _erring(factor)
    published = CA3Parameters(cue_size=5, content_size=10)
    robust = CA3RobustParameters(cue_size=5, content_size=10)
    return Sample(
        published=_mixed(scale, ca3(published, seed=root), root, target),
        robust=_mixed(scale, ca3_robust(robust, seed=root), root, target),
        possible=[True] * scale.operations,
    )


def _erring(factor: float) -> Target:
    """Return the devices of Wan et al. with their write errors scaled, and nothing else wrong."""
    target = load_target(DEVICES, [f"{name}=false" for name in OTHER_EFFECTS])
    scaled = {
        name: replace(item, value=factor * item.value) if name.startswith(ERROR) else item
        for name, item in target.coefficients.items()
    }
    return replace(target, coefficients=scaled)


def _mixed(scale: Scale, network: Network, seed: int, target: Target | None = None) -> list[bool]:
    backend = "cpu" if target is None else target.backend
    assert network.protocol is not None, "both models are memories"
    mix = Mix(operations=scale.operations, density=0.3, query_bits=3)
    program = draw_program(mix, network.protocol, network.protocol.safe_spacing, seed)
    memory = AssociativeMemory(network, backend, target=target)
    answers = memory.run_program(program).answers
    return [
        (answer.cues, answer.content) == ideal
        for answer, ideal in zip(answers, reference_answers(program), strict=True)
    ]


def _stream(seed: tuple[int, int], *name: str | int) -> np.random.Generator:
    root, number = seed
    return stream(root, "ca3 curves", *name, number)


def _root(seed: tuple[int, int], name: str) -> int:
    """Return a seed for a network and its program."""
    return int(_stream(seed, name).integers(2**31))


def _bits(indices: NDArray[np.int64]) -> Bits:
    return tuple(sorted(int(index) for index in indices))
