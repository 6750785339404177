"""Processes of a script: one, or several of NEST under MPI.

What is missing is found before the script is written: a launcher, or a NEST that was built with
MPI. The wheels of NEST on PyPI are built without.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from neuro.errors import UnavailableError, UnsupportedError
from neuro.pynn_export import launched_processes

LAUNCHERS = ("mpirun", "mpiexec")

PROBE = "import nest; print('processes', nest.num_processes)"

NO_MPI = "NEST was not compiled with MPI"
"""What NEST since 3.9 says under a launcher; earlier ones simulate without a word."""

WORDS = 40
"""Last words of another failure that are shown."""

BUILD = (
    "Build NEST from its source distribution with -Dwith-mpi=ON, and install mpi4py with the same "
    "MPI; or set processes = 1"
)

ENVIRONMENT = {
    # Open MPI refuses more processes than cores, and the root user of a container.
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}


def command(arguments: Sequence[str], processes: int) -> list[str]:
    """Return the command line of a Python script, in so many processes.

    Raises
    ------
    UnavailableError
        If there are several and nothing to launch them with.
    """
    alone = [sys.executable, *arguments]
    if processes == 1:
        return alone
    for name in LAUNCHERS:
        path = shutil.which(name)
        if path is not None:
            return [path, "-n", str(processes), *alone]
    raise UnavailableError(
        f"{processes} processes of NEST",
        f"need one of {', '.join(LAUNCHERS)}",
        hint="Install Open MPI or MPICH, or set processes = 1",
    )


def run(
    arguments: Sequence[str], processes: int, folder: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a Python script in so many processes, and return what it printed."""
    return subprocess.run(
        command(arguments, processes),
        cwd=folder,
        env={**os.environ, **(ENVIRONMENT if processes > 1 else {})},
        capture_output=True,
        text=True,
        check=False,
    )


def check_launch(where: str, processes: int) -> None:
    """Refuse what would simulate one network several times over.

    Raises
    ------
    UnsupportedError
        If this process is itself one of several.
    UnavailableError
        If several processes are asked for and NEST would not share the work among them.
    """
    launched = launched_processes()
    if launched > 1:
        raise UnsupportedError(
            where,
            f"neuro runs in {launched} processes, each of which would simulate the whole network",
            value=launched,
            limit="neuro runs once and starts the processes of NEST itself",
            hint="Run it without mpirun, on a target with the option processes",
        )
    if processes == 1:
        return
    done = run(["-c", PROBE], processes)
    alone = NO_MPI in done.stderr
    if done.returncode and not alone:
        last = " ".join(done.stderr.split()[-WORDS:])
        raise UnavailableError(where, f"NEST does not start in {processes} processes: {last}")
    if alone or f"processes {processes}" not in done.stdout:
        raise UnavailableError(
            where,
            "this NEST was built without MPI: each process would simulate the whole network",
            hint=BUILD,
        )
    found = run(["-c", "import mpi4py.MPI"], processes)
    if found.returncode:
        raise UnavailableError(where, "needs mpi4py, with which PyNN gathers results", hint=BUILD)
