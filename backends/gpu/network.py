"""A discretised plan as tensors, and one step of it; the order of work is the engine's.

Everything has a leading batch dimension. Weights are an argument of the step, so that they can
change or be trained; nothing is changed in place, so that gradients flow through a whole run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neuro.backends.gpu.cells import STEPS, Fire, State
from neuro.engine.network import CellGroup, EngineNetwork, SynapseGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Synapses:
    """The synapses of one projection.

    Parameters
    ----------
    source : int
        Position among all sources: inputs first, then populations.
    target, receptor : int
        Where weights arrive.
    sources, columns : Tensor of int64, shape (synapses,)
        Source of each synapse; its target and delay as one index into what is under way.
    weights : Tensor, shape (synapses,)
        Initial weights.
    """

    source: int
    target: int
    receptor: int
    sources: Tensor
    columns: Tensor
    weights: Tensor


@dataclass(slots=True, kw_only=True)
class Flow:
    """What changes from step to step, but for learning.

    Parameters
    ----------
    cells : list of dict
        State variables of each population, shape (batch, neurons) each.
    arrivals : list of Tensor, shape (batch, receptors, slots, neurons)
        What is under way; slot 0 belongs to the next step.
    """

    cells: list[State]
    arrivals: list[Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchNetwork:
    """A network as tensors on one device."""

    built: EngineNetwork
    device: torch.device
    dtype: torch.dtype
    constants: tuple[dict[str, Tensor], ...]
    synapses: tuple[Synapses, ...]

    @property
    def weights(self) -> list[Tensor]:
        """The initial weights of every projection."""
        return [item.weights for item in self.synapses]

    def start(self, batch: int) -> Flow:
        """Return the state at time zero, for a number of samples."""
        cells = []
        arrivals = []
        for group in self.built.cells:
            initial = group.kernel.initial(group.population)
            cells.append({name: self._rows(values, batch) for name, values in initial.items()})
            shape = batch, len(group.population.receptors), group.slots, group.population.size
            arrivals.append(torch.zeros(shape, dtype=self.dtype, device=self.device))
        return Flow(cells=cells, arrivals=arrivals)

    def update(self, flow: Flow, fire: Fire) -> tuple[Flow, list[Tensor]]:
        """Advance all cells by one step; return who fired, shape (batch, neurons) each."""
        cells, spikes, arrivals = [], [], []
        for position, group in enumerate(self.built.cells):
            step = STEPS[group.population.cell, self.built.plan.semantics]
            due = flow.arrivals[position]
            state, spiked = step(flow.cells[position], due[:, :, 0], self.constants[position], fire)
            cells.append(state)
            spikes.append(spiked)
            arrivals.append(torch.cat((due[:, :, 1:], torch.zeros_like(due[:, :, :1])), dim=2))
        return Flow(cells=cells, arrivals=arrivals), spikes

    def deliver(self, flow: Flow, number: int, spikes: Tensor, weights: Tensor) -> None:
        """Send the spikes of the sources of one projection.

        Parameters
        ----------
        flow : Flow
            After `update`; what is under way is replaced.
        number : int
            Position of the projection.
        spikes : Tensor, shape (batch, sources)
            How often each source fires.
        weights : Tensor, shape (synapses,) or (batch, synapses)
            Of the projection.
        """
        item = self.synapses[number]
        if not item.sources.numel():
            return
        due = flow.arrivals[item.target]
        sent = spikes[:, item.sources] * weights
        receptor = due[:, item.receptor].flatten(1).index_add(1, item.columns, sent)
        parts = list(due.unbind(1))
        parts[item.receptor] = receptor.view_as(parts[item.receptor])
        flow.arrivals[item.target] = torch.stack(parts, dim=1)

    def tensor(self, values: Any) -> Tensor:
        """Return numbers on the device, in the network's precision."""
        return torch.as_tensor(np.asarray(values), dtype=self.dtype, device=self.device)

    def _rows(self, values: Any, batch: int) -> Tensor:
        return self.tensor(values).expand(batch, -1).clone()


def tensors(built: EngineNetwork, device: torch.device, dtype: torch.dtype) -> TorchNetwork:
    """Put a network on a device."""
    return TorchNetwork(
        built=built,
        device=device,
        dtype=dtype,
        constants=tuple(_constants(group, device, dtype) for group in built.cells),
        synapses=tuple(_synapses(item, built.cells, device, dtype) for item in built.synapses),
    )


def _constants(group: CellGroup, device: torch.device, dtype: torch.dtype) -> dict[str, Tensor]:
    return {
        name: torch.as_tensor(np.asarray(value, dtype=np.float64), dtype=dtype, device=device)
        for name, value in group.constants.items()
        if value is not None
    }


def _synapses(
    item: SynapseGroup, cells: Sequence[CellGroup], device: torch.device, dtype: torch.dtype
) -> Synapses:
    size = cells[item.target].population.size
    counts = np.diff(item.offsets)
    sources = np.repeat(np.arange(counts.size), counts)
    # Slot 0 is the step after this one, to which a delay of one step leads.
    delays = np.broadcast_to(np.asarray(item.delay_steps, dtype=np.int64), sources.shape)
    columns = (delays - 1) * size + item.targets.astype(np.int64)
    weights = np.broadcast_to(np.asarray(item.weights, dtype=np.float64), sources.shape)
    return Synapses(
        source=item.source,
        target=item.target,
        receptor=item.receptor,
        sources=torch.as_tensor(sources, device=device),
        columns=torch.as_tensor(columns, device=device),
        weights=torch.as_tensor(weights.copy(), dtype=dtype, device=device),
    )
