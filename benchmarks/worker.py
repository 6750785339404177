"""One measurement in a process of its own: prints one JSON line, a `Report`.

``python -m benchmarks.worker --workload W1 --peer nest --size 4000``. Whatever a simulator prints
goes to standard error. Nothing heavy is imported before threads are set.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.measure import Options, Report
    from benchmarks.workloads import Case

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def main() -> None:
    """Take the measurement that the arguments ask for."""
    arguments = _arguments()
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(arguments.threads)))
    # A forced kernel slows NumPy (1.7 times on W2, AVX2 for AVX-512) and would flatter neuro.
    os.environ.pop("OPENBLAS_CORETYPE", None)
    # Simulators print from C too: the line goes to the real standard output, the rest to stderr.
    channel = os.dup(1)
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as temporary:
        report = _report(arguments, Path(arguments.scratch or temporary))
    with os.fdopen(channel, "w") as stream:
        stream.write(json.dumps(report.as_dict()) + "\n")


def _arguments() -> argparse.Namespace:
    # argparse, not typer: what the worker imports counts in the memory of the peer.
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("--workload", required=True, help="W1, W2 or W3")
    parser.add_argument("--peer", required=True, help="who runs it")
    parser.add_argument("--size", type=int, help="neurons of W1, samples of W2")
    parser.add_argument("--steps", type=int, help="length of the run, or of one sample")
    parser.add_argument("--precision", default="float64", choices=("float64", "float32"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scratch", help="folder for generated code; default a temporary one")
    return parser.parse_args()


def _report(arguments: argparse.Namespace, scratch: Path) -> "Report":
    from benchmarks.measure import NotYetError, Options, Report
    from benchmarks.workloads import CASES, Case

    usual = CASES[arguments.workload][0]
    case = Case(
        workload=arguments.workload,
        size=arguments.size or usual.size,
        steps=arguments.steps or usual.steps,
    )
    options = Options(precision=arguments.precision, threads=arguments.threads, scratch=scratch)
    try:
        return _measure(case, arguments.peer, options)
    except NotYetError as error:
        return Report(status="not yet", reason=str(error))
    except ImportError as error:
        return Report(status="missing", reason=f"{error.name or arguments.peer} is not installed")


def _measure(case: "Case", peer: str, options: "Options") -> "Report":
    from benchmarks import checks
    from benchmarks.measure import Clock, NotYetError, Report, peak_memory
    from benchmarks.peers import load_peer
    from benchmarks.workloads import build

    module = load_peer(peer)
    if case.workload not in module.WORKLOADS:
        raise NotYetError(f"{peer} does not run {case.workload}")
    workload = build(case)
    before = peak_memory()
    clock = Clock()
    outcome = module.measure(workload, options, clock)
    verdict = checks.verdict(case, options.precision, outcome)
    return Report(
        status=verdict.status,
        check=verdict.check,
        reason=verdict.reason,
        phases={name: {"wall": span.wall, "cpu": span.cpu} for name, span in clock.spans.items()},
        memory=max(clock.memory, outcome.memory),
        memory_before=before,
        spikes=int(outcome.steps.size),
        digest=checks.digest(outcome.steps, outcome.indices),
        figures=checks.figures(workload, outcome),
        extras=outcome.extras,
        versions={**_platform(), **outcome.versions},
    )


def _platform() -> dict[str, str]:
    """Return Python, NumPy and the linear algebra that NumPy uses, with its threads and kernel."""
    import platform

    import numpy as np

    found = {"python": platform.python_version(), "numpy": np.__version__}
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return found
    pools: list[dict[str, Any]] = threadpool_info()
    found["blas"] = ", ".join(
        f"{pool['internal_api']} {pool['version']}, {pool.get('architecture', 'unknown kernel')}, "
        f"{pool['num_threads']} thread(s)"
        for pool in pools
        if pool["user_api"] == "blas"
    )
    return found


if __name__ == "__main__":
    main()
