"""Small archives in the layouts of the large ones, written anew for each test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SAMPLES, EVENTS = 4, 20
Arrays = dict[str, Any]

FILES = {
    "nmnist": "nmnist/nmnist_{}.npz",
    "digits": "spoken_digits/spoken_digits_{}_events.npz",
    "keywords": "speech_commands10/sc10_{}.npz",
}
IMAGES = "mnist5k/mnist5k_train.npz"


def written(path: Path, arrays: Arrays) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path


def archives(folder: Path) -> Path:
    """Write every archive, two classes each, and return the folder."""
    makers: dict[str, Callable[[], Arrays]] = {"nmnist": camera, "digits": cochlea}
    makers["keywords"] = audio
    for task, make in makers.items():
        for split in ("train", "test"):
            written(folder / FILES[task].format(split), make())
    written(folder / IMAGES, images())
    return folder


def events() -> Arrays:
    return {
        "offset": np.arange(SAMPLES + 1) * EVENTS,
        "label": np.arange(SAMPLES, dtype=np.uint8) % 2,
    }


def camera() -> Arrays:
    rng = np.random.default_rng(0)
    count = SAMPLES * EVENTS
    places = {name: rng.integers(0, 34, count, dtype=np.uint8) for name in "xy"}
    return {
        **places,
        "p": rng.integers(0, 2, count, dtype=np.uint8),
        "dt": rng.integers(0, 9000, count, dtype=np.uint16),
        **events(),
    }


def cochlea() -> Arrays:
    rng = np.random.default_rng(1)
    times = np.sort(rng.integers(0, 5000, (SAMPLES, EVENTS), dtype=np.uint16), axis=1)
    return {
        "t": times.ravel(),
        "channel": rng.integers(0, 64, SAMPLES * EVENTS, dtype=np.uint8),
        "speaker": np.array(["ann", "bob"] * (SAMPLES // 2)),
        **events(),
        "label": np.array([0, 0, 1, 1], dtype=np.uint8),
    }


def audio() -> Arrays:
    rng = np.random.default_rng(2)
    return {
        "audio_mulaw": rng.integers(0, 256, (SAMPLES, 8000), dtype=np.uint8),
        "label": np.arange(SAMPLES, dtype=np.uint8) % 2,
        "words": np.array(["yes", "no"]),
    }


def images() -> Arrays:
    rng = np.random.default_rng(3)
    return {
        "image": rng.integers(0, 256, (SAMPLES, 28, 28), dtype=np.uint8),
        "label": np.arange(SAMPLES, dtype=np.uint8) % 2,
        "nmnist_id": np.array([0, 0, 7, 0]),
    }
