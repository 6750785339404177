"""How fast noisy reads of a crossbar are: beside drawing every device, and beside a peer.

``python -m benchmarks.crossbar_mvm`` reads 512 x 512 weights with a batch of 256 vectors, in CPU
seconds on one core, each side in a process of its own, in paired rounds.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.rounds import failure, run_module

SIZE, BATCH = 512, 256
REPEATS = 100
READ_NOISE = 0.01
TOLERANCE = 0.01
ASKED = {"every device": 50.0, "aihwkit-lightning": 1.0}
"""How many times faster neuro is to be; specs, crossbar_nladc section 8, test 8."""

HELP = """Time noisy matrix products on one core, in CPU milliseconds, medians of the rounds.

neuro draws one number for each output, with the exact variance of all devices of the column;
"every device" draws all of them for each vector. aihwkit-lightning 2.1.0 adds noise of one size to
every output, which it does in training mode only; it runs here without gradients, and with them.

The peer is found where it is installed, such as
  pip install --no-deps --target FOLDER aihwkit-lightning==2.1.0
with PYTHONPATH=FOLDER and PyTorch beside it.

\b
Examples:
  python -m benchmarks.crossbar_mvm
  python -m benchmarks.crossbar_mvm --rounds 15
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=HELP)
def crossbar_mvm(
    rounds: Annotated[int, typer.Option(min=1, help="Times that all sides run.")] = 5,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one process.")] = 120,
    child: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the rounds and print the table; as a child, measure one side."""
    if child is not None:
        typer.echo(json.dumps(SIDES[child]()))
        return
    from neuro.cli.output import print_table

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    measured: list[dict[str, float]] = []
    reasons: dict[str, str] = {}
    for _ in range(rounds):
        found: dict[str, float] = {}
        for side in SIDES:
            if side not in reasons:
                values, reason = _measured(side, timeout)
                found |= values
                if reason:
                    reasons[side] = reason
        measured.append(found)
    title = f"{SIZE} x {SIZE} weights, {BATCH} vectors, one core"
    columns = ("side", "ms", "times slower than neuro", "asked for")
    print_table(title, columns, list(_rows(measured, reasons)))


def neuro_side() -> dict[str, float]:
    """Time reads of a differential tile with proportional read noise, and without noise."""
    import numpy as np

    from neuro.backends.crossbar.devices import ProportionalReadNoise
    from neuro.backends.crossbar.tile import Tile

    hardware, options, weights, inputs = _case()
    noisy = _changed(hardware, ProportionalReadNoise(ratio=READ_NOISE))
    tile = Tile(weights, noisy, options)
    with_noise = _timed(lambda: tile.mvm(inputs), REPEATS)
    without = _timed(lambda: tile.mvm(inputs, read_noise=False), REPEATS)
    _check_noise(np.asarray([tile.mvm(inputs) for _ in range(8)]), tile, inputs)
    return {"neuro": with_noise, "neuro without noise": without}


def devices_side() -> dict[str, float]:
    """Time the same reads with a number for every device and vector."""
    import numpy as np

    _, _, weights, inputs = _case()
    rng = np.random.default_rng(2)
    plus = np.maximum(weights, 0).astype(np.float32)
    minus = np.maximum(-weights, 0).astype(np.float32)

    def drawn() -> list[Any]:
        one = np.float32(1)
        ratio = np.float32(READ_NOISE)
        return [
            vector
            @ (
                plus * (one + ratio * rng.standard_normal(plus.shape, dtype=np.float32))
                - minus * (one + ratio * rng.standard_normal(minus.shape, dtype=np.float32))
            )
            for vector in inputs
        ]

    return {"every device": _timed(drawn, 1)}


def peer_side() -> dict[str, float]:
    """Time aihwkit-lightning's layer with output noise, without and with gradients."""
    import contextlib
    import sys

    import torch

    with contextlib.redirect_stdout(sys.stderr):  # it says that it has no Triton
        from aihwkit_lightning.nn import AnalogLinear
        from aihwkit_lightning.simulator.configs import TorchInferenceRPUConfig

    torch.set_num_threads(1)
    _, _, weights, inputs = _case()
    config = TorchInferenceRPUConfig()
    config.forward.out_noise = READ_NOISE
    config.pre_post.input_range.enable = True  # its output noise is relative to it
    config.pre_post.input_range.learn_input_range = False
    layer = AnalogLinear(SIZE, SIZE, bias=False, rpu_config=config)
    layer.train()
    vectors = torch.from_numpy(inputs)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights.T.copy()))
        bare = _timed(lambda: layer(vectors), REPEATS)
    full = _timed(lambda: layer(vectors), REPEATS)
    return {"aihwkit-lightning": bare, "aihwkit-lightning with gradients": full}


