"""Random networks within the machine's vocabulary, each from a seed.

They differ in everything that the machine's arithmetic depends on: cell type, sizes, slices,
parameters of each neuron, delays with ties, weights up to saturation, learning rules, projections
that share a target.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Input,
    Network,
    PairList,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.seeds import stream

TICKS = 150
_DRIVING_FORCE = 60.0  # mV; turns a current into a conductance of like effect

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A network, how it is cut into cores, and a name among those that are mapped together."""

    name: str
    network: Network
    neurons_per_core: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """What the parts of one network have in common."""

    dt: float
    conductances: bool
    rate: float  # input spikes per tick and source
    repeats: int  # spikes of one source in one tick, at most
    excitable: bool  # neurons that fire without input
    longest: int  # delay, ticks
    longest_recurrent: int  # the same within a population
    tied: bool  # two delays only
    densities: tuple[float, ...]  # of connections, to choose from
    plastic: bool
    plastic_recurrent: bool  # within a population


def random_case(seed: int) -> Case:
    """Return the small network of a seed; all its delays fit into the slots of its cores."""
    rng = stream(seed, "oracle")
    style = _style(rng)
    sizes = {name: _size(rng) for name in ("x", "y", "a", "b")}
    split = rng.random() < 0.35
    neurons_per_core = int(rng.integers(6, 16)) if split else 256
    network = _network(rng, style, sizes, seed)
    return Case(name=f"small{seed}", network=network, neurons_per_core=neurons_per_core)


def long_case(seed: int) -> Case:
    """Return the network of a seed whose delays need extensions of one to four stages.

    Learning at 129 neurons and 32 slots would exhaust a core's memory. More than one stage only
    between neurons of one population: the toolchain places the later stages by the width of
    the target's core, and loses synapses if the source's differs.
    """
    rng = stream(seed, "oracle", "long")
    wide = bool(rng.random() < 0.4)
    slots, low = (32, 129) if wide else (64, 65)
    style = replace(
        _style(rng),
        longest=int(rng.choice([slots + 1, 2 * slots - 1, 2 * slots])),
        longest_recurrent=140,
        tied=False,
        densities=(0.05, 0.15),
        plastic=not wide,
    )
    sizes = {name: _size(rng) for name in ("x", "y", "b")} | {"a": low + int(rng.integers(0, 9))}
    network = _network(rng, style, sizes, seed)
    return Case(name=f"long{seed}", network=network, neurons_per_core=256)


def short_case(seed: int) -> Case:
    """Return the small network of a seed with steps below 1 ms: neurons and synapses apart.

    Left out is what depends there on the order of packets within a tick: plastic delays that fill
    the slots; spikes of one source in one tick, whose row is fetched before it is written back;
    learning within a population, whose spikes enter the history one by one.
    """
    rng = stream(seed, "oracle", "short")
    longest = int(rng.choice([1, 3, 7, 13]))
    style = replace(
        _style(rng),
        dt=float(rng.choice([0.1, 0.5])),
        repeats=1,
        longest=longest,
        longest_recurrent=longest,
        plastic_recurrent=False,
    )
    sizes = {name: _size(rng) for name in ("x", "y", "a", "b")}
    network = _network(rng, style, sizes, seed)
    return Case(name=f"short{seed}", network=network, neurons_per_core=256)


def _network(rng: np.random.Generator, style: _Style, sizes: dict[str, int], seed: int) -> Network:
    rules = {name: _rule(rng, style) for name in "ab"}
    projections = [_static(rng, style, sizes, "x", "a", "excitatory")]
    for source, target, receptor, chance in (
        ("x", "a", "excitatory", 0.4), ("y", "a", "inhibitory", 0.6), ("a", "b", "excitatory", 0.8),
        ("b", "a", "inhibitory", 0.4), ("y", "b", "excitatory", 0.7), ("a", "a", "excitatory", 0.2),
    ):  # fmt: skip
        if rng.random() < chance:
            projections.append(_static(rng, style, sizes, source, target, receptor))
    for source, target, receptor, chance in (
        ("x", "a", "excitatory", 0.5), ("a", "a", "excitatory", 0.4), ("y", "a", "inhibitory", 0.2),
        ("a", "b", "excitatory", 0.3), ("x", "b", "excitatory", 0.3),
    ):  # fmt: skip
        possible = style.plastic and (source != target or style.plastic_recurrent)
        if possible and rng.random() < chance:
            ends = (source, target, receptor)
            projections.append(_plastic(rng, style, sizes, ends, rules[target]))
    return Network(
        name=f"seed {seed}",
        populations=tuple(_population(rng, style, name, sizes[name]) for name in "ab"),
        inputs=tuple(_input(rng, style, name, sizes[name]) for name in "xy"),
        projections=tuple(
            Projection(
                item.source, item.target, item.connector, item.synapse, item.receptor, f"p{number}"
            )
            for number, item in enumerate(projections)
        ),
        dt=style.dt,
        semantics="tick",
        seed=seed,
    )


def _style(rng: np.random.Generator) -> _Style:
    longest = int(rng.choice([1, 2, 3, 4, 7, 8, 13, 16, 40]))
    return _Style(
        dt=2.0 if rng.random() < 0.15 else 1.0,
        conductances=bool(rng.random() < 0.4),
        rate=float(rng.choice([0.01, 0.03, 0.1, 0.2])),
        repeats=int(rng.choice([1, 1, 2, 3])),
        excitable=bool(rng.random() < 0.25),
        longest=longest,
        longest_recurrent=longest,
        tied=bool(rng.random() < 0.3),
        densities=(0.2, 0.6, 1.0),
        plastic=True,
        plastic_recurrent=True,
    )


