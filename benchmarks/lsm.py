"""`python -m benchmarks.lsm`: encode and fit a liquid state machine, beside snnTorch and Brian2.

Needs the event-camera archive (`--data` or NEURO_DATA). The peers get the same frames and weights;
their time is that of the reservoir alone, and their spike counts are compared.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from neuro.cli.output import print_table
from neuro.experiments.lsm import data_folder, load_task, preset
from neuro.io.frames import Frames
from neuro.models.lsm import lsm_arrays
from neuro.resistive import PairArray
from neuro.tasks.reservoir import Reservoir

Counts = NDArray[np.int64]
Arrays = tuple[PairArray, PairArray]


def lsm(data: Annotated[Path | None, typer.Option(help="Folder of the data.")] = None) -> None:
    """Time the authors' topology on all recordings, and the same reservoir elsewhere."""
    settings = preset("authors", "nmnist")
    begun = time.perf_counter()
    task = load_task("nmnist", settings, data_folder(data))
    encoded = time.perf_counter() - begun
    model = Reservoir(settings.parameters).place(task.train.frames.shape[2])
    begun = time.perf_counter()
    counts = [model.count(split.frames)[:, 0] for split in (task.train, task.test)]
    run = time.perf_counter() - begun
    begun = time.perf_counter()
    model.train(counts[0].astype(float), task.train.labels)
    fitted = time.perf_counter() - begun
    frames = np.concatenate([task.train.frames, task.test.frames])
    expected = np.concatenate(counts)
    rows = [
        ("neuro, encode", f"{encoded:.2f}", ""),
        ("neuro, reservoir", f"{run:.2f}", "reference"),
        ("neuro, fit", f"{fitted:.2f}", ""),
        ("neuro, all", f"{encoded + run + fitted:.2f}", ""),
    ]
    arrays = lsm_arrays(model.parameters_, model.pairs_)
    rows.append(_timed("snnTorch", _snntorch, frames, arrays, expected))
    rows.append(_timed("Brian2", _brian2, frames, arrays, expected))
    print_table(f"{len(frames)} recordings, seconds", ("", "s", "spike counts"), rows)


def _timed(
    name: str,
    peer: Callable[[Frames, Arrays], Counts],
    frames: Frames,
    arrays: Arrays,
    expected: NDArray[np.int32],
) -> tuple[str, str, str]:
    begun = time.perf_counter()
    found = peer(frames, arrays)
    seconds = time.perf_counter() - begun
    same = 100 * float((found == expected).mean())
    return f"{name}, reservoir", f"{seconds:.2f}", f"{same:.2f} % of counts equal"


def _snntorch(frames: Frames, arrays: Arrays) -> Counts:
    """Run all samples at once; the reset of a spike comes one step later, as in the model."""
    import snntorch
    import torch

    cell = snntorch.Leaky(beta=0.9, threshold=5.0, reset_mechanism="zero")
    into, back = (torch.from_numpy(item.weights) for item in arrays)
    x = torch.from_numpy(frames.astype(np.float64))
    membrane = torch.zeros(len(frames), back.shape[0], dtype=torch.float64)
    spikes = torch.zeros_like(membrane)
    total = torch.zeros_like(membrane)
    with torch.no_grad():
        for step in range(frames.shape[1]):
            # snnTorch resets after the leak; a membrane reset here leaks from zero, as it should.
            current = x[:, step] @ into + spikes @ back
            fired, membrane = cell(current, membrane * (1 - spikes))
            spikes = fired.double()  # its spikes are in single precision
            total += spikes
    return np.asarray(total.numpy(), dtype=np.int64)


def _brian2(frames: Frames, arrays: Arrays) -> Counts:
    """Run all samples one after another in a single run, the state cleared in between."""
    import brian2

    ms = brian2.ms
    samples, steps, lines = frames.shape
    # Brian2 adds input after the neurons of a step: each sample takes one step more.
    length = steps + 1
    which, when, line = np.nonzero(frames)
    source = brian2.SpikeGeneratorGroup(lines, line, (which * length + when) * ms, dt=1 * ms)
    neurons = len(arrays[1].weights)
    group = brian2.NeuronGroup(
        neurons, "u : 1\ndrive : 1", threshold="u > 5", reset="u = 0", dt=1 * ms
    )
    clear = group.run_regularly("u = 0; drive = 0", dt=length * ms, when="before_start")
    step = group.run_regularly("u = 0.9 * u + drive; drive = 0", dt=1 * ms, when="start")
    synapses = []
    for origin, array in zip((source, group), arrays, strict=True):
        made = brian2.Synapses(origin, group, "w : 1", on_pre="drive_post += w", dt=1 * ms)
        made.connect()
        made.w = array.weights.ravel()
        synapses.append(made)
    monitor = brian2.SpikeMonitor(group)
    network = brian2.Network(source, group, clear, step, *synapses, monitor)
    network.run(samples * length * ms)
    at = np.round(np.asarray(monitor.t / ms)).astype(int) // length
    total = np.zeros((samples, neurons), dtype=np.int64)
    np.add.at(total, (at, np.asarray(monitor.i)), 1)
    return total


if __name__ == "__main__":
    typer.run(lsm)
