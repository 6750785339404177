"""The engine on tensors: one sample for `advance`, all samples side by side for `batch`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuro.backends.gpu.cells import heaviside
from neuro.backends.gpu.learning import Learning, fresh, learn, rule_of
from neuro.backends.gpu.network import Flow, TorchNetwork
from neuro.engine import Engine, Recording, TraceProbe
from neuro.engine.counting import batched, counted
from neuro.engine.interface import Batch, FloatArray, IntArray, Spikes


@dataclass(slots=True, kw_only=True)
class World:
    """The state between two steps of a number of samples.

    Parameters
    ----------
    step : int
        Steps done so far.
    flow : Flow
        Cells and what is under way.
    learning : list of Learning or None
        One entry for each projection.
    recent : list of Tensor, shape (history, batch, neurons)
        Spikes of each population in the last steps, oldest first.
    """

    step: int
    flow: Flow
    learning: list[Learning | None]
    recent: list[Tensor]


class TorchEngine(Engine):
    """A network on a device of PyTorch.

    Parameters
    ----------
    network : TorchNetwork
        What runs.
    """

    def __init__(self, network: TorchNetwork) -> None:
        precision = str(network.dtype).removeprefix("torch.")
        self._network = network
        self._plan = network.built.plan
        self._rules = [rule_of(network, number) for number in range(len(network.synapses))]
        self._world = self._begin()
        self.kind = f"torch {precision}"
        self.description = f"PyTorch {torch.__version__}, {network.device.type}, {precision}"

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._world.step

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of steps; see `Engine.advance`."""
        fired, traces = self._run(self._world, steps, [inputs], probes)
        return counted(self._plan, [*inputs, *fired[0]], traces)

    def weights(self, projection: int) -> FloatArray:
        """Return the current weights of a plastic projection."""
        state = self._world.learning[projection]
        assert state is not None, "the projection is not plastic"
        return _array(state.weights[0]).astype(np.float64)

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run all samples side by side; see `Engine.batch`."""
        first = self._world.step
        if not samples:
            return batched(self._plan, [], first, steps, bins)
        fired, _ = self._run(_expanded(self._world, len(samples)), steps, samples, ())
        recordings = [
            counted(self._plan, [*inputs, *spikes])
            for inputs, spikes in zip(samples, fired, strict=True)
        ]
        return batched(self._plan, recordings, first, steps, bins)

    def reset(self) -> None:
        """Return to time zero."""
        self._world = self._begin()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return the state as arrays by name."""
        named = {name: _array(value) for name, value in _parts(self._world).items()}
        return {"step": np.array([self._world.step]), **named}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from a snapshot."""
        world = self._begin()
        for name, old in _parts(world).items():
            values = np.asarray(arrays[name])
            if values.shape != tuple(old.shape) or values.dtype != _array(old).dtype:
                raise ValueError(f"array {name} has another shape or type")
            old.copy_(torch.as_tensor(values))
        world.step = int(arrays["step"][0])
        self._world = world

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: no counts beside the common ones are kept."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable."""
        for position, cell in enumerate(self._world.flow.cells):
            for variable, values in cell.items():
                if not bool(torch.isfinite(values).all()):
                    return position, variable
        return None

    def _begin(self) -> World:
        network = self._network
        return World(
            step=0,
            flow=network.start(1),
            learning=[
                None if rule is None else fresh(network, number, 1)
                for number, rule in enumerate(self._rules)
            ],
            recent=[
                network.tensor(np.zeros((network.built.history, 1, item.size)))
                for item in self._plan.populations
            ],
        )

    @torch.no_grad()
    def _run(
        self,
        world: World,
        steps: int,
        samples: Sequence[Sequence[Spikes]],
        probes: Sequence[TraceProbe],
    ) -> tuple[list[list[Spikes]], list[tuple[IntArray, FloatArray]]]:
        """Run on; return the spikes of all populations by sample, and the traces."""
        feeds = [
            _Feed(self._network, item.size, [sample[position] for sample in samples])
            for position, item in enumerate(self._plan.inputs)
        ]
        fired: list[list[tuple[int, Tensor]]] = [[] for _ in self._plan.populations]
        traces: list[list[tuple[int, FloatArray]]] = [[] for _ in probes]
        if world.step == 0:
            silent = [item.new_zeros(item.shape[1:]) for item in self._silence(len(samples))]
            self._transmit(world, [*(feed.at(-1) for feed in feeds), *silent])
        for _ in range(steps):
            for probe, kept in zip(probes, traces, strict=True):
                if world.step % probe.interval == 0:
                    values = _array(world.flow.cells[probe.population][probe.variable][0])
                    kept.append((world.step, values[probe.indices].astype(np.float64)))
            world.flow, spikes = self._network.update(world.flow, heaviside)
            for log, who in zip(fired, spikes, strict=True):
                log.append((world.step, who.nonzero()))
            self._transmit(world, [*(feed.at(world.step) for feed in feeds), *spikes])
            if self._network.built.history:
                world.recent = [
                    torch.cat((old[1:], who[None]))
                    for old, who in zip(world.recent, spikes, strict=True)
                ]
            world.step += 1
        by_population = [_spikes(log, len(samples)) for log in fired]
        found = [[spikes[number] for spikes in by_population] for number in range(len(samples))]
        return found, [_trace(kept, probe) for kept, probe in zip(traces, probes, strict=True)]

    def _silence(self, batch: int) -> list[Tensor]:
        return [
            self._network.tensor(np.zeros((1, batch, item.size))) for item in self._plan.populations
        ]

    def _transmit(self, world: World, spikes: Sequence[Tensor]) -> None:
        """Send the spikes of one step, and let plastic synapses learn."""
        network = self._network
        for number, (item, rule) in enumerate(zip(network.synapses, self._rules, strict=True)):
            state = world.learning[number]
            if rule is None or state is None:
                network.deliver(world.flow, number, spikes[item.source], item.weights)
                continue
            recent = world.recent[item.target]
            now = spikes[len(self._plan.inputs) + item.target]
            delays = rule.constants.delays.tolist()
            posts = torch.stack([recent[-delay] if delay else now for delay in delays], dim=1)

            def send(fires: Tensor, weights: Tensor, number: int = number) -> None:
                network.deliver(world.flow, number, fires, weights)

            learn(rule, state, spikes[item.source], posts, send)