def _size(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 6) if rng.random() < 0.4 else rng.integers(6, 25))


def _each(rng: np.random.Generator, low: float, high: float, size: int) -> float | FloatArray:
    """Draw one value for all neurons or one for each."""
    return float(rng.uniform(low, high)) if rng.random() < 0.4 else rng.uniform(low, high, size)


def _population(rng: np.random.Generator, style: _Style, name: str, size: int) -> Population:
    drive = (0.5, 4.0) if style.excitable else (-0.1, 0.3)
    v_thresh = rng.uniform(-55.0, -45.0, size)
    v_reset = v_thresh - rng.uniform(2.0, 30.0, size)
    values = {
        "cm": _each(rng, 0.2, 2.0, size),
        "tau_m": _each(rng, 3.0, 30.0, size),
        "tau_refrac": _each(rng, 0.0, 6.0, size),
        "tau_syn_E": _each(rng, 0.4, 12.0, size),
        "tau_syn_I": _each(rng, 0.4, 12.0, size),
        "v_rest": _each(rng, -70.0, -58.0, size),
        "v_reset": v_reset,
        "v_thresh": v_thresh,
        "i_offset": _each(rng, *drive, size),
        "v_init": _each(rng, -85.0, -50.0, size),
    }
    if not style.conductances:
        return Population(name, size, CurrentExponentialLIF(**values))
    reversal = {
        "e_rev_E": _each(rng, -10.0, 10.0, size),
        "e_rev_I": _each(rng, -90.0, -65.0, size),
    }
    return Population(name, size, ConductanceExponentialLIF(**values, **reversal))


def _input(rng: np.random.Generator, style: _Style, name: str, size: int) -> Input:
    ticks, indices = np.nonzero(rng.random((TICKS, size)) < style.rate)
    repeats = rng.integers(1, style.repeats + 1, ticks.size)
    return SpikeArray(
        name=name,
        size=size,
        times=np.repeat(ticks * style.dt, repeats),
        indices=np.repeat(indices, repeats),
    )


def _pairs(
    rng: np.random.Generator, style: _Style, sources: int, targets: int, *, once: bool
) -> PairList:
    """Draw pairs; static ones may occur twice."""
    chosen = np.flatnonzero(rng.random(sources * targets) < rng.choice(style.densities))
    if not chosen.size:
        chosen = rng.integers(0, sources * targets, 1)
    if not once and rng.random() < 0.3:
        chosen = np.concatenate([chosen, rng.choice(chosen, min(chosen.size, 3))])
    return PairList(sources=chosen // targets, targets=chosen % targets)


def _delays(rng: np.random.Generator, style: _Style, count: int, *, recurrent: bool) -> FloatArray:
    longest = style.longest_recurrent if recurrent else style.longest
    if style.tied:
        steps = rng.choice(rng.integers(1, longest + 1, 2), count)
    else:
        steps = rng.integers(1, longest + 1, count)
    return steps * style.dt


def _weight(rng: np.random.Generator, style: _Style, sources: int) -> float:
    """Return a weight with which that many sources move the membrane towards its threshold."""
    current = rng.uniform(0.3, 3.0) / (max(sources, 3) * max(style.rate, 0.03) * 5.0)
    return float(current / _DRIVING_FORCE if style.conductances else current)


def _static(
    rng: np.random.Generator,
    style: _Style,
    sizes: dict[str, int],
    source: str,
    target: str,
    receptor: str,
) -> Projection:
    pairs = _pairs(rng, style, sizes[source], sizes[target], once=False)
    count = len(pairs.sources)
    scale = _weight(rng, style, sizes[source])
    # From equal weights to weights so unequal that the small ones vanish.
    weights = scale * rng.lognormal(0.0, rng.choice([0.0, 0.5, 2.5]), count)
    synapse = Static(weight=weights, delay=_delays(rng, style, count, recurrent=source == target))
    return Projection(source, target, pairs, synapse, receptor)


def _rule(rng: np.random.Generator, style: _Style) -> dict[str, Any]:
    multiplicative = not style.conductances and bool(rng.random() < 0.4)
    w_max = _weight(rng, style, 8) * rng.uniform(0.5, 3.0)
    relative = multiplicative or bool(rng.random() < 0.3)
    size = 1.0 if relative else w_max
    return {
        "rule": "multiplicative" if multiplicative else "additive",
        "amplitude": "relative" if relative else "absolute",
        "a_plus": rng.uniform(0.005, 0.2) * size,
        "a_minus": rng.uniform(0.005, 0.2) * size,
        "tau_plus": rng.uniform(5.0, 40.0),
        "tau_minus": rng.uniform(5.0, 40.0),
        "w_min": w_max * (0.1 if rng.random() < 0.3 else 0.0),
        "w_max": w_max,
    }


def _plastic(
    rng: np.random.Generator,
    style: _Style,
    sizes: dict[str, int],
    ends: tuple[str, str, str],
    rule: dict[str, Any],
) -> Projection:
    source, target, receptor = ends
    pairs = _pairs(rng, style, sizes[source], sizes[target], once=True)
    count = len(pairs.sources)
    weights = rng.uniform(rule["w_min"], rule["w_max"], count)
    synapse = PairSTDP(
        weight=weights, delay=_delays(rng, style, count, recurrent=source == target), **rule
    )
    return Projection(source, target, pairs, synapse, receptor)
