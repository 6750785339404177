"""A network as a PyTorch module: its weights are parameters, gradients flow through its spikes.

Forward it is the engine's run; backward the step function has the surrogate gradient that it is
given, such as those of snnTorch.

References
----------
.. [1] Neftci, Mostafa and Zenke, IEEE Signal Process. Mag. 36 (2019), doi:10.1109/MSP.2019.2931595
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from neuro.backends.gpu.cells import Fire
from neuro.backends.gpu.network import tensors
from neuro.engine import build
from neuro.errors import UnsupportedError, ValidationError
from neuro.plan import FloatArray, Plan


class SpikingModule(nn.Module):
    """A plan that can be trained.

    Parameters
    ----------
    plan : Plan
        Discretised, with static synapses.
    surrogate : callable
        From the distance to threshold to spikes, such as ``snntorch.surrogate.fast_sigmoid()``.
    device : torch.device or str, default "cpu"
        Where it runs.
    dtype : torch.dtype, default float32
        Of state and weights.

    Raises
    ------
    UnsupportedError
        If a projection is plastic.

    Examples
    --------
    A cell learns to answer its input: the weight of 0.4 has to rise above the threshold of 1.

    >>> from neuro import lower
    >>> from neuro.ir import AllToAll, DiscreteLIF, Network, Population, Projection
    >>> from neuro.ir import SpikeArray, Static
    >>> from snntorch import surrogate
    >>> synapse = Static(weight=0.4, delay=1.0)
    >>> network = Network(
    ...     name="one",
    ...     dt=1.0,
    ...     populations=[Population("a", 1, DiscreteLIF(decay=0.5, threshold=1.0))],
    ...     inputs=[SpikeArray(name="in", size=1)],
    ...     projections=[Projection("in", "a", AllToAll(), synapse, "input")],
    ... )
    >>> module = SpikingModule(lower(network), surrogate.fast_sigmoid(slope=10))
    >>> optimiser = torch.optim.SGD(module.parameters(), lr=1.0)
    >>> spikes = {"in": torch.ones(2, 1, 1)}
    >>> before = module(spikes)["a"].sum().item()
    >>> for _ in range(30):
    ...     optimiser.zero_grad()
    ...     (1 - module(spikes)["a"].sum()).square().backward()
    ...     optimiser.step()
    >>> before, module(spikes)["a"].sum().item(), bool(module.weights[0] > 1)
    (0.0, 1.0, True)
    """

    def __init__(
        self,
        plan: Plan,
        surrogate: Fire,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        for item in plan.projections:
            if item.plasticity is not None:
                raise UnsupportedError(
                    f"projection {item.name!r}",
                    "learns by a rule of its own",
                    limit="Static synapses are trained",
                    hint="Make it static",
                )
        self.plan = plan
        self.surrogate = surrogate
        self.network = tensors(build(plan), torch.device(device), dtype)
        # Names of projections hold characters that names of parameters may not.
        self.weights = nn.ParameterList(
            [nn.Parameter(item.clone()) for item in self.network.weights]
        )

    def forward(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run from time zero.

        Parameters
        ----------
        inputs : mapping of str to Tensor, shape (steps, batch, sources)
            How often each source of each input fires in each step; an input without an entry is
            silent.

        Returns
        -------
        dict of str to Tensor, shape (steps, batch, neurons)
            The spikes of each population, which carry gradients.

        Raises
        ------
        ValidationError
            If nothing is fed, or a name or shape is wrong.
        """
        steps, batch = self._checked(inputs)
        flow, sources = self.network.start(batch), self.plan.inputs
        recorded: list[list[Tensor]] = [[] for _ in self.plan.populations]
        for step in range(steps):
            flow, spikes = self.network.update(flow, self.surrogate)
            for kept, fired in zip(recorded, spikes, strict=True):
                kept.append(fired)
            fed = [inputs[item.name][step] if item.name in inputs else None for item in sources]
            fires = [*fed, *spikes]
            for number, item in enumerate(self.network.synapses):
                if (sent := fires[item.source]) is not None:
                    self.network.deliver(flow, number, sent, self.weights[number])
        names = [item.name for item in self.plan.populations]
        return {name: torch.stack(kept) for name, kept in zip(names, recorded, strict=True)}

    def trained(self) -> dict[str, FloatArray]:
        """Return the present weights of each projection, in the order of the plan's synapses."""
        return {
            item.name: weights.detach().cpu().numpy().astype(np.float64)
            for item, weights in zip(self.plan.projections, self.weights, strict=True)
        }

    def _checked(self, inputs: Mapping[str, Tensor]) -> tuple[int, int]:
        sizes = {item.name: item.size for item in self.plan.inputs}
        shapes = set()
        for name, spikes in inputs.items():
            if name not in sizes or spikes.shape[2:] != (sizes[name],):
                raise ValidationError(
                    f"input {name!r}",
                    f"a tensor of shape {tuple(spikes.shape)}",
                    limit=f"Known, with their sizes: {sizes}; shapes are (steps, batch, size)",
                )
            shapes.add((spikes.shape[0], spikes.shape[1]))
        if len(shapes) != 1:
            raise ValidationError(
                "inputs",
                f"{len(shapes)} numbers of steps and samples",
                limit="All inputs have the same, and there is at least one",
            )
        return shapes.pop()
