"""Several processes: NEST with MPI shares a network, NEST without it never simulates it twice.

The wheels of NEST are built without MPI. Where another NEST has it, NEURO_MPI_NEST names the folder
that it is imported from.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_networks import CURRENT, small

import neuro.pynn as sim
from neuro import lower, simulate
from neuro.backends.pynn.launch import ENVIRONMENT, check_launch, command
from neuro.errors import UnavailableError, UnsupportedError
from neuro.hardware_configs import load_target
from neuro.ir import CurrentExponentialLIF, Network, Population, Probe, SpikeArray
from neuro.pynn_export import to_script
from neuro.run import check, compile_network

DURATION = 40.0

needs_launcher = pytest.mark.skipif(
    shutil.which("mpirun") is None, reason="there is no mpirun on this computer"
)


@pytest.fixture
def two():
    """Return the target of two processes."""
    target = load_target("pynn_nest")
    return replace(target, options={**target.options, "processes": 2})


@pytest.fixture
def nest_with_mpi(monkeypatch):
    """Let the processes of NEST import the one with MPI, or skip with the reason."""
    folder = os.environ.get("NEURO_MPI_NEST")
    if folder:
        rest = os.environ.get("PYTHONPATH")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (folder, rest))))
    try:
        check_launch("NEST", 2)
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def nest_without_mpi():
    """Skip where the installed NEST has MPI."""
    try:
        check_launch("NEST", 2)
    except UnavailableError:
        return
    pytest.skip("the installed NEST was built with MPI")


def network():
    """Return the small network with a random drive and every probe of NEST."""
    array = SpikeArray(name="array", size=2, times=[2.0, 5.0, 20.0], indices=[0, 1, 0])
    made = small(CURRENT)
    probes = [Probe(population="a", variable="v", interval=1.0), Probe(population="a")]
    return replace(made, inputs=[made.inputs[0], array], probes=probes)


@needs_launcher
def test_two_processes_of_nest_give_the_spikes_and_voltages_of_the_engine(nest_with_mpi, two):
    ours = simulate(network(), DURATION)
    theirs = simulate(network(), DURATION, backend="pynn", target=two)
    assert "2 processes with MPI" in theirs.provenance.engine
    assert ours.counters.spikes["a"] > 20
    assert np.array_equal(ours.spikes["a"].times, theirs.spikes["a"].times)
    assert np.array_equal(ours.spikes["a"].indices, theirs.spikes["a"].indices)
    voltages = [result.traces["a"]["v"].values for result in (ours, theirs)]
    np.testing.assert_allclose(*voltages, rtol=0, atol=1e-9)


@needs_launcher
def test_nest_without_mpi_is_refused_before_the_run(nest_without_mpi, two):
    with pytest.raises(UnavailableError, match="built without MPI") as caught:
        compile_network(network(), backend="pynn", target=two)
    assert "-Dwith-mpi=ON" in caught.value.hint


# NEST itself says it when it is imported, Brian2 does not know of MPI.
@needs_launcher
@pytest.mark.parametrize(
    ("simulator", "reason"),
    [
        ("nest", "NEST was not compiled with MPI support"),
        pytest.param(
            "brian2",
            "2 processes were started, but pyNN.brian2 runs without MPI",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_script_that_mpirun_starts_twice_without_mpi_ends_with_the_reason(
    nest_without_mpi, tmp_path, simulator, reason
):
    alone = Network(name="alone", populations=[Population("a", 2, CurrentExponentialLIF())])
    to_script(lower(alone), simulator, duration=5.0).write(tmp_path / "script.py")
    done = subprocess.run(
        ["mpirun", "-n", "2", sys.executable, "script.py", "out.json"],
        cwd=tmp_path,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert reason in done.stderr
    assert not (tmp_path / "out.json").exists()


# NEST 3.10 under MPI: "Passing lists of synapse parameter values is not supported".
def test_learning_in_several_processes_is_found_by_the_check(two):
    made = replace(network(), projections=small(plastic="multiplicative").projections)
    found = [item for item in check(made, target=two).findings if "cannot learn" in item.value]
    assert [item.where for item in found] == ["projection 'learns'.synapse"]
    alone = check(made, target="pynn_nest")
    assert not [item for item in alone.findings if "cannot learn" in item.value]


def test_neuro_itself_under_mpirun_is_refused(monkeypatch):
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    with pytest.raises(UnsupportedError, match="neuro runs in 2 processes"):
        compile_network(network(), backend="pynn")
    with pytest.raises(UnsupportedError, match="the script runs in 2 processes"):
        sim.setup()


def test_missing_launcher_is_one_line_with_what_to_do(monkeypatch, two):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert command(["script.py"], 1) == [sys.executable, "script.py"]
    with pytest.raises(UnavailableError) as caught:
        compile_network(network(), backend="pynn", target=two)
    assert str(caught.value) == (
        "2 processes of NEST: need one of mpirun, mpiexec. Install Open MPI or MPICH, or set "
        "processes = 1."
    )
