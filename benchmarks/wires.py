"""How fast wires are solved: beside badcrossbar, and against what the specification asks for.

``python -m benchmarks.wires`` measures CPU seconds on one core, each side in a process of its own.
A ratio counts only if the column currents agree.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.rounds import failure, run_module

SIZE, VECTORS = 128, 256
AGREEMENT = 1e-6
RATIOS = {"256 vectors": 9.0, "next 256 vectors": 1000.0, "single vector": 25.0}
LIMITS = {
    "effective conductance, 64 x 64": 30.0,
    "effective conductance, 128 x 128": 130.0,
    "effective conductance, 256 x 256": 700.0,
    "next 256 vectors, 256 x 256": 2.0,
    "single vector, 128 x 128": 15.0,
    "single vector, 256 x 256": 80.0,
    "single vector, sinh cells, 128 x 128": 26.0,
}
"""CPU milliseconds; specs, crossbar_nladc section 3.6."""

HELP = """Time the solvers for wires, in CPU seconds on one core, medians of the rounds.

badcrossbar is asked for column currents alone, which is the least that it can be asked for.

\b
Examples:
  python -m benchmarks.wires
  python -m benchmarks.wires --rounds 5
  python -m benchmarks.wires --no-peer
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=HELP)
def wires(
    rounds: Annotated[int, typer.Option(min=1, help="Times that both sides run.")] = 3,
    peer: Annotated[bool, typer.Option(help="Run badcrossbar too.")] = True,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one process.")] = 300,
    child: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the rounds and print both tables; as a child, measure neuro once into a file."""
    if child is not None:
        typer.echo(json.dumps(measure(Path(child))))
        return
    from neuro.cli.output import print_table

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    reason = "" if peer else "not asked for"
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(_ours(Path(folder), timeout))
            if not reason:
                found, reason = _theirs(Path(folder), timeout)
                theirs.append(found)
    columns = ("case", "neuro ms", "badcrossbar ms", "ratio", "asked for", "deviation")
    print_table(f"{SIZE} x {SIZE}, 1 ohm", columns, list(_ratios(ours, theirs, reason)))
    columns = ("neuro alone", "ms", "at most")
    rows = [(name, f"{_middle(ours, name):.3g}", f"{most:g}") for name, most in LIMITS.items()]
    print_table("Against the specification", columns, rows)


def measure(folder: Path) -> dict[str, float]:
    """Solve everything with neuro; leave the array and its currents in the folder.

    Returns CPU milliseconds by case.
    """
    import numpy as np

    from neuro.backends.crossbar.devices import SinhConduction
    from neuro.backends.crossbar.wires import (
        OHM,
        Wires,
        effective_conductance,
        linear_operating_point,
        operating_point,
    )

    found = {}
    lines = Wires(row=1 * OHM, column=1 * OHM)
    for size in (64, SIZE, 256):
        rng = np.random.default_rng(size)
        cells = rng.uniform(1, 150, (size, size))
        voltages = rng.uniform(0, 200, (VECTORS, size))
        name = f"{size} x {size}"
        first, exact = _timed(lambda g=cells: effective_conductance(g, lines), 3)
        again, currents = _timed(lambda v=voltages, g=exact: v @ g, 20)
        single, point = _timed(
            lambda g=cells, v=voltages: linear_operating_point(g, v[0], lines), 5
        )
        found[f"effective conductance, {name}"] = first
        found[f"next {VECTORS} vectors, {name}"] = again
        found[f"single vector, {name}"] = single
        if size == SIZE:
            both = {"many": currents, "single": point.column_current}
            np.savez(folder / "ours.npz", **both)
            _write(folder / "arrays.npz", cells, voltages)
    bent, full = SinhConduction(voltage=250.0), np.full(SIZE, 200.0)
    uniform = np.full((SIZE, SIZE), 100.0)
    found[f"single vector, sinh cells, {SIZE} x {SIZE}"], _ = _timed(
        lambda: operating_point(uniform, full, lines, bent), 5
    )
    return found


def _timed(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the median of CPU milliseconds, and what was computed."""
    spans = []
    for _ in range(repeats):
        begun = time.process_time()
        result = work()
        spans.append(1e3 * (time.process_time() - begun))
    return median(spans), result


def _write(path: Path, cells: Any, voltages: Any) -> None:
    """Write the array twice: with all vectors, and with one."""
    import numpy as np

    members = {}
    for k, vectors in enumerate((voltages, voltages[:1])):
        members |= {f"conductance_{k}": cells, f"voltage_{k}": vectors}
        members[f"ohms_{k}"] = np.array([1.0, 1.0])
    np.savez(path, **members)


def _ours(folder: Path, timeout: float) -> dict[str, float]:
    words = ["--child", str(folder)]
    code, out, error = run_module("benchmarks.wires", words, timeout=timeout)
    if code:
        raise SystemExit(failure(error))
    found: dict[str, float] = json.loads(out)
    found["single vector"] = found[f"single vector, {SIZE} x {SIZE}"]
    found[f"next {VECTORS} vectors"] = found[f"next {VECTORS} vectors, {SIZE} x {SIZE}"]
    found[f"{VECTORS} vectors"] = (
        found[f"effective conductance, {SIZE} x {SIZE}"] + found[f"next {VECTORS} vectors"]
    )
    return found


def _theirs(folder: Path, timeout: float) -> tuple[dict[str, float], str]:
    """Return badcrossbar's milliseconds and largest relative deviation, or why there are none."""
    import numpy as np

    words = [str(folder / "arrays.npz"), str(folder / "theirs.npz")]
    try:
        code, _, error = run_module("benchmarks.wires_peer", words, timeout=timeout)
    except subprocess.TimeoutExpired:
        return {}, f"more than {timeout:g} s"
    if code:
        return {}, failure(error)
    with np.load(folder / "theirs.npz") as file, np.load(folder / "ours.npz") as own:
        many, single = (1e3 * float(file[f"seconds_{k}"]) for k in range(2))
        deviation = [
            float(np.max(np.abs(file["current_0"] / own["many"] - 1))),
            float(np.max(np.abs(file["current_1"] / own["single"] - 1))),
        ]
    found = {"256 vectors": many, "next 256 vectors": many, "single vector": single}
    return found | {"deviation": max(deviation)}, ""


def _ratios(
    ours: list[dict[str, float]], theirs: list[dict[str, float]], reason: str
) -> list[tuple[str, ...]]:
    """Return the rows of the comparison; ratios are taken within a round."""
    rows = []
    for name, least in RATIOS.items():
        own = f"{_middle(ours, name):.3g}"
        if reason:
            rows.append((name, own, reason, "", f"{least:g}", ""))
            continue
        deviation = max(item["deviation"] for item in theirs)
        ratio = median(b[name] / a[name] for a, b in zip(ours, theirs, strict=True))
        shown = f"{ratio:.3g}" if deviation <= AGREEMENT else "void"
        row = (name, own, f"{_middle(theirs, name):.4g}", shown, f"{least:g}", f"{deviation:.1e}")
        rows.append(row)
    return rows


def _middle(items: list[dict[str, float]], name: str) -> float:
    return median(item[name] for item in items)


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.wires")
