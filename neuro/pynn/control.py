"""Set-up and control of the simulation: PyNN's functions, and sPyNNaker's that scripts use."""

from typing import Any

from pyNN import common, errors
from pyNN.recording import get_io

from neuro.errors import UnsupportedError
from neuro.ir import Network
from neuro.pynn import simulator
from neuro.pynn.lowering import stored_network
from neuro.pynn_export import launched_processes
from neuro.target import Target

state = simulator.state


def setup(
    timestep: float = 0.1,
    min_delay: float | str = "auto",
    *,
    backend: str = "cpu",
    target: str | Target | None = None,
    semantics: str | None = None,
    **extra_params: Any,
) -> int:
    """Start anew; any network is forgotten.

    Parameters
    ----------
    timestep : float, ms
        Time step.
    min_delay : float or "auto", ms
        Delay of a synapse that names none; "auto" is the time step.
    backend : {"cpu", "spinnaker", "crossbar", ...}
        What runs the network; `neuro backends` lists them.
    target : str or Target, optional
        Which hardware; default the backend's own.
    semantics : {"exact", "tick"}, optional
        Order of work inside a step; default ``"exact"`` where the backend offers it.
    **extra_params
        ``max_delay``; ``seed`` or NEST's ``rng_seed``, the seed of Poisson sources and noisy
        currents; ``time_scale_factor`` of a SpiNNaker target. What other simulators take besides
        is ignored, as PyNN's simulators do.

    Returns
    -------
    int
        The rank of this process, 0.

    Raises
    ------
    NeuroError
        If there is no such backend or target, or mpirun started several processes.
    """
    launched = launched_processes()
    if launched > 1:
        raise UnsupportedError(
            "setup",
            f"the script runs in {launched} processes, each of which would simulate everything",
            value=launched,
            limit="neuro.pynn runs in one process",
            hint="Run the script without mpirun",
        )
    common.setup(timestep, min_delay, **extra_params)
    seed = int(extra_params.get("seed", extra_params.get("rng_seed", 0)))
    state.clear()
    state.choose(backend, target, semantics, seed=seed)
    state.time_grid(timestep, min_delay, extra_params.get("max_delay", "auto"))
    if "time_scale_factor" in extra_params:
        state.choose_option("time_scale_factor", float(extra_params["time_scale_factor"]))
    return int(rank())


def end(compatible_output: bool = True) -> None:
    """Write what was to be recorded to files."""
    for population, variables, filename in state.write_on_end:
        population.write_data(get_io(filename), variables)
    state.write_on_end = []


def network() -> Network:
    """Return the network that the script has built so far: to store, check, export or run it.

    Returns
    -------
    neuro.Network
        Currents that are injected all the time are in its offset currents.

    Raises
    ------
    UnsupportedError
        If an injected current changes with time, for which the language has no word.
    NeuroError
        If a number is out of range.
    """
    return stored_network(state)


def set_number_of_neurons_per_core(cell_type: Any, neurons_per_core: int) -> None:
    """Set the largest slice of a population on one core; for targets without cores, nothing.

    Parameters
    ----------
    cell_type : cell type or sequence of cell types
        sPyNNaker's argument. The emulated machine has one width for all types; a second width is
        refused.
    neurons_per_core : int
        Neurons.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If another width was set for another type.
    """
    if state.width not in (None, neurons_per_core):
        raise errors.InvalidParameterValueError(
            f"{neurons_per_core} neurons per core after {state.width}: one width for all cell types"
        )
    state.width = neurons_per_core
    state.choose_option("neurons_per_core", neurons_per_core)


def set_allow_delay_extensions(cell_type: Any, allow: bool) -> None:
    """Accept delays beyond a core's own; the emulated machine always extends them.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If they are to be forbidden.
    """
    if not allow:
        raise errors.InvalidParameterValueError("delay extensions cannot be forbidden; use True")


run, run_until = common.build_run(simulator)
run_for = run
reset = common.build_reset(simulator)
initialize = common.initialize
(
    get_current_time,
    get_time_step,
    get_min_delay,
    get_max_delay,
    num_processes,
    rank,
) = common.build_state_queries(simulator)
