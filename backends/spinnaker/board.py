"""A run on a real board: what the machine recorded, as a result like any other."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.options import target_options
from neuro.backends.spinnaker.toolchain import (
    SIMULATOR,
    Outcome,
    require_toolchain,
    run_on_board,
)
from neuro.ir import digest
from neuro.ir.probes import SPIKES
from neuro.ir.validate_projection import receptor_of
from neuro.plan import Plan
from neuro.pynn_export import to_script
from neuro.results import Counters, Provenance, Result, SpikeTrains, Weights
from neuro.results.provenance import versions
from neuro.target import Target


def run_on(plan: Plan, target: Target, *, duration: float) -> Result:
    """Run a plan on the board of the user's configuration.

    Parameters
    ----------
    plan : Plan
        Discretised, under `tick`.
    target : Target
        The hardware, with its options.
    duration : float, ms
        How long.

    Raises
    ------
    NeuroError
        If the plan does not fit, sPyNNaker is missing or fails, or the board does not answer.
    """
    options = target_options(target)
    lay_out(plan, options)
    script = to_script(
        plan,
        SIMULATOR,
        duration=duration,
        neurons_per_core=options.neurons_per_core,
        time_scale_factor=options.time_scale_factor,
    )
    with tempfile.TemporaryDirectory(prefix="neuro-spinnaker-") as folder:
        return board_result(plan, run_on_board(script, Path(folder)), target, duration)


def board_result(plan: Plan, outcome: Outcome, target: Target, duration: float) -> Result:
    """Turn what a script recorded on a board into a result.

    Parameters
    ----------
    plan : Plan
        What ran.
    outcome : Outcome
        What its script left behind.
    target : Target
        The hardware.
    duration : float, ms
        How long it ran.

    Returns
    -------
    Result
        Spikes and learned weights; of the counters only the spikes of probed populations, which
        are all that the machine tells. Traces stay in the script's own file.
    """
    spikes = {
        probe.population: _trains(plan, probe.population, outcome.results["spikes"])
        for probe in plan.network.probes
        if probe.variable == SPIKES
    }
    return Result(
        network=plan.network,
        dt=plan.dt,
        duration=duration,
        spikes=spikes,
        traces={},
        weights=_weights(plan, outcome.results["weights"]),
        counters=Counters(
            spikes={name: trains.times.size for name, trains in spikes.items()},
            synaptic_events={},
            plastic_updates={},
        ),
        provenance=_provenance(plan, outcome, target),
    )


def _trains(plan: Plan, name: str, recorded: dict[str, Any]) -> SpikeTrains:
    times = np.asarray(recorded[name]["times"], dtype=np.float64)
    indices = np.asarray(recorded[name]["indices"], dtype=np.int64)
    order = np.lexsort((indices, times))
    return SpikeTrains(times=times[order], indices=indices[order], size=plan.network.sizes()[name])


def _weights(plan: Plan, recorded: dict[str, Any]) -> dict[str, Weights]:
    found = {}
    for name, rows in recorded.items():
        columns = np.asarray(rows, dtype=np.float64).reshape(-1, 3)
        found[name] = Weights(
            sources=columns[:, 0].astype(np.int64),
            targets=columns[:, 1].astype(np.int64),
            values=columns[:, 2],
            unit=receptor_of(plan.network, plan.network.projection(name)).unit,
        )
    return found


def _provenance(plan: Plan, outcome: Outcome, target: Target) -> Provenance:
    network = plan.network
    return Provenance(
        **versions(),
        backend=target.backend,
        engine=f"SpiNNaker board, sPyNNaker {require_toolchain()}",
        target=target.name,
        options=dict(target.options),
        network=network.name,
        network_digest=digest(network),
        designed_semantics=network.semantics,
        semantics=plan.semantics,
        seed=network.seed,
        notes=plan.notes,
        warnings=plan.warnings,
        started=datetime.now().isoformat(timespec="seconds"),
        run_seconds=outcome.seconds,
    )
