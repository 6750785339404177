"""Run all scripts on a simulator and print what they return as JSON: ``run.py MODULE``."""

import importlib
import json
import sys

import numpy as np

from pynn_scripts import networks

SCRIPTS = (
    "vogels_abbott",
    "synfire_chain",
    "pairing_curve",
    "balanced",
    "plastic_views",
    "injected",
    "trials",
)


def listed(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


def main(module: str) -> None:
    sim = importlib.import_module(module)
    found = {name: getattr(networks, name)(sim) for name in SCRIPTS}
    # NEST prints as it likes; the answer is the last line.
    print("\n" + json.dumps(found, default=listed))


if __name__ == "__main__":
    main(sys.argv[1])
