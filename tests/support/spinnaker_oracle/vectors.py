"""The four conformance vectors of specs, spinnaker section 11: networks and what they record."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinnaker_oracle.recipe import Cells, Recipe, Source, Synapses

NEURONS, TICKS = 4, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A network and its record.

    Parameters
    ----------
    recipe : Recipe
    spikes : int
        How many.
    first : tuple of (tick, neuron)
        The first five.
    v, excitatory : str
        Hashes, see `digest`.
    """

    recipe: Recipe
    spikes: int
    first: tuple[tuple[int, int], ...]
    v: str
    excitatory: str


def digest(samples: NDArray[np.int32]) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of raw samples, tick by tick."""
    return hashlib.sha256(samples.astype("<i4").tobytes()).hexdigest()[:16]


def _cells(cell: str = "IF_curr_exp", *, tau_syn_I: float = 5.0, **more: float) -> Cells:
    same = {
        "cm": 1.0, "tau_m": 20.0, "v_reset": -65.0, "v_thresh": -50.0, "tau_refrac": 2.0,
        "tau_syn_E": 5.0, "tau_syn_I": tau_syn_I, **more,
    }  # fmt: skip
    parameters = {name: [value] * NEURONS for name, value in same.items()}
    parameters["v_rest"] = [-65.0, -65.1, -65.2, -65.3]
    parameters["i_offset"] = [0.0, 0.01, 0.0123, 0.02]
    return Cells(
        name="cells", size=NEURONS, cell=cell, parameters=parameters, v_init=[-65.0] * NEURONS
    )


def _source(repeats: int = 1) -> Source:
    def ticks(index: int) -> list[int]:
        fires = (tick for tick in range(TICKS) if (7 * tick + 5 * index) % 13 == 0)
        return [tick for tick in fires for _ in range(repeats)]

    return Source(name="source", size=NEURONS, ticks=[ticks(index) for index in range(NEURONS)])


def _from_source(receptor: str, weight: float, delay: float, offset: int = 0) -> Synapses:
    pairs = ((index, (index + offset) % NEURONS) for index in range(NEURONS))
    return Synapses(
        name=receptor,
        source="source",
        target="cells",
        receptor=receptor,
        synapses=[(*pair, weight, delay) for pair in pairs],
    )


def _recurrent() -> Synapses:
    pairs = ((i, j) for i in range(NEURONS) for j in range(NEURONS) if i != j)
    return Synapses(
        name="recurrent",
        source="cells",
        target="cells",
        receptor="excitatory",
        synapses=[(i, j, 0.5, 1.0 + (i + j) % 3) for i, j in pairs],
        rule={
            "additive": True, "tau_plus": 20.0, "tau_minus": 20.0, "A_plus": 0.05,
            "A_minus": 0.06, "w_min": 0.0, "w_max": 2.0,
        },
    )  # fmt: skip


def _recipe(name: str, cells: Cells, source: Source, *projections: Synapses) -> Recipe:
    return Recipe(
        name=name, dt=1.0, populations=(cells,), sources=(source,), projections=projections
    )


_STATIC = _from_source("excitatory", 3.0, 1.0)

VECTORS = (
    Vector(
        recipe=_recipe("A", _cells(), _source(), _STATIC),
        spikes=29,
        first=((17, 0), (20, 1), (23, 2), (26, 3), (41, 0)),
        v="fd661f03af9d7dc6",
        excitatory="3142eb1bec60b9a2",
    ),
    Vector(
        recipe=_recipe("B", _cells(), _source(repeats=4), _STATIC),
        spikes=62,
        first=((3, 0), (6, 1), (9, 2), (12, 3), (14, 0)),
        v="cdcb318b18a1fc4b",
        excitatory="20478bde5df70f28",
    ),
    Vector(
        recipe=_recipe("C", _cells(), _source(), _STATIC, _recurrent()),
        spikes=44,
        first=((17, 0), (20, 1), (22, 2), (24, 3), (31, 0)),
        v="9923d1bf468133b9",
        excitatory="482188560c006c6f",
    ),
    Vector(
        recipe=_recipe(
            "D",
            _cells("IF_cond_exp", tau_syn_I=10.0, e_rev_E=0.0, e_rev_I=-70.0),
            _source(),
            _from_source("excitatory", 0.1, 1.0),
            _from_source("inhibitory", 0.05, 2.0, offset=1),
        ),
        spikes=58,
        first=((5, 0), (17, 0), (17, 1), (20, 2), (23, 3)),
        v="8a73304c7704ada8",
        excitatory="03e9c2ad732fae87",
    ),
)