class _Feed:
    """The spikes of one input, of all samples, step by step."""

    def __init__(self, network: TorchNetwork, size: int, samples: Sequence[Spikes]) -> None:
        self._network = network
        self._shape = len(samples), size
        steps = np.concatenate([steps for steps, _ in samples])
        places = np.concatenate([number * size + of for number, (_, of) in enumerate(samples)])
        order = np.argsort(steps, kind="stable")
        self._steps, self._places = steps[order], places[order]

    def at(self, step: int) -> Tensor:
        """Return how often each source fires in a step, shape (batch, sources)."""
        begin, end = np.searchsorted(self._steps, (step, step + 1))
        length = self._shape[0] * self._shape[1]
        counts = np.bincount(self._places[begin:end], minlength=length)
        return self._network.tensor(counts.reshape(self._shape))


def _parts(world: World) -> dict[str, Tensor]:
    """Name all tensors of a state."""
    parts = {f"population{p}.recent": recent for p, recent in enumerate(world.recent)}
    for p, (cell, arrivals) in enumerate(zip(world.flow.cells, world.flow.arrivals, strict=True)):
        parts |= {f"population{p}.{name}": values for name, values in cell.items()}
        parts[f"population{p}.arrivals"] = arrivals
    for number, state in enumerate(world.learning):
        if state is not None:
            members = {"weights": state.weights, "pre": state.pre, "post": state.post}
            parts |= {f"projection{number}.{name}": values for name, values in members.items()}
    return parts


def _expanded(world: World, batch: int) -> World:
    """Return independent copies of a single sample, side by side."""

    def rows(values: Tensor, dim: int = 0) -> Tensor:
        return values.repeat_interleave(batch, dim=dim)

    return World(
        step=world.step,
        flow=Flow(
            cells=[{name: rows(item) for name, item in cell.items()} for cell in world.flow.cells],
            arrivals=[rows(item) for item in world.flow.arrivals],
        ),
        learning=[
            state
            and Learning(weights=rows(state.weights), pre=rows(state.pre), post=rows(state.post))
            for state in world.learning
        ],
        recent=[rows(item, 1) for item in world.recent],
    )


def _spikes(log: Sequence[tuple[int, Tensor]], batch: int) -> list[Spikes]:
    """Turn the spikes of one population into steps and indices by sample."""
    places = [_array(who) for _, who in log]
    steps = np.repeat([step for step, _ in log], [len(place) for place in places]).astype(np.int64)
    table = np.concatenate([np.zeros((0, 2), dtype=np.int64), *places])
    return [
        (steps[table[:, 0] == number], table[table[:, 0] == number, 1]) for number in range(batch)
    ]


def _trace(
    kept: Sequence[tuple[int, FloatArray]], probe: TraceProbe
) -> tuple[IntArray, FloatArray]:
    values = np.array([row for _, row in kept], dtype=np.float64)
    steps = np.array([step for step, _ in kept], dtype=np.int64)
    return steps, values.reshape(len(kept), probe.indices.size)


def _array(values: Tensor) -> NDArray[Any]:
    found: NDArray[Any] = values.detach().cpu().numpy()
    return found
