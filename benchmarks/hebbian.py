"""How fast binary clustered memories learn, store and recall, beside dense matrices and torchhd.

``python -m benchmarks.hebbian`` measures CPU seconds on one core at 8 clusters of 256 units, each
side in a process of its own. Peers that are not installed are said to be missing.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.rounds import failure, run_module

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLUSTERS, SIZE, MESSAGES, QUERIES = 8, 256, 15_000, 15_000
EPS = 0.2
CLEAN, NOISY = 7, 50
SNAP = 0.02
UNITS = CLUSTERS * SIZE
CASES = ("learn, 7 clean steps", "learn, 50 noisy steps", "store cliques", "recall half", "error")
NEEDED = {
    "learn, 7 clean steps": "at least 2600/s",
    "learn, 50 noisy steps": "at least 350/s",
    "store cliques": "at least 700000/s",
    "recall half": "at most 5 us",
    "error": "about 0.02",
}
PEERS = ("neuro", "neuro in NumPy", "dense NumPy", "dense torch", "torchhd")

HELP = """Time noisy Hebbian learning, clique storage and recall of half-erased messages.

Learning and storing in messages a second, recall in microseconds a cue, medians of the rounds.
torchhd compares a cue with every stored message, which is the same task in another memory. Dense
learning maps all weights in each step and is measured over two steps.

