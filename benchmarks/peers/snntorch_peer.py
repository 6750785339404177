"""snnTorch on W2: `Leaky` cells, all samples at once.

`RLeaky` would do the recurrence itself, but computes its product twice a step when cells reset to
zero, so the product is written out.
"""

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
        import snntorch
        import torch
    products.prepare(torch, options)
    with clock.phase("set-up"):
        tensors = products.tensors(torch, workload)
        beta = torch.tensor(workload.beta, dtype=torch.float32)
        cells = snntorch.Leaky(beta, threshold=workload.threshold, reset_mechanism="zero")
    with clock.phase("compile"):
        _run(torch, cells, tensors, WARM_UP)
    with clock.phase("run"):
        recorded = _run(torch, cells, tensors, workload.steps)
    with clock.phase("read-out"):
        steps, indices = products.table(recorded)
    return Outcome(
        steps=steps,
        indices=indices,
        versions={"snntorch": snntorch.__version__, "torch": torch.__version__},
    )


def _run(torch: Any, cells: Any, tensors: products.Tensors, steps: int) -> Any:
    spikes = potential = tensors.silent
    recorded = []
    for step in range(steps):
        spikes, potential = cells(products.current(tensors, step, spikes), potential)
        recorded.append(spikes)
    return torch.stack(recorded)
