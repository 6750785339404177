"""norse on W2: `lif_box` cells, all samples at once.

norse moves a membrane by ``(1 - beta) (input - v)`` a step, so the weights are divided by 1 - beta;
the rounding of this changes some 20 of 272 000 spikes.
"""

from importlib.metadata import version
from typing import Any

from benchmarks.measure import Clock, Options, Outcome
from benchmarks.peers import torch_products as products
from benchmarks.workloads import Liquid

WORKLOADS = ("W2",)
PRECISIONS = ("float32",)

WARM_UP = 3
"""Steps before the clock starts: torch sets up its kernels at first use."""


def measure(workload: Liquid, options: Options, clock: Clock) -> Outcome:
    """Run all samples side by side."""
    with clock.phase("import"):
        import torch
        from norse.torch.functional import lif_box
    products.prepare(torch, options)
    with clock.phase("set-up"):
        rate = 1 - workload.beta
        tensors = products.tensors(torch, workload, 1 / rate)
        parameters = lif_box.LIFBoxParameters(
            tau_mem_inv=torch.tensor(rate), v_th=torch.tensor(workload.threshold)
        )
    with clock.phase("compile"):
        _run(torch, lif_box, parameters, tensors, WARM_UP)
    with clock.phase("run"):
        recorded = _run(torch, lif_box, parameters, tensors, workload.steps)
    with clock.phase("read-out"):
        steps, indices = products.table(recorded)
    return Outcome(
        steps=steps,
        indices=indices,
        versions={"norse": version("norse"), "torch": torch.__version__},
    )


def _run(torch: Any, lif_box: Any, parameters: Any, tensors: products.Tensors, steps: int) -> Any:
    spikes = tensors.silent
    state = lif_box.LIFBoxFeedForwardState(v=tensors.silent)
    recorded = []
    for step in range(steps):
        arriving = products.current(tensors, step, spikes)
        spikes, state = lif_box.lif_box_feed_forward_step(arriving, state, parameters, dt=1.0)
        recorded.append(spikes)
    return torch.stack(recorded)
