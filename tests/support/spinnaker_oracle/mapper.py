"""The toolchain's side: runs in a process of its own, maps networks to a virtual board.

``python mapper.py recipes.json answer.json``: for each network the answer says on which core each
slice of each population lives, with which binary and key; the data base has the regions.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pyNN.spiNNaker as sim
from spynnaker.pyNN.data import SpynnakerDataView

_PARTITION = "SPIKE"


def main(recipes_file: Path, answer_file: Path) -> None:
    """Map all networks of a file, one simulation for each time step."""
    recipes = json.loads(recipes_file.read_text())
    answer = {}
    for dt in sorted({recipe["dt"] for recipe in recipes}):
        chosen = [recipe for recipe in recipes if recipe["dt"] == dt]
        answer.update(_map(chosen, dt))
    answer_file.write_text(json.dumps(answer))


def _map(recipes: list[dict[str, Any]], dt: float) -> dict[str, Any]:
    sim.setup(timestep=dt)
    built = {recipe["name"]: _build(recipe) for recipe in recipes}
    sim.run(_duration(recipes) * dt)
    database = str(Path(SpynnakerDataView.get_ds_database_path()).resolve())
    answer = {
        name: {
            "database": database,
            "slices": {key: _slices(f"{name}/{key}") for key in parts},
            "relays": {key: _slices(f"{name}/{key}_delayed") for key in parts},
        }
        for name, parts in built.items()
    }
    sim.end()
    return answer


def _duration(recipes: list[dict[str, Any]]) -> int:
    """Return a run length in ticks: the sources must have room for all their spikes."""
    ticks = (tick for item in recipes for source in item["sources"] for tick in source["ticks"])
    return 1 + max((max(row, default=0) for row in ticks), default=0)


def _build(recipe: dict[str, Any]) -> dict[str, Any]:
    parts = {}
    for item in recipe["populations"]:
        cell = getattr(sim, item["cell"])(**item["parameters"])
        label = f"{recipe['name']}/{item['name']}"
        population = sim.Population(
            item["size"], cell, label=label, initial_values={"v": item["v_init"]}
        )
        population.set_max_atoms_per_core(recipe["neurons_per_core"])
        population.record(["spikes", "v", "gsyn_exc", "gsyn_inh"])
        parts[item["name"]] = population
    for item in recipe["sources"]:
        times = [[tick * recipe["dt"] for tick in sorted(set(row))] for row in item["ticks"]]
        if not any(times):  # the toolchain fails with an index error; the times are never played
            times[0] = [0.0]
        cell = sim.SpikeSourceArray(spike_times=times)
        parts[item["name"]] = sim.Population(
            item["size"], cell, label=f"{recipe['name']}/{item['name']}"
        )
    for item in recipe["projections"]:
        sim.Projection(
            parts[item["source"]],
            parts[item["target"]],
            sim.FromListConnector([tuple(row) for row in item["synapses"]]),
            sim.StaticSynapse() if item["rule"] is None else _plastic(item["rule"]),
            receptor_type=item["receptor"],
        )
    return parts


def _plastic(rule: dict[str, Any]) -> Any:
    weight = (
        sim.AdditiveWeightDependence if rule["additive"] else sim.MultiplicativeWeightDependence
    )
    timing = ("tau_plus", "tau_minus", "A_plus", "A_minus")
    return sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(**{name: rule[name] for name in timing}),
        weight_dependence=weight(w_min=rule["w_min"], w_max=rule["w_max"]),
    )


def _slices(label: str) -> list[dict[str, Any]]:
    routing = SpynnakerDataView.get_routing_infos()
    rows = []
    for place in SpynnakerDataView.iterate_placemements():
        part = place.vertex
        if part.app_vertex is None or part.app_vertex.label != label:
            continue
        sends = routing.has_info_from(part, _PARTITION)
        rows.append(
            {
                "first": part.vertex_slice.lo_atom,
                "stop": part.vertex_slice.hi_atom + 1,
                "core": [place.x, place.y, place.p],
                "binary": SpynnakerDataView.get_executable_path(part.get_binary_file_name()),
                "key": routing.get_key_from(part, _PARTITION) if sends else None,
            }
        )
    return sorted(rows, key=lambda row: row["first"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