SIDES: dict[str, Callable[[], dict[str, float]]] = {
    "neuro": neuro_side,
    "every device": devices_side,
    "aihwkit-lightning": peer_side,
}


def _case() -> tuple[Any, Any, Any, Any]:
    """Return ideal hardware, options of one tile, weights and inputs."""
    import numpy as np

    from neuro.backends.crossbar.hardware import hardware_from
    from neuro.backends.crossbar.options import Options
    from neuro.hardware_configs import load_target

    rng = np.random.default_rng(1)
    weights = rng.uniform(-1, 1, (SIZE, SIZE)).astype(np.float32)
    inputs = rng.uniform(-1, 1, (BATCH, SIZE)).astype(np.float32)
    options = Options(tile_rows=SIZE, tile_columns=2 * SIZE)
    return hardware_from(load_target("crossbar_ideal")), options, weights, inputs


def _changed(hardware: Any, noise: Any) -> Any:
    from dataclasses import replace

    return replace(hardware, read_noise=noise)


def _check_noise(sample: Any, tile: Any, inputs: Any) -> None:
    """Stop if what was timed has not the noise of its devices: a million outputs, 1 %."""
    import numpy as np

    exact = tile.mvm(inputs, read_noise=False)
    plus, minus = tile.array.conductance[:, 0::2], tile.array.conductance[:, 1::2]
    variance = np.square(inputs) @ (READ_NOISE**2 * (plus**2 + minus**2))
    ratio = (sample - exact) / (np.sqrt(variance) * tile.mapping.scale)
    if abs(float(ratio.std()) - 1) > TOLERANCE:
        raise SystemExit(f"the noise is {float(ratio.std()):.4f} times that of the devices")


def _timed(work: Callable[[], Any], repeats: int) -> float:
    """Return the median of CPU milliseconds, after a few runs that are not counted."""
    spans = []
    for number in range(repeats + min(repeats - 1, 5)):
        begun = time.process_time()
        work()
        if number >= min(repeats - 1, 5):
            spans.append(1e3 * (time.process_time() - begun))
    return median(spans)


def _measured(side: str, timeout: float) -> tuple[dict[str, float], str]:
    """Return milliseconds by case, or why there are none."""
    try:
        code, out, error = run_module("benchmarks.crossbar_mvm", ["--child", side], timeout=timeout)
    except subprocess.TimeoutExpired:
        return {}, f"more than {timeout:g} s"
    if code:
        return {}, failure(error)
    values: dict[str, float] = json.loads(out.splitlines()[-1])
    return values, ""


def _rows(measured: list[dict[str, float]], reasons: dict[str, str]) -> list[tuple[str, ...]]:
    """Return the rows of the table; ratios are taken within a round."""
    names = list(dict.fromkeys(name for found in measured for name in found))
    rows = []
    for name in names:
        spans = [found[name] for found in measured if name in found]
        ratio = median(found[name] / found["neuro"] for found in measured if name in found)
        asked = f"{ASKED[name]:g}" if name in ASKED else ""
        rows.append((name, f"{median(spans):.3g}", f"{ratio:.3g}", asked))
    return rows + [(side, reason, "", "") for side, reason in reasons.items()]


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.crossbar_mvm")
