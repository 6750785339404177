"""Training through spikes: the same run forward, a surrogate gradient backward."""

import numpy as np
import pytest
import torch
from small_networks import small
from snntorch import surrogate

from neuro import lower, simulate
from neuro.backends.gpu.module import SpikingModule
from neuro.errors import UnsupportedError, ValidationError
from neuro.ir import (
    AllToAll,
    DiscreteLIF,
    Network,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

STEPS, CHANNELS, CLASSES = 20, 12, 2
SHAPES = (CHANNELS, 16), (16, CLASSES)


def classifier(weights_in, weights_out, times=(), indices=()) -> Network:
    """Return two layers of discrete-time cells."""
    cell = DiscreteLIF(decay=0.8, threshold=1.0)
    return Network(
        name="classifier",
        dt=1.0,
        semantics="tick",
        populations=[Population("hidden", 16, cell), Population("out", CLASSES, cell)],
        inputs=[SpikeArray(name="in", size=CHANNELS, times=times, indices=indices)],
        projections=[
            Projection("in", "hidden", AllToAll(), Static(weight=weights_in, delay=1.0), "input"),
            Projection("hidden", "out", AllToAll(), Static(weight=weights_out, delay=1.0), "input"),
        ],
        probes=[Probe(population="hidden"), Probe(population="out")],
    )


def trials(rng: np.random.Generator, count: int):
    """Return spikes in which one half of the channels, the class, fires more than the other."""
    labels = rng.integers(0, CLASSES, count)
    half = np.arange(CHANNELS) * CLASSES // CHANNELS
    rates = np.where(half[None] == labels[:, None], 0.3, 0.1)
    spikes = rng.random((STEPS, count, CHANNELS)) < rates
    return torch.as_tensor(spikes, dtype=torch.float32), torch.as_tensor(labels)


def test_surrogate_gradients_train_a_network_that_then_runs_on_the_cpu():
    rng = np.random.default_rng(7)
    first = classifier(rng.normal(0, 0.3, SHAPES[0]), rng.normal(0, 0.3, SHAPES[1]))
    module = SpikingModule(lower(first), surrogate.fast_sigmoid(slope=10))
    optimiser = torch.optim.Adam(module.parameters(), lr=0.02)

    def counts(spikes):
        return module({"in": spikes})["out"].sum(0)

    spikes, labels = trials(rng, 200)
    before = (counts(spikes).argmax(1) == labels).float().mean()
    for _ in range(40):
        batch, wanted = trials(rng, 64)
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(counts(batch), wanted)
        loss.backward()
        optimiser.step()
    after = (counts(spikes).argmax(1) == labels).float().mean()
    # Chance is 0.5; of 200 trials, 0.85 is ten standard deviations away.
    assert before < 0.75 and after > 0.85
    weights = [
        part.reshape(shape) for part, shape in zip(module.trained().values(), SHAPES, strict=True)
    ]
    steps, channels = np.nonzero(spikes[:, 0].numpy())
    network = classifier(*weights, times=steps * 1.0, indices=channels)
    ours = simulate(network, float(STEPS))
    trained = module({"in": spikes[:, :1]})
    assert trained["hidden"].sum() > 0
    for name, trains in ours.spikes.items():
        fired = np.argwhere(trained[name][:, 0].detach().numpy())
        assert np.array_equal(np.column_stack((trains.ticks(1.0), trains.indices)), fired)


def test_gradient_of_a_weight_is_the_surrogate_times_its_spikes():
    network = Network(
        name="one",
        dt=1.0,
        populations=[Population("a", 1, DiscreteLIF(decay=0.5, threshold=1.0))],
        inputs=[SpikeArray(name="in", size=1)],
        projections=[Projection("in", "a", AllToAll(), Static(weight=0.4, delay=1.0), "input")],
    )
    module = SpikingModule(lower(network), surrogate.fast_sigmoid(slope=10), dtype=torch.float64)
    inputs = torch.tensor([1.0, 0.0], dtype=torch.float64).reshape(2, 1, 1)
    module({"in": inputs})["a"].sum().backward()
    # u = w in the second step, so d spike/dw = 1 / (1 + 10 |0.4 - 1|)^2 = 1/49.
    assert module.weights[0].grad.item() == pytest.approx(1 / 49)


def test_plastic_networks_and_wrong_inputs_are_refused():
    with pytest.raises(UnsupportedError, match="learns by a rule of its own"):
        SpikingModule(lower(small(plastic="additive")), surrogate.fast_sigmoid())
    module = SpikingModule(lower(small()), surrogate.fast_sigmoid())
    with pytest.raises(ValidationError, match="'drive': 8, 'array': 2"):
        module({"array": torch.zeros(3, 1, 5)})
    with pytest.raises(ValidationError, match="0 numbers of steps"):
        module({})