\b
Examples:
  python -m benchmarks.hebbian
  python -m benchmarks.hebbian --rounds 5 --peer neuro --peer "dense torch"
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=HELP)
def hebbian(
    rounds: Annotated[int, typer.Option(min=1, help="Times that each side runs.")] = 3,
    peer: Annotated[list[str] | None, typer.Option(help="Who runs; default all.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one process.")] = 300,
    child: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the rounds and print the table; as a child, measure one side and print a JSON line."""
    if child is not None:
        typer.echo(json.dumps(MEASURES[child]()))
        return
    from neuro.cli.output import print_table

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    names = peer or PEERS
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    reasons: dict[str, str] = {}
    for _ in range(rounds):
        for name in names:
            if name not in reasons:
                measured, reason = _measured(name, timeout)
                found[name].append(measured)
                reasons.update({name: reason} if reason else {})
    rows = [
        (case, *(_shown(found[name], case, reasons.get(name, "")) for name in names), NEEDED[case])
        for case in CASES
    ]
    print_table(
        f"{CLUSTERS} clusters of {SIZE}, {MESSAGES} messages", ("case", *names, "asked for"), rows
    )


def messages_and_cues() -> tuple["NDArray[np.int64]", "NDArray[np.int64]"]:
    """Return the messages, and the first of them with half of the letters erased."""
    import numpy as np

    messages = np.random.default_rng(1).integers(0, SIZE, (MESSAGES, CLUSTERS))
    cues = messages[:QUERIES].copy()
    cues[:, CLUSTERS // 2 :] = -1
    return messages, cues


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return CPU seconds, and what was computed."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def neuro_side(
    kernels: Any = "fastest", learned: int = 2000, queries: int = QUERIES
) -> dict[str, float]:
    """Measure this package; fewer messages and cues where it is slow."""
    from neuro.memories import CliqueMemory, HebbianParameters, NoisyHebbianMemory, Topology

    messages, cues = messages_and_cues()
    found = {}
    for case, steps, noise in (
        ("learn, 7 clean steps", CLEAN, {"p_erase": 0.0, "p_insert": 0.0}),
        ("learn, 50 noisy steps", NOISY, {}),
    ):
        memory = NoisyHebbianMemory(HebbianParameters(eps=EPS, **noise), kernels=kernels)
        count = learned if steps == CLEAN else max(1, learned // 4)
        spent, _ = seconds(lambda m=memory, n=count, t=steps: m.store(messages[:n], steps=t))
        found[case] = count / spent
    cliques = CliqueMemory(Topology(n_clusters=CLUSTERS, cluster_size=SIZE), kernels=kernels)
    spent, _ = seconds(lambda: cliques.store(messages))
    found["store cliques"] = MESSAGES / spent
    spent, recall = seconds(lambda: cliques.recall(cues[:queries], "sum_of_max", iterations=8))
    found["recall half"] = 1e6 * spent / queries
    found["error"] = 1 - float(recall.exact(messages[:queries]).mean())
    return found


def dense_numpy() -> dict[str, float]:
    """Measure plain matrices of floats in NumPy."""
    import numpy as np

    def consolidate(weights: Any) -> Any:
        inner = np.clip(weights, SNAP, 1 - SNAP)
        mapped = 0.5 + 0.5 * np.tanh(np.tan(np.pi * inner - np.pi / 2))
        return np.where(weights < SNAP, 0, np.where(weights > 1 - SNAP, 1, mapped))

    return _dense(np, consolidate, lambda array: array)


def dense_torch() -> dict[str, float]:
    """Measure plain tensors of floats in PyTorch."""
    import torch

    torch.set_num_threads(1)

    def consolidate(weights: Any) -> Any:
        inner = weights.clamp(SNAP, 1 - SNAP)
        mapped = 0.5 + 0.5 * torch.tanh(torch.tan(torch.pi * inner - torch.pi / 2))
        return torch.where(weights < SNAP, 0.0, torch.where(weights > 1 - SNAP, 1.0, mapped))

    return _dense(torch, consolidate, torch.from_numpy)


def _dense(
    library: Any, consolidate: Callable[[Any], Any], given: Callable[[Any], Any]
) -> dict[str, float]:
    """Learn, store and recall (sum-of-sum, four rounds) with a full matrix of 32-bit floats."""
    import numpy as np

    messages, _ = messages_and_cues()
    units = messages + np.arange(CLUSTERS) * SIZE
    allowed = given((np.arange(UNITS)[:, None] // SIZE != np.arange(UNITS) // SIZE).astype("f4"))
    weights = given(np.zeros((UNITS, UNITS), dtype="f4"))
    active = given(np.zeros(UNITS, dtype="f4"))
    active[given(units[0])] = 1.0

    def learn() -> None:
        nonlocal weights
        for _ in range(2):
            weights = consolidate(weights + EPS * allowed * (active[:, None] * active[None, :]))

    spent, _ = seconds(learn)
    stored = np.zeros((UNITS, UNITS), dtype="f4")

    def store() -> None:
        for one in range(CLUSTERS):
            for other in range(CLUSTERS):
                if one != other:
                    stored[units[:, one], units[:, other]] = 1.0

    storing, _ = seconds(store)
    links, count = given(stored), 2000
    state = np.zeros((count, UNITS), dtype="f4")
    half = CLUSTERS // 2
    state[np.arange(count)[:, None], units[:count, :half]] = 1.0

    def recall() -> Any:
        v = given(state)
        for _ in range(4):
            h = (v + v @ links).reshape(count, CLUSTERS, SIZE)
            top = library.amax(h, 2)[:, :, None]
            v = given(np.asarray((h == top) & (h > 0)).astype("f4")).reshape(count, -1)
        return np.asarray(v)

    recalling, answer = seconds(recall)
    right = np.zeros_like(state)
    right[np.arange(count)[:, None], units[:count]] = 1.0
    return {
        "learn, 7 clean steps": 2 / spent / CLEAN,
        "learn, 50 noisy steps": 2 / spent / NOISY,
        "store cliques": MESSAGES / storing,
        "recall half": 1e6 * recalling / count,
        "error": 1 - float((answer == right).all(axis=1).mean()),
    }


def torchhd_side() -> dict[str, float]:
    """Measure similarity with every stored message, which torchhd offers."""
    import numpy as np
    import torch
    import torchhd

    torch.set_num_threads(1)
    messages, _ = messages_and_cues()
    units, count = messages + np.arange(CLUSTERS) * SIZE, 200

    def hot(rows: Any) -> Any:
        state = np.zeros((len(rows), UNITS), dtype="f4")
        state[np.arange(len(rows))[:, None], rows] = 1.0
        return torchhd.MAPTensor(torch.from_numpy(state).as_subclass(torchhd.MAPTensor))

    storing, memory = seconds(lambda: hot(units))
    cues = hot(units[:count, : CLUSTERS // 2])
    spent, answers = seconds(lambda: torchhd.dot_similarity(cues, memory).argmax(dim=1))
    right = (messages[np.asarray(answers)] == messages[:count]).all(axis=1)
    return {
        "store cliques": MESSAGES / storing,
        "recall half": 1e6 * spent / count,
        "error": 1 - float(right.mean()),
    }


MEASURES: dict[str, Callable[[], dict[str, float]]] = {
    "neuro": neuro_side,
    "neuro in NumPy": lambda: neuro_side("reference", 40, 2000),
    "dense NumPy": dense_numpy,
    "dense torch": dense_torch,
    "torchhd": torchhd_side,
}


def _measured(name: str, timeout: float) -> tuple[dict[str, float], str]:
    """Return one side's figures, or why there are none."""
    try:
        code, out, error = run_module("benchmarks.hebbian", ["--child", name], timeout=timeout)
    except subprocess.TimeoutExpired:
        return {}, f"more than {timeout:g} s"
    if code:
        return {}, "missing" if "ModuleNotFoundError" in error else failure(error)
    measured: dict[str, float] = json.loads(out)
    return measured, ""


def _shown(measured: list[dict[str, float]], case: str, reason: str) -> str:
    if reason:
        return reason
    values = [item[case] for item in measured if case in item]
    return f"{median(values):.3g}" if values else "other task"


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.hebbian")
